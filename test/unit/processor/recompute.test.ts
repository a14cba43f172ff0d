import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { openLocalArchive } from '../../../src/archive/local.ts';
import { SpillwayError } from '../../../src/errors.ts';
import type { HotStore } from '../../../src/hot-store/hot-store.ts';
import type { Metric } from '../../../src/metrics/metric.ts';
import type { Manifest } from '../../../src/model/manifest.ts';
import type { EventTime } from '../../../src/model/time.ts';
import { addMicros, MICROS_PER_HOUR } from '../../../src/model/time.ts';
import { amendHours } from '../../../src/processor/amend.ts';
import { closeHours } from '../../../src/processor/close.ts';
import { recomputeMetrics } from '../../../src/processor/recompute.ts';
import { BatchFeed } from '../../support/batch-feed.ts';
import { closerParts } from '../../support/closing.ts';
import { makeManifest } from '../../support/manifest.ts';
import { BROKEN, LOAD } from '../../support/metrics.ts';
import { ask, openTestStore } from '../../support/store.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { at } from '../../support/time.ts';

const MIDNIGHT = at('2024-03-01 00:00');
const hour = (n: number): EventTime => addMicros(MIDNIGHT, n * MICROS_PER_HOUR);

/** Runs known so far and milliseconds carried in: everything that a metric can learn from history. */
const MEMORY: Metric = {
  ...LOAD,
  name: 'memory',
  hash: 'memory-1',
  history: true,
  sql: `SELECT hour, instance_id, 0 AS user_id, sum(queries) AS queries, sum(execution_ms) AS execution_ms FROM (
      SELECT hour, instance_id, runs AS queries, 0 AS execution_ms FROM known SEMI JOIN events USING (hour, instance_id, feature_fingerprint)
      UNION ALL SELECT hour, instance_id, 0, busy_ms FROM carried) GROUP BY ALL`,
};

/** A run of thirty hours with events that repeat and last, a late event in hour 1 that has been folded in. */
async function newRun(t: TestContext, changes: Partial<Manifest> = {}) {
  const dataDir = await tempDir(t);
  const manifest = makeManifest({
    partitions: 1,
    to: hour(30),
    metrics: { load: 'load-1', memory: 'memory-1' },
    ...changes,
  });
  const metrics = [LOAD, MEMORY];
  const archive = await openLocalArchive(join(dataDir, 'archive'), 'default');
  let store = await openTestStore(dataDir, { manifest, metrics });
  t.after(() => store.close());
  const feed = new BatchFeed(store);
  const row = (n: number, print: string, ms: number) => ({
    row: {
      arrival_timestamp: hour(n),
      query_id: n * 10 + print.length,
      feature_fingerprint: print,
      execution_duration_ms: ms,
    },
  });
  const rows = Array.from({ length: 30 }, (_, n) => [row(n, 'a', 5), row(n, n % 3 === 0 ? 'bb' : 'cc', 5_000_000)]);
  await feed.batch(...rows.flat(), { watermark: hour(31) }, row(1, 'bb-late', 7));
  const all = Array.from({ length: 30 }, (_, n) => hour(n));
  await closeHours(closerParts(store, { archive }), all, hour(31));
  if (manifest.keep === 'all') await amendHours(closerParts(store, { archive }), await store.waitingHours());
  return {
    store: () => store,
    recompute: (metrics: readonly Metric[]) => recomputeMetrics(closerParts(store, { archive }), metrics),
    reopen: async () => {
      await store.close();
      store = await openTestStore(dataDir, { manifest, metrics });
    },
  };
}

const rowsOf = (store: HotStore, table: string) => ask(store, `SELECT * EXCLUDE (revision) FROM ${table} ORDER BY ALL`);

