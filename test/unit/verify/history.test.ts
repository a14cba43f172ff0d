import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Session } from '../../../src/engine/session.ts';
import type { Manifest } from '../../../src/model/manifest.ts';
import type { EventTime } from '../../../src/model/time.ts';
import { addMicros, MICROS_PER_HOUR } from '../../../src/model/time.ts';
import { prepareHistory, recountHistory } from '../../../src/verify/history.ts';
import { withSession } from '../../support/duckdb.ts';
import { makeManifest } from '../../support/manifest.ts';
import { at } from '../../support/time.ts';

/** An event: when it arrived, in milliseconds after an hour of the run, and how long its phases took. */
interface Query {
  readonly hour: number;
  readonly ms?: number;
  readonly instance?: string;
  readonly print?: string | null;
  readonly queue?: number;
  readonly compile?: number;
  readonly execution?: number;
  readonly aborted?: boolean;
  readonly cached?: boolean;
  /** Revision that took it in, of a late event. */
  readonly revision?: number;
}

const FROM = at('2024-03-01 00:00');
const hourAt = (n: number): EventTime => addMicros(FROM, n * MICROS_PER_HOUR);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const COLUMNS = `hour, arrival_timestamp, instance_id, feature_fingerprint, queue_duration_ms, compile_duration_ms,
  execution_duration_ms, ln_execution, was_aborted, was_cached, revision`;

function rowSql(query: Query): string {
  const { hour, ms = 0, instance = 'a', print = 'p', queue = 0, compile = 0, execution = 100 } = query;
  const start = `make_timestamp(${hourAt(hour)})`;
  return `SELECT ${start}, ${start} + to_microseconds(${Math.round(ms * 1000)}), '${instance}',
    ${print === null ? 'CAST(NULL AS VARCHAR)' : `'${print}'`}, CAST(${queue} AS BIGINT), CAST(${compile} AS BIGINT), CAST(${execution} AS BIGINT),
    CAST(round(1000 * ln(1 + CAST(${execution} AS DOUBLE))) AS BIGINT), ${query.aborted ?? false}, ${query.cached ?? false}, ${query.revision ?? 0}`;
}

async function fill(session: Session, table: string, queries: readonly Query[]): Promise<void> {
  const rows = queries.length === 0 ? `${rowSql({ hour: 0 })} LIMIT 0` : queries.map(rowSql).join(' UNION ALL ');
  await session.run(`CREATE OR REPLACE TABLE ${table} AS SELECT * FROM (${rows}) AS events(${COLUMNS})`);
}

interface History {
  /** Hour, instance, fingerprint, runs, sum of logarithms, first revision. */
  readonly known: readonly (readonly unknown[])[];
  /** Hour, instance, milliseconds. */
  readonly carried: readonly (readonly unknown[])[];
}

/** The history of the hours of a run, recounted in spans that begin at the given hours. */
async function history(
  queries: readonly Query[],
  { hours = 400, cuts = [0] }: { hours?: number; cuts?: readonly number[] } = {},
): Promise<History> {
  const manifest: Manifest = makeManifest({ from: FROM, to: hourAt(hours) });
  return await withSession(async (session) => {
    await prepareHistory(session);
    const known: (readonly unknown[])[] = [];
    const carried: (readonly unknown[])[] = [];
    const rows = async (sql: string): Promise<(readonly unknown[])[]> =>
      (await session.rows(sql)).map((row) => Object.values(row).map((v) => (typeof v === 'bigint' ? Number(v) : v)));
    const number = `(epoch_us(hour) - ${FROM}) // ${MICROS_PER_HOUR}`;
    for (const [index, from] of cuts.entries()) {
      const to = cuts[index + 1] ?? hours;
      const inSpan = queries.filter(({ hour }) => hour >= from && hour < to);
      await fill(
        session,
        'counted',
        inSpan.filter(({ revision }) => revision === undefined),
      );
      await fill(
        session,
        'amended',
        inSpan.filter(({ revision }) => revision !== undefined),
      );
      await recountHistory(session, { from: hourAt(from), to: hourAt(to) }, manifest);
      known.push(
        ...(await rows(
          `SELECT ${number}, instance_id, feature_fingerprint, runs, sum_ln_execution, revision FROM known ORDER BY ALL`,
        )),
      );
      carried.push(...(await rows(`SELECT ${number}, instance_id, busy_ms FROM carried ORDER BY ALL`)));
    }
    return { known, carried };
  });
}

