import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { HotStore } from '../../../src/hot-store/hot-store.ts';
import { wallTime } from '../../../src/model/time.ts';
import type { Clock } from '../../../src/time/clock.ts';
import { BatchFeed } from '../../support/batch-feed.ts';
import { BROKEN, LOAD } from '../../support/metrics.ts';
import { ask, testStore } from '../../support/store.ts';
import { tempDir } from '../../support/temp-dir.ts';

/** A clock that shows what it is told, so that a refresh can take as long as a test wants. */
class ToldClock implements Clock {
  ms = 0;
  now = () => wallTime(this.ms);
  monotonicMs = () => this.ms;
  sleep = () => Promise.resolve();
}

async function setUp(t: TestContext): Promise<{ store: HotStore; feed: BatchFeed; clock: ToldClock }> {
  const clock = new ToldClock();
  const store = await testStore(t, await tempDir(t), { metrics: [BROKEN, LOAD], clock });
  return { store, feed: new BatchFeed(store), clock };
}

async function queries(store: HotStore): Promise<unknown> {
  return (await ask(store, 'SELECT sum(queries) FROM load'))[0]?.[0];
}

test('a fresh result is not computed again within a second', async (t) => {
  const { store, feed, clock } = await setUp(t);
  await feed.batch({ row: {} });
  await store.refreshLive();
  await feed.batch({ row: { query_id: 2 } });
  clock.ms = 999;
  await store.refreshLive();
  assert.equal(await queries(store), 1);
  clock.ms = 1_000;
  await store.refreshLive();
  assert.equal(await queries(store), 2);
});

test('after a slow refresh there is rest for four times as long', async (t) => {
  const { store, feed, clock } = await setUp(t);
  await feed.batch({ row: {} });
  const slow = store.refreshLive();
  clock.ms = 500;
  await slow;
  await feed.batch({ row: { query_id: 2 } });
  clock.ms = 2_499;
  await store.refreshLive();
  assert.equal(await queries(store), 1);
  clock.ms = 2_500;
  await store.refreshLive();
  assert.equal(await queries(store), 2);
});

test('everybody who asks at the same time waits for the same refresh', async (t) => {
  const { store, feed } = await setUp(t);
  await feed.batch({ row: {} });
  await Promise.all([store.refreshLive(), store.refreshLive(), store.refreshLive()]);
  assert.equal(await queries(store), 1);
});

test('a metric that fails has no provisional rows, and keeps no other from having them', async (t) => {
  const { store, feed } = await setUp(t);
  await feed.batch({ row: {} });
  await store.refreshLive();
  assert.deepEqual(await ask(store, 'SELECT count(*) FROM broken'), [[0]]);
  assert.equal(await queries(store), 1);
});

test('a reader never sees a metric without its rows while it is computed anew', async (t) => {
  const { store, feed, clock } = await setUp(t);
  await feed.batch({ row: {} });
  await store.refreshLive();
  for (let round = 0; round < 10; round++) {
    clock.ms += 1_000;
    const refresh = store.refreshLive();
    assert.equal(await queries(store), 1);
    await refresh;
  }
});

test('without open events there are no provisional rows', async (t) => {
  const { store } = await setUp(t);
  await store.refreshLive();
  assert.deepEqual(await ask(store, 'SELECT count(*) FROM load'), [[0]]);
});
