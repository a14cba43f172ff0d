import assert from 'node:assert/strict';
import { test } from 'node:test';
import { numberOf } from '../../../src/engine/session.ts';
import { deriveValues, rollupSql } from '../../../src/metrics/metric.ts';
import { openSession } from '../../support/duckdb.ts';
import { builtIn, rowsOf } from './hand-made-rows.ts';

test('each executed query is counted once in each phase, in the bucket of its duration', async (t) => {
  const session = await openSession(t);
  const rows = await rowsOf(session, 'latency', {
    events: [
      { execution_duration_ms: 0 },
      { execution_duration_ms: 1, was_aborted: true },
      { execution_duration_ms: 1, compile_duration_ms: 4, queue_duration_ms: 6 },
      { execution_duration_ms: 5, was_cached: true },
      { execution_duration_ms: 1_000, instance_id: 'b' },
      { execution_duration_ms: 9, arrival_timestamp: '2024-03-01 11:59:59.999999' },
    ],
  });
  // 1 is alone in bucket 1; 9 in 23 (8.18 < x <= 9.04), 11 in 25 (9.99 < x <= 11.04), 1,000 in 71.
  assert.deepEqual(
    rows.map((row) => [String(row.hour).slice(11, 13), row.instance_id, row.phase, row.bucket, row.queries]),
    [
      ['10', 'a', 'execution', 0n, 1n],
      ['10', 'a', 'execution', 1n, 2n],
      ['10', 'a', 'total', 0n, 1n],
      ['10', 'a', 'total', 1n, 1n],
      ['10', 'a', 'total', 25n, 1n],
      ['10', 'b', 'execution', 71n, 1n],
      ['10', 'b', 'total', 71n, 1n],
      ['11', 'a', 'execution', 23n, 1n],
      ['11', 'a', 'total', 23n, 1n],
    ],
  );
});

test('the largest duration that a number can hold has a bucket', async (t) => {
  const session = await openSession(t);
  const [row] = await rowsOf(session, 'latency', { events: [{ execution_duration_ms: '9223372036854775807' }] });
  assert.equal(row?.bucket, 438n);
});

test('percentiles are within 5 % of the true ones, over any hours and instances together', async (t) => {
  const session = await openSession(t);
  await session.run(`CREATE TABLE durations AS
    SELECT TIMESTAMP '2024-03-01' + to_hours(CAST(i % 5 AS INTEGER)) AS hour, 'provisioned-' || i % 7 AS instance_id, false AS was_cached,
      CAST(exp(hash(i) % 1800 / 100.0) AS BIGINT) AS execution_duration_ms,
      CAST(hash(i, 1) % 3 * 400 AS BIGINT) AS compile_duration_ms, CAST(hash(i, 2) % 2 * 9 AS BIGINT) AS queue_duration_ms
    FROM range(20000) rows(i)`);
  const metric = await builtIn('latency');
  const rows = await session.rows(rollupSql(metric, { events: 'FROM durations', known: '', carried: '' }));
  for (const { keys, derived } of deriveValues(metric, rows, ['phase'])) {
    const ms =
      keys.phase === 'total'
        ? 'compile_duration_ms + queue_duration_ms + execution_duration_ms'
        : 'execution_duration_ms';
    for (const [name, q] of Object.entries({ p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99 })) {
      const row = await session.row(
        `SELECT ms FROM (SELECT ${ms} AS ms, row_number() OVER (ORDER BY ms) AS rank FROM durations) WHERE rank = ${q * 20_000}`,
      );
      const [exact, found] = [numberOf(row.ms), derived[name] ?? assert.fail(`no ${name}`)];
      assert.ok(Math.abs(found - exact) <= 0.05 * exact, `${name} of ${keys.phase}: ${found} for ${exact}`);
    }
  }
});
