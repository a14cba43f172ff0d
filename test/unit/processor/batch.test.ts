import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { HotStore } from '../../../src/hot-store/hot-store.ts';
import type { FeedItem } from '../../support/batch-feed.ts';
import { BatchFeed, fatesByOffset, receiptSums } from '../../support/batch-feed.ts';
import { ask, testStore } from '../../support/store.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { at } from '../../support/time.ts';
import type { RowSpec } from '../../support/trace-row.ts';

async function newFeed(t: TestContext): Promise<{ store: HotStore; feed: BatchFeed }> {
  const store = await testStore(t, await tempDir(t));
  return { store, feed: new BatchFeed(store) };
}

const arriving = (time: string, query = 1): RowSpec => ({
  arrival_timestamp: at(`2024-03-01 ${time}`),
  query_id: query,
});
const watermark = (time: string, partition = 0): FeedItem => ({ watermark: at(`2024-03-01 ${time}`), partition });

/** Sends the items as one batch, and cut at every place into two: all must come to the same. */
async function fatesOf(t: TestContext, items: readonly FeedItem[]): Promise<Record<string, string>> {
  const whole = await newFeed(t);
  await whole.feed.batch(...items);
  const expected = await fatesByOffset(whole.store);
  for (let cut = 1; cut < items.length; cut++) {
    const { store, feed } = await newFeed(t);
    await feed.batch(...items.slice(0, cut));
    await feed.batch(...items.slice(cut));
    assert.deepEqual(await fatesByOffset(store), expected, `cut before record ${cut}`);
    assert.deepEqual(await lateRows(store), await lateRows(whole.store), `cut before record ${cut}`);
  }
  return expected;
}

function lateRows(store: HotStore): Promise<unknown> {
  return ask(store, 'SELECT "partition", "offset", hour, seen_watermark, late_by_ms FROM late_events ORDER BY ALL');
}

test('an event behind the watermark that ends its hour is late, one before it is not', async (t) => {
  const fates = await fatesOf(t, [
    { row: arriving('00:30') },
    watermark('01:09:59.999999'),
    { row: arriving('00:31', 2) },
    watermark('01:10'),
    { row: arriving('00:32', 3) },
    { row: arriving('01:00', 4) },
  ]);
  assert.deepEqual(fates, { 0: 'counted', 2: 'counted', 4: 'late', 5: 'counted' });
});

test('a watermark makes events late in its own partition only', async (t) => {
  const { store, feed } = await newFeed(t);
  await feed.batch(watermark('02:10', 1), { row: arriving('00:30') }, { row: arriving('00:30', 2), partition: 1 });
  assert.deepEqual(await fatesByOffset(store), { 0: 'counted' });
  assert.deepEqual(await ask(store, 'SELECT "partition" FROM late_events'), [[1]]);
});

test('a late event keeps what it was late behind, and by how much', async (t) => {
  const { store, feed } = await newFeed(t);
  await feed.batch(watermark('02:25'), { row: arriving('00:30') });
  assert.deepEqual(await ask(store, 'SELECT hour, seen_watermark, late_by_ms FROM late_events'), [
    ['2024-03-01T00:00:00Z', '2024-03-01T02:10:00Z', 100 * 60_000],
  ]);
});

test('an event behind several watermarks of its batch is late once, behind the last of them', async (t) => {
  const { store, feed } = await newFeed(t);
  await feed.batch(watermark('00:30'), watermark('01:10'), watermark('02:10'), watermark('03:10'), {
    row: arriving('00:30'),
  });
  assert.deepEqual(await ask(store, 'SELECT hour, seen_watermark FROM late_events'), [
    ['2024-03-01T00:00:00Z', '2024-03-01T03:10:00Z'],
  ]);
  assert.deepEqual(await receiptSums(store), [0, 1, 0, 0]);
});

test('an event may be late even before the first hour of the run', async (t) => {
  const early = { row: { arrival_timestamp: at('2024-02-29 20:00') } };
  assert.deepEqual(await fatesOf(t, [early, watermark('00:30'), early]), { 0: 'counted', 2: 'late' });
});

test('a late event is neither a duplicate nor a conflict', async (t) => {
  const items = [
    { row: arriving('00:30') },
    watermark('01:10'),
    { row: arriving('00:30') },
    { row: arriving('00:31') },
  ];
  assert.deepEqual(await fatesOf(t, items), { 0: 'counted', 2: 'late', 3: 'late' });
});

test('a bad record is rejected even where it would be late', async (t) => {
  const bad = { row: { ...arriving('00:30'), num_joins: -1 } };
  assert.deepEqual(await fatesOf(t, [watermark('01:10'), bad]), { 1: 'rejected negative num_joins' });
});

