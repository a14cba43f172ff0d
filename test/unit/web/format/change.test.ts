import assert from 'node:assert/strict';
import test from 'node:test';
import { changeOf, countChange, judgement } from '../../../../web/src/format/change.ts';

const text = (...args: Parameters<typeof changeOf>) => changeOf(...args)?.text.replaceAll('\u00a0', ' ');

test('amounts change by percent, shares by percentage points', () => {
  assert.equal(text(112, 100, 'queries'), '+12 %');
  assert.equal(text(96.4, 100, 'ms'), '−3.6 %');
  assert.equal(text(0.024, 0.021, 'ratio'), '+0.3 pp');
  assert.equal(text(0.0205, 0.021, 'ratio'), '−0.05 pp');
  assert.equal(changeOf(0.024, 0.021, 'ratio')?.spoken, '0.3 percentage points more');
});

test('a change from nothing is a number, since a percentage of nothing means nothing', () => {
  assert.equal(text(1500, 0, 'queries'), '+1,500');
  assert.equal(text(0, 0, 'queries'), '±0');
});

test('a change too small to say is none', () => {
  assert.deepEqual(changeOf(100.001, 100, 'ms'), { direction: 'same', text: '±0\u00a0%', spoken: 'unchanged' });
});

test('without both values there is no change', () => {
  assert.equal(changeOf(null, 1, 'ms'), undefined);
  assert.equal(changeOf(1, undefined, 'ms'), undefined);
});

test('how many have a flag changes by how many', () => {
  assert.equal(countChange(3, 1)?.text, '+2');
  assert.equal(countChange(1, 3)?.text, '−2');
  assert.equal(countChange(3, null), undefined);
});

test('what is good depends on the figure, and on some neither way is', () => {
  const up = changeOf(2, 1, 'ms');
  assert.ok(up !== undefined);
  assert.equal(judgement(up, 'lower'), 'bad');
  assert.equal(judgement(up, 'higher'), 'good');
  assert.equal(judgement(up, null), undefined);
});
