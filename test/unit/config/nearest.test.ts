import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { editDistance, nearest } from '../../../src/config/nearest.ts';

test('the distance counts inserts, deletes, replacements and swaps of neighbours', () => {
  assert.equal(editDistance('speed', 'speed'), 0);
  assert.equal(editDistance('sped', 'speed'), 1);
  assert.equal(editDistance('speeed', 'speed'), 1);
  assert.equal(editDistance('spead', 'speed'), 1);
  assert.equal(editDistance('psotgres', 'postgres'), 2 - 1);
  assert.equal(editDistance('', 'port'), 4);
});

test('the distance is symmetric, and zero only for equal words', () => {
  const word = fc.string({ maxLength: 8 });
  fc.assert(
    fc.property(word, word, (a, b) => {
      assert.equal(editDistance(a, b), editDistance(b, a));
      assert.equal(editDistance(a, b) === 0, a === b);
    }),
  );
});

test('a slip finds the name that was meant', () => {
  const known = ['data-dir', 'speed', 'lateness', 'partitions', 'port'];
  assert.equal(nearest('partition', known), 'partitions');
  assert.equal(nearest('latness', known), 'lateness');
  assert.equal(nearest('SPEED', known), 'speed');
  assert.equal(nearest('data', known), 'data-dir');
});

test('a word that is like none of them suggests none', () => {
  assert.equal(nearest('kangaroo', ['data-dir', 'speed', 'port']), undefined);
  assert.equal(nearest('x', ['to', 'run']), undefined);
});
