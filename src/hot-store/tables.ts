import { BATCH_COLUMNS } from '../bus/bus.ts';
import { identifier } from '../engine/sql.ts';
import type { Metric } from '../metrics/metric.ts';
import { HISTORY_COLUMNS, rollupColumnList, rollupColumns } from '../metrics/metric.ts';
import { LOGGED_COLUMNS } from '../model/redset.ts';

/** Version of the tables below; a store of another version is refused. */
export const SCHEMA_VERSION = 2;

/** Catalog of the store's own file; DuckDB names it after the file, `hot.duckdb`. */
export const STORE_CATALOG = 'hot';
/** Catalog in memory with the provisional rollups and the public names. */
export const LIVE_CATALOG = 'live';

const REDSET = BATCH_COLUMNS.slice(
  BATCH_COLUMNS.findIndex(({ name }) => name === 'cluster_size'),
  BATCH_COLUMNS.findIndex(({ name }) => name === 'bad_columns'),
);

/** Columns of a clean event as stored, in order. What can be computed from them (`DERIVED_EVENT_COLUMNS`) is not stored. */
export const EVENT_COLUMNS: readonly { readonly name: string; readonly type: string }[] = [
  { name: 'hour', type: 'TIMESTAMP' },
  { name: 'instance_id', type: 'VARCHAR' },
  { name: 'deployment', type: 'VARCHAR' },
  ...REDSET,
  { name: 'is_read', type: 'BOOLEAN' },
  { name: 'partition', type: 'INTEGER' },
  { name: 'offset', type: 'BIGINT' },
];

/**
 * Columns of `events` that follow from the stored ones: whether a measure is zero, and its logarithm in milli-nats. The
 * logarithm is taken in DOUBLE, because 1 + the largest BIGINT is none.
 */
export const DERIVED_EVENT_COLUMNS: readonly { readonly name: string; readonly sql: string }[] = [
  ...LOGGED_COLUMNS.map(([name, column]) => ({ name: `is_zero_${name}`, sql: `${column} = 0` })),
  ...LOGGED_COLUMNS.map(([name, column]) => ({
    name: `ln_${name}`,
    sql: `CAST(round(1000 * ln(1 + CAST(${column} AS DOUBLE))) AS BIGINT)`,
  })),
];

/** The public columns of `events`, in order, as a SELECT list over the stored table. */
export const PUBLIC_EVENT_COLUMNS: string = [
  ...EVENT_COLUMNS.slice(0, -2).map(({ name }) => identifier(name)),
  ...DERIVED_EVENT_COLUMNS.map(({ name, sql }) => `${sql} AS ${name}`),
  ...EVENT_COLUMNS.slice(-2).map(({ name }) => identifier(name)),
].join(', ');

const columnList = (columns: readonly { readonly name: string; readonly type: string }[]): string =>
  columns.map(({ name, type }) => `${identifier(name)} ${type}`).join(', ');

/**
 * The tables of a run. None has a key or an index: in DuckDB, index-backed deletes and inserts are slow and bloat the
 * file; single writers and the transactions keep rows unique instead.
 */
export function createTables(metrics: readonly Metric[]): string[] {
  const lateColumns = [
    ...EVENT_COLUMNS,
    { name: 'seen_watermark', type: 'TIMESTAMP' },
    { name: 'late_by_ms', type: 'BIGINT' },
    // `late` until its hour is amended, then `amended` or `late_duplicate`, and in which revision.
    { name: 'fate', type: 'VARCHAR' },
    { name: 'revision', type: 'INTEGER' },
  ];
  return [
    'CREATE SCHEMA store',
    'CREATE SCHEMA rollups',
    'CREATE TABLE store.meta (name VARCHAR, value VARCHAR)',
    `CREATE TABLE store.progress ("partition" INTEGER, first_offset BIGINT, next_offset BIGINT, watermark TIMESTAMP,
       last_seq BIGINT, resent BIGINT, controls BIGINT, gaps BIGINT, ended BOOLEAN, watermark_at TIMESTAMP, replayed BOOLEAN)`,
    'CREATE TABLE store.hours (hour TIMESTAMP, state VARCHAR, revision INTEGER, watermark TIMESTAMP, finalized_at TIMESTAMP)',
    `CREATE TABLE store.events (${columnList(EVENT_COLUMNS)})`,
    `CREATE TABLE store.late_events (${columnList(lateColumns)})`,
    `CREATE TABLE store.rejected (hour TIMESTAMP, "partition" INTEGER, "offset" BIGINT, seq BIGINT, reason VARCHAR, field VARCHAR, raw BLOB)`,
    // Batches only append (frozen = false); closing replaces an hour's rows by one frozen row per partition.
    `CREATE TABLE store.receipts (hour TIMESTAMP, "partition" INTEGER, counted BIGINT, late BIGINT, rejected BIGINT,
       duplicate BIGINT, first_offset BIGINT, last_offset BIGINT, watermark TIMESTAMP, frozen BOOLEAN)`,
    `CREATE TABLE store.archive_files (hour TIMESTAMP, dataset VARCHAR, revision INTEGER, path VARCHAR, rows BIGINT,
       bytes BIGINT, sha256 VARCHAR, state VARCHAR)`,
    'CREATE TABLE store.metric_failures (hour TIMESTAMP, metric VARCHAR, reason VARCHAR)',
    // Each row is what was known after its hour; the latest before an hour is what that hour knew.
    `CREATE TABLE store.fingerprints (${HISTORY_COLUMNS.fingerprints})`,
    `CREATE TABLE store.carried (${HISTORY_COLUMNS.carried})`,
    ...metrics.flatMap(createRollupTables),
  ];
}

