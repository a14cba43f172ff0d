import { identifier } from '../../../src/engine/sql.ts';
import type { ColumnType } from '../../../src/model/redset.ts';
import { REDSET_COLUMNS } from '../../../src/model/redset.ts';
import type { BrokenTrace } from './case.ts';
import { invalid } from './case.ts';

/** Types that no column of this kind can be meant to have, as SQL of a value. */
const IMPOSSIBLE: Record<ColumnType, readonly string[]> = {
  bigint: [
    "DATE '2024-03-04'",
    'true',
    "'a'::BLOB",
    '[1, 2]',
    '{a: 1}',
    'INTERVAL 1 hour',
    "TIMESTAMP '2024-03-04'",
    'uuid()',
    "TIME '10:00'",
  ],
  boolean: ["TIMESTAMP '2024-03-04'", '[true]', "'a'::BLOB"],
  varchar: ["['1', '2']", '{a: 1}', "DATE '2024-03-04'", 'true', "MAP {'a': 1}"],
  timestamp: ['1709510400000', '1.5', 'true', "TIME '10:00'", "[TIMESTAMP '2024-03-04']"],
};

const missing: BrokenTrace[] = REDSET_COLUMNS.filter(({ name }) => name !== 'cluster_size').map(({ name }) => ({
  name: `without the column ${name}`,
  verdict: invalid(`column ${name}`, 'expected', 'found no such column'),
  make: ({ parquet }) => parquet(`SELECT * EXCLUDE (${name}) FROM sound`),
}));

const mistyped: BrokenTrace[] = REDSET_COLUMNS.map(({ name, type }, index) => {
  const kinds = IMPOSSIBLE[type];
  const value = kinds[index % kinds.length] ?? 'NULL';
  return {
    name: `with a column ${name} that holds ${value}`,
    verdict: invalid(`column ${name}`, 'expected', 'found '),
    make: ({ parquet }) => parquet(`SELECT * REPLACE (${value} AS ${name}) FROM sound`),
  };
});

const renamed: BrokenTrace[] = [
  ['query_id', 'queryId'],
  ['query_id', 'QUERY_ID'],
  ['instance_id', 'Instance_Id'],
  ['arrival_timestamp', ' arrival_timestamp'],
  ['num_joins', 'num_joins\n'],
  ['query_type', 'qùery_type'],
  ['was_cached', 'was-cached'],
].map(([name = '', other = '']) => ({
  name: `with ${JSON.stringify(other)} in place of ${name}`,
  verdict: invalid(
    `column ${name}`,
    'found no such column',
    ...(other.trim().toLowerCase() === name ? [JSON.stringify(other)] : []),
  ),
  make: ({ parquet }) => parquet(`SELECT * RENAME (${name} AS ${identifier(other)}) FROM sound`),
}));

const others: BrokenTrace[] = [
  {
    name: 'with one column that has nothing to do with it',
    verdict: invalid('column instance_id', 'found no such column'),
    make: ({ parquet }) => parquet('SELECT 1 AS x FROM sound'),
  },
  {
    name: 'with all columns in upper case',
    verdict: invalid('column instance_id', '"INSTANCE_ID"'),
    make: ({ parquet }) =>
      parquet(`SELECT ${REDSET_COLUMNS.map(({ name }) => `${name} AS ${name.toUpperCase()}`).join(', ')} FROM sound`),
  },
  {
    name: 'nested in one struct',
    verdict: invalid('column instance_id', 'found no such column'),
    make: ({ parquet }) => parquet('SELECT sound AS event FROM sound'),
  },
  {
    name: 'that says its deployment nowhere',
    verdict: invalid('deployment', 'provisioned', 'serverless'),
    make: ({ parquet }) => parquet('SELECT * FROM sound', 'cluster/full.parquet'),
  },
  {
    name: 'whose column deployment is a number',
    verdict: invalid('deployment', 'provisioned', 'serverless'),
    make: ({ parquet }) => parquet('SELECT *, 3 AS deployment FROM sound', 'cluster/full.parquet'),
  },
  {
    name: 'whose column deployment names other ones',
    verdict: { rejected: { 'bad_type deployment': 20 } },
    make: ({ parquet }) =>
      parquet(
        "SELECT *, CASE query_id % 3 WHEN 0 THEN 'spectrum' ELSE 'serverless' END AS deployment FROM sound",
        'cluster/full.parquet',
      ),
  },
  {
    name: 'whose column deployment is sometimes null',
    verdict: { rejected: { 'bad_type deployment': 20 } },
    make: ({ parquet }) =>
      parquet(
        "SELECT *, CASE query_id % 3 WHEN 0 THEN NULL ELSE 'provisioned' END AS deployment FROM sound",
        'cluster/full.parquet',
      ),
  },
  {
    name: 'in a folder that looks like a partition by one of its columns',
    verdict: { rejected: {} },
    make: ({ parquet }) => parquet('SELECT * FROM sound', 'provisioned/query_type=none/num_joins=abc/full.parquet'),
  },
  {
    name: 'without cluster_size, which serverless instances do not have',
    verdict: { rejected: {} },
    make: ({ parquet }) => parquet('SELECT * EXCLUDE (cluster_size) FROM sound', 'serverless/full.parquet'),
  },
  {
    name: 'with its columns in another order and more of them',
    verdict: { rejected: {} },
    make: ({ parquet }) =>
      parquet(
        'SELECT 1 AS bad_columns, 2 AS raw, 3 AS "partition", 4 AS seq, 5 AS resent, num_joins, * EXCLUDE (num_joins) FROM sound',
      ),
  },
];

/** Columns that are missing, of an impossible type, or called otherwise. */
export const BROKEN_COLUMNS: readonly BrokenTrace[] = [...missing, ...mistyped, ...renamed, ...others];
