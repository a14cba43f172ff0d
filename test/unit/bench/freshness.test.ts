import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agesMs, planOrigin, quantile, slope } from '../../../bench/dashboard/freshness.ts';

test('an event is as old as the first message that includes it', () => {
  const receipts = [
    { part: 'all', atMs: 1_500, count: 12 },
    { part: 'all', atMs: 1_000, count: 10 },
    { part: 'all', atMs: 2_000, count: 12 },
    { part: 'other', atMs: 1_001, count: 99 },
  ];
  const events = [
    { part: 'all', rank: 1, sentMs: 900 },
    { part: 'all', rank: 10, sentMs: 990 },
    { part: 'all', rank: 11, sentMs: 991 },
    { part: 'all', rank: 13, sentMs: 993 },
  ];
  assert.deepEqual(agesMs(events, receipts), [100, 10, 509]);
});

test('the plan of a film is what all looks at it agree on', () => {
  const origin = 1_000_000;
  const speed = 60;
  const looks = [0, 1, 2, 3].map((n) => {
    const [now, driftMs] = [origin + 5_000 + n * 100, n * 7];
    // The server looks at some moment between asking and the answer.
    return { askedMs: now - n, answeredMs: now + 3 - n, driftMs, atMs: (now - driftMs - origin) * speed };
  });
  assert.equal(planOrigin(looks, speed), origin);
  const jumped = { askedMs: 0, answeredMs: 3, driftMs: 0, atMs: 0 };
  assert.throws(() => planOrigin([...looks, jumped], speed), /keeps no plan/);
});

test('the quantile is the value of rank ceil(q n), the slope that of the least-squares line', () => {
  assert.deepEqual(
    [0, 0.5, 0.51, 1].map((q) => quantile([4, 1, 3, 2], q)),
    [1, 2, 3, 4],
  );
  assert.ok(Number.isNaN(quantile([], 0.5)));
  assert.equal(
    slope([
      [0, 1],
      [1, 3],
      [2, 5],
    ]),
    2,
  );
  assert.ok(Number.isNaN(slope([[1, 1]])));
});
