import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  faster,
  parseSpeed,
  reachedText,
  SPEEDS,
  slower,
  speedMeaning,
  speedText,
} from '../../../../web/src/transport/speeds.ts';

test('faster and slower go through the list and stop at its ends', () => {
  assert.deepEqual(SPEEDS.map(faster), [10, 60, 300, 3600, 'max', 'max']);
  assert.deepEqual(SPEEDS.map(slower), [1, 1, 10, 60, 300, 3600]);
});

test('from a speed that is not in the list one gets to its neighbours there', () => {
  assert.equal(faster(42), 60);
  assert.equal(slower(42), 10);
  assert.equal(slower(0.5), 0.5);
  assert.equal(faster(50_000), 'max');
});

test('a speed is read as the command line reads it', () => {
  assert.equal(parseSpeed('60'), 60);
  assert.equal(parseSpeed(' 0.5x '), 0.5);
  assert.equal(parseSpeed('MAX'), 'max');
  for (const wrong of ['', '0', '-1', 'fast', '1e3', '2000000000', '60 x 2'])
    assert.equal(parseSpeed(wrong), undefined, wrong);
});

test('speeds are written with an x, and said in seconds of the wall', () => {
  assert.equal(speedText(3_600), '3,600x');
  assert.equal(speedText('max'), 'max');
  assert.equal(reachedText(59.84), '59.8x');
  assert.equal(reachedText(12_345.6), '12,346x');
  assert.equal(speedMeaning(300), '1\u00a0s is 5\u00a0min');
  assert.equal(speedMeaning(7_200), '1\u00a0s is 2\u00a0h');
  assert.equal(speedMeaning(1), 'real time');
});
