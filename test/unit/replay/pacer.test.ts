import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MICROS_PER_HOUR, MICROS_PER_MINUTE, replayTime } from '../../../src/model/time.ts';
import * as pacer from '../../../src/replay/pacer.ts';

const START = replayTime(1_709_251_200_000_000);
const after = (micros: number) => replayTime(START + micros);

test('at 60x a minute on the wall is an hour of the film', () => {
  const state = pacer.startPacer({ at: START, nowMs: 1_000, speed: 60 });
  assert.equal(pacer.allowedUntil(state, 1_000), START);
  assert.equal(pacer.allowedUntil(state, 61_000), after(MICROS_PER_HOUR));
  assert.equal(pacer.dueAt(state, after(MICROS_PER_HOUR)), 61_000);
});

test('any speed is possible, slower than life too', () => {
  for (const speed of [0.5, 1, 7.25, 3_600, 1_000_000]) {
    const state = pacer.startPacer({ at: START, nowMs: 0, speed });
    assert.equal(pacer.allowedUntil(state, 1_000), after(1_000_000 * speed), String(speed));
  }
});

test('at max nothing holds the film', () => {
  const state = pacer.startPacer({ at: START, nowMs: 0, speed: 'max' });
  assert.ok(pacer.allowedUntil(state, 0) > after(1_000 * MICROS_PER_HOUR));
  assert.equal(pacer.dueAt(state, after(MICROS_PER_HOUR)), Number.NEGATIVE_INFINITY);
});

test('a paused film stands still, and goes on where it stood', () => {
  const playing = pacer.startPacer({ at: START, nowMs: 0, speed: 60 });
  const at = pacer.allowedUntil(playing, 10_000);
  const paused = pacer.pause(playing, at);
  assert.equal(pacer.allowedUntil(paused, 500_000), at);
  assert.equal(pacer.dueAt(paused, replayTime(at + 1)), Number.POSITIVE_INFINITY);
  assert.equal(pacer.dueAt(paused, at), Number.NEGATIVE_INFINITY);
  const resumed = pacer.resume(paused, 500_000);
  assert.equal(pacer.allowedUntil(resumed, 500_000), at);
  assert.equal(pacer.allowedUntil(resumed, 501_000), at + MICROS_PER_MINUTE);
});

test('pausing twice or resuming what plays changes nothing', () => {
  const playing = pacer.startPacer({ at: START, nowMs: 0, speed: 60 });
  const paused = pacer.pause(playing, after(5));
  assert.deepEqual(pacer.pause(paused, after(9)), paused);
  assert.deepEqual(pacer.resume(playing, 9_000), playing);
});

test('a change of speed goes on from where the film is', () => {
  const slow = pacer.startPacer({ at: START, nowMs: 0, speed: 60 });
  const at = pacer.allowedUntil(slow, 10_000);
  const fast = pacer.withSpeed(slow, 3_600, at, 10_000);
  assert.equal(pacer.allowedUntil(fast, 10_000), at);
  assert.equal(pacer.allowedUntil(fast, 11_000), at + MICROS_PER_HOUR);
});

test('coming down from max goes on from where the film is', () => {
  const max = pacer.startPacer({ at: START, nowMs: 0, speed: 'max' });
  const slow = pacer.withSpeed(max, 60, after(MICROS_PER_HOUR), 5_000);
  assert.equal(pacer.allowedUntil(slow, 5_000), after(MICROS_PER_HOUR));
  assert.equal(pacer.allowedUntil(slow, 6_000), after(MICROS_PER_HOUR + MICROS_PER_MINUTE));
});

test('a change of speed during a pause counts from the end of the pause', () => {
  const playing = pacer.startPacer({ at: START, nowMs: 0, speed: 60 });
  const paused = pacer.pause(playing, after(7));
  const changed = pacer.withSpeed(paused, 120, after(7), 5_000);
  assert.equal(pacer.allowedUntil(changed, 50_000), after(7));
  const resumed = pacer.resume(changed, 60_000);
  assert.equal(pacer.allowedUntil(resumed, 61_000), after(7 + 2 * MICROS_PER_MINUTE));
});

