import { identifier, quoted } from '../../src/engine/sql.ts';
import type { RedsetColumnName } from '../../src/model/redset.ts';
import { REDSET_COLUMNS } from '../../src/model/redset.ts';
import { at } from './time.ts';

/** A value of a trace's row: times are microseconds since 1970, integers numbers or, beyond 2^53, bigints. */
export type Value = number | bigint | string | boolean | null;

/** One row of a trace with all its columns. */
export type TraceRow = Readonly<Record<'deployment' | RedsetColumnName, Value>>;

/** The columns of a row that matter; the others are those of an ordinary executed select. */
export type RowSpec = Readonly<Partial<TraceRow>>;

const ORDINARY: TraceRow = {
  deployment: 'provisioned',
  instance_id: 1,
  cluster_size: 2,
  user_id: 7,
  database_id: 3,
  query_id: 1,
  arrival_timestamp: at('2024-03-01 00:10'),
  compile_duration_ms: 10,
  queue_duration_ms: 0,
  execution_duration_ms: 100,
  feature_fingerprint: 'f1',
  was_aborted: false,
  was_cached: false,
  cache_source_query_id: null,
  query_type: 'select',
  num_permanent_tables_accessed: 1,
  num_external_tables_accessed: 0,
  num_system_tables_accessed: 0,
  read_table_ids: '11,12',
  write_table_ids: null,
  mbytes_scanned: 50,
  mbytes_spilled: 0,
  num_joins: 1,
  num_scans: 2,
  num_aggregations: 0,
};

/** Names of a row's columns, `deployment` first. */
export const ROW_COLUMNS: readonly (keyof TraceRow)[] = ['deployment', ...REDSET_COLUMNS.map(({ name }) => name)];

/** The row with everything that its specification leaves out. */
export function fullRow(spec: RowSpec): TraceRow {
  return { ...ORDINARY, ...spec };
}

/** The form in which a trace's file holds its columns: as they are meant, as pandas or as a CSV export leaves them. */
export type Shape = 'typed' | 'pandas' | 'text';
export const SHAPES: readonly Shape[] = ['typed', 'pandas', 'text'];

/** A SELECT of the rows in their order: `deployment` and Redset's columns, typed as they are meant. */
export function rowsSql(rows: readonly RowSpec[]): string {
  const columns = ROW_COLUMNS.map((name, index) => `CAST(c${index} AS ${typeOf(name)}) AS ${name}`);
  const values = rows.map((row) => `(${ROW_COLUMNS.map((name) => literal(fullRow(row)[name], name)).join(', ')})`);
  const source =
    values.length === 0
      ? `(SELECT ${ROW_COLUMNS.map((_, index) => `NULL AS c${index}`).join(', ')} LIMIT 0)`
      : `(VALUES ${values.join(', ')})`;
  return `SELECT ${columns.join(', ')} FROM ${source} AS source(${ROW_COLUMNS.map((_, index) => `c${index}`).join(', ')})`;
}

/** The same rows in another shape: a SELECT of Redset's columns over a SELECT of the typed ones. */
export function shapedSql(typedSql: string, shape: Shape): string {
  const columns = REDSET_COLUMNS.map(({ name }) => `${SHAPED[shape](name)} AS ${identifier(name)}`);
  return `SELECT ${columns.join(', ')} FROM (${typedSql})`;
}

/** Integers that pandas keeps as such because Redset never lacks them. */
const NEVER_NULL: readonly string[] = ['user_id', 'database_id'];

const SHAPED: Record<Shape, (name: string) => string> = {
  typed: (name) => name,
  // A column with a missing value is DOUBLE with NaN there, booleans included; times have nanoseconds.
  pandas: (name) => {
    const type = typeOf(name);
    if (type === 'TIMESTAMP') return `CAST(${name} AS TIMESTAMP_NS)`;
    if (type === 'VARCHAR' || NEVER_NULL.includes(name)) return name;
    return `coalesce(CAST(CAST(${name} AS BIGINT) AS DOUBLE), CAST('NaN' AS DOUBLE))`;
  },
  text: (name) => {
    const type = typeOf(name);
    if (type === 'TIMESTAMP') return `coalesce(strftime(${name}, '%Y-%m-%dT%H:%M:%S.%f'), 'NaT')`;
    if (type === 'BOOLEAN') return `CASE ${name} WHEN true THEN 'True' WHEN false THEN 'False' ELSE 'None' END`;
    if (type === 'VARCHAR') return `coalesce(${name}, '')`;
    return `coalesce(CAST(${name} AS VARCHAR) || '.0', 'nan')`;
  },
};

function typeOf(name: string): string {
  return REDSET_COLUMNS.find((column) => column.name === name)?.type.toUpperCase() ?? 'VARCHAR';
}

function literal(value: Value, name: string): string {
  if (value === null) return 'NULL';
  if (name === 'arrival_timestamp') return `make_timestamp(${value})`;
  return typeof value === 'string' ? quoted(value) : String(value);
}
