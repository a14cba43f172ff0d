import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createStore, sameParts } from '../../../../web/src/store/store.ts';

test('listeners hear of another value only, until they leave', () => {
  const store = createStore(1);
  const heard: number[] = [];
  const leave = store.subscribe(() => heard.push(store.get()));
  store.set(1);
  store.set(2);
  leave();
  store.set(3);
  assert.deepEqual(heard, [2]);
});

test('a listener that leaves while it is told does not keep others from hearing', () => {
  const store = createStore(1);
  const heard: string[] = [];
  const leave = store.subscribe(() => {
    heard.push('first');
    leave();
  });
  store.subscribe(() => heard.push('second'));
  store.set(2);
  store.set(3);
  assert.deepEqual(heard, ['first', 'second', 'second']);
});

test('arrays and objects made anew of the same parts are the same, one level deep', () => {
  const part = {};
  assert.equal(sameParts([1, part], [1, part]), true);
  assert.equal(sameParts({ a: part }, { a: part }), true);
  assert.equal(sameParts([part], [{}]), false);
  assert.equal(sameParts([1], [1, 2]), false);
  assert.equal(sameParts({ a: 1 }, { b: 1 }), false);
  assert.equal(sameParts({ a: undefined }, { b: undefined }), false);
  assert.equal(sameParts([], {}), false);
  assert.equal(sameParts(null, {}), false);
  assert.equal(sameParts(Number.NaN, Number.NaN), true);
});
