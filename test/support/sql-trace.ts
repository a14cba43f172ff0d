import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Engine } from '../../src/engine/session.ts';
import { quoted } from '../../src/engine/sql.ts';
import { REDSET_COLUMNS } from '../../src/model/redset.ts';

/** A trace to be made by SQL: quickly, and the same bytes every time. */
export interface SqlTrace {
  readonly file: string;
  readonly rows: number;
  readonly hours: number;
  readonly instances: number;
  /** SQL that replaces a column's value, by name; `i` is the row's number, `r(n)` a number below n that looks random. */
  readonly columns?: Readonly<Record<string, string>>;
  /** ORDER BY of the file's rows; default the order of time. */
  readonly order?: string;
  /** SELECTs over `trace` whose rows are added: repeated and broken records. */
  readonly extra?: readonly string[];
}

/** First moment of every trace made here: a Monday. */
export const TRACE_START = '2024-03-04 00:00:00';

/** Values as Redset has them, roughly: cached rows without a plan, mostly short queries, a few that queue and spill. */
const COLUMNS: Readonly<Record<string, string>> = {
  instance_id: 'CAST(r(instances) AS BIGINT)',
  cluster_size: 'CAST(2 + r(instances) % 7 AS BIGINT)',
  user_id: 'CAST(r(20) AS BIGINT)',
  database_id: 'CAST(r(3) AS BIGINT)',
  query_id: 'CAST(i AS BIGINT)',
  arrival_timestamp: `TIMESTAMP '${TRACE_START}' + to_microseconds(CAST(i * 3600000000.0 * hours / rows AS BIGINT))`,
  compile_duration_ms: 'CASE WHEN NOT cached THEN CAST(CASE WHEN r(3) = 0 THEN 0 ELSE r(4000) END AS BIGINT) END',
  queue_duration_ms: 'CAST(CASE WHEN r(15) = 0 THEN r(9000) ELSE 0 END AS BIGINT)',
  execution_duration_ms: 'CAST(CASE WHEN cached THEN r(9) WHEN r(40) = 0 THEN r(900000) ELSE r(2000) END AS BIGINT)',
  feature_fingerprint: 'CASE WHEN NOT cached THEN md5(CAST(r(instances) * 1000 + r(300) AS VARCHAR)) END',
  was_aborted: 'r(200) = 0',
  was_cached: 'cached',
  cache_source_query_id: 'CASE WHEN cached THEN CAST(i - 1 AS BIGINT) END',
  query_type: "CASE WHEN cached THEN 'other' ELSE (['select','insert','copy','delete','unload','other'])[1 + r(6)] END",
  num_permanent_tables_accessed: 'CASE WHEN NOT cached THEN CAST(r(5) AS BIGINT) END',
  num_external_tables_accessed: 'CASE WHEN NOT cached THEN CAST(0 AS BIGINT) END',
  num_system_tables_accessed: 'CASE WHEN NOT cached THEN CAST(r(2) AS BIGINT) END',
  read_table_ids: "CASE WHEN NOT cached THEN concat_ws(',', r(50), 50 + r(30)) END",
  write_table_ids: 'CASE WHEN NOT cached AND r(3) = 0 THEN CAST(r(40) AS VARCHAR) END',
  mbytes_scanned: 'CASE WHEN NOT cached AND r(50) > 0 THEN CAST(r(30000) AS BIGINT) END',
  mbytes_spilled: 'CASE WHEN NOT cached THEN CAST(CASE WHEN r(40) = 0 THEN r(5000) ELSE 0 END AS BIGINT) END',
  num_joins: 'CASE WHEN NOT cached THEN CAST(r(6) AS BIGINT) END',
  num_scans: 'CASE WHEN NOT cached THEN CAST(r(4) AS BIGINT) END',
  num_aggregations: 'CASE WHEN NOT cached THEN CAST(r(3) AS BIGINT) END',
};

/** Writes the trace as one Parquet file. */
export async function writeSqlTrace(trace: SqlTrace): Promise<void> {
  await mkdir(dirname(trace.file), { recursive: true });
  const engine = await Engine.open(':memory:', { memoryMb: 1_000, threads: 2 });
  const session = await engine.session();
  try {
    await session.run(`CREATE TABLE trace AS ${traceSql(trace)}`);
    const all = ['SELECT * FROM trace', ...(trace.extra ?? [])].join(' UNION ALL BY NAME ');
    const order = trace.order ?? 'arrival_timestamp, query_id';
    await session.run(
      `COPY (SELECT * FROM (${all}) ORDER BY ${order}) TO ${quoted(trace.file)} (FORMAT parquet, COMPRESSION zstd)`,
    );
  } finally {
    session.close();
    engine.close();
  }
}

/** A SELECT of the trace's rows, without those of `extra`. */
export function traceSql({ rows, hours, instances, columns = {} }: Omit<SqlTrace, 'file'>): string {
  let uses = 0;
  // Every use of r has a salt of its own, so that columns do not depend on one another.
  const random = (sql: string): string => sql.replaceAll(/\br\(/g, () => `pick(${++uses}, i, `);
  const list = REDSET_COLUMNS.map(({ name }) => `${random(columns[name] ?? COLUMNS[name] ?? 'NULL')} AS ${name}`);
  return `SELECT ${list.join(', ')}
    FROM (SELECT range AS i, hash(range, 0) % 9 = 0 AS cached, ${rows} AS rows, ${hours} AS hours, ${instances} AS instances FROM range(${rows}))`.replaceAll(
    /\bpick\((\d+), i, (\w+)\)/g,
    'CAST(hash(i, $1) % $2 AS BIGINT)',
  );
}