test('a record that came again has no other fate', async (t) => {
  const { store, feed } = await newFeed(t);
  await feed.batch({ row: arriving('00:30'), seq: 0 }, { row: { num_joins: -1, query_id: 2 }, seq: 1 });
  await feed.batch({ row: arriving('00:30'), seq: 0 }, { row: { num_joins: -1, query_id: 2 }, seq: 1 });
  assert.deepEqual(await fatesByOffset(store), { 0: 'counted', 1: 'rejected negative num_joins' });
  assert.deepEqual(await receiptSums(store), [1, 0, 1, 0]);
  assert.deepEqual(await ask(store, 'SELECT resent, next_offset FROM progress WHERE "partition" = 0'), [[2, 4]]);
});

test('a rejected record keeps its place, its reason and what it was', async (t) => {
  const { store, feed } = await newFeed(t);
  await feed.batch(
    { row: {} },
    { row: { query_id: 2, num_joins: -4 } },
    { row: { query_id: null }, badColumns: 'query_id', raw: '{"query_id":"x"}' },
  );
  const rows = await ask(
    store,
    'SELECT "partition", "offset", seq, hour, reason, field FROM rejected ORDER BY "offset"',
  );
  assert.deepEqual(rows, [
    [0, 1, 1, '2024-03-01T00:00:00Z', 'negative', 'num_joins'],
    [0, 2, 2, '2024-03-01T00:00:00Z', 'bad_type', 'query_id'],
  ]);
  const [[first] = [], [second] = []] = await ask(store, 'SELECT raw FROM rejected ORDER BY "offset"');
  assert.equal(JSON.parse(String(first)).num_joins, -4);
  assert.equal(second, '{"query_id":"x"}');
});

test('a record without a usable time is rejected under no hour', async (t) => {
  const { store, feed } = await newFeed(t);
  await feed.batch(
    { row: { arrival_timestamp: null } },
    { row: { arrival_timestamp: at('2024-03-09') } },
    { row: { num_joins: -1 } },
  );
  const receipts = await ask(store, 'SELECT hour, rejected FROM receipts ORDER BY hour NULLS FIRST');
  assert.deepEqual(receipts, [
    [null, 2],
    ['2024-03-01T00:00:00Z', 1],
  ]);
  assert.deepEqual(await ask(store, 'SELECT count(*) FROM rejected WHERE hour IS NULL'), [[2]]);
});

test('receipts hold each hour and partition with its counts and offsets', async (t) => {
  const { store, feed } = await newFeed(t);
  await feed.batch(
    { row: arriving('00:10') },
    { row: arriving('00:10') },
    watermark('00:11'),
    { row: arriving('01:10', 2) },
    { row: { ...arriving('01:11', 3), num_scans: -1 } },
    { row: arriving('00:12', 4), partition: 1 },
  );
  const receipts = await ask(
    store,
    'SELECT hour, "partition", counted, rejected, duplicate, first_offset, last_offset FROM receipts ORDER BY ALL',
  );
  assert.deepEqual(receipts, [
    ['2024-03-01T00:00:00Z', 0, 1, 0, 1, 0, 1],
    ['2024-03-01T00:00:00Z', 1, 1, 0, 0, 0, 0],
    ['2024-03-01T01:00:00Z', 0, 1, 1, 0, 3, 4],
  ]);
});

test('offsets are the sum of all fates and control records', async (t) => {
  const { store, feed } = await newFeed(t);
  await feed.batch(
    { row: {} },
    { row: {} },
    watermark('01:10'),
    { row: {} },
    { row: { num_joins: -1 } },
    { row: {}, seq: 0 },
  );
  const [[balance] = []] = await ask(
    store,
    `SELECT (SELECT next_offset - first_offset - resent - controls FROM progress WHERE "partition" = 0)
      - (SELECT sum(counted + late + rejected + duplicate) FROM receipts)`,
  );
  assert.equal(balance, 0);
});

test('a batch without events moves the watermark all the same', async (t) => {
  const { store, feed } = await newFeed(t);
  assert.deepEqual(await feed.batch(watermark('01:00')), { counted: 0, late: 0, rejected: 0, duplicate: 0 });
  assert.deepEqual(await ask(store, 'SELECT watermark, controls FROM progress WHERE "partition" = 0'), [
    ['2024-03-01T01:00:00Z', 1],
  ]);
});

test('the largest amounts that there are pass through', async (t) => {
  const { store, feed } = await newFeed(t);
  await feed.batch({ row: { mbytes_scanned: 9_223_372_036_854_775_807n, mbytes_spilled: 9_223_372_036_854_775_807n } });
  assert.deepEqual(await ask(store, 'SELECT mbytes_scanned, ln_scanned, is_zero_spilled FROM events'), [
    ['9223372036854775807', 43_668, false],
  ]);
});
