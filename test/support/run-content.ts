import { join } from 'node:path';
import type { Row, Session } from '../../src/engine/session.ts';
import { Engine, numberOf, textOf } from '../../src/engine/session.ts';
import { identifier, quoted } from '../../src/engine/sql.ts';

/** Two finished runs' data folders; nobody has them open. */
export interface RunPlace {
  readonly dataDir: string;
  readonly run: string;
}

/** The files of the archive that are current. */
export const CURRENT_FILES =
  'SELECT * FROM store.archive_files QUALIFY revision = max(revision) OVER (PARTITION BY hour, dataset)';

/**
 * What must be equal in two runs of the same trace, whatever happened on the way: all but wall times, batch cuts, and how
 * often an hour was amended until its last late event was in.
 */
const COMPARED: Readonly<Record<string, string>> = {
  hours: 'SELECT hour, state, watermark >= hour + INTERVAL 70 minute AS passed FROM store.hours',
  receipts: `SELECT hour, "partition", sum(counted) AS counted, sum(late) AS late, sum(rejected) AS rejected, sum(duplicate) AS duplicate,
      min(first_offset) AS first_offset, max(last_offset) AS last_offset, count(*) FILTER (frozen) AS frozen
    FROM store.receipts GROUP BY hour, "partition"`,
  progress: 'SELECT * EXCLUDE (watermark_at) FROM store.progress',
  events: 'SELECT * FROM store.events',
  late_events: 'SELECT * EXCLUDE (revision) FROM store.late_events',
  rejected: 'SELECT * FROM store.rejected',
  archive_files: `SELECT hour, dataset, rows FROM (${CURRENT_FILES})`,
  fingerprints: 'SELECT * FROM store.fingerprints',
  carried: 'SELECT * FROM store.carried',
  metric_failures: 'SELECT * FROM store.metric_failures',
};

/** Every table in which two finished runs differ, with the rows that only one of them has; empty if they are the same. */
export async function compareRuns(expected: RunPlace, found: RunPlace): Promise<string[]> {
  return await withStores({ expected, found }, async (session) => {
    const metrics = await session.rows(
      "SELECT table_name FROM duckdb_tables() WHERE database_name = 'expected' AND schema_name = 'rollups'",
    );
    const rollups = metrics.map((row) => textOf(row.table_name));
    const queries = [
      ...Object.entries(COMPARED),
      ...rollups.map((name) => [name, `SELECT * EXCLUDE (revision) FROM rollups.${identifier(name)}`] as const),
    ];
    const differences: string[] = rollups.length === 0 ? ['no rollup table at all'] : [];
    for (const [name, sql] of queries) {
      const [a, b] = ['expected', 'found'].map((catalog) => inCatalog(sql, catalog));
      for (const [side, query] of [
        ['missing', `(${a}) EXCEPT ALL (${b})`],
        ['too much', `(${b}) EXCEPT ALL (${a})`],
      ]) {
        const count = numberOf((await session.row(`SELECT count(*) AS n FROM (${query})`)).n);
        if (count === 0) continue;
        const [first] = await session.rows(`SELECT * FROM (${query}) LIMIT 1`);
        differences.push(`${name}: ${count} rows ${side}, such as ${shown(first)}`);
      }
    }
    return differences;
  });
}