test('filling runs at full speed up to its end, and no further before it has been reached', () => {
  const until = after(MICROS_PER_HOUR);
  const filling = pacer.startPacer({ at: START, nowMs: 0, speed: 60, fillUntil: until });
  assert.equal(pacer.allowedUntil(filling, 0), until);
  assert.equal(pacer.allowedUntil(filling, 1_000_000), until);
  assert.equal(pacer.dueAt(filling, until), Number.NEGATIVE_INFINITY);
  assert.equal(pacer.reached(filling, replayTime(until - 1), 9_000), filling);
});

test('once filled the film is paced from that moment', () => {
  const until = after(MICROS_PER_HOUR);
  const filling = pacer.startPacer({ at: START, nowMs: 0, speed: 60, fillUntil: until });
  const playing = pacer.reached(filling, until, 9_000);
  assert.equal(pacer.allowedUntil(playing, 9_000), until);
  assert.equal(pacer.allowedUntil(playing, 10_000), until + MICROS_PER_MINUTE);
});

test('a film that begins after the end of filling does not fill', () => {
  const state = pacer.startPacer({ at: after(1), nowMs: 0, speed: 60, fillUntil: START });
  assert.equal(pacer.allowedUntil(state, 1_000), after(1 + MICROS_PER_MINUTE));
});

test('drift is how far the film is behind its plan', () => {
  const state = pacer.startPacer({ at: START, nowMs: 0, speed: 60 });
  assert.equal(pacer.driftMs(state, after(MICROS_PER_MINUTE), 1_000), 0);
  assert.equal(pacer.driftMs(state, after(MICROS_PER_MINUTE), 4_000), 3_000);
  assert.equal(pacer.driftMs(state, after(2 * MICROS_PER_MINUTE), 1_000), 0);
});

test('there is no drift where there is no plan', () => {
  const filling = pacer.startPacer({ at: START, nowMs: 0, speed: 60, fillUntil: after(9) });
  const max = pacer.startPacer({ at: START, nowMs: 0, speed: 'max' });
  const paused = pacer.pause(pacer.startPacer({ at: START, nowMs: 0, speed: 60 }), START);
  for (const state of [filling, max, paused]) assert.equal(pacer.driftMs(state, START, 60_000), 0);
});

test('falling behind does not move the plan: the film may catch up at once', () => {
  const state = pacer.startPacer({ at: START, nowMs: 0, speed: 60 });
  const behind = pacer.reached(state, after(1), 60_000);
  assert.equal(pacer.allowedUntil(behind, 60_000), after(MICROS_PER_HOUR));
});

/** What may happen to a film, with the wall milliseconds that pass before it. */
const change = fc.record({
  passMs: fc.nat({ max: 100_000 }),
  act: fc.constantFrom('pause', 'resume', 'speed', 'nothing'),
  speed: fc.oneof(fc.double({ min: 0.1, max: 1e6, noNaN: true }), fc.constant('max' as const)),
});

test('whatever is done to it, the film never goes back', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 20 }), fc.nat({ max: 9_000_000_000 }), (changes, fill) => {
      let nowMs = 0;
      let at = START;
      let state = pacer.startPacer({ at, nowMs, speed: 60, fillUntil: after(fill) });
      for (const { passMs, act, speed } of changes) {
        nowMs += passMs;
        // At max the film is as far as its trace goes; it is followed for an hour here.
        const allowed = Math.min(pacer.allowedUntil(state, nowMs), at + MICROS_PER_HOUR);
        assert.ok(allowed >= at, `${act} at ${nowMs}: from ${at} back to ${allowed}`);
        at = replayTime(allowed);
        state = pacer.reached(state, at, nowMs);
        if (act === 'pause') state = pacer.pause(state, at);
        if (act === 'resume') state = pacer.resume(state, nowMs);
        if (act === 'speed') state = pacer.withSpeed(state, speed, at, nowMs);
        const now = pacer.allowedUntil(state, nowMs);
        assert.ok(now >= at, `after ${act}: from ${at} back to ${now}`);
      }
    }),
    { seed: 1, numRuns: 500 },
  );
});
