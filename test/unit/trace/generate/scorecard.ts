import { join } from 'node:path';
import type { Session } from '../../../../src/engine/session.ts';
import { numberOf } from '../../../../src/engine/session.ts';
import { quoted } from '../../../../src/engine/sql.ts';
import type { Deployment } from '../../../../src/model/redset.ts';

/** One published share, and what a trace has. Percent. */
export interface Score {
  readonly figure: string;
  readonly published: number;
  readonly found: number;
  /** Rows (or instances) the figure is a share of: how much chance there is in it. */
  readonly of: number;
}

/** A figure that is known for one tier or both. */
interface Figure {
  readonly figure: string;
  readonly provisioned?: number;
  readonly serverless?: number;
  /** An aggregate over `rows`, a percentage. */
  readonly sql: string;
  readonly of?: string;
}

const share = (condition: string, among = 'true'): string =>
  `100.0 * count(*) FILTER (WHERE (${condition}) AND (${among})) / nullif(count(*) FILTER (WHERE ${among}), 0)`;
const ofTime = (condition: string): string =>
  `100.0 * coalesce(sum(ms) FILTER (WHERE ${condition}), 0) / nullif(sum(ms), 0)`;

const range = (column: string, from: number, to: number): string => `${column} > ${from} AND ${column} <= ${to}`;
const scanned = (from: number, to: number): string => `coalesce(mb, 0) >= ${from} AND coalesce(mb, 0) < ${to}`;

const RUN_TIME: readonly (readonly [name: string, from: number, to: number, queries: number, time: number])[] = [
  ['10 ms', -1, 10, 13.7, 0.01],
  ['100 ms', 10, 100, 48.3, 0.4],
  ['1 s', 100, 1_000, 24.9, 2.3],
  ['10 s', 1_000, 10_000, 9.9, 7.3],
  ['1 min', 10_000, 60_000, 2.2, 13.3],
  ['10 min', 60_000, 600_000, 0.86, 35.7],
  ['1 h', 600_000, 3_600_000, 0.08, 25.2],
  ['10 h', 3_600_000, 36_000_000, 0.008, 14.3],
  ['more', 36_000_000, 1e12, 0.00009, 1.6],
];

const SCAN: readonly (readonly [name: string, from: number, to: number, queries: number, time: number])[] = [
  ['below 1 GB', -1, 1e3, 75, 31],
  ['1 to 10 GB', 1e3, 1e4, 19, 14],
  ['10 to 100 GB', 1e4, 1e5, 4.1, 20],
  ['100 GB to 1 TB', 1e5, 1e6, 1.1, 18],
  ['1 to 10 TB', 1e6, 1e7, 0.21, 11],
  ['10 to 100 TB', 1e7, 1e8, 0.029, 5.1],
];

const SPILL: readonly (readonly [from: number, to: number, percent: number])[] = [
  [200, 500, 3.07],
  [500, 1_000, 3.81],
  [1_000, 2_000, 4.25],
  [2_000, 5_000, 7.74],
  [5_000, 10_000, 12.14],
  [10_000, 50_000, 19.83],
  [100_000, 1e12, 34.48],
];

const CLASSES: readonly (readonly [name: string, percent: number, spilled: number])[] = [
  ['network', 4.18, 4.4],
  ['cpu', 2.23, 5.6],
  ['queue', 0.69, 5.3],
  ['io', 0.25, 27.1],
  ['normal', 92.65, 2.0],
];

