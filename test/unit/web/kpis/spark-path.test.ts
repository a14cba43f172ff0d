import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type SparkPoint, sparkPaths } from '../../../../web/src/kpis/spark-path.ts';

const SIZE = { width: 100, height: 24, pad: 2 };

/** Points evenly along the window; a value in brackets is open, null is missing. */
function points(...values: readonly (number | null | [number])[]): SparkPoint[] {
  const last = Math.max(1, values.length - 1);
  return values.map((value, i) => ({
    x: i / last,
    value: Array.isArray(value) ? value[0] : value,
    open: Array.isArray(value),
  }));
}

test('final hours are one solid line from the lowest at the bottom to the highest at the top', () => {
  const { solid, dashed } = sparkPaths(points(10, 20, 15), SIZE);
  assert.equal(solid, 'M0 22L50 2L100 12');
  assert.equal(dashed, '');
});

test('open hours are dashed, from the last final one on', () => {
  const { solid, dashed } = sparkPaths(points(0, 10, [5], [0]), SIZE);
  assert.equal(solid, 'M0 22L33.3 2');
  assert.equal(dashed, 'M33.3 2L66.7 12L100 22');
});

test('an hour without a value is a gap', () => {
  assert.equal(sparkPaths(points(0, null, 10, 10), SIZE).solid, 'M0 22L0 22M66.7 2L100 2');
});

test('a lone hour is a dot, not nothing', () => {
  assert.equal(sparkPaths(points(7), SIZE).solid, 'M0 12L0 12');
});

test('equal values lie in the middle', () => {
  assert.equal(sparkPaths(points(3, 3), SIZE).solid, 'M0 12L100 12');
});

test('the dash goes on to a final hour that comes after an open one', () => {
  const { solid, dashed } = sparkPaths(points(0, [5], 10), SIZE);
  assert.equal(dashed, 'M0 22L50 12L100 2');
  assert.equal(solid, '');
});

test('the range is said, and an hour without any value has none', () => {
  const { lowest, highest, at } = sparkPaths(points(4, null, [9]), SIZE);
  assert.deepEqual([lowest, highest], [4, 9]);
  assert.deepEqual(at(1, 9), [100, 2]);
  assert.deepEqual(sparkPaths(points(null, null), SIZE).highest, undefined);
  assert.equal(sparkPaths([], SIZE).solid, '');
});
