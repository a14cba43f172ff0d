import assert from 'node:assert/strict';
import test from 'node:test';
import { buildModel } from '../../../../web/src/charts/build-model.ts';
import { imageWords, wrapped } from '../../../../web/src/panels/image-words.ts';
import { at, dataOf, inputOf, plain, SPILL, UTILIZATION } from '../charts/fixture.ts';

test('a picture says what it shows, of which hours, and names only what is drawn', () => {
  const data = dataOf(
    ['hour', 'query_type', 'mbytes_spilled'],
    [
      [at(10), 'copy', 5],
      [at(10), 'select', 7],
    ],
  );
  const words = imageWords(buildModel(inputOf(SPILL, data, 'ffff', { hidden: ['copy'] })), data);
  assert.equal(words.title, SPILL.question);
  assert.equal(words.subtitle, 'Spill: MB spilled · Tue 12 Mar 10:00 – 14:00 UTC');
  assert.deepEqual(
    words.legend.map(({ label }) => label),
    ['select'],
  );
});

test('a picture of cells has their scale and says what the mark means', () => {
  const data = dataOf(['hour', 'instance_id', 'queries', 'score', 'oversubscribed'], [[at(10), 'a', 3, 0.9, 1]]);
  const words = imageWords(buildModel(inputOf(UTILIZATION, data)), data);
  assert.equal(plain(words.legend[9]?.label), 'from 90 %');
  assert.deepEqual(words.notes, ['ring: oversubscribed']);
});

test('a long question takes several lines', () => {
  const measure = (text: string) => text.length;
  assert.deepEqual(wrapped('which queries ran out', 13, measure), ['which queries', 'ran out']);
  assert.deepEqual(wrapped('a incomprehensibilities b', 5, measure), ['a', 'incomprehensibilities', 'b']);
});
