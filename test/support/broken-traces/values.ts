import { REDSET_COLUMNS } from '../../../src/model/redset.ts';
import { SOUND_ROWS } from './case.ts';

/** A value that a column cannot have, or can, in every tenth row of the sound trace. */
export interface BrokenValue {
  readonly column: string;
  readonly value: string;
  /** Type of the column in the file. */
  readonly type: string;
  /** Why the rows with the value are rejected; undefined if they are not. */
  readonly reason: string | undefined;
}

const EVERY = 10;
/** Rows of the sound trace that get the value. */
export const HIT = SOUND_ROWS / EVERY;

/** The rows of `table` with the value in every tenth; the other rows' values are cast to its type. */
export function valueSql({ column, value, type }: BrokenValue, table = 'sound'): string {
  // Numbers go by way of BIGINT, because a DOUBLE as text has a fraction.
  const isNumber = !['BOOLEAN', 'VARCHAR', 'TIMESTAMP', 'DATE', 'TIMESTAMP_S', 'TIMESTAMPTZ'].includes(
    type.toUpperCase(),
  );
  const kept = isNumber ? `TRY_CAST(TRY_CAST(${column} AS BIGINT) AS ${type})` : `CAST(${column} AS ${type})`;
  return `SELECT * REPLACE (CASE WHEN query_id % ${EVERY} = 0 THEN CAST(${value} AS ${type}) ELSE ${kept} END AS ${column}) FROM ${table}`;
}

export function withValue(column: string, value: string, type: string, reason: string | undefined): BrokenValue {
  return { column, value, type, reason };
}

const AMOUNTS = REDSET_COLUMNS.map(({ name }) => name).filter((name) =>
  /^(num|mbytes)_|_duration_ms$|^cluster_size$/.test(name),
);
const DURATIONS = AMOUNTS.filter((name) => name.endsWith('_duration_ms'));
const WEEK_MS = 7 * 86_400_000;

const impossible: BrokenValue[] = [
  ...AMOUNTS.map((name) => withValue(name, '-1', 'BIGINT', 'negative')),
  withValue('mbytes_spilled', '-9223372036854775808', 'BIGINT', 'negative'),
  ...DURATIONS.map((name) => withValue(name, String(WEEK_MS + 1), 'BIGINT', 'out_of_range')),
  withValue('execution_duration_ms', '9223372036854775807', 'BIGINT', 'out_of_range'),
  withValue('execution_duration_ms', String(WEEK_MS), 'BIGINT', undefined),
  ...['instance_id', 'query_id'].map((name) => withValue(name, 'NULL', 'BIGINT', 'missing_field')),
  withValue('query_type', 'NULL', 'VARCHAR', 'missing_field'),
];

const mistyped: BrokenValue[] = [
  withValue('num_joins', '3.7', 'DOUBLE', 'bad_type'),
  withValue('query_id', '0.5', 'DOUBLE', 'bad_type'),
  withValue('user_id', '-0.5', 'FLOAT', 'bad_type'),
  withValue('mbytes_scanned', '3.70', 'DECIMAL(10, 2)', 'bad_type'),
  withValue('mbytes_scanned', "'inf'", 'DOUBLE', 'bad_type'),
  withValue('mbytes_scanned', "'-inf'", 'DOUBLE', 'bad_type'),
  withValue('mbytes_scanned', "'nan'", 'DOUBLE', undefined),
  withValue('query_id', "'nan'", 'DOUBLE', 'missing_field'),
  withValue('query_id', '1e300', 'DOUBLE', 'bad_type'),
  withValue('query_id', '9223372036854775808', 'DOUBLE', 'bad_type'),
  withValue('query_id', '9223372036854775808', 'UBIGINT', 'bad_type'),
  withValue('query_id', '9223372036854775808', 'HUGEINT', 'bad_type'),
  withValue('query_id', "'9223372036854775808'", 'VARCHAR', 'bad_type'),
  withValue('num_scans', "'abc'", 'VARCHAR', 'bad_type'),
  withValue('num_scans', "'3.7'", 'VARCHAR', 'bad_type'),
  withValue('num_scans', "'1e3'", 'VARCHAR', 'bad_type'),
  withValue('num_scans', "'0x1F'", 'VARCHAR', 'bad_type'),
  withValue('num_scans', "'1,000'", 'VARCHAR', 'bad_type'),
  withValue('num_scans', "'١٢'", 'VARCHAR', 'bad_type'),
  withValue('num_scans', "'--1'", 'VARCHAR', 'bad_type'),
  withValue('num_scans', "'-1'", 'VARCHAR', 'negative'),
  withValue('num_scans', "''", 'VARCHAR', undefined),
  withValue('num_scans', "' 7.000 '", 'VARCHAR', undefined),
  withValue('instance_id', "''", 'VARCHAR', 'missing_field'),
  withValue('instance_id', "'provisioned-1'", 'VARCHAR', 'bad_type'),
  withValue('was_cached', '2', 'BIGINT', 'bad_type'),
  withValue('was_cached', '-1', 'TINYINT', 'bad_type'),
  withValue('was_aborted', '0.5', 'DOUBLE', 'bad_type'),
  withValue('was_aborted', "'inf'", 'DOUBLE', 'bad_type'),
  withValue('was_aborted', "'maybe'", 'VARCHAR', 'bad_type'),
  withValue('was_aborted', "'TRUE'", 'VARCHAR', undefined),
  withValue('query_type', "''", 'VARCHAR', 'missing_field'),
  withValue('query_type', "'séléct 🦆 ‮ '' \" \\ ' || chr(0) || chr(10) || ','", 'VARCHAR', undefined),
  withValue('query_type', "repeat('x', 1000000)", 'VARCHAR', undefined),
  withValue('feature_fingerprint', "''", 'VARCHAR', undefined),
  withValue('read_table_ids', "',,x,-1,99999999999999999999,3.5,'", 'VARCHAR', undefined),
  withValue('read_table_ids', '3.5', 'DOUBLE', 'bad_type'),
];

/** Values of every column but the time. */
export const BROKEN_VALUES: readonly BrokenValue[] = [...impossible, ...mistyped];
