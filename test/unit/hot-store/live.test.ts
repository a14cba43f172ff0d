import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { HotStore } from '../../../src/hot-store/hot-store.ts';
import type { Metric } from '../../../src/metrics/metric.ts';
import type { EventTime } from '../../../src/model/time.ts';
import { addMicros, MICROS_PER_MINUTE, wallTime } from '../../../src/model/time.ts';
import { closeHours } from '../../../src/processor/close.ts';
import type { Clock } from '../../../src/time/clock.ts';
import { BatchFeed } from '../../support/batch-feed.ts';
import { closerParts } from '../../support/closing.ts';
import { BROKEN, builtInMetrics, LOAD } from '../../support/metrics.ts';
import { randomBelow, seededRandom } from '../../support/random.ts';
import { ask, testStore } from '../../support/store.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { at } from '../../support/time.ts';
import type { RowSpec } from '../../support/trace-row.ts';

const [MIDNIGHT, ONE, TWO] = [at('2024-03-01 00:00'), at('2024-03-01 01:00'), at('2024-03-01 02:00')];

/** A clock that shows what it is told, so that a refresh can take as long as a test wants. */
class ToldClock implements Clock {
  ms = 0;
  now = () => wallTime(this.ms);
  monotonicMs = () => this.ms;
  /** No limit of time is ever reached. */
  sleep = (_ms: number, signal?: AbortSignal) =>
    new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
}

async function setUp(
  t: TestContext,
  metrics: readonly Metric[] = [BROKEN, LOAD],
): Promise<{ store: HotStore; feed: BatchFeed; clock: ToldClock }> {
  const clock = new ToldClock();
  const store = await testStore(t, await tempDir(t), { metrics, clock });
  return { store, feed: new BatchFeed(store), clock };
}

