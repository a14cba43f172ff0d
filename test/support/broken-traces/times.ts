import type { BrokenTrace } from './case.ts';
import { invalid, SOUND_ROWS } from './case.ts';
import { HIT, valueSql, withValue } from './values.ts';

const TIME = 'arrival_timestamp';
const everyTime =
  (value: string): BrokenTrace['make'] =>
  ({ parquet }) =>
    parquet(`SELECT * REPLACE (${value} AS ${TIME}) FROM sound`);
function withTime(value: string, type: string, reason: string | undefined): BrokenTrace {
  const broken = withValue(TIME, value, type, reason);
  return {
    name: `with ${TIME} = ${value} as ${type}`,
    verdict: { rejected: reason === undefined ? {} : { [`${reason} ${TIME}`]: HIT } },
    make: ({ parquet }) => parquet(valueSql(broken)),
  };
}

/** Times that are none, or that no warehouse of ours has seen, and ranges that make no sense. */
export const BROKEN_TIMES: readonly BrokenTrace[] = [
  withTime('NULL', 'TIMESTAMP', 'missing_field'),
  { name: 'with no time at all', verdict: invalid(TIME, 'found none'), make: everyTime('CAST(NULL AS TIMESTAMP)') },
  { name: 'with times that are empty texts', verdict: invalid(TIME, 'found none'), make: everyTime("''") },
  { name: 'with times that are words', verdict: invalid(TIME, 'found none'), make: everyTime("'yesterday'") },
  {
    name: 'with times that are numbers in text',
    verdict: invalid(TIME, 'found none'),
    make: everyTime("'1709510400'"),
  },
  withTime('NULL', 'VARCHAR', 'missing_field'),
  withTime("'yesterday'", 'VARCHAR', 'bad_type'),
  withTime("'2024-02-30 00:00:00'", 'VARCHAR', 'bad_type'),
  withTime("'04/03/2024 10:00'", 'VARCHAR', 'bad_type'),
  withTime("'2024-03-04T02:30:00+02:00'", 'VARCHAR', undefined),
  withTime("'infinity'", 'TIMESTAMP', 'bad_type'),
  withTime("'-infinity'", 'TIMESTAMP', 'bad_type'),
  withTime("'infinity'", 'VARCHAR', 'bad_type'),
  withTime("'290000-01-01 00:00:00'", 'TIMESTAMP', 'bad_type'),
  withTime("'9999-12-31 23:59:59'", 'TIMESTAMP', 'bad_type'),
  withTime("'0001-01-01 00:00:00'", 'TIMESTAMP', 'bad_type'),
  withTime("'5000000-01-01'", 'DATE', 'bad_type'),
  withTime("'9999-01-01 00:00:00'", 'TIMESTAMP_S', 'bad_type'),
  withTime("'2300-01-01 00:00:00+00'", 'TIMESTAMPTZ', 'bad_type'),
  withTime("'0044-03-15 (BC) 12:00:00'", 'TIMESTAMP', 'bad_type'),
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
      make: ({ parquet }) => parquet(valueSql(withValue(TIME, `'${value}'`, 'TIMESTAMP', undefined))),
    }),
  ),
  {
    name: 'with some times of 1970, played from a given start',
    // What lies before a run's start is not part of the run.
    verdict: { rejected: {} },
    options: { from: '2024-03-04', to: '2024-03-05' },
    make: ({ parquet }) => parquet(valueSql(withValue(TIME, "'1970-01-01 00:00:00'", 'TIMESTAMP', undefined))),
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
