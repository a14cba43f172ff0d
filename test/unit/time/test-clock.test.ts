import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wallTime } from '../../../src/model/time.ts';
import { testClock } from '../../../src/time/test-clock.ts';

test('a test clock stands still until it is moved', async () => {
  const clock = testClock(wallTime(1_000));
  assert.equal(clock.now(), 1_000);
  assert.equal(clock.monotonicMs(), 0);
  await clock.advance(250);
  assert.equal(clock.now(), 1_250);
  assert.equal(clock.monotonicMs(), 250);
});

test('sleepers wake in the order of their times, each at its own', async () => {
  const clock = testClock();
  const woken: (readonly [string, number])[] = [];
  const sleep = (name: string, ms: number): Promise<void> =>
    clock.sleep(ms).then(() => void woken.push([name, clock.monotonicMs()]));
  const all = Promise.all([sleep('late', 300), sleep('early', 100), sleep('never in time', 1_000)]);
  await clock.advance(500);
  assert.deepEqual(woken, [
    ['early', 100],
    ['late', 300],
  ]);
  await clock.advance(500);
  await all;
});

test('a sleeper that sleeps again is woken again within one move', async () => {
  const clock = testClock();
  const woken: number[] = [];
  const loop = (async () => {
    for (let i = 0; i < 3; i++) {
      await clock.sleep(100);
      woken.push(clock.monotonicMs());
    }
  })();
  await clock.advance(300);
  await loop;
  assert.deepEqual(woken, [100, 200, 300]);
});

test('an abort wakes a sleeper without moving the clock', async () => {
  const clock = testClock();
  const abort = new AbortController();
  const sleeping = clock.sleep(100, abort.signal);
  abort.abort();
  await sleeping;
  assert.equal(clock.monotonicMs(), 0);
});
