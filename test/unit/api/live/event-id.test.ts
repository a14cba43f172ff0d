import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventId, versionOf } from '../../../../src/api/live/event-id.ts';
import { parseLiveQuestion } from '../../../../src/api/live/live-question.ts';
import { LOAD } from '../../../support/metrics.ts';

const question = parseLiveQuestion({ user_id: '1,2' }, [LOAD]);
const place = { server: 'a1b2c3d4', run: 2, question };

test('an id leads back to its version', () => {
  assert.equal(versionOf(eventId({ ...place, version: 17 }), place), 17);
});

test('an equal question is the same, however it was written', () => {
  const same = parseLiveQuestion({ hours: '24', user_id: '2,1' }, [LOAD]);
  assert.equal(versionOf(eventId({ ...place, version: 17 }), { ...place, question: same }), 17);
});

test('an id of another start, run or question says nothing', () => {
  const id = eventId({ ...place, version: 17 });
  assert.equal(versionOf(id, { ...place, server: 'ffffffff' }), undefined);
  assert.equal(versionOf(id, { ...place, run: 3 }), undefined);
  assert.equal(versionOf(id, { ...place, question: parseLiveQuestion({ user_id: '1' }, [LOAD]) }), undefined);
});

test('what is no id says nothing', () => {
  const id = eventId({ ...place, version: 17 });
  for (const text of ['', '17', '.17', id.slice(0, -2), `${id}x`, `${id} `, `${id}.1`, id.replace('.17', '.017')]) {
    assert.equal(versionOf(text, place), undefined, text);
  }
});
