import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { HotStore } from '../../../src/hot-store/hot-store.ts';
import { wallTime } from '../../../src/model/time.ts';
import type { TestClock } from '../../../src/time/test-clock.ts';
import { testClock } from '../../../src/time/test-clock.ts';
import { openTestStore, testStore } from '../../support/store.ts';
import { tempDir } from '../../support/temp-dir.ts';

async function setUp(t: TestContext): Promise<{ store: HotStore; clock: TestClock; dir: string }> {
  const [clock, dir] = [testClock(wallTime(0)), await tempDir(t)];
  return { store: await testStore(t, dir, { clock }), clock, dir };
}

/** Adds fingerprints that do not compress away. */
async function learn(store: HotStore, rows: number): Promise<void> {
  await store.ingest(async (session) => {
    await session.run(`INSERT INTO store.fingerprints BY NAME
      SELECT TIMESTAMP '2024-03-01' AS hour, 'provisioned-1' AS instance_id, md5(i::VARCHAR) AS feature_fingerprint,
        1 AS runs, (i * 7919) % 1000003 AS sum_ln_execution FROM range(${rows}) AS r(i)`);
    return { progress: await store.progress(), result: undefined };
  });
}

test('a run without history has none', async (t) => {
  const { store } = await setUp(t);
  assert.deepEqual(await store.historySize(), { rows: 0, bytes: 0 });
});

test('rows count at once, bytes from the next checkpoint on, and follow what is stored', async (t) => {
  const { store, dir } = await setUp(t);
  await learn(store, 20_000);
  assert.deepEqual(await store.historySize(), { rows: 20_000, bytes: 0 });
  // Closing a store checkpoints it.
  await store.close();
  const size = async (more: number): Promise<{ rows: number; bytes: number }> => {
    const again = await openTestStore(dir);
    await learn(again, more);
    await again.close();
    const last = await openTestStore(dir);
    const found = await last.historySize();
    await last.close();
    return found;
  };
  const small = await size(0);
  const large = await size(180_000);
  assert.deepEqual([small.rows, large.rows], [20_000, 200_000]);
  // A fingerprint is 32 hexadecimal digits, which no compression makes shorter than 16 bytes.
  assert.ok(small.bytes >= 20_000 * 16 && small.bytes < 20_000 * 100, JSON.stringify(small));
  assert.ok(large.bytes >= 200_000 * 16 && large.bytes < 200_000 * 100, JSON.stringify(large));
});

test('it is read again after a few seconds and not before', async (t) => {
  const { store, clock } = await setUp(t);
  await learn(store, 10);
  assert.equal((await store.historySize()).rows, 10);
  await learn(store, 10);
  await clock.advance(2_999);
  assert.equal((await store.historySize()).rows, 10);
  await clock.advance(1);
  assert.equal((await store.historySize()).rows, 20);
});
