import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inOrder } from '../../../src/api/in-order.ts';

test('indices come in the order of their cells, column by column, nulls last, and equal ones as they were', () => {
  const hours = ['b', 'a', 'b', 'a', 'a', null];
  const numbers = [10, 9, 2, null, 9, 1];
  assert.deepEqual(inOrder([hours, numbers], [0, 1, 2, 3, 4, 5]), [1, 4, 3, 2, 0, 5]);
  assert.deepEqual(inOrder([hours], [5, 2, 0, 4]), [4, 2, 0, 5]);
  assert.deepEqual(inOrder([numbers], [3, 5, 0]), [5, 0, 3]);
  assert.deepEqual(inOrder([hours, numbers], []), []);
  assert.deepEqual(inOrder([], [2, 1]), [2, 1]);
});

test('integers that are text for their digits have their place among the others', () => {
  assert.deepEqual(inOrder([['9007199254740993', 5, '-9007199254740993', -5]], [0, 1, 2, 3]), [2, 3, 1, 0]);
  assert.deepEqual(inOrder([[true, false]], [0, 1]), [1, 0]);
});

test('what is in order already, or has more combinations than a number can count, is ordered alike', () => {
  const ordered = Array.from({ length: 100 }, (_, i) => i);
  assert.deepEqual(inOrder([ordered], ordered), ordered);
  const size = 2_000;
  const columns = [7, 11, 13, 17, 19].map((step) => Array.from({ length: size }, (_, i) => (i * step) % size));
  const indices = Array.from({ length: size }, (_, i) => size - 1 - i);
  const [first = []] = columns;
  assert.deepEqual(
    inOrder(columns, indices).map((i) => first[i]),
    Array.from({ length: size }, (_, i) => i),
  );
});