test('a metric computed again from the archive is what it was, history, late events and days included', async (t) => {
  const run = await newRun(t);
  const tables = ['load', 'memory', 'load_day', 'memory_day'];
  const before = [];
  for (const table of tables) before.push(await rowsOf(run.store(), table));
  assert.ok(before.every((rows) => rows.length > 0));
  const result = await run.recompute([LOAD, MEMORY]);
  assert.deepEqual([result.hours, result.failures], [30, []]);
  await run.reopen();
  for (const [index, table] of tables.entries())
    assert.deepEqual(await rowsOf(run.store(), table), before[index], table);
  assert.deepEqual(await ask(run.store(), 'SELECT revision, count(*) FROM hours GROUP BY ALL ORDER BY 1'), [
    [2, 29],
    [3, 1],
  ]);
});

test('a changed metric has its new rows, columns and hash, and the others keep theirs', async (t) => {
  const run = await newRun(t);
  const others = await ask(run.store(), 'SELECT * FROM memory ORDER BY ALL');
  const changed: Metric = {
    ...LOAD,
    hash: 'load-2',
    keys: LOAD.keys.slice(0, 2),
    measures: [{ name: 'total_ms', unit: 'ms', note: undefined }],
    sql: 'SELECT hour, instance_id, sum(execution_duration_ms) AS total_ms FROM events GROUP BY ALL',
  };
  await run.recompute([changed]);
  await run.reopen();
  const store = run.store();
  assert.deepEqual(store.manifest.metrics, { load: 'load-2', memory: 'memory-1' });
  assert.deepEqual(store.metrics.map(({ name, hash }) => [name, hash]).sort(), [
    ['load', 'load-2'],
    ['memory', 'memory-1'],
  ]);
  assert.deepEqual(await ask(store, 'SELECT * FROM load ORDER BY hour LIMIT 2'), [
    ['2024-03-01T00:00:00Z', 'provisioned-1', 5_000_005, 'final', 2],
    ['2024-03-01T01:00:00Z', 'provisioned-1', 5_000_012, 'final', 3],
  ]);
  assert.deepEqual(await ask(store, 'SELECT * FROM load_day ORDER BY day'), [
    ['2024-03-01T00:00:00Z', 'provisioned-1', 24 * 5_000_005 + 7, 'final', 3],
    ['2024-03-02T00:00:00Z', 'provisioned-1', 6 * 5_000_005, 'final', 2],
  ]);
  assert.deepEqual(await ask(store, 'SELECT * FROM memory ORDER BY ALL'), others);
});

test('a metric can be added, and one that fails says so for each hour', async (t) => {
  const run = await newRun(t);
  const result = await run.recompute([{ ...LOAD, name: 'more', hash: 'more-1' }, BROKEN]);
  assert.equal(result.failures.length, 30);
  await run.reopen();
  assert.deepEqual(await rowsOf(run.store(), 'more'), await rowsOf(run.store(), 'load'));
  assert.deepEqual(await ask(run.store(), "SELECT count(*) FROM metric_failures WHERE metric = 'broken'"), [[30]]);
});

test('an hour that has no rows of a metric any more has an empty file that says so', async (t) => {
  const run = await newRun(t);
  await run.recompute([
    { ...LOAD, hash: 'load-3', sql: `SELECT * FROM (${LOAD.sql}) WHERE hour < TIMESTAMP '2024-03-01 02:00:00'` },
  ]);
  await run.reopen();
  const files = (await run.store().archiveFiles()).filter(({ dataset }) => dataset === 'load');
  assert.deepEqual(
    files.map(({ revision, rows }) => [revision, rows]),
    [[2, 1], [3, 1], ...Array.from({ length: 28 }, () => [2, 0])],
  );
  assert.deepEqual(await ask(run.store(), 'SELECT count(*) FROM load'), [[2]]);
});

test('a run that keeps rollups only cannot compute a metric again', async (t) => {
  const run = await newRun(t, { keep: 'rollups' });
  await assert.rejects(
    run.recompute([LOAD]),
    (error: unknown) => error instanceof SpillwayError && error.code === 'NO_RAW_EVENTS',
  );
});
