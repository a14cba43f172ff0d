import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Figure } from '../../../bench/case.ts';
import { spreadOf } from '../../../bench/spread.ts';

const time = (value: number): Figure[] => [{ name: 'time', unit: 's', value }];

test('of an odd number of measurements the median is the one in the middle, whatever their order', () => {
  const spread = { name: 'time', unit: 's', median: 3, min: 1, max: 90 };
  assert.deepEqual(spreadOf([time(90), time(1), time(3)]), [spread]);
});

test('of an even number of measurements the median lies between the two in the middle', () => {
  assert.equal(spreadOf([time(4), time(1), time(2), time(9)])[0]?.median, 3);
});

test('each figure has a spread of its own', () => {
  const measurement = (value: number): Figure[] => [...time(value), { name: 'memory', unit: 'MB', value: value * 100 }];
  assert.deepEqual(
    spreadOf([measurement(1), measurement(2), measurement(3)]).map(({ name, median }) => [name, median]),
    [
      ['time', 2],
      ['memory', 200],
    ],
  );
});
