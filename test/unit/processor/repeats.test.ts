import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { HotStore } from '../../../src/hot-store/hot-store.ts';
import { BatchFeed, fatesByOffset, receiptSums } from '../../support/batch-feed.ts';
import { ask, testStore } from '../../support/store.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { at } from '../../support/time.ts';
import type { RowSpec } from '../../support/trace-row.ts';

/** Three records with one key: a comes before b and b before c in the total order. */
const a: RowSpec = { user_id: 1 };
const b: RowSpec = { user_id: 2 };
const c: RowSpec = { user_id: 2, num_joins: 5 };

async function newFeed(t: TestContext): Promise<{ store: HotStore; feed: BatchFeed }> {
  const store = await testStore(t, await tempDir(t));
  return { store, feed: new BatchFeed(store) };
}

/** Sends the rows as one batch and as one batch each: both must come to the same fates and receipts. */
async function settle(t: TestContext, rows: readonly RowSpec[]) {
  const together = await newFeed(t);
  await together.feed.batch(...rows.map((row) => ({ row })));
  const apart = await newFeed(t);
  await apart.feed.oneByOne(...rows);
  const outcome = { fates: await fatesByOffset(together.store), sums: await receiptSums(together.store) };
  assert.deepEqual({ fates: await fatesByOffset(apart.store), sums: await receiptSums(apart.store) }, outcome);
  return outcome;
}

test('the same record again is a duplicate', async (t) => {
  assert.deepEqual(await settle(t, [a, a, a]), { fates: { 0: 'counted' }, sums: [1, 0, 0, 2] });
});

test('another record with the key of a counted one is a conflict, and says in which field', async (t) => {
  assert.deepEqual(await settle(t, [a, b]), {
    fates: { 0: 'counted', 1: 'rejected conflict user_id' },
    sums: [1, 0, 1, 0],
  });
});

test('a smaller record takes the place of the one that was counted', async (t) => {
  assert.deepEqual(await settle(t, [b, a]), {
    fates: { 0: 'rejected conflict user_id', 1: 'counted' },
    sums: [1, 0, 1, 0],
  });
});

test('a duplicate of a record that is displaced later stays a duplicate', async (t) => {
  assert.deepEqual(await settle(t, [b, b, a]), {
    fates: { 0: 'rejected conflict user_id', 2: 'counted' },
    sums: [1, 0, 1, 1],
  });
});

test('a record that was displaced does not come back', async (t) => {
  assert.deepEqual(await settle(t, [b, a, b, a]), {
    fates: { 0: 'rejected conflict user_id', 1: 'counted', 2: 'rejected conflict user_id' },
    sums: [1, 0, 2, 1],
  });
});

test('in any order of three the smallest is counted, and each conflict names its field against the one it met', async (t) => {
  const orders = [
    [[a, b, c], { 0: 'counted', 1: 'rejected conflict user_id', 2: 'rejected conflict user_id' }],
    [[c, b, a], { 0: 'rejected conflict num_joins', 1: 'rejected conflict user_id', 2: 'counted' }],
    [[b, c, a], { 0: 'rejected conflict user_id', 1: 'rejected conflict num_joins', 2: 'counted' }],
    [[c, a, b], { 0: 'rejected conflict user_id', 1: 'counted', 2: 'rejected conflict user_id' }],
  ] as const;
  for (const [rows, fates] of orders) assert.deepEqual(await settle(t, rows), { fates, sums: [1, 0, 2, 0] });
});

test('records that are equal once they are clean are the same record', async (t) => {
  const said: RowSpec = { num_joins: 0, was_aborted: false, execution_duration_ms: 0 };
  const unsaid: RowSpec = { num_joins: null, was_aborted: null, execution_duration_ms: null };
  assert.deepEqual(await settle(t, [unsaid, said]), { fates: { 0: 'counted' }, sums: [1, 0, 0, 1] });
});

test('a value that cleaning leaves unknown comes before any value', async (t) => {
  const unknown: RowSpec = { feature_fingerprint: null };
  assert.deepEqual(await settle(t, [{ feature_fingerprint: 'a' }, unknown]), {
    fates: { 0: 'rejected conflict feature_fingerprint', 1: 'counted' },
    sums: [1, 0, 1, 0],
  });
});

test('another time within the hour is other content of the same key', async (t) => {
  const earlier: RowSpec = { arrival_timestamp: at('2024-03-01 00:00:01') };
  assert.deepEqual(await settle(t, [{}, earlier]), {
    fates: { 0: 'rejected conflict arrival_timestamp', 1: 'counted' },
    sums: [1, 0, 1, 0],
  });
});

test('the next hour, another instance, tier or query is another key', async (t) => {
  const others: RowSpec[] = [
    {},
    { arrival_timestamp: at('2024-03-01 01:10') },
    { instance_id: 2 },
    { deployment: 'serverless' },
    { query_id: 2 },
  ];
  assert.deepEqual((await settle(t, others)).sums, [5, 0, 0, 0]);
});

test('a rejected record does not stand in the way of a sane one with its key', async (t) => {
  assert.deepEqual(await settle(t, [{ num_joins: -1 }, {}]), {
    fates: { 0: 'rejected negative num_joins', 1: 'counted' },
    sums: [1, 0, 1, 0],
  });
});

test('a displaced record leaves the counts of its batch and joins the rejected ones', async (t) => {
  const { store, feed } = await newFeed(t);
  assert.deepEqual(await feed.batch({ row: b }), { counted: 1, late: 0, rejected: 0, duplicate: 0 });
  assert.deepEqual(await feed.batch({ row: a }), { counted: 0, late: 0, rejected: 1, duplicate: 0 });
  assert.deepEqual(await feed.batch({ row: a }, { row: c }), { counted: 0, late: 0, rejected: 1, duplicate: 1 });
  assert.deepEqual(await receiptSums(store), [1, 0, 2, 1]);
});

test('a displaced record can be read where rejected records are kept', async (t) => {
  const { store, feed } = await newFeed(t);
  await feed.oneByOne(b, a);
  const [[raw, hour] = []] = await ask(store, 'SELECT raw, hour FROM rejected');
  assert.equal(JSON.parse(String(raw)).user_id, 2);
  assert.equal(hour, '2024-03-01T00:00:00Z');
});

test('many keys at once are settled each by itself', async (t) => {
  const keys = Array.from({ length: 50 }, (_, query) => query);
  const rows = [b, a, a].flatMap((row) => keys.map((query) => ({ ...row, query_id: query })));
  const { sums } = await settle(t, rows);
  assert.deepEqual(sums, [50, 0, 50, 50]);
});