const FIGURES: readonly Figure[] = [
  { figure: 'executed selects', provisioned: 20.3, serverless: 26.3, sql: share("query_type = 'select'") },
  { figure: 'cached', provisioned: 10.63, serverless: 4.59, sql: share('was_cached') },
  { figure: 'cached of reads', provisioned: 34.43, sql: share('was_cached', 'is_read'), of: 'is_read' },
  { figure: 'copies', provisioned: 9.4, serverless: 13, sql: share("query_type = 'copy'") },
  { figure: 'unloads', provisioned: 0.45, sql: share("query_type = 'unload'") },
  { figure: 'inserts', serverless: 36, sql: share("query_type = 'insert'") },
  { figure: 'deletes', serverless: 9, sql: share("query_type = 'delete'") },
  { figure: 'repeated', provisioned: 90.16, serverless: 87.52, sql: share('repeated') },
  { figure: 'repeated reads', provisioned: 93.45, serverless: 93.11, sql: share('repeated', 'is_read'), of: 'is_read' },
  { figure: 'again within 60 s', provisioned: 69.7, serverless: 66.5, sql: share('again') },
  { figure: 'aborted', provisioned: 0.51, serverless: 0.91, sql: share('was_aborted') },
  { figure: 'queued and executed', provisioned: (100 * 15.3) / 433.1, sql: share('queue_duration_ms > 0 AND ms > 0') },
  {
    figure: 'resolvable sources',
    provisioned: 96.3,
    serverless: 99.8,
    sql: share('resolved', 'was_cached'),
    of: 'was_cached',
  },
  ...RUN_TIME.map(([name, from, to, queries]) => ({
    figure: `run time to ${name}`,
    provisioned: queries,
    sql: share(range('ms', from, to)),
  })),
  ...RUN_TIME.map(([name, from, to, , time]) => ({
    figure: `of run time, to ${name}`,
    provisioned: time,
    sql: ofTime(range('ms', from, to)),
  })),
  ...SCAN.map(([name, from, to, queries]) => ({
    figure: `scan ${name}`,
    provisioned: queries,
    sql: share(scanned(from, to)),
  })),
  ...SCAN.map(([name, from, to, , time]) => ({
    figure: `of run time, scan ${name}`,
    provisioned: time,
    sql: ofTime(scanned(from, to)),
  })),
  ...SPILL.map(([from, to, percent]) => ({
    figure: `spills of ${from} to ${to} MB`,
    provisioned: percent,
    serverless: percent,
    sql: share('spilled > 0', `NOT was_cached AND ${scanned(from, to)}`),
    of: scanned(from, to),
  })),
  { figure: 'spills of uncached', provisioned: 2.3, sql: share('spilled > 0', 'NOT was_cached'), of: 'NOT was_cached' },
  ...CLASSES.map(([name, percent]) => ({
    figure: `class ${name}`,
    provisioned: percent,
    sql: share(`class = '${name}'`),
  })),
  ...CLASSES.map(([name, , spilled]) => ({
    figure: `spills of class ${name}`,
    provisioned: spilled,
    sql: share('spilled > 0', `class = '${name}'`),
    of: `class = '${name}'`,
  })),
  ...CLASSES.map(([name, percent]) => ({
    figure: `class ${name}, of uncached`,
    provisioned: percent,
    sql: share(`class = '${name}'`, 'NOT was_cached'),
    of: 'NOT was_cached',
  })),
];

/** Figures over instances and fingerprints instead of rows. */
const FLEET_FIGURES: readonly (Figure & { readonly from: string })[] = [
  { figure: 'largest instance', provisioned: 13.6, serverless: 18.4, sql: '100.0 * max(n) / sum(n)', from: 'sizes' },
  {
    figure: 'instances with half of the queries',
    provisioned: 10,
    serverless: 4,
    sql: 'count(*) FILTER (WHERE before < 0.5)',
    from: 'sizes',
  },
  {
    figure: 'instances with 90 % of the queries',
    provisioned: 42,
    serverless: 14,
    sql: 'count(*) FILTER (WHERE before < 0.9)',
    from: 'sizes',
  },
  {
    figure: 'median instance, of the mean',
    provisioned: (100 * 31_045 * 200) / 433_107_811,
    sql: '100.0 * median(n) / avg(n)',
    from: 'sizes',
  },
  { figure: 'users of the median instance', provisioned: 2, serverless: 1, sql: 'median(users)', from: 'sizes' },
  {
    figure: 'top ten fingerprints',
    provisioned: 33.7,
    serverless: 53.4,
    sql: '100.0 * sum(n) FILTER (WHERE place <= 10) / max(total)',
    from: 'fingerprints',
  },
];

