import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LiveQuestion } from '../../../../src/api/live/live-question.ts';
import { PanelMemory } from '../../../../src/api/live/panel-memory.ts';

const ASKED: LiveQuestion = { hours: 24, hour: undefined, tier: undefined, filters: {}, where: {} };

test('what was sent is known for each part and question', () => {
  const memory = new PanelMemory();
  const values = new Set(['a', null]);
  memory.note('spill', ASKED, values);
  assert.deepEqual(memory.sent('spill', { ...ASKED, filters: {} }), values);
  assert.equal(memory.sent('spill', { ...ASKED, hours: 6 }), undefined);
  assert.equal(memory.sent('workload', ASKED), undefined);
  memory.note('spill', ASKED, new Set(['b']));
  assert.deepEqual(memory.sent('spill', ASKED), new Set(['b']));
});

test('once something was hidden, nobody can be sure to have it all', () => {
  const memory = new PanelMemory();
  memory.note('spill', ASKED, undefined);
  memory.note('spill', ASKED, new Set(['a']));
  assert.equal(memory.sent('spill', ASKED), undefined);
});

test('what was asked longest ago is forgotten first', () => {
  const memory = new PanelMemory();
  for (let i = 0; i < 500; i++) memory.note(`m${i}`, ASKED, new Set());
  memory.note('m0', ASKED, new Set(['again']));
  memory.note('one more', ASKED, new Set());
  assert.deepEqual(memory.sent('m0', ASKED), new Set(['again']));
  assert.equal(memory.sent('m1', ASKED), undefined);
  assert.deepEqual(memory.sent('m2', ASKED), new Set());
});
