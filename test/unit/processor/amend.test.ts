import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { openLocalArchive } from '../../../src/archive/local.ts';
import { SpillwayError } from '../../../src/errors.ts';
import type { Metric } from '../../../src/metrics/metric.ts';
import type { Manifest } from '../../../src/model/manifest.ts';
import type { EventTime } from '../../../src/model/time.ts';
import { addMicros, MICROS_PER_HOUR } from '../../../src/model/time.ts';
import { amendHours } from '../../../src/processor/amend.ts';
import { closeHours } from '../../../src/processor/close.ts';
import { BatchFeed } from '../../support/batch-feed.ts';
import { closerParts } from '../../support/closing.ts';
import { makeManifest } from '../../support/manifest.ts';
import { LOAD } from '../../support/metrics.ts';
import { ask, testStore } from '../../support/store.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { at } from '../../support/time.ts';

const MIDNIGHT = at('2024-03-01 00:00');
const hour = (n: number): EventTime => addMicros(MIDNIGHT, n * MICROS_PER_HOUR);
/** Cuts hour 0 off. */
const PAST_FIRST = { watermark: at('2024-03-01 01:10') };

/** Counts the fingerprints that the hour did not know. */
const NEW_PRINTS: Metric = {
  ...LOAD,
  name: 'new_prints',
  hash: 'new_prints-1',
  history: true,
  sql: `SELECT hour, instance_id, 0 AS user_id, count(DISTINCT feature_fingerprint) - count(DISTINCT feature_fingerprint) FILTER (WHERE runs IS NOT NULL) AS queries,
      coalesce(sum(runs), 0) AS execution_ms
    FROM events LEFT JOIN known USING (hour, instance_id, feature_fingerprint) GROUP BY ALL`,
};

async function newRun(t: TestContext, changes: Partial<Manifest> = {}, metrics: readonly Metric[] = [LOAD]) {
  const dataDir = await tempDir(t);
  const manifest = makeManifest({ partitions: 1, to: hour(400), ...changes });
  const store = await testStore(t, dataDir, { manifest, metrics });
  const archive = await openLocalArchive(join(dataDir, 'archive'), 'default');
  const parts = closerParts(store, { archive });
  return {
    store,
    feed: new BatchFeed(store),
    parts,
    close: (...hours: readonly EventTime[]) =>
      closeHours(parts, hours, addMicros(hours.at(-1) ?? MIDNIGHT, 70 * 60_000_000)),
    amend: async () => await amendHours(parts, await store.waitingHours()),
  };
}

const load = (run: Awaited<ReturnType<typeof newRun>>) =>
  ask(run.store, 'SELECT user_id, queries, execution_ms, revision FROM load ORDER BY ALL');

test('late events are folded into their hour as a new revision, in store, archive and days', async (t) => {
  const run = await newRun(t, { to: hour(2) });
  await run.feed.batch({ row: {} }, PAST_FIRST, { row: { query_id: 2, execution_duration_ms: 7 } });
  await run.close(hour(0), hour(1));
  assert.deepEqual(await load(run), [[7, 1, 100, 1]]);
  assert.deepEqual(await run.store.waitingHours(), [{ hour: hour(0), revision: 1, late: 1 }]);
  assert.deepEqual(await run.amend(), [{ hour: hour(0), revision: 2, amended: 1, lateDuplicate: 0 }]);
  assert.deepEqual(await load(run), [[7, 2, 107, 2]]);
  assert.deepEqual(await ask(run.store, 'SELECT day, queries, execution_ms, revision FROM load_day'), [
    ['2024-03-01T00:00:00Z', 2, 107, 2],
  ]);
  assert.deepEqual(
    await ask(run.store, 'SELECT revision, counted, late, amended, late_duplicate FROM hours ORDER BY hour'),
    [
      [2, 1, 1, 1, 0],
      [1, 0, 0, 0, 0],
    ],
  );
  assert.deepEqual(await ask(run.store, 'SELECT fate, revision FROM late_events'), [['amended', 2]]);
  assert.deepEqual(await ask(run.store, 'SELECT count(*) FROM events'), [[2]]);
  const current = await run.store.archiveFiles('2024-03-01');
  assert.deepEqual(
    current.map(({ dataset, revision, rows }) => [dataset, revision, rows]),
    [
      ['events', 2, 2],
      ['load', 2, 1],
    ],
  );
  assert.equal((await run.store.knownFiles()).size, 4, 'the first revision stays in the ledger');
  assert.deepEqual(await run.store.waitingHours(), []);
});