/** The hourly table of a metric and its sums by day. */
export function createRollupTables(metric: Metric): string[] {
  const [hourly, daily] = [rollupColumns(metric), dayColumns(metric)];
  return [
    `CREATE TABLE rollups.${identifier(metric.name)} (${columnList(hourly)}, revision INTEGER)`,
    `CREATE TABLE rollups.${identifier(dayTable(metric))} (${columnList(daily)}, revision INTEGER)`,
  ];
}

/** Name of the table of a metric's sums by day. */
export function dayTable(metric: Pick<Metric, 'name'>): string {
  return `${metric.name}_day`;
}

/** Its columns: `day` in the place of `hour`. */
export function dayColumns(metric: Metric): readonly { readonly name: string; readonly type: string }[] {
  return rollupColumns(metric).map(({ name, type }) => ({ name: name === 'hour' ? 'day' : name, type }));
}

/** Where closing leaves a metric's rows of the hours about to become final, for `finalize` to take over. */
export function closingTable(metric: Metric): string {
  return `temp.${identifier(`closing_${metric.name}`)}`;
}

/** Makes that table, empty, in the session that closes. */
export function createClosingTable(metric: Metric): string {
  return `CREATE OR REPLACE TEMP TABLE ${closingTable(metric)} (${columnList(rollupColumns(metric))})`;
}

/** Where closing leaves a metric's sums of the days that end with those hours. */
export function closingDayTable(metric: Metric): string {
  return `temp.${identifier(`closing_${dayTable(metric)}`)}`;
}

/** Makes that table, empty, in the session that closes. */
export function createClosingDayTable(metric: Metric): string {
  return `CREATE OR REPLACE TEMP TABLE ${closingDayTable(metric)} (${columnList(dayColumns(metric))}, revision INTEGER)`;
}

/** Where recomputing collects a metric's rows of all final hours, for `redefine` to take over. */
export function recomputedTable(metric: Metric): string {
  return `temp.${identifier(`recomputed_${metric.name}`)}`;
}

/** Makes that table, empty, in the session that closes. */
export function createRecomputedTable(metric: Metric): string {
  return `CREATE OR REPLACE TEMP TABLE ${recomputedTable(metric)} (${columnList(rollupColumns(metric))}, revision INTEGER)`;
}

/** Where amending leaves the new fate of each late event that it looked at. */
export const AMENDED_FATES = 'temp.amended_fates';

/** The provisional rollups of open hours, and every public name over final and provisional rows. */
export function createLiveCatalog(metrics: readonly Metric[]): string[] {
  const { catalog, store } = { catalog: LIVE_CATALOG, store: `${STORE_CATALOG}.store` };
  return [
    `ATTACH ':memory:' AS ${catalog}`,
    `CREATE SCHEMA ${catalog}.provisional`,
    ...metrics.map(
      (metric) =>
        `CREATE TABLE ${catalog}.provisional.${identifier(metric.name)} (${columnList(rollupColumns(metric))})`,
    ),
    ...publicViews(`${catalog}.main`, store),
    ...metrics.map((metric) => {
      const columns = rollupColumnList(metric);
      const open = `SELECT hour FROM ${store}.hours WHERE state <> 'open'`;
      return `CREATE VIEW ${catalog}.main.${identifier(metric.name)} AS
        SELECT ${columns}, 'final' AS state, revision FROM ${STORE_CATALOG}.rollups.${identifier(metric.name)}
        UNION ALL SELECT ${columns}, 'open', 0 FROM ${catalog}.provisional.${identifier(metric.name)} WHERE hour NOT IN (${open})`;
    }),
    ...metrics.map((metric) => dayView(`${catalog}.main`, `${STORE_CATALOG}.rollups`, metric)),
  ];
}

/** Public names over final rows only, kept in the file for people who open it with other tools. */
export function createFileViews(metrics: readonly Metric[]): string[] {
  return [...publicViews('main', 'store'), ...createMetricViews(metrics)];
}

