import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dayTicks, finalUntil, hourOf, momentAt, shareOf } from '../../../../web/src/transport/timeline.ts';

const at = (iso: string): number => Date.parse(iso);
const WEEK = { fromMs: at('2024-03-10T00:00:00Z'), toMs: at('2024-03-17T00:00:00Z') };

test('a moment has a place on the track, and a place a moment', () => {
  const noon = at('2024-03-13T12:00:00Z');
  assert.equal(shareOf(WEEK, noon), 0.5);
  assert.equal(momentAt(WEEK, 0.5), noon);
});

test('what lies beyond an end of the track is at that end', () => {
  assert.equal(shareOf(WEEK, at('2024-04-01T00:00:00Z')), 1);
  assert.equal(shareOf(WEEK, 0), 0);
  assert.equal(momentAt(WEEK, 1.2), WEEK.toMs);
});

test('a track without length is full', () => {
  assert.equal(shareOf({ fromMs: 5, toMs: 5 }, 5), 1);
});

test('every midnight within the run has a tick, its end has none', () => {
  const span = { fromMs: at('2024-03-10T06:00:00Z'), toMs: at('2024-03-13T00:00:00Z') };
  assert.deepEqual(
    dayTicks(span).map(({ iso }) => iso),
    ['2024-03-11T00:00:00Z', '2024-03-12T00:00:00Z'],
  );
});

test('a long run has a tick for every few days only', () => {
  const span = { fromMs: at('2024-03-01T00:00:00Z'), toMs: at('2024-06-01T00:00:00Z') };
  const ticks = dayTicks(span);
  assert.ok(ticks.length <= 40, String(ticks.length));
  assert.deepEqual(
    ticks.slice(0, 2).map(({ iso }) => iso),
    ['2024-03-01T00:00:00Z', '2024-03-08T00:00:00Z'],
  );
});

test('everything before the end of the latest final hour is final', () => {
  assert.equal(finalUntil(WEEK, '2024-03-12T13:00:00Z'), at('2024-03-12T14:00:00Z'));
  assert.equal(finalUntil(WEEK, null), WEEK.fromMs);
});

test('a moment lies in the hour that begins before it', () => {
  assert.equal(hourOf(at('2024-03-12T14:59:59Z')), at('2024-03-12T14:00:00Z'));
});