/** Compares a generated tier with every share that is published for it. */
export async function scorecard(session: Session, folder: string, deployment: Deployment): Promise<Score[]> {
  await session.run(viewsOver(join(folder, deployment, 'full.parquet')));
  const known = FIGURES.filter((figure) => figure[deployment] !== undefined);
  const columns = known.map(({ sql, of }, i) => `${sql} AS v${i}, count(*) FILTER (WHERE ${of ?? 'true'}) AS n${i}`);
  const row = await session.row(`SELECT ${columns.join(',\n')} FROM rows`);
  const scores = known.map(({ figure, ...published }, i) => ({
    figure,
    published: published[deployment] ?? Number.NaN,
    found: numberOf(row[`v${i}`] ?? Number.NaN),
    of: numberOf(row[`n${i}`] ?? Number.NaN),
  }));
  for (const { figure, sql, from, ...published } of FLEET_FIGURES) {
    if (published[deployment] === undefined) continue;
    const found = await session.row(`SELECT CAST(${sql} AS DOUBLE) AS v, count(*) AS n FROM ${from}`);
    scores.push({ figure, published: published[deployment], found: numberOf(found.v), of: numberOf(found.n) });
  }
  return scores;
}

/** The rows with everything the figures look at. The class rules are those of the published analysis. */
function viewsOver(path: string): string {
  return `
    CREATE OR REPLACE TEMP TABLE rows AS
    WITH raw AS (SELECT *, row_number() OVER () AS i FROM read_parquet(${quoted(path)})),
    seen AS (
      SELECT *, execution_duration_ms AS ms, mbytes_scanned AS mb, coalesce(mbytes_spilled, 0) AS spilled,
        query_type = 'select' OR was_cached AS is_read,
        query_type IN ('copy', 'unload') AS is_copy,
        execution_duration_ms / (coalesce(mbytes_scanned, 0) + 1) AS ratio,
        was_cached OR row_number() OVER (PARTITION BY instance_id, feature_fingerprint ORDER BY i) > 1 AS repeated,
        coalesce(arrival_timestamp - lag(arrival_timestamp) OVER (
          PARTITION BY instance_id, user_id, feature_fingerprint ORDER BY i) < INTERVAL 60 SECOND, false) AS again
      FROM raw)
    SELECT s.*, q.query_id IS NOT NULL AS resolved,
      CASE
        WHEN s.was_cached THEN 'normal'
        WHEN is_copy AND ms > 500 THEN 'network'
        WHEN NOT is_copy AND (s.num_joins > 1 OR s.num_aggregations > 1) AND mb > 0 AND ratio > 20 AND ms > 1000 THEN 'cpu'
        WHEN NOT is_copy AND mb >= 2000 AND ratio < 0.061 AND (spilled > 0 OR s.num_scans > 1) AND ms > 1000 THEN 'io'
        WHEN s.queue_duration_ms >= ms AND s.queue_duration_ms > 1000 AND ms > 0
          AND s.num_scans + s.num_joins + s.num_aggregations < 4 THEN 'queue'
        ELSE 'normal'
      END AS class
    FROM seen s LEFT JOIN raw q ON q.instance_id = s.instance_id AND q.query_id = s.cache_source_query_id;
    CREATE OR REPLACE TEMP TABLE sizes AS
    SELECT *, coalesce(sum(n) OVER (ORDER BY n DESC, instance_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)
      / sum(n) OVER () AS before
    FROM (SELECT instance_id, count(*) AS n, count(DISTINCT user_id) AS users FROM rows GROUP BY ALL);
    CREATE OR REPLACE TEMP TABLE fingerprints AS
    SELECT *, row_number() OVER (ORDER BY n DESC) AS place, (SELECT count(*) FROM rows) AS total
    FROM (SELECT instance_id, feature_fingerprint, count(*) AS n FROM rows
      WHERE feature_fingerprint IS NOT NULL GROUP BY ALL);`;
}
