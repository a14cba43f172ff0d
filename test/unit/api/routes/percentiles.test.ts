import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { PercentilesBody } from '../../../../src/api/routes/percentiles.ts';
import { percentilesBody } from '../../../../src/api/routes/percentiles.ts';
import type { Metric } from '../../../../src/metrics/metric.ts';
import type { ApiFixture } from '../fixture.ts';
import { apiFixture, CLASSES, METRICS } from '../fixture.ts';

const LATENCY: Metric = {
  ...CLASSES,
  name: 'latency',
  keys: [
    { name: 'hour', type: 'TIMESTAMP' },
    { name: 'instance_id', type: 'VARCHAR' },
    { name: 'phase', type: 'VARCHAR' },
    { name: 'bucket', type: 'BIGINT' },
  ],
  measures: [{ name: 'queries', unit: 'queries', note: undefined }],
  derived: [{ name: 'p50', expr: 'quantile(bucket, queries, 0.5)', unit: 'ms', note: undefined }],
  sql: "SELECT hour, instance_id, 'execution' AS phase, 1 AS bucket, count(*) AS queries FROM events GROUP BY ALL",
};

/** What stands for bucket 71, from 999 to 1,103 ms. */
const SECOND = (2 * 999 * 1103) / (999 + 1103);

/** Bucket 0 is 0 ms, 1 is 1 ms, 8 is 2 ms. */
async function latencyFixture(t: TestContext): Promise<ApiFixture> {
  const metrics = [...METRICS, LATENCY];
  const fixture = await apiFixture(t, { metrics });
  await fixture.store.ingest(async (session) => {
    await session.run(`INSERT INTO rollups.latency VALUES
      (TIMESTAMP '2024-03-01 22:00:00', 'a', 'execution', 0, 50, 1), (TIMESTAMP '2024-03-01 22:00:00', 'a', 'execution', 8, 40, 1),
      (TIMESTAMP '2024-03-01 22:00:00', 'b', 'execution', 71, 10, 1), (TIMESTAMP '2024-03-01 22:00:00', 'a', 'total', 71, 100, 1),
      (TIMESTAMP '2024-03-01 23:00:00', 'b', 'execution', 1, 1, 2)`);
    return { progress: await fixture.store.progress(), result: undefined };
  });
  return fixture;
}

const DAY = 'from=2024-03-01&to=2024-03-02';
const RANGE = { from: '2024-03-01T00:00:00Z', to: '2024-03-02T00:00:00Z' };
const FINAL = { state: 'final', revision: 1 };

test('percentiles', async (t) => {
  const { get } = await latencyFixture(t);
  const bodyOf = async (url: string): Promise<PercentilesBody> => {
    const response = await get(url);
    assert.equal(response.statusCode, 200, response.body);
    return percentilesBody.strict().parse(response.json());
  };

  await t.test('are of all executed queries of a range together, with how many there are', async () => {
    assert.deepEqual(await bodyOf(`/api/percentiles?${DAY}`), {
      ...{ ...RANGE, grain: 'all', phase: 'execution', group: [], filters: {}, q: [0.5, 0.9, 0.95, 0.99] },
      truncated: false,
      rows: [
        {
          hour: null,
          keys: {},
          n: 101,
          ms: [1, 2, SECOND, SECOND],
          state: 'final',
          revision: 2,
        },
      ],
    });
  });

  await t.test('are any ones: the value of rank ceil(q n)', async () => {
    const { rows } = await bodyOf('/api/percentiles?q=0.5,0.500001,0.9,1&to=2024-03-01T23:00Z');
    assert.deepEqual(rows, [{ hour: null, keys: {}, n: 100, ms: [0, 2, 2, SECOND], ...FINAL }]);
  });

  await t.test('are told apart by time and keys, in their order', async () => {
    const { rows } = await bodyOf(`/api/percentiles?grain=hour&group=instance_id&q=0.5&${DAY}`);
    assert.deepEqual(rows, [
      { hour: '2024-03-01T22:00:00Z', keys: { instance_id: 'a' }, n: 90, ms: [0], ...FINAL },
      { hour: '2024-03-01T22:00:00Z', keys: { instance_id: 'b' }, n: 10, ms: [SECOND], ...FINAL },
      { hour: '2024-03-01T23:00:00Z', keys: { instance_id: 'b' }, n: 1, ms: [1], state: 'final', revision: 2 },
    ]);
    const days = await bodyOf('/api/percentiles?grain=day&q=0.5');
    assert.deepEqual(days.rows, [
      { hour: '2024-03-01T00:00:00Z', keys: {}, n: 101, ms: [1], state: 'final', revision: 2 },
      { hour: '2024-03-02T00:00:00Z', keys: {}, n: 2, ms: [1], state: 'open', revision: 0 },
    ]);
  });

  await t.test('are of a phase and of what is asked for', async () => {
    const body = await bodyOf(`/api/percentiles?phase=total&instance_id=a,b&q=0.01&limit=1&${DAY}`);
    assert.deepEqual(body, {
      ...{ ...RANGE, grain: 'all', phase: 'total', group: [], filters: { instance_id: ['a', 'b'] }, q: [0.01] },
      truncated: false,
      rows: [{ hour: null, keys: {}, n: 100, ms: [SECOND], state: 'final', revision: 2 }],
    });
    assert.deepEqual((await bodyOf(`/api/percentiles?phase=other&${DAY}`)).rows, []);
    const cut = await bodyOf(`/api/percentiles?grain=hour&limit=1&${DAY}`);
    assert.deepEqual([cut.truncated, cut.rows.length], [true, 1]);
  });

  await t.test('are refused by what is wrong', async () => {
    const refusal = async (query: string): Promise<unknown[]> => {
      const response = await get(`/api/percentiles?${query}`);
      const { status, code, detail, hint } = response.json();
      assert.deepEqual([response.statusCode, status, code], [400, 400, 'REQUEST_INVALID']);
      return [detail, hint];
    };
    const expected = 'query parameter "q": expected up to 20 numbers above 0 and up to 1, found';
    for (const q of ['0', '1.1', 'x', '', '0.5,', '1e-1'])
      assert.match(String((await refusal(`q=${q}`))[0]), /^query parameter "q"/);
    assert.deepEqual(await refusal('q=0.5,95'), [`${expected} "95"`, 'write q=0.5,0.9,0.95,0.99']);
    assert.deepEqual((await refusal(`q=${'0.5,'.repeat(20)}1`))[0], `${expected} 21 numbers`);
    assert.deepEqual(await refusal('group=phase'), [
      'query parameter "group": expected keys of queries, found "phase"',
      'ask for one with "phase"',
    ]);
    assert.match(String((await refusal('group=bucket'))[0]), /found "bucket"$/);
    assert.match(String((await refusal('bucket=7'))[0]), /a percentile is of all buckets, found a filter "bucket"$/);
    assert.match(String((await refusal('grian=day'))[1]), /^did you mean "grain"\?/);
    assert.match(String((await refusal('grain=week'))[0]), /"grain"/);
  });
});

test('percentiles of a run without the metric that they come from are not found', async (t) => {
  const { get } = await apiFixture(t);
  const response = await get('/api/percentiles');
  assert.deepEqual([response.statusCode, response.json().detail], [404, 'no metric "latency"']);
});
