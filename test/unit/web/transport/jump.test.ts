import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkJump, jumpMeaning, momentText, parseMoment } from '../../../../web/src/transport/jump.ts';

const TRACE = { from: '2024-03-10T00:00:00Z', to: '2024-03-14T00:00:00Z' };

test('a time is read as UTC however it is written', () => {
  const expected = Date.parse('2024-03-12T14:37:00Z');
  for (const text of ['2024-03-12 14:37', '2024-03-12T14:37', ' 2024-03-12T14:37:00Z ', '2024-03-12 14:37 UTC'])
    assert.equal(parseMoment(text), expected, text);
  assert.equal(parseMoment('2024-03-12'), Date.parse('2024-03-12T00:00:00Z'));
  assert.equal(parseMoment('2024-03-12 9:05'), Date.parse('2024-03-12T09:05:00Z'));
});

test('what is no time is refused: days that do not exist, other zones, words', () => {
  for (const text of ['', 'yesterday', '2024-02-30 10:00', '2024-03-12 24:00', '2024-03-12T14:37+01:00', '12.03.2024'])
    assert.equal(parseMoment(text), undefined, text);
});

test('what the field shows is read as the same time', () => {
  const ms = Date.parse('2024-03-12T14:37:00Z');
  assert.equal(parseMoment(momentText(ms)), ms);
});

test('a jump names its time, its lead and where the new run begins', () => {
  assert.deepEqual(checkJump('2024-03-12 14:37', '24', TRACE), {
    jump: { to: '2024-03-12T14:37:00Z', leadHours: 24 },
    runFrom: '2024-03-11T14:00:00Z',
  });
});

test('a new run does not begin before the trace', () => {
  assert.equal(checkJump('2024-03-10 06:00', '24', TRACE).runFrom, TRACE.from);
});

test('outside the trace one cannot jump, and is told how far it goes', () => {
  const before = checkJump('2024-03-09 23:59', '0', TRACE);
  assert.deepEqual(before.problem, {
    field: 'to',
    text: 'The trace goes from 2024-03-10 00:00 up to 2024-03-14 00:00.',
  });
  assert.equal(checkJump('2024-03-14 00:00', '0', TRACE).problem?.field, 'to');
  assert.equal(checkJump('2024-03-13 23:59', '0', TRACE).problem, undefined);
});

test('the lead is whole hours, at most as far as any metric looks back', () => {
  for (const lead of ['', '-1', '1.5', '169', 'a day'])
    assert.equal(checkJump('2024-03-12 14:37', lead, TRACE).problem?.field, 'leadHours', lead);
  for (const lead of ['0', '168']) assert.equal(checkJump('2024-03-12 14:37', lead, TRACE).problem, undefined, lead);
});

test('a jump is said to start a new run and to leave the present one', () => {
  const check = checkJump('2024-03-12 14:37', '24', TRACE);
  assert.ok(check.jump !== undefined);
  const text = jumpMeaning(check, 'demo');
  assert.match(text, /new run that plays from Tue 2024-03-12 14:37:00/);
  assert.match(text, /24 hours of history/);
  assert.match(text, /The present run, demo, stays/);
});