test('a second amendment starts from the first, and other hours stay what they are', async (t) => {
  const run = await newRun(t);
  await run.feed.batch({ row: {} }, { row: { query_id: 9, arrival_timestamp: hour(1) } }, PAST_FIRST, {
    row: { query_id: 2 },
  });
  await run.close(hour(0), hour(1));
  await run.amend();
  await run.feed.batch({ row: { query_id: 3 } });
  assert.deepEqual(await run.amend(), [{ hour: hour(0), revision: 3, amended: 1, lateDuplicate: 0 }]);
  assert.deepEqual(await ask(run.store, 'SELECT hour, queries, revision FROM load ORDER BY hour'), [
    ['2024-03-01T00:00:00Z', 3, 3],
    ['2024-03-01T01:00:00Z', 1, 1],
  ]);
});

test('a late event whose key is counted already is a late duplicate; of several new ones the smallest counts', async (t) => {
  const run = await newRun(t);
  await run.feed.batch(
    { row: {} },
    PAST_FIRST,
    { row: { user_id: 1 } },
    { row: { query_id: 2, user_id: 5 } },
    { row: { query_id: 2, user_id: 4 } },
    { row: { query_id: 2, user_id: 4 } },
  );
  await run.close(hour(0));
  assert.deepEqual(await run.amend(), [{ hour: hour(0), revision: 2, amended: 1, lateDuplicate: 3 }]);
  assert.deepEqual(await load(run), [
    [4, 1, 100, 2],
    [7, 1, 100, 2],
  ]);
  assert.deepEqual(await ask(run.store, `SELECT "offset", fate FROM late_events ORDER BY "offset"`), [
    [2, 'late_duplicate'],
    [3, 'late_duplicate'],
    [4, 'amended'],
    [5, 'late_duplicate'],
  ]);
  await run.feed.batch({ row: { query_id: 2, user_id: 4 } });
  assert.deepEqual(await run.amend(), [{ hour: hour(0), revision: 3, amended: 0, lateDuplicate: 1 }]);
});

test('an hour that had no events can be amended', async (t) => {
  const run = await newRun(t);
  await run.feed.batch(PAST_FIRST, { row: {} });
  await run.close(hour(0));
  assert.deepEqual(await run.amend(), [{ hour: hour(0), revision: 2, amended: 1, lateDuplicate: 0 }]);
  assert.deepEqual(await load(run), [[7, 1, 100, 2]]);
});

test('an hour whose events the store keeps no longer is amended from the archive', async (t) => {
  const run = await newRun(t);
  await run.feed.batch({ row: {} }, PAST_FIRST, { row: { query_id: 2 } });
  const hours = Array.from({ length: 60 }, (_, n) => hour(n));
  await run.close(...hours);
  assert.deepEqual(await ask(run.store, 'SELECT count(*) FROM events'), [[0]]);
  await run.amend();
  assert.deepEqual(await load(run), [[7, 2, 200, 2]]);
  assert.deepEqual(await ask(run.store, 'SELECT count(*) FROM events'), [[0]], 'it is not brought back');
});

