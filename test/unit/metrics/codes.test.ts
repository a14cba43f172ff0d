import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codesOf, combined } from '../../../src/metrics/codes.ts';

test('values are numbered in the order of their first rows', () => {
  const cells = ['b', 'a', 'b', null, 'null', 7, '7', 7n, null];
  assert.deepEqual(
    codesOf(cells.length, (row) => cells[row]),
    {
      of: Int32Array.from([0, 1, 0, 2, 3, 4, 4, 4, 2]),
      first: [0, 1, 3, 4, 5],
    },
  );
  assert.deepEqual(
    codesOf(0, () => 'x'),
    { of: new Int32Array(0), first: [] },
  );
});

test('columns together have one number for each combination that there is', () => {
  const [a, b, c] = [
    [1, 1, 2, 2, 1],
    ['x', 'y', 'x', 'x', 'x'],
    [true, true, true, false, true],
  ].map((cells) => codesOf(5, (row) => cells[row]));
  assert.ok(a !== undefined && b !== undefined && c !== undefined);
  assert.deepEqual(combined(5, [a, b]), { of: Int32Array.from([0, 1, 2, 2, 0]), first: [0, 1, 2] });
  assert.deepEqual(combined(5, [a, b, c]), { of: Int32Array.from([0, 1, 2, 3, 0]), first: [0, 1, 2, 3] });
  assert.deepEqual(combined(5, []), { of: new Int32Array(5), first: [0] });
  assert.deepEqual(combined(0, []), { of: new Int32Array(0), first: [] });
});

test('so have columns of so many values that not every combination has a place in memory', () => {
  const size = 4_000;
  const [a, b] = [codesOf(size, (row) => row % 2_000), codesOf(size, (row) => (row * 7) % 2_000)];
  const { of, first } = combined(size, [a, b]);
  assert.equal(first.length, 2_000);
  assert.deepEqual(first.slice(0, 3), [0, 1, 2]);
  for (const row of [0, 1, 1_999, 2_000, 3_999]) assert.equal(of[row], row % 2_000);
});