async function close(store: HotStore, hour: EventTime): Promise<void> {
  await closeHours(closerParts(store), [hour], at('2024-03-01 03:10'));
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

test('on a busy machine the rest is measured by what the refresh cost, not by how long it waited', async (t) => {
  const { store, feed, clock } = await setUp(t);
  let cpuMs = 0;
  Object.assign(clock, { cpuMs: () => cpuMs });
  await feed.batch({ row: {} });
  const slow = store.refreshLive();
  clock.ms = 5_000;
  cpuMs = 300;
  await slow;
  await feed.batch({ row: { query_id: 2 } });
  clock.ms = 6_199;
  await store.refreshLive();
  assert.equal(await queries(store), 1);
  clock.ms = 6_200;
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

test('where nothing has been written nothing is computed, however often one asks', async (t) => {
  const { store, feed, clock } = await setUp(t, [
    { ...LOAD, sql: LOAD.sql.replace('count(*)', 'random() * 1000000000') },
  ]);
  await feed.batch({ row: {} });
  const first = await store.refreshLive();
  const rows = await ask(store, 'SELECT * FROM load');
  for (let round = 0; round < 3; round++) {
    clock.ms += 10_000;
    assert.equal((await store.refreshLive()).generation, first.generation);
  }
  assert.deepEqual(await ask(store, 'SELECT * FROM load'), rows);
});

test('a batch without events for an open hour changes nothing', async (t) => {
  const { store, feed, clock } = await setUp(t, [LOAD]);
  await feed.batch({ row: {} });
  const { generation } = await store.refreshLive();
  clock.ms += 1_000;
  await feed.batch({ watermark: at('2024-03-01 00:20') });
  assert.equal((await store.refreshLive()).generation, generation);
});

test('whoever is told of an old generation gets the last events by asking again', async (t) => {
  const { store, feed, clock } = await setUp(t);
  await feed.batch({ row: {} });
  const first = await store.refreshLive();
  await feed.batch({ row: { query_id: 2 } });
  clock.ms = 500;
  assert.equal((await store.refreshLive()).generation, first.generation);
  clock.ms = 1_000;
  const second = await store.refreshLive();
  assert.equal(second.generation, first.generation + 1);
  assert.equal(await queries(store), 2);
});

test('what is written during a refresh is for the next one', async (t) => {
  const { store, feed, clock } = await setUp(t);
  await feed.batch({ row: {} });
  const refresh = store.refreshLive();
  await feed.batch({ row: { query_id: 2 } });
  await refresh;
  clock.ms = 1_000;
  await store.refreshLive();
  assert.equal(await queries(store), 2);
});

test('a metric that fails takes its rows of all hours with it, which is news', async (t) => {
  const sql = LOAD.sql.replace('count(*)', "CASE WHEN bool_or(query_id = 13) THEN error('unlucky') ELSE count(*) END");
  const { store, feed, clock } = await setUp(t, [{ ...LOAD, sql }]);
  await feed.batch({ row: {} });
  await store.refreshLive();
  await feed.batch({ row: { query_id: 13, arrival_timestamp: ONE } });
  clock.ms = 1_000;
  const { generation, hours } = await store.refreshLive();
  assert.deepEqual([...hours.values()], [generation, generation]);
  assert.deepEqual(await ask(store, 'SELECT count(*) FROM load'), [[0]]);
});

test('only hours with other events get a new generation, and those that know of them', async (t) => {
  const { store, feed, clock } = await setUp(t, [LOAD]);
  const generations = async (): Promise<unknown> => {
    clock.ms += 1_000;
    return [...(await store.refreshLive()).hours];
  };
  await feed.batch({ row: {} }, { row: { query_id: 2, arrival_timestamp: ONE } });
  assert.deepEqual(await generations(), [
    [MIDNIGHT, 1],
    [ONE, 1],
  ]);
  await feed.batch({ row: { query_id: 3, arrival_timestamp: ONE } });
  assert.deepEqual(await generations(), [
    [MIDNIGHT, 1],
    [ONE, 2],
  ]);
  await feed.batch({ row: { query_id: 4 } });
  assert.deepEqual(await generations(), [
    [MIDNIGHT, 3],
    [ONE, 3],
  ]);
  await close(store, MIDNIGHT);
  assert.deepEqual(await generations(), [[ONE, 3]]);
});

test('a rejected record that changes what is counted is seen', async (t) => {
  const { store, feed, clock } = await setUp(t, [LOAD]);
  await feed.batch({ row: { execution_duration_ms: 100 } });
  await store.refreshLive();
  // The same key with other content: the smaller in total order stays.
  await feed.batch({ row: { execution_duration_ms: 50 } });
  clock.ms = 1_000;
  await store.refreshLive();
  assert.deepEqual(await ask(store, 'SELECT execution_ms FROM load'), [[50]]);
  assert.deepEqual(await ask(store, 'SELECT counted, rejected FROM hours WHERE counted > 0'), [[1, 1]]);
});

test('a metric that has failed has the rows of every hour again once it can be computed', async (t) => {
  const sql = LOAD.sql.replace('count(*)', "CASE WHEN bool_or(query_id = 13) THEN error('unlucky') ELSE count(*) END");
  const { store, feed, clock } = await setUp(t, [{ ...LOAD, sql }]);
  const hours = async (): Promise<unknown> => {
    clock.ms += 1_000;
    await store.refreshLive();
    return (await ask(store, 'SELECT hour FROM load ORDER BY hour')).flat();
  };
  await feed.batch({ row: {} }, { row: { query_id: 2, arrival_timestamp: TWO } });
  assert.deepEqual(await hours(), ['2024-03-01T00:00:00Z', '2024-03-01T02:00:00Z']);
  await feed.batch({ row: { query_id: 13, arrival_timestamp: ONE } });
  assert.deepEqual(await hours(), []);
  await feed.batch({ row: { query_id: 4, arrival_timestamp: TWO } });
  assert.deepEqual(await hours(), []);
  await close(store, MIDNIGHT);
  await close(store, ONE);
  await feed.batch({ row: { query_id: 5, arrival_timestamp: TWO } });
  assert.deepEqual(await hours(), ['2024-03-01T00:00:00Z', '2024-03-01T02:00:00Z']);
});

/** Provisional rows of every metric. */
async function provisional(store: HotStore, metrics: readonly Metric[]): Promise<unknown> {
  await store.refreshLive();
  const tables = metrics.map(({ name }) => ask(store, `SELECT * FROM "${name}" WHERE state = 'open' ORDER BY ALL`));
  return Object.fromEntries((await Promise.all(tables)).map((rows, i) => [metrics[i]?.name, rows]));
}

test('computed bit by bit, the rows are those that are computed at once', async (t) => {
  const metrics = (await builtInMetrics()).filter(({ name, history }) => history || name === 'workload');
  const random = seededRandom(7);
  const below = (n: number): number => randomBelow(random, n);
  for (let round = 0; round < 2; round++) {
    const [bitByBit, atOnce] = [await setUp(t, metrics), await setUp(t, metrics)];
    let id = 0;
    for (let step = 0; step < 12; step++) {
      // Up to an hour out of order, and in the end in the last hour alone.
      const minute = (): number => Math.max(step < 6 ? 0 : 60, step * 15 - below(step < 9 ? 60 : 15));
      const rows = Array.from({ length: 1 + below(4) }, (): { row: RowSpec } => ({
        row: {
          ...{ query_id: id++, instance_id: below(2), feature_fingerprint: `f${below(3)}` },
          arrival_timestamp: addMicros(MIDNIGHT, minute() * MICROS_PER_MINUTE),
          execution_duration_ms: below(3) * 3_000_000,
        },
      }));
      for (const { store, feed } of [bitByBit, atOnce]) {
        await feed.batch(...rows);
        if (step === 6) await close(store, MIDNIGHT);
      }
      bitByBit.clock.ms += 1_000;
      await bitByBit.store.refreshLive();
    }
    const [one, other] = [await provisional(bitByBit.store, metrics), await provisional(atOnce.store, metrics)];
    assert.deepEqual(one, other);
    assert.notDeepEqual(one, {});
  }
});
