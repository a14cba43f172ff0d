import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addMicros, MICROS_PER_MINUTE } from '../../../src/model/time.ts';
import { isReady, readyHours } from '../../../src/processor/hours.ts';
import { at } from '../../support/time.ts';

const LATENESS = 10 * MICROS_PER_MINUTE;
const [nine, ten, eleven] = [at('2024-03-01 09:00'), at('2024-03-01 10:00'), at('2024-03-01 11:00')];

test('an hour is ready once its end plus lateness has passed everywhere', () => {
  const end = at('2024-03-01 10:10');
  assert.equal(isReady(nine, end, LATENESS), true);
  assert.equal(isReady(nine, addMicros(end, -1), LATENESS), false);
});

test('without a watermark nothing is ready', () => {
  assert.equal(isReady(nine, undefined, LATENESS), false);
  assert.deepEqual(readyHours([nine], undefined, LATENESS), []);
});

test('ready hours come oldest first, in whatever order they are known', () => {
  assert.deepEqual(readyHours([eleven, nine, ten], at('2024-03-01 11:10'), LATENESS), [nine, ten]);
});

test('without lateness an hour is ready when it ends', () => {
  assert.deepEqual(readyHours([nine, ten], ten, 0), [nine]);
});