const known = async (...args: Parameters<typeof history>): Promise<History['known']> => (await history(...args)).known;
const carried = async (...args: Parameters<typeof history>): Promise<History['carried']> =>
  (await history(...args)).carried;

/** round(1000 ln 101) */
const LN_100 = 4615;

test('a fingerprint is known from the hour after its first execution on, on its instance', async () => {
  const queries = [
    { hour: 0 },
    { hour: 0 },
    { hour: 1 },
    { hour: 1, instance: 'b' },
    { hour: 1, print: 'q' },
    { hour: 2 },
  ];
  assert.deepEqual(await known(queries), [
    [1, 'a', 'p', 2, 2 * LN_100, 0],
    [2, 'a', 'p', 3, 3 * LN_100, 0],
  ]);
});

test('after 168 hours a fingerprint is known, an hour later it is forgotten and begins anew', async () => {
  assert.deepEqual(await known([{ hour: 0 }, { hour: 168 }]), [[168, 'a', 'p', 1, LN_100, 0]]);
  assert.deepEqual(await known([{ hour: 0 }, { hour: 169 }]), []);
  assert.deepEqual(await known([{ hour: 0 }, { hour: 169 }, { hour: 170 }]), [[170, 'a', 'p', 1, LN_100, 0]]);
});

test('an execution keeps a fingerprint known for another 168 hours, an aborted one too', async () => {
  const queries = [{ hour: 0 }, { hour: 100, aborted: true }, { hour: 250 }];
  assert.deepEqual(await known(queries), [
    [100, 'a', 'p', 1, LN_100, 0],
    [250, 'a', 'p', 1, LN_100, 0],
  ]);
});

test('a fingerprint of which every run was aborted is known, without any runs', async () => {
  assert.deepEqual(await known([{ hour: 0, aborted: true }, { hour: 1 }]), [[1, 'a', 'p', 0, 0, 0]]);
});

test('cached queries and those without a fingerprint neither know nor are known', async () => {
  const queries = [{ hour: 0, cached: true }, { hour: 1, print: null }, { hour: 2 }, { hour: 3, cached: true }];
  assert.deepEqual(await known(queries), []);
});

test('history does not depend on where the spans are cut', async () => {
  const queries = [0, 1, 100, 168, 269, 270, 339, 399].flatMap((hour) => [
    { hour, ms: 59 * MINUTE, execution: 3 * HOUR },
    { hour, instance: 'b', print: `p${hour % 3}`, aborted: hour % 2 === 0 },
  ]);
  const whole = await history(queries);
  assert.ok(whole.known.length > 4 && whole.carried.length > 10);
  for (const cuts of [
    [0, 1, 2, 3, 168, 169, 270],
    [0, 101, 102, 339, 340],
    [0, 399],
  ]) {
    assert.deepEqual(await history(queries, { cuts }), whole, cuts.join(' '));
  }
});

test('what is forgotten is dropped, what may still be asked for is kept', async () => {
  await withSession(async (session) => {
    await prepareHistory(session);
    await fill(session, 'amended', []);
    const manifest = makeManifest({ from: FROM, to: hourAt(400) });
    const remembered = async (to: number): Promise<unknown> => {
      await fill(session, 'counted', []);
      await recountHistory(session, { from: hourAt(to - 1), to: hourAt(to) }, manifest);
      return (await session.row('SELECT count(*) AS n FROM remembered')).n;
    };
    await fill(session, 'counted', [{ hour: 0 }]);
    await recountHistory(session, { from: FROM, to: hourAt(1) }, manifest);
    assert.deepEqual([await remembered(168), await remembered(169)], [1n, 0n]);
  });
});

