import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../../src/time/clock.ts';

test('sleep lasts as long as it was told', async () => {
  const start = systemClock.monotonicMs();
  await systemClock.sleep(20);
  // Node's timers may fire a millisecond early.
  assert.ok(systemClock.monotonicMs() - start >= 19);
});

test('sleep ends at once when its signal aborts', async () => {
  const abort = new AbortController();
  const start = systemClock.monotonicMs();
  const sleeping = systemClock.sleep(60_000, abort.signal);
  abort.abort();
  await sleeping;
  assert.ok(systemClock.monotonicMs() - start < 10_000);
});

test('sleep under a signal that has aborted already does not begin', async () => {
  const start = systemClock.monotonicMs();
  await systemClock.sleep(60_000, AbortSignal.abort());
  assert.ok(systemClock.monotonicMs() - start < 10_000);
});

test('wall time is milliseconds since 1970', () => {
  const before = Date.now();
  const now = systemClock.now();
  assert.ok(now >= before && now <= Date.now());
});
