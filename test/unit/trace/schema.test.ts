import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { Row } from '../../../src/engine/session.ts';
import { SpillwayError } from '../../../src/errors.ts';
import { REDSET_COLUMNS } from '../../../src/model/redset.ts';
import type { DeploymentSource } from '../../../src/trace/schema.ts';
import { coercedRows, deploymentOf } from '../../../src/trace/schema.ts';
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
    () => coercedRows('f.parquet', columns, 'provisioned'),
    invalid(/^trace file f\.parquet: column num_joins: expected .*, found no such column$/),
  );
});

test('a column that is only written differently is pointed out', () => {
  const columns = new Map(COLUMNS);
  columns.delete('num_joins');
  columns.set('Num_Joins', 'BIGINT');
  assert.throws(
    () => coercedRows('f.parquet', columns, 'provisioned'),
    invalid(/found no such column \(but "Num_Joins"\)$/),
  );
});

test('a column of a type that cannot be meant is named with both types', () => {
  const columns = new Map([...COLUMNS, ['user_id', 'BIGINT[]']]);
  assert.throws(
    () => coercedRows('f.parquet', columns, 'provisioned'),
    invalid(/column user_id: expected an integer .*, found BIGINT\[\]$/),
  );
});

test('files of serverless instances may leave out the size of the cluster', () => {
  const columns = new Map(COLUMNS);
  columns.delete('cluster_size');
  assert.match(coercedRows('f.parquet', columns, 'serverless')('scan'), /CAST\(NULL AS BIGINT\) AS "\w*cluster_size"/);
});

/** A row of nulls in columns of these types, but for the values that are given, coerced. */
async function coerced(
  t: TestContext,
  types: Readonly<Record<string, string>>,
  values: Readonly<Record<string, string>>,
  deployment: DeploymentSource = 'provisioned',
): Promise<Row> {
  const session = await openSession(t);
  const columns = new Map([...COLUMNS, ...Object.entries(types)]);
  const cells = [...columns].map(([name, type]) => `CAST(${values[name] ?? 'NULL'} AS ${type}) AS ${name}`);
  return await session.row(coercedRows('f', columns, deployment)(`(SELECT ${cells.join(', ')})`));
}

test('a record with bad values names all of them in the order of Redset, and keeps what it was', async (t) => {
  const types = { num_joins: 'VARCHAR', user_id: 'DOUBLE', extra: 'VARCHAR' };
  const row = await coerced(t, types, { num_joins: "'three'", user_id: '1.5', extra: "'kept'" });
  assert.deepEqual([row.num_joins, row.user_id, row.bad_columns], [null, null, 'user_id,num_joins']);
  const raw = JSON.parse(String(row.raw));
  assert.deepEqual([raw.num_joins, raw.user_id, raw.extra], ['three', 1.5, 'kept']);
  assert.equal(Object.keys(raw).length, COLUMNS.size + 1);
});

test('a sane record has neither bad columns nor a copy of itself', async (t) => {
  const row = await coerced(t, { num_joins: 'VARCHAR' }, { num_joins: "'3'" });
  assert.deepEqual([row.num_joins, row.bad_columns, row.raw, row.deployment], [3n, null, null, 'provisioned']);
});

test('a coerced row has the columns of a trace and no others', async (t) => {
  const row = await coerced(t, { extra: 'VARCHAR', coerced_value_user_id: 'VARCHAR' }, { user_id: '7' });
  assert.deepEqual(Object.keys(row), ['deployment', ...REDSET_COLUMNS.map(({ name }) => name), 'bad_columns', 'raw']);
  assert.equal(row.user_id, 7n);
});

test('a deployment of the data that is none is a bad value', async (t) => {
  const of = async (deployment: string): Promise<unknown[]> => {
    const row = await coerced(t, { deployment: 'VARCHAR' }, { deployment }, 'column');
    return [row.deployment, row.bad_columns];
  };
  assert.deepEqual(await of("'serverless'"), ['serverless', null]);
  assert.deepEqual(await of("'ra3'"), [null, 'deployment']);
  assert.deepEqual(await of('NULL'), [null, 'deployment']);
});
