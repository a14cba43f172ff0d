import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { Archive } from '../../../src/archive/archive.ts';
import type { HotStore } from '../../../src/hot-store/hot-store.ts';
import type { Metric } from '../../../src/metrics/metric.ts';
import type { EventTime } from '../../../src/model/time.ts';
import { isoTime, wallTime } from '../../../src/model/time.ts';
import { closeHours, publishDays } from '../../../src/processor/close.ts';
import { testClock } from '../../../src/time/test-clock.ts';
import { BatchFeed } from '../../support/batch-feed.ts';
import { closerParts } from '../../support/closing.ts';
import { noArchive } from '../../support/flow.ts';
import { makeManifest } from '../../support/manifest.ts';
import { BROKEN, LOAD } from '../../support/metrics.ts';
import { ask, testStore } from '../../support/store.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { at } from '../../support/time.ts';

const [MIDNIGHT, ONE, TWO] = [at('2024-03-01 00:00'), at('2024-03-01 01:00'), at('2024-03-01 02:00')];
const clock = testClock(wallTime(Date.UTC(2024, 5, 1)));

async function newStore(t: TestContext, metrics: readonly Metric[] = [LOAD], to = at('2024-03-01 03:00')) {
  const store = await testStore(t, await tempDir(t), { metrics, manifest: makeManifest({ to }) });
  return { store, feed: new BatchFeed(store) };
}

function close(store: HotStore, hours: readonly EventTime[], archive: Archive = noArchive()) {
  return closeHours(closerParts(store, { archive, clock }), hours, at('2024-03-01 03:10'));
}

/** An archive that remembers what it was asked for. */
function notingArchive() {
  const base = noArchive();
  const published: string[] = [];
  const archive: Archive = {
    ...base,
    publish: async (day, hours, files) => {
      const of = hours.map((hour) => isoTime(hour).slice(11, 13)).join(' ');
      published.push(`${isoTime(day).slice(0, 10)}: hours ${of}, ${files.length} files`);
    },
  };
  return { archive, published };
}

test('a closed hour is final, with the rollups of its events and of no others', async (t) => {
  const { store, feed } = await newStore(t);
  await feed.batch(
    { row: { execution_duration_ms: 5 } },
    { row: { execution_duration_ms: 7, query_id: 2 } },
    { row: { execution_duration_ms: 9, arrival_timestamp: ONE } },
  );
  await close(store, [MIDNIGHT]);
  assert.deepEqual(await ask(store, 'SELECT * FROM load'), [
    ['2024-03-01T00:00:00Z', 'provisioned-1', 7, 2, 12, 'final', 1],
  ]);
  assert.deepEqual(await ask(store, 'SELECT state, revision, watermark, finalized_at FROM hours ORDER BY hour'), [
    ['final', 1, '2024-03-01T03:10:00Z', '2024-06-01T00:00:00Z'],
    ['open', 0, null, null],
    ['open', 0, null, null],
  ]);
});

test('an hour without events becomes final all the same, without files', async (t) => {
  const { store } = await newStore(t);
  const closed = await close(store, [MIDNIGHT, ONE]);
  assert.deepEqual(
    closed.map(({ hour, files }) => [hour, files]),
    [
      [MIDNIGHT, []],
      [ONE, []],
    ],
  );
  assert.deepEqual(await ask(store, "SELECT count(*) FROM hours WHERE state = 'final'"), [[2]]);
});

test('the ledger names a file of the events and of each metric, for each hour that has some', async (t) => {
  const { store, feed } = await newStore(t);
  await feed.batch({ row: {} }, { row: { arrival_timestamp: TWO } });
  await close(store, [MIDNIGHT, ONE, TWO]);
  const files = await store.archiveFiles('2024-03-01');
  assert.deepEqual(
    files.map(({ hour, dataset, revision, state }) => [hour, dataset, revision, state]),
    [
      [MIDNIGHT, 'events', 1, 'local'],
      [MIDNIGHT, 'load', 1, 'local'],
      [TWO, 'events', 1, 'local'],
      [TWO, 'load', 1, 'local'],
    ],
  );
});

test('hours that are closed together are closed as if each was closed alone', async (t) => {
  const rows = [{}, { query_id: 2, user_id: 1 }, { arrival_timestamp: ONE }, { arrival_timestamp: TWO, user_id: 9 }];
  const [together, alone] = [await newStore(t), await newStore(t)];
  for (const { feed } of [together, alone]) await feed.batch(...rows.map((row) => ({ row })));
  await close(together.store, [MIDNIGHT, ONE, TWO]);
  for (const hour of [MIDNIGHT, ONE, TWO]) await close(alone.store, [hour]);
  const of = (store: HotStore): Promise<unknown> => ask(store, 'SELECT * FROM load ORDER BY ALL');
  assert.deepEqual(await of(together.store), await of(alone.store));
});

test('a metric that fails marks itself and the hour it fails in, and no other', async (t) => {
  const { store, feed } = await newStore(t, [BROKEN, LOAD]);
  await feed.batch({ row: {} });
  const closed = await close(store, [MIDNIGHT, ONE]);
  assert.deepEqual(
    closed.map(({ failures }) => failures.map(({ metric }) => metric)),
    [['broken'], []],
  );
  assert.deepEqual(await ask(store, 'SELECT count(*) FROM broken'), [[0]]);
  assert.deepEqual(await ask(store, 'SELECT queries FROM load'), [[1]]);
  const [[metric, reason] = []] = await ask(store, 'SELECT metric, reason FROM metric_failures');
  assert.equal(metric, 'broken');
  assert.match(String(reason), /Could not convert string 'x1' to INT64/);
});

test('a closing that fails while it writes files leaves every hour open', async (t) => {
  const { store, feed } = await newStore(t);
  await feed.batch({ row: {} });
  const broken: Archive = { ...noArchive(), write: () => Promise.reject(new Error('disk full')) };
  await assert.rejects(close(store, [MIDNIGHT], broken), /disk full/);
  assert.deepEqual(await store.finalHours(), []);
  assert.deepEqual(await store.archiveFiles(), []);
  await close(store, [MIDNIGHT]);
  assert.deepEqual(await ask(store, "SELECT queries FROM load WHERE state = 'final'"), [[1]]);
});

test('every day that was touched is published with all its final hours', async (t) => {
  const { store, feed } = await newStore(t, [LOAD], at('2024-03-02 02:00'));
  const [eleven, next] = [at('2024-03-01 23:00'), at('2024-03-02 00:00')];
  await feed.batch({ row: {} }, { row: { arrival_timestamp: eleven } }, { row: { arrival_timestamp: next } });
  const { archive, published } = notingArchive();
  await close(store, [MIDNIGHT], archive);
  await close(store, [eleven, next], archive);
  assert.deepEqual(published, [
    '2024-03-01: hours 00, 2 files',
    '2024-03-01: hours 00 23, 4 files',
    '2024-03-02: hours 00, 2 files',
  ]);
});

test('publishing nothing publishes nothing', async (t) => {
  const { store } = await newStore(t);
  const { archive, published } = notingArchive();
  await publishDays({ store, archive }, []);
  assert.deepEqual(published, []);
});
