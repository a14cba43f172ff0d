import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SpillwayError } from '../../../src/errors.ts';
import { REDSET_COLUMNS } from '../../../src/model/redset.ts';
import { coercedColumns, deploymentOf } from '../../../src/trace/schema.ts';
import { openSession } from '../../support/duckdb.ts';

const COLUMNS = new Map(REDSET_COLUMNS.map(({ name, type }) => [name as string, type.toUpperCase()]));
const NONE = new Map<string, string>();

function invalid(pattern: RegExp) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof SpillwayError);
    assert.equal(error.code, 'TRACE_INVALID');
    assert.match(error.message, pattern);
    return true;
  };
}

test('the nearest folder that names a deployment decides, or the name of the file', () => {
  const paths = [
    ['/data/provisioned/parts/12.parquet', 'provisioned'],
    ['/data/serverless/full.parquet', 'serverless'],
    ['/provisioned/serverless/12.parquet', 'serverless'],
    ['/provisioned/copy/serverless_sample.parquet', 'serverless'],
    ['/redset/sample_provisioned_0.01.parquet', 'provisioned'],
  ] as const;
  for (const [path, deployment] of paths) assert.equal(deploymentOf(path, NONE, undefined), deployment, path);
});

test('a path that says nothing leaves it to the flag', () => {
  assert.equal(deploymentOf('/data/full.parquet', NONE, 'serverless'), 'serverless');
  assert.equal(deploymentOf('/data/serverlessness/full.parquet', NONE, 'provisioned'), 'provisioned');
});

test('a path that says it is believed more than the flag', () => {
  assert.equal(deploymentOf('/data/serverless/full.parquet', NONE, 'provisioned'), 'serverless');
});

test('a column of its own is believed most', () => {
  const columns = new Map([['deployment', 'VARCHAR']]);
  assert.equal(deploymentOf('/data/serverless/full.parquet', columns, 'provisioned'), 'column');
  assert.equal(
    deploymentOf('/data/serverless/full.parquet', new Map([['deployment', 'BIGINT']]), undefined),
    'serverless',
  );
});

test('a file that does not say its deployment at all is refused with the way out', () => {
  assert.throws(
    () => deploymentOf('/data/full.parquet', NONE, undefined),
    invalid(/full\.parquet: cannot tell its deployment/),
  );
});

test('a missing column is named with what was expected', () => {
  const columns = new Map(COLUMNS);
  columns.delete('num_joins');
  assert.throws(
    () => coercedColumns('f.parquet', columns, 'provisioned'),
    invalid(/^trace file f\.parquet: column num_joins: expected .*, found no such column$/),
  );
});

test('a column that is only written differently is pointed out', () => {
  const columns = new Map(COLUMNS);
  columns.delete('num_joins');
  columns.set('Num_Joins', 'BIGINT');
  assert.throws(
    () => coercedColumns('f.parquet', columns, 'provisioned'),
    invalid(/found no such column \(but "Num_Joins"\)$/),
  );
});

test('a column of a type that cannot be meant is named with both types', () => {
  const columns = new Map([...COLUMNS, ['user_id', 'BIGINT[]']]);
  assert.throws(
    () => coercedColumns('f.parquet', columns, 'provisioned'),
    invalid(/column user_id: expected an integer .*, found BIGINT\[\]$/),
  );
});

test('files of serverless instances may leave out the size of the cluster', () => {
  const columns = new Map(COLUMNS);
  columns.delete('cluster_size');
  assert.match(coercedColumns('f.parquet', columns, 'serverless'), /CAST\(NULL AS BIGINT\) AS cluster_size/);
});

test('a record with bad values names all of them in the order of Redset, and keeps what it was', async (t) => {
  const session = await openSession(t);
  const columns = new Map([...COLUMNS, ['num_joins', 'VARCHAR'], ['user_id', 'DOUBLE'], ['extra', 'VARCHAR']]);
  const nulls = [...columns].map(([name, type]) => `CAST(NULL AS ${type}) AS ${name}`).join(', ');
  const source = `SELECT * REPLACE ('three' AS num_joins, 1.5 AS user_id, 'kept' AS extra) FROM (SELECT ${nulls})`;
  const row = await session.row(`SELECT ${coercedColumns('f', columns, 'provisioned')} FROM (${source})`);
  assert.deepEqual([row.num_joins, row.user_id, row.bad_columns], [null, null, 'user_id,num_joins']);
  const raw = JSON.parse(String(row.raw));
  assert.deepEqual([raw.num_joins, raw.user_id, raw.extra], ['three', 1.5, 'kept']);
});

test('a sane record has neither bad columns nor a copy of itself', async (t) => {
  const session = await openSession(t);
  const columns = new Map([...COLUMNS, ['num_joins', 'VARCHAR']]);
  const nulls = [...columns].map(([name, type]) => `CAST(NULL AS ${type}) AS ${name}`).join(', ');
  const row = await session.row(
    `SELECT ${coercedColumns('f', columns, 'provisioned')} FROM (SELECT * REPLACE ('3' AS num_joins) FROM (SELECT ${nulls}))`,
  );
  assert.deepEqual([row.num_joins, row.bad_columns, row.raw, row.deployment], [3n, null, null, 'provisioned']);
});

test('a deployment of the data that is none is a bad value', async (t) => {
  const session = await openSession(t);
  const columns = new Map([...COLUMNS, ['deployment', 'VARCHAR']]);
  const nulls = [...columns].map(([name, type]) => `CAST(NULL AS ${type}) AS ${name}`).join(', ');
  const list = coercedColumns('f', columns, 'column');
  const of = (deployment: string): Promise<unknown> =>
    session.row(
      `SELECT deployment, bad_columns FROM (SELECT ${list} FROM (SELECT * REPLACE (${deployment} AS deployment) FROM (SELECT ${nulls})))`,
    );
  assert.deepEqual(await of("'serverless'"), { deployment: 'serverless', bad_columns: null });
  assert.deepEqual(await of("'ra3'"), { deployment: null, bad_columns: 'deployment' });
  assert.deepEqual(await of('NULL'), { deployment: null, bad_columns: 'deployment' });
});
