import type { Session } from '../engine/session.ts';
import { identifier } from '../engine/sql.ts';
import type { Manifest } from '../model/manifest.ts';
import { comparePairs, noneWrong, rowsCheck } from './compare.ts';
import { CLEAN_COLUMNS, RECORD_ORDER } from './judgement.ts';
import type { VerifyCheck } from './report.ts';
import type { RunState } from './run-state.ts';
import { comparedHours } from './run-state.ts';
import { columnList } from './snapshot.ts';

/** What names a late event; `nth` tells events with one key apart. */
const KEYS = ['hour', 'partition', 'instance_id', 'query_id', 'nth'];
const CONTENT = CLEAN_COLUMNS.map(({ name }) => name);
/** In what it keeps for the longest, a late event is known by its hour, its partition and how late it was. */
const KEYS_WITHOUT_CONTENT = ['hour', 'partition', 'nth'];

/**
 * Compares the late events of the store with those that must be late, column for column, and checks what has become of
 * those whose hour was amended.
 */
export async function compareLate(session: Session, manifest: Manifest, state: RunState): Promise<VerifyCheck[]> {
  const { where, scope } = comparedHours(state);
  const rows = manifest.keep === 'all' ? contentRows() : placeRows();
  const found = `SELECT ${rows.found} FROM late_events WHERE ${where}`;
  const expected = (which: string): string =>
    `SELECT ${rows.expected} FROM late_expected WHERE (${where}) AND ${which}`;
  // While a run goes on, a late event of a final hour may be on its way: it may be there and need not.
  const all = state.ended
    ? expected('true')
    : `${expected('sure')} UNION ALL (${expected('NOT sure')} INTERSECT ALL (${found} EXCEPT ALL ${expected('sure')}))`;
  const result = await comparePairs(session, {
    keys: rows.keys,
    values: rows.values,
    expected: rows.numbered(all),
    found: rows.numbered(found),
  });
  return [
    rowsCheck('late events: rows', scope, result),
    await howLate(session, manifest, where, scope),
    await fates(session, where, scope),
    await revisions(session, manifest, where, scope),
  ];
}

interface Rows {
  readonly keys: readonly string[];
  readonly values: readonly string[];
  /** SELECT lists over `late_expected` and `late_events`. */
  readonly expected: string;
  readonly found: string;
  /** Adds `nth` to the rows of a SELECT. */
  numbered(sql: string): string;
}

function contentRows(): Rows {
  const list = columnList([...CONTENT, 'partition']);
  const order = CONTENT.map((name) => `${identifier(name)} NULLS FIRST`).join(', ');
  return {
    keys: KEYS,
    values: CONTENT.filter((name) => !KEYS.includes(name)),
    expected: list,
    found: list,
    numbered: (sql) =>
      `SELECT *, row_number() OVER (PARTITION BY ${columnList(KEYS.slice(0, -1))} ORDER BY ${order}) AS nth FROM (${sql})`,
  };
}

/** Of a run that keeps no raw events: the watermark and how late an event was still tell its time, rounded up to ms. */
function placeRows(): Rows {
  const arrival = 'arrived_before_ms';
  return {
    keys: KEYS_WITHOUT_CONTENT,
    values: [arrival],
    expected: `hour, partition, (epoch_us(arrival_timestamp) + 999) // 1000 AS ${arrival}`,
    found: `hour, partition, epoch_us(seen_watermark) // 1000 - late_by_ms AS ${arrival}`,
    numbered: (sql) =>
      `SELECT *, row_number() OVER (PARTITION BY hour, partition ORDER BY ${arrival} NULLS FIRST) AS nth FROM (${sql})`,
  };
}

/** The watermark that an event met had passed the end of its hour by the lateness, and `late_by_ms` is the time between. */
async function howLate(session: Session, manifest: Manifest, where: string, scope: string): Promise<VerifyCheck> {
  const late = '(epoch_us(seen_watermark) - epoch_us(arrival_timestamp)) // 1000';
  const kept = manifest.keep === 'all' ? ` AND late_by_ms = ${late}` : '';
  return await noneWrong(session, {
    check: 'late events: how late',
    scope,
    keys: ['partition', 'offset'],
    values: ['hour', 'seen_watermark', 'late_by_ms'],
    all: `(SELECT * FROM late_events WHERE ${where})`,
    wrong: `SELECT "partition", "offset", hour, seen_watermark, late_by_ms FROM late_events WHERE (${where})
      AND NOT coalesce(seen_watermark >= hour + INTERVAL 1 HOUR + to_milliseconds(${manifest.latenessMs}) AND late_by_ms > 0${kept}, false)`,
    expected: 'a watermark beyond the end of the hour and the lateness, and the time from the event to it',
  });
}

/**
 * Of the late events with one key that an amended hour has looked at, the smallest one of the first revision is counted,
 * and none if the key was counted on time.
 */
async function fates(session: Session, where: string, scope: string): Promise<VerifyCheck> {
  const key = 'hour, instance_id, query_id';
  const first = `row_number() OVER (PARTITION BY ${key}, revision IS NULL ORDER BY revision, ${RECORD_ORDER}, "offset") = 1`;
  const result = await comparePairs(session, {
    keys: ['partition', 'offset'],
    values: ['fate'],
    expected: `SELECT "partition", "offset", CASE WHEN revision IS NULL THEN 'late'
        WHEN ${first} AND (${key}) NOT IN (SELECT (${key}) FROM late_expected WHERE is_counted) THEN 'amended' ELSE 'late_duplicate' END AS fate
      FROM late_events WHERE ${where}`,
    found: `SELECT "partition", "offset", fate FROM late_events WHERE ${where}`,
  });
  return rowsCheck('late events: fates', scope, result);
}

/** Amending takes in all late events that have come so far: a later one never has an earlier revision. */
async function revisions(session: Session, manifest: Manifest, where: string, scope: string): Promise<VerifyCheck> {
  const never = 2_147_483_647;
  const log = `(PARTITION BY hour, "partition" ORDER BY "offset" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)`;
  const possible = manifest.keep === 'all' ? `revision BETWEEN 2 AND hour_revision` : 'false';
  return await noneWrong(session, {
    check: 'late events: revisions',
    scope,
    keys: ['partition', 'offset'],
    values: ['hour', 'fate', 'revision'],
    all: `(SELECT * FROM late_events WHERE ${where})`,
    wrong: `SELECT * FROM (
        SELECT late_events."partition", "offset", hour, fate, late_events.revision, final_hours.revision AS hour_revision,
          max(coalesce(late_events.revision, ${never})) OVER ${log} AS before
        FROM late_events LEFT JOIN final_hours USING (hour) WHERE ${where})
      WHERE (revision IS NOT NULL AND NOT coalesce(${possible}, false)) OR before > coalesce(revision, ${never})`,
    expected: 'from 2 to the revision of the hour, in the order in which the events came',
  });
}
