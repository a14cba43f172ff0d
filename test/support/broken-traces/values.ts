import { REDSET_COLUMNS } from '../../../src/model/redset.ts';
import type { BrokenTrace } from './case.ts';
import { invalid, SOUND_ROWS } from './case.ts';

/** Every tenth row of the sound trace gets the value. */
const EVERY = 10;
const HIT = SOUND_ROWS / EVERY;

/** The sound trace with another value of a column in every tenth row; the other rows' values are cast to its type. */
function replaced(column: string, value: string, type: string): string {
  // Numbers go by way of BIGINT, because a DOUBLE as text has a fraction.
  const isNumber = !['BOOLEAN', 'VARCHAR', 'TIMESTAMP', 'DATE', 'TIMESTAMP_S'].includes(type.toUpperCase());
  const kept = isNumber ? `TRY_CAST(TRY_CAST(${column} AS BIGINT) AS ${type})` : `CAST(${column} AS ${type})`;
  return `SELECT * REPLACE (CASE WHEN query_id % ${EVERY} = 0 THEN CAST(${value} AS ${type}) ELSE ${kept} END AS ${column}) FROM sound`;
}

function withValue(column: string, value: string, type: string, reason: string | undefined): BrokenTrace {
  return {
    name: `with ${column} = ${value} as ${type}`,
    verdict: { rejected: reason === undefined ? {} : { [`${reason} ${column}`]: HIT } },
    make: ({ parquet }) => parquet(replaced(column, value, type)),
  };
}

const AMOUNTS = REDSET_COLUMNS.map(({ name }) => name).filter((name) =>
  /^(num|mbytes)_|_duration_ms$|^cluster_size$/.test(name),
);
const DURATIONS = AMOUNTS.filter((name) => name.endsWith('_duration_ms'));
const WEEK_MS = 7 * 86_400_000;

const impossible: BrokenTrace[] = [
  ...AMOUNTS.map((name) => withValue(name, '-1', 'BIGINT', 'negative')),
  withValue('mbytes_spilled', '-9223372036854775808', 'BIGINT', 'negative'),
  ...DURATIONS.map((name) => withValue(name, String(WEEK_MS + 1), 'BIGINT', 'out_of_range')),
  withValue('execution_duration_ms', '9223372036854775807', 'BIGINT', 'out_of_range'),
  withValue('execution_duration_ms', String(WEEK_MS), 'BIGINT', undefined),
  ...REDSET_COLUMNS.filter(({ required }) => required).map(({ name, type }) =>
    withValue(name, 'NULL', type === 'timestamp' ? 'TIMESTAMP' : type, 'missing_field'),
  ),
];

const mistyped: BrokenTrace[] = [
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

const TIME = 'arrival_timestamp';
const everyTime =
  (value: string): BrokenTrace['make'] =>
  ({ parquet }) =>
    parquet(`SELECT * REPLACE (${value} AS ${TIME}) FROM sound`);
const times: BrokenTrace[] = [
  { name: 'with no time at all', verdict: invalid(TIME, 'found none'), make: everyTime('CAST(NULL AS TIMESTAMP)') },
  { name: 'with times that are empty texts', verdict: invalid(TIME, 'found none'), make: everyTime("''") },
  { name: 'with times that are words', verdict: invalid(TIME, 'found none'), make: everyTime("'yesterday'") },
  {
    name: 'with times that are numbers in text',
    verdict: invalid(TIME, 'found none'),
    make: everyTime("'1709510400'"),
  },
  withValue(TIME, 'NULL', 'VARCHAR', 'missing_field'),
  withValue(TIME, "'yesterday'", 'VARCHAR', 'bad_type'),
  withValue(TIME, "'2024-02-30 00:00:00'", 'VARCHAR', 'bad_type'),
  withValue(TIME, "'04/03/2024 10:00'", 'VARCHAR', 'bad_type'),
  withValue(TIME, "'2024-03-04T02:30:00+02:00'", 'VARCHAR', undefined),
  withValue(TIME, "'infinity'", 'TIMESTAMP', 'bad_type'),
  withValue(TIME, "'-infinity'", 'TIMESTAMP', 'bad_type'),
  withValue(TIME, "'infinity'", 'VARCHAR', 'bad_type'),
  withValue(TIME, "'290000-01-01 00:00:00'", 'TIMESTAMP', 'bad_type'),
  withValue(TIME, "'9999-12-31 23:59:59'", 'TIMESTAMP', 'bad_type'),
  withValue(TIME, "'0001-01-01 00:00:00'", 'TIMESTAMP', 'bad_type'),
  withValue(TIME, "'5000000-01-01'", 'DATE', 'bad_type'),
  withValue(TIME, "'9999-01-01 00:00:00'", 'TIMESTAMP_S', 'bad_type'),
  withValue(TIME, "'2250-01-01 00:00:00+00'", 'TIMESTAMPTZ', 'bad_type'),
  withValue(TIME, "'0044-03-15 (BC) 12:00:00'", 'TIMESTAMP', 'bad_type'),
  {
    name: 'with all times in the year 1',
    verdict: invalid(TIME, 'found none'),
    make: everyTime(`${TIME} - INTERVAL 2023 years`),
  },
  {
    name: 'with all times in the year 9999',
    verdict: invalid(TIME, 'found none'),
    make: everyTime(`${TIME} + INTERVAL 7975 years`),
  },
  ...[
    ['2019-02-01 00:00:00', '2019'],
    ['1970-01-01 00:00:00', '1970'],
    ['2200-01-01 00:00:00', '2200'],
  ].map(
    ([value = '', year = '']): BrokenTrace => ({
      name: `with some times of ${year}`,
      verdict: { refused: 'TRACE_RANGE', mentions: [year, 'hours'] },
      make: ({ parquet }) => parquet(replaced(TIME, `'${value}'`, 'TIMESTAMP')),
    }),
  ),
  {
    name: 'with some times of 1970, played from a given start',
    // What lies before a run's start is not part of the run.
    verdict: { rejected: {} },
    options: { from: '2024-03-04', to: '2024-03-05' },
    make: ({ parquet }) => parquet(replaced(TIME, "'1970-01-01 00:00:00'", 'TIMESTAMP')),
  },
  {
    name: 'that is played from after its end to later',
    verdict: { rejected: {} },
    options: { from: '2024-03-05', to: '2024-03-05T02:00' },
    make: ({ parquet }) => parquet(),
  },
  {
    name: 'that is played from its end to its start',
    verdict: { refused: 'TRACE_RANGE', mentions: ['2024-03-05', '2024-03-04'] },
    options: { from: '2024-03-05', to: '2024-03-04' },
    make: ({ parquet }) => parquet(),
  },
  {
    name: 'with everything wrong in every row',
    verdict: { rejected: { 'missing_field query_id': SOUND_ROWS } },
    make: ({ parquet }) =>
      parquet(
        "SELECT * REPLACE (NULL::BIGINT AS query_id, -5 AS num_joins, 'x' AS num_scans, 3 AS was_cached, '' AS query_type) FROM sound",
      ),
  },
];

/** Files that can be read, with values that cannot be. */
export const BROKEN_VALUES: readonly BrokenTrace[] = [...impossible, ...mistyped, ...times];
