import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retryDelayMs } from '../../../../web/src/live/backoff.ts';

test('the wait doubles from half a second up to eight', () => {
  const waits = [0, 1, 2, 3, 4, 5, 6, 100, 10_000].map((failures) => retryDelayMs(failures, 1));
  assert.deepEqual(waits, [500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000, 8_000, 8_000]);
});

test('chance shortens a wait by at most half, and never below half a second', () => {
  assert.equal(retryDelayMs(4, 0), 4_000);
  assert.equal(retryDelayMs(4, 0.5), 6_000);
  assert.equal(retryDelayMs(0, 0), 500);
});