test('a late event asks what was known before its hour, and changes nothing for later ones', async () => {
  const queries = [
    { hour: 0 },
    { hour: 0, print: 'q' },
    { hour: 3, revision: 2 },
    { hour: 3, print: 'new', revision: 2 },
    { hour: 3, print: 'q' },
    { hour: 3, print: 'q', revision: 3 },
    { hour: 5 },
    { hour: 5, print: 'new' },
  ];
  const expected = [
    [3, 'a', 'p', 1, LN_100, 2],
    [3, 'a', 'q', 1, LN_100, 0],
    [5, 'a', 'p', 1, LN_100, 0],
  ];
  assert.deepEqual(await known(queries), expected);
  assert.deepEqual(await known(queries, { cuts: [0, 1, 4, 5] }), expected);
});

test('a late event does not keep a fingerprint known', async () => {
  assert.deepEqual(await known([{ hour: 0 }, { hour: 100, revision: 2 }, { hour: 200 }]), [
    [100, 'a', 'p', 1, LN_100, 2],
  ]);
});

test('execution that begins in one hour and ends in another is carried there to the millisecond', async () => {
  const begin = { hour: 1, ms: 50 * MINUTE, queue: 2 * MINUTE, compile: 3 * MINUTE };
  assert.deepEqual(await carried([{ ...begin, execution: 5 * MINUTE }]), []);
  assert.deepEqual(await carried([{ ...begin, execution: 5 * MINUTE + 1 }]), [[2, 'a', 1]]);
  assert.deepEqual(await carried([{ ...begin, execution: 130 * MINUTE }]), [
    [2, 'a', HOUR],
    [3, 'a', HOUR],
    [4, 'a', 5 * MINUTE],
  ]);
});

test('a query that waits into a later hour executes there, and one that does not execute is carried nowhere', async () => {
  const waits = { hour: 0, ms: 30 * MINUTE, queue: 2 * HOUR, compile: 10 * MINUTE };
  assert.deepEqual(await carried([{ ...waits, execution: 30 * MINUTE }]), [
    [2, 'a', 20 * MINUTE],
    [3, 'a', 10 * MINUTE],
  ]);
  assert.deepEqual(await carried([{ ...waits, execution: 0 }]), []);
  assert.deepEqual(await carried([{ ...waits, execution: HOUR, cached: true }]), []);
});

test('busy time counts from the whole millisecond of the arrival, aborted queries included, summed by instance', async () => {
  const queries = [
    { hour: 0, ms: HOUR - 10.001, execution: 20, aborted: true },
    { hour: 0, ms: HOUR - 1, execution: 3, print: null },
    { hour: 0, ms: HOUR - 1, execution: 4, instance: 'b' },
  ];
  assert.deepEqual(await carried(queries), [
    [1, 'a', 9 + 2],
    [1, 'b', 3],
  ]);
});

test('nothing is carried beyond the end of the run, and nothing by a late event', async () => {
  const long = { hour: 1, ms: 30 * MINUTE, execution: 10 * HOUR };
  assert.deepEqual(await carried([long, { ...long, revision: 2 }], { hours: 3 }), [[2, 'a', HOUR]]);
  assert.deepEqual(await carried([{ ...long, hour: 2 }], { hours: 3 }), []);
});

test('the longest durations there are do not overflow', async () => {
  const longest = Number.MAX_SAFE_INTEGER * 1023;
  const queries = [
    { hour: 0, queue: longest, compile: longest, execution: longest },
    { hour: 0, ms: 1, execution: longest },
  ];
  assert.deepEqual(await carried(queries, { hours: 2 }), [[1, 'a', HOUR]]);
});
