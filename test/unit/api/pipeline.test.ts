import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Engine } from '../../../src/engine/session.ts';
import { quoted } from '../../../src/engine/sql.ts';
import { pipelineFixture } from './pipeline-fixture.ts';

test('over a run that was played to its end', async (t) => {
  const { request, trace, dir } = await pipelineFixture(t);
  const engine = await Engine.open(':memory:', { memoryMb: 200, threads: 1 });
  const session = await engine.session();
  t.after(() => {
    session.close();
    engine.close();
  });
  const get = async (url: string) => {
    const response = await request('GET', url);
    assert.equal(response.statusCode, 200, response.body);
    return response.json();
  };

  await t.test('every hour is final, and its receipts add up to the trace', async () => {
    const { hours } = await get('/api/hours');
    assert.deepEqual(
      hours.map((hour: { hour: string; state: string }) => [hour.hour, hour.state]),
      [
        ['2024-03-04T00:00:00Z', 'final'],
        ['2024-03-04T01:00:00Z', 'final'],
        ['2024-03-04T02:00:00Z', 'final'],
      ],
    );
    const { receipts } = await get('/api/receipts');
    const counted = receipts.reduce((sum: number, receipt: { counted: number }) => sum + receipt.counted, 0);
    assert.equal(counted, 3_000);
    const one = await get('/api/hours/2024-03-04T01:00:00Z');
    assert.equal(one.receipts.length, 2);
    assert.deepEqual(one.held_open_by, []);
    assert.equal(one.receipts[0].counted + one.receipts[1].counted, one.counted);
  });

  await t.test('it is ready and done', async () => {
    assert.equal((await get('/readyz')).ready, true);
    const { processor } = await get('/api/status');
    assert.equal(processor.state, 'done');
    assert.equal(processor.lastFinal, '2024-03-04T02:00:00Z');
    assert.equal(processor.counted, 3_000);
  });

  await t.test('a series equals what the trace itself gives', async () => {
    const { rows } = await get('/api/metrics/result_cache/series?group=instance_id');
    const expected = await session.rows(`
      SELECT strftime(date_trunc('hour', arrival_timestamp), '%Y-%m-%dT%H:%M:%SZ') AS hour, 'provisioned-' || instance_id AS instance_id,
        count(*)::DOUBLE AS queries, count(*) FILTER (was_cached OR query_type = 'select')::DOUBLE AS reads,
        count(*) FILTER (was_cached)::DOUBLE AS cached, cached / reads AS hit_rate_of_reads,
        cached / queries AS hit_rate_of_queries, 'final' AS state, 1::DOUBLE AS revision
      FROM ${quoted(trace)} GROUP BY ALL ORDER BY ALL`);
    assert.equal(rows.length, 12);
    assert.deepEqual(
      rows,
      expected.map((row) => ({ ...row })),
    );
  });

  await t.test('a day is the sum of its hours, derived values anew', async () => {
    const { rows } = await get('/api/metrics/workload/series?grain=day&group=query_type&query_type=select,copy');
    const [copy, select] = await session.rows(`
      SELECT query_type, count(*)::DOUBLE AS queries, sum(execution_duration_ms)::DOUBLE AS execution_ms
      FROM ${quoted(trace)} WHERE query_type IN ('select', 'copy') GROUP BY query_type ORDER BY query_type`);
    assert.deepEqual(
      rows.map((row: Record<string, unknown>) => [row.hour, row.query_type, row.queries, row.execution_ms]),
      [copy, select].map((row) => ['2024-03-04T00:00:00Z', row?.query_type, row?.queries, row?.execution_ms]),
    );
  });

  await t.test('shares of classes add up to one', async () => {
    const { rows } = await get('/api/metrics/bottlenecks/series?grain=day&group=class');
    const shares = rows.map((row: { share_of_queries: number }) => row.share_of_queries);
    assert.ok(shares.length >= 3);
    assert.ok(Math.abs(shares.reduce((sum: number, share: number) => sum + share, 0) - 1) < 1e-12);
    const [only] = (await get('/api/metrics/bottlenecks/series?grain=day&class=cached')).rows;
    const cached = rows.find((row: { class: string }) => row.class === 'cached');
    assert.equal(only.share_of_queries, cached.share_of_queries);
    assert.ok(only.share_of_queries > 0 && only.share_of_queries < 1);
  });

  await t.test('every metric answers, by hour and by day, grouped by each of its keys and filtered by it', async () => {
    const { metrics } = await get('/api/metrics');
    assert.ok(metrics.length >= 6);
    for (const { name, keys } of metrics) {
      for (const key of keys.slice(1)) {
        const { rows } = await get(`/api/metrics/${name}/series?grain=day&group=${key.name}`);
        assert.ok(rows.length > 0, `${name} by ${key.name}`);
        const [first] = rows;
        const again = await get(
          `/api/metrics/${name}/series?grain=day&group=${key.name}&${key.name}=${first[key.name]}`,
        );
        assert.deepEqual(again.rows, [first], `${name} with ${key.name}`);
      }
    }
  });

  await t.test('a snapshot holds what a query gives', async () => {
    const target = `${dir}/snapshot`;
    const response = await request('POST', '/api/snapshot', JSON.stringify({ names: ['spill'], dir: target }));
    assert.equal(response.statusCode, 200, response.body);
    const sql = 'SELECT count(*) AS n, sum(queries) AS queries FROM spill';
    const { rows } = (await request('POST', '/api/query', JSON.stringify({ sql }))).json();
    const [row] = await session.rows(sql.replace('spill', quoted(`${target}/spill.parquet`)));
    assert.deepEqual(rows, [[Number(row?.n), Number(row?.queries)]]);
  });
});