test('an amended hour is computed from what it knew then, and later hours do not learn from it', async (t) => {
  const run = await newRun(t, {}, [NEW_PRINTS]);
  const row = (n: number, id: number, print: string) => ({
    row: { arrival_timestamp: hour(n), query_id: id, feature_fingerprint: print },
  });
  await run.feed.batch(row(0, 1, 'a'), row(1, 2, 'a'), row(1, 3, 'b'), row(2, 4, 'c'));
  await run.close(hour(0), hour(1), hour(2));
  // Behind the watermark: in hour 1 `a` was known once, `c` not yet, `d` never.
  await run.feed.batch({ watermark: at('2024-03-01 03:10') }, row(1, 5, 'a'), row(1, 6, 'c'), row(1, 7, 'd'));
  await run.amend();
  await run.feed.batch(row(3, 8, 'd'), row(3, 9, 'a'));
  await run.close(hour(3));
  assert.deepEqual(await ask(run.store, 'SELECT queries, execution_ms, revision FROM new_prints ORDER BY hour'), [
    [1, 0, 1],
    [3, 2, 2],
    [1, 0, 1],
    [1, 2, 1],
  ]);
});

test('an hour too far back keeps what its metrics with history say, and says so', async (t) => {
  const run = await newRun(t, {}, [LOAD, NEW_PRINTS]);
  await run.feed.batch({ row: {} }, PAST_FIRST, { row: { query_id: 2 } });
  await run.close(...Array.from({ length: 170 }, (_, n) => hour(n)));
  await run.amend();
  assert.deepEqual(await ask(run.store, 'SELECT queries, revision FROM load'), [[2, 2]]);
  assert.deepEqual(await ask(run.store, 'SELECT queries, revision FROM new_prints'), [[1, 1]]);
  const [[metric, reason] = []] = await ask(run.store, 'SELECT metric, reason FROM metric_failures');
  assert.equal(metric, 'new_prints');
  assert.match(String(reason), /168 hours, and it lies 169 back/);
});

test('a run that keeps rollups only refuses to amend', async (t) => {
  const run = await newRun(t, { keep: 'rollups' });
  await run.feed.batch({ row: {} }, PAST_FIRST, { row: { query_id: 2 } });
  await run.close(hour(0));
  await assert.rejects(
    run.amend(),
    (error: unknown) =>
      error instanceof SpillwayError && error.code === 'NO_RAW_EVENTS' && /keeps rollups only/.test(error.message),
  );
});

test('an amendment that fails leaves everything as it was', async (t) => {
  const run = await newRun(t);
  await run.feed.batch({ row: {} }, PAST_FIRST, { row: { query_id: 2 } });
  await run.close(hour(0));
  const broken = {
    ...run.parts,
    archive: { ...run.parts.archive, write: () => Promise.reject(new Error('disk full')) },
  };
  await assert.rejects(amendHours(broken, await run.store.waitingHours()), /disk full/);
  assert.deepEqual(await load(run), [[7, 1, 100, 1]]);
  await run.amend();
  assert.deepEqual(await load(run), [[7, 2, 200, 2]]);
});

test('sending everything again after its hours are final changes nothing but the count of late duplicates', async (t) => {
  const run = await newRun(t, {}, [LOAD, NEW_PRINTS]);
  const rows = [0, 0, 1, 2].map((n, id) => ({ row: { arrival_timestamp: hour(n), query_id: id, user_id: id } }));
  await run.feed.batch(...rows, { watermark: at('2024-03-01 03:10') });
  await run.close(hour(0), hour(1), hour(2));
  const rollups = async () => [
    await ask(run.store, 'SELECT * EXCLUDE (revision) FROM load ORDER BY ALL'),
    await ask(run.store, 'SELECT * EXCLUDE (revision) FROM new_prints ORDER BY ALL'),
  ];
  const before = await rollups();
  await run.feed.batch(...rows, ...rows);
  assert.deepEqual(
    (await run.amend()).map(({ amended, lateDuplicate }) => [amended, lateDuplicate]),
    [
      [0, 4],
      [0, 2],
      [0, 2],
    ],
  );
  assert.deepEqual(await rollups(), before);
});