/** Those of metrics. */
export function createMetricViews(metrics: readonly Metric[]): string[] {
  return metrics.flatMap((metric) => {
    const columns = rollupColumnList(metric);
    return [
      `CREATE OR REPLACE VIEW main.${identifier(metric.name)} AS
        SELECT ${columns}, 'final' AS state, revision FROM rollups.${identifier(metric.name)}`,
      dayView('main', 'rollups', metric),
    ];
  });
}

function dayView(schema: string, rollups: string, metric: Metric): string {
  const name = identifier(dayTable(metric));
  const columns = dayColumns(metric).map((column) => identifier(column.name));
  return `CREATE OR REPLACE VIEW ${schema}.${name} AS SELECT ${columns.join(', ')}, 'final' AS state, revision FROM ${rollups}.${name}`;
}

function publicViews(schema: string, store: string): string[] {
  const late = EVENT_COLUMNS.slice(-2)
    .map(({ name }) => identifier(name))
    .join(', ');
  return [
    `CREATE OR REPLACE VIEW ${schema}.progress AS SELECT * FROM ${store}.progress`,
    `CREATE OR REPLACE VIEW ${schema}.events AS SELECT ${PUBLIC_EVENT_COLUMNS} FROM ${store}.events`,
    `CREATE OR REPLACE VIEW ${schema}.late_events AS SELECT ${PUBLIC_EVENT_COLUMNS.replace(late, `${late}, seen_watermark, late_by_ms, fate, revision`)} FROM ${store}.late_events`,
    `CREATE OR REPLACE VIEW ${schema}.rejected AS
      SELECT * REPLACE (coalesce(TRY(decode(raw)), CAST(raw AS VARCHAR)) AS raw), raw AS raw_bytes FROM ${store}.rejected`,
    `CREATE OR REPLACE VIEW ${schema}.archive_files AS SELECT * FROM ${store}.archive_files`,
    `CREATE OR REPLACE VIEW ${schema}.metric_failures AS SELECT * FROM ${store}.metric_failures`,
    `CREATE OR REPLACE VIEW ${schema}.receipts AS
      SELECT r.hour, r."partition", coalesce(h.state, 'open') AS state,
        CAST(sum(counted) AS BIGINT) AS counted,
        CAST(coalesce(sum(late) FILTER (frozen OR h.state IS DISTINCT FROM 'final'), 0) AS BIGINT) AS late,
        CAST(coalesce(sum(rejected) FILTER (frozen OR h.state IS DISTINCT FROM 'final'), 0) AS BIGINT) AS rejected,
        CAST(sum(duplicate) AS BIGINT) AS duplicate,
        CAST(coalesce(sum(late) FILTER (NOT frozen AND h.state = 'final'), 0) AS BIGINT) AS late_after,
        CAST(coalesce(sum(rejected) FILTER (NOT frozen AND h.state = 'final'), 0) AS BIGINT) AS rejected_after,
        CAST(coalesce(any_value(l.amended), 0) AS BIGINT) AS amended, CAST(coalesce(any_value(l.late_duplicate), 0) AS BIGINT) AS late_duplicate,
        min(first_offset) AS first_offset, max(last_offset) AS last_offset, max(r.watermark) AS watermark
      FROM ${store}.receipts r LEFT JOIN ${store}.hours h ON h.hour = r.hour
        LEFT JOIN (${lateFates(store, 'hour, "partition"')}) l ON l.hour = r.hour AND l."partition" = r."partition"
      GROUP BY r.hour, r."partition", h.state`,
    `CREATE OR REPLACE VIEW ${schema}.hours AS
      SELECT coalesce(h.hour, r.hour) AS hour, coalesce(h.state, 'open') AS state, coalesce(h.revision, 0) AS revision, h.watermark, h.finalized_at,
        coalesce(r.counted, 0) AS counted, coalesce(r.late, 0) AS late, coalesce(r.rejected, 0) AS rejected, coalesce(r.duplicate, 0) AS duplicate,
        coalesce(l.amended, 0) AS amended, coalesce(l.late_duplicate, 0) AS late_duplicate
      FROM ${store}.hours h FULL JOIN (
        SELECT hour, CAST(sum(counted) AS BIGINT) AS counted, CAST(sum(late) AS BIGINT) AS late,
          CAST(sum(rejected) AS BIGINT) AS rejected, CAST(sum(duplicate) AS BIGINT) AS duplicate
        FROM ${store}.receipts WHERE hour IS NOT NULL GROUP BY hour) r ON r.hour = h.hour
        LEFT JOIN (${lateFates(store, 'hour')}) l ON l.hour = coalesce(h.hour, r.hour)
      WHERE h.hour IS NOT NULL OR r.counted > 0`,
  ];
}

/** How many late events were folded into their hour, and how many were there already. */
function lateFates(store: string, by: string): string {
  return `SELECT ${by}, count(*) FILTER (fate = 'amended') AS amended, count(*) FILTER (fate = 'late_duplicate') AS late_duplicate
    FROM ${store}.late_events WHERE fate <> 'late' GROUP BY ${by}`;
}
