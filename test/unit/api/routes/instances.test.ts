import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { instancesBody } from '../../../../src/api/routes/instances.ts';
import type { Metric } from '../../../../src/metrics/metric.ts';
import type { ApiFixture } from '../fixture.ts';
import { apiFixture, CLASSES, METRICS } from '../fixture.ts';

const WORKLOAD: Metric = {
  ...CLASSES,
  name: 'workload',
  keys: [
    { name: 'hour', type: 'TIMESTAMP' },
    { name: 'instance_id', type: 'VARCHAR' },
    { name: 'query_type', type: 'VARCHAR' },
  ],
  measures: [{ name: 'queries', unit: 'queries', note: undefined }],
  derived: [],
  sql: 'SELECT hour, instance_id, query_type, count(*) AS queries FROM events GROUP BY ALL',
};

async function workloadFixture(t: TestContext): Promise<ApiFixture> {
  const fixture = await apiFixture(t, { metrics: [...METRICS, WORKLOAD] });
  await fixture.store.ingest(async (session) => {
    await session.run(`INSERT INTO rollups.workload VALUES
      (TIMESTAMP '2024-03-01 22:00:00', 'serverless-1', 'select', 3, 1), (TIMESTAMP '2024-03-01 22:00:00', 'serverless-1', 'copy', 4, 1),
      (TIMESTAMP '2024-03-01 22:00:00', 'provisioned-10', 'select', 9007199254740993, 1),
      (TIMESTAMP '2024-03-01 23:00:00', 'provisioned-10', 'select', 0, 2),
      (TIMESTAMP '2024-03-01 23:00:00', 'provisioned-9', 'select', 1, 2)`);
    return { progress: await fixture.store.progress(), result: undefined };
  });
  return fixture;
}

test('instances are all of the run, with what they did in the range', async (t) => {
  const { get } = await workloadFixture(t);
  const whole = instancesBody.strict().parse((await get('/api/instances')).json());
  assert.deepEqual(whole, {
    ...{ from: null, to: null },
    instances: [
      { instance_id: 'provisioned-1', tier: 'provisioned', slots: 5, queries: 2, lastHour: '2024-03-02T00:00:00Z' },
      { instance_id: 'provisioned-9', tier: 'provisioned', slots: 5, queries: 1, lastHour: '2024-03-01T23:00:00Z' },
      {
        ...{ instance_id: 'provisioned-10', tier: 'provisioned', slots: 5, queries: '9007199254740993' },
        lastHour: '2024-03-01T22:00:00Z',
      },
      { instance_id: 'serverless-1', tier: 'serverless', slots: 10, queries: 7, lastHour: '2024-03-01T22:00:00Z' },
    ],
  });
  const hour = (await get('/api/instances?from=2024-03-01T22:00Z&to=2024-03-01T22:30Z')).json();
  assert.deepEqual([hour.from, hour.to], ['2024-03-01T22:00:00Z', '2024-03-01T23:00:00Z']);
  assert.deepEqual(
    hour.instances.map(({ queries, lastHour }: { queries: unknown; lastHour: unknown }) => [queries, lastHour]),
    [
      [0, '2024-03-02T00:00:00Z'],
      [0, '2024-03-01T23:00:00Z'],
      ['9007199254740993', '2024-03-01T22:00:00Z'],
      [7, '2024-03-01T22:00:00Z'],
    ],
  );
});

test('instances that the run was restricted to are there without queries, too', async (t) => {
  const { store } = await workloadFixture(t);
  const manifest = { ...store.manifest, instances: ['provisioned-9', 'provisioned-3'] };
  const restricted = new Proxy(store, {
    get: (target, name) => {
      const value = name === 'manifest' ? manifest : Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const { get } = await apiFixture(t, { metrics: [...METRICS, WORKLOAD], store: restricted });
  const { instances } = (await get('/api/instances?from=2024-03-02T05:00Z')).json();
  assert.deepEqual(instances[0], {
    ...{ instance_id: 'provisioned-1', tier: 'provisioned', slots: 5, queries: 0, lastHour: '2024-03-02T00:00:00Z' },
  });
  assert.deepEqual(instances[1], {
    ...{ instance_id: 'provisioned-3', tier: 'provisioned', slots: 5, queries: 0, lastHour: null },
  });
});

test('instances of a range without an hour, and with an unknown parameter, are refused', async (t) => {
  const { get } = await workloadFixture(t);
  assert.equal((await get('/api/instances?from=2024-03-02&to=2024-03-01')).statusCode, 400);
  assert.equal((await get('/api/instances?tier=provisioned')).json().code, 'REQUEST_INVALID');
});