/** Every way in which a finished run's receipts do not add up; empty if no record was lost or counted twice. */
export async function imbalances(place: RunPlace): Promise<string[]> {
  return await withStores({ found: place }, async (session) => {
    const checks: Readonly<Record<string, string>> = {
      'offsets of a partition are not its records': `SELECT p.*, r.records
        FROM found.store.progress p LEFT JOIN (
          SELECT "partition", sum(counted + late + rejected + duplicate) AS records FROM found.store.receipts GROUP BY "partition") r
          ON r."partition" = p."partition"
        WHERE p.next_offset - p.first_offset <> coalesce(r.records, 0) + p.resent + p.controls`,
      'a partition has gaps, or did not end': 'SELECT * FROM found.store.progress WHERE gaps <> 0 OR NOT ended',
      'an hour is not final': "SELECT * FROM found.store.hours WHERE state <> 'final'",
      'an hour occurs twice': 'SELECT hour FROM found.store.hours GROUP BY hour HAVING count(*) <> 1',
      'a final hour has more than one frozen receipt for a partition': `SELECT hour, "partition" FROM found.store.receipts
        WHERE hour IN (SELECT hour FROM found.store.hours) AND frozen GROUP BY ALL HAVING count(*) > 1`,
      'something but late and rejected records came after closing': `SELECT * FROM found.store.receipts
        WHERE hour IN (SELECT hour FROM found.store.hours) AND NOT frozen AND counted + duplicate > 0`,
      'counted is not the number of events': unequal('counted', ON_TIME_EVENTS, KEPT_HOURS),
      'amended is not the number of events that were late': `SELECT * FROM (SELECT count(*) AS by_fate FROM found.store.late_events
          WHERE fate = 'amended' AND ${KEPT_HOURS}), (SELECT count(*) AS by_rows FROM found.store.events SEMI JOIN found.store.late_events USING ("partition", "offset"))
        WHERE by_fate <> by_rows`,
      'rejected is not the number of rejected rows': unequal('rejected', 'found.store.rejected'),
      'late is not the number of late events': unequal('late', 'found.store.late_events'),
      'an offset occurs twice': `SELECT "partition", "offset" FROM (SELECT "partition", "offset" FROM ${ON_TIME_EVENTS}
        UNION ALL SELECT "partition", "offset" FROM found.store.rejected UNION ALL SELECT "partition", "offset" FROM found.store.late_events)
        GROUP BY ALL HAVING count(*) > 1`,
    };
    const found: string[] = [];
    for (const [what, sql] of Object.entries(checks)) {
      const [row] = await session.rows(`SELECT * FROM (${sql}) LIMIT 1`);
      if (row !== undefined) found.push(`${what}: ${shown(row)}`);
    }
    return found;
  });
}

/** The sums of a finished run's receipts. */
export async function fates(place: RunPlace): Promise<Record<'counted' | 'late' | 'rejected' | 'duplicate', number>> {
  return await withStores({ found: place }, async (session) => {
    const row = await session.row(`SELECT CAST(sum(counted) AS BIGINT) AS counted, CAST(sum(late) AS BIGINT) AS late,
      CAST(sum(rejected) AS BIGINT) AS rejected, CAST(sum(duplicate) AS BIGINT) AS duplicate FROM found.store.receipts`);
    const sum = (name: string): number => (row[name] === null ? 0 : numberOf(row[name]));
    return { counted: sum('counted'), late: sum('late'), rejected: sum('rejected'), duplicate: sum('duplicate') };
  });
}

/** Opens the stores of runs, read-only, as catalogs of one database in memory. */
export async function withStores<T>(
  places: Readonly<Record<string, RunPlace>>,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const engine = await Engine.open(':memory:', { memoryMb: 1_000, threads: 2 });
  const session = await engine.session();
  try {
    for (const [name, { dataDir, run }] of Object.entries(places)) {
      await session.run(
        `ATTACH ${quoted(join(dataDir, 'runs', run, 'hot.duckdb'))} AS ${identifier(name)} (READ_ONLY)`,
      );
    }
    return await work(session);
  } finally {
    session.close();
    engine.close();
  }
}

function inCatalog(sql: string, catalog: string): string {
  return sql.replaceAll(/\b(store|rollups)\./g, `${catalog}.$1.`);
}

const ON_TIME_EVENTS =
  '(SELECT * FROM found.store.events ANTI JOIN found.store.late_events USING ("partition", "offset"))';
/** The store keeps the events of the last hours only. */
const KEPT_HOURS = 'hour >= (SELECT min(hour) FROM found.store.events)';

function unequal(fate: string, table: string, where = 'true'): string {
  return `SELECT coalesce(r.hour, t.hour) AS hour, r.n AS by_receipt, t.n AS by_rows
    FROM (SELECT hour, "partition", sum(${fate}) AS n FROM found.store.receipts WHERE ${where} GROUP BY ALL HAVING n <> 0) r
    FULL JOIN (SELECT hour, "partition", count(*) AS n FROM ${table} GROUP BY ALL) t
      ON t.hour IS NOT DISTINCT FROM r.hour AND t."partition" = r."partition" WHERE r.n IS DISTINCT FROM t.n`;
}

function shown(row: Row | undefined): string {
  return JSON.stringify(row, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
}
