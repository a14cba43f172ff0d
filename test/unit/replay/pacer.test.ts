import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ReplayTime } from '../../../src/model/time.ts';
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
  const resumed = pacer.resume(paused, at, 500_000);
  assert.equal(pacer.allowedUntil(resumed, 500_000), at);
  assert.equal(pacer.allowedUntil(resumed, 501_000), at + MICROS_PER_MINUTE);
});

test('pausing twice or resuming what plays changes nothing', () => {
  const playing = pacer.startPacer({ at: START, nowMs: 0, speed: 60 });
  const paused = pacer.pause(playing, after(5));
  assert.deepEqual(pacer.pause(paused, after(9)), paused);
  assert.deepEqual(pacer.resume(playing, after(9), 9_000), playing);
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

test('what was on its way when the film came down from max does not make it stand still', () => {
  const max = pacer.startPacer({ at: START, nowMs: 0, speed: 'max' });
  const slow = pacer.withSpeed(max, 60, after(MICROS_PER_HOUR), 5_000);
  const at = after(3 * MICROS_PER_HOUR);
  const moved = pacer.reached(slow, at, 5_500);
  assert.equal(pacer.allowedUntil(moved, 5_500), at);
  assert.equal(pacer.allowedUntil(moved, 6_500), at + MICROS_PER_MINUTE);
  // A film that is held by nothing but its plan is never ahead of it.
  assert.equal(pacer.reached(moved, replayTime(at + MICROS_PER_MINUTE), 6_500), moved);
});

test('a change of speed during a pause counts from the end of the pause', () => {
  const playing = pacer.startPacer({ at: START, nowMs: 0, speed: 60 });
  const paused = pacer.pause(playing, after(7));
  const changed = pacer.withSpeed(paused, 120, after(7), 5_000);
  assert.equal(pacer.allowedUntil(changed, 50_000), after(7));
  const resumed = pacer.resume(changed, after(7), 60_000);
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

test('a step plays at full speed to the end of the hour, and holds the film exactly there', () => {
  const at = after(10 * MICROS_PER_MINUTE);
  const hour = after(MICROS_PER_HOUR);
  for (const from of [playingFrom(at), pacer.pause(playingFrom(at), at)]) {
    const stepping = pacer.step(from, at, 5_000);
    assert.equal(stepping.paused, false);
    assert.equal(pacer.allowedUntil(stepping, 5_000), hour);
    assert.equal(pacer.allowedUntil(stepping, 5_000_000), hour);
    assert.equal(pacer.dueAt(stepping, hour), Number.NEGATIVE_INFINITY);
    assert.equal(pacer.driftMs(stepping, at, 5_000_000), 0);
    assert.equal(pacer.reached(stepping, replayTime(hour - 1), 6_000), stepping);
    const held = pacer.reached(stepping, hour, 7_000);
    assert.equal(held.paused, true);
    assert.equal(pacer.allowedUntil(held, 9_000_000), hour);
  }
});

test('a step from a full hour plays the hour that begins there', () => {
  const stepping = pacer.step(pacer.pause(playingFrom(START), START), START, 0);
  assert.equal(pacer.allowedUntil(stepping, 0), after(MICROS_PER_HOUR));
});

test('asked for again before it is done, a step is the same step', () => {
  const stepping = pacer.step(playingFrom(START), after(1), 0);
  const again = pacer.step(stepping, after(2), 0);
  assert.equal(pacer.allowedUntil(again, 0), after(MICROS_PER_HOUR));
});

test('after a step the film goes on from the full hour, at its own speed', () => {
  const hour = after(MICROS_PER_HOUR);
  const held = pacer.reached(pacer.step(playingFrom(START), after(1), 0), hour, 7_000);
  const resumed = pacer.resume(held, hour, 90_000);
  assert.equal(pacer.allowedUntil(resumed, 90_000), hour);
  assert.equal(pacer.allowedUntil(resumed, 91_000), hour + MICROS_PER_MINUTE);
});

test('a pause in the middle of a step holds the film where it is', () => {
  const paused = pacer.pause(pacer.step(playingFrom(START), after(1), 0), after(5));
  assert.equal(pacer.allowedUntil(paused, 1_000), after(5));
  const resumed = pacer.resume(paused, after(5), 2_000);
  assert.equal(pacer.allowedUntil(resumed, 3_000), after(5 + MICROS_PER_MINUTE));
});

test('resumed in the middle of a step the film plays on, past the end of the hour', () => {
  const resumed = pacer.resume(pacer.step(playingFrom(START), after(1), 0), after(5), 1_000);
  assert.equal(pacer.allowedUntil(resumed, 1_000), after(5));
  assert.equal(pacer.allowedUntil(resumed, 121_000), after(5 + 2 * MICROS_PER_HOUR));
});

test('a speed set in the middle of a step is that of the film after it', () => {
  const hour = after(MICROS_PER_HOUR);
  const faster = pacer.withSpeed(pacer.step(playingFrom(START), after(1), 0), 120, after(5), 1_000);
  assert.equal(pacer.allowedUntil(faster, 1_000), hour);
  const resumed = pacer.resume(pacer.reached(faster, hour, 2_000), hour, 3_000);
  assert.equal(pacer.allowedUntil(resumed, 4_000), hour + 2 * MICROS_PER_MINUTE);
});

test('what was on its way when a step began does not stop the film in the middle of an hour', () => {
  const stepping = pacer.step(pacer.startPacer({ at: START, nowMs: 0, speed: 'max' }), after(1), 0);
  const overshot = pacer.reached(stepping, after(2.5 * MICROS_PER_HOUR), 1_000);
  assert.equal(overshot.paused, false);
  assert.equal(pacer.allowedUntil(overshot, 1_000), after(3 * MICROS_PER_HOUR));
});

test('a step out of the last hour plays to the end of the film, what was delayed included', () => {
  const to = after(MICROS_PER_HOUR);
  for (const at of [after(1), to, after(1.5 * MICROS_PER_HOUR)]) {
    const stepping = pacer.step(pacer.startPacer({ at, nowMs: 0, speed: 60, to }), at, 0);
    assert.ok(pacer.allowedUntil(stepping, 0) > after(1_000 * MICROS_PER_HOUR));
    assert.equal(pacer.reached(stepping, after(2 * MICROS_PER_HOUR), 1_000).paused, false);
  }
});

test('a step while filling ends at the full hour, and the filling goes on from there', () => {
  const until = after(3 * MICROS_PER_HOUR);
  const filling = pacer.startPacer({ at: START, nowMs: 0, speed: 60, fillUntil: until });
  const hour = after(MICROS_PER_HOUR);
  const held = pacer.reached(pacer.step(filling, after(1), 0), hour, 1_000);
  assert.equal(pacer.allowedUntil(held, 2_000), hour);
  assert.equal(pacer.allowedUntil(pacer.resume(held, hour, 3_000), 3_000), until);
});

test('a filling that ends within the hour of a step is done when the step is', () => {
  const filling = pacer.startPacer({ at: START, nowMs: 0, speed: 60, fillUntil: after(9) });
  const hour = after(MICROS_PER_HOUR);
  const held = pacer.reached(pacer.step(filling, after(1), 0), hour, 1_000);
  assert.equal(held.paused, true);
  assert.equal(pacer.allowedUntil(pacer.resume(held, hour, 2_000), 3_000), hour + MICROS_PER_MINUTE);
});

test('while it fills or steps, and is not paused, the film says up to where it runs as fast as it can', () => {
  const to = after(10 * MICROS_PER_HOUR);
  const filling = pacer.startPacer({ at: START, nowMs: 0, speed: 60, fillUntil: after(5 * MICROS_PER_HOUR), to });
  assert.equal(pacer.unheldUntil(filling), after(5 * MICROS_PER_HOUR));
  assert.equal(pacer.unheldUntil(pacer.step(filling, START, 0)), after(MICROS_PER_HOUR));
  assert.equal(pacer.unheldUntil(pacer.pause(filling, START)), undefined);
  const filled = pacer.reached(filling, after(5 * MICROS_PER_HOUR), 1_000);
  assert.equal(pacer.unheldUntil(filled), undefined);
  const last = after(9.5 * MICROS_PER_HOUR);
  assert.equal(pacer.unheldUntil(pacer.step(filled, last, 1_000)), to);
});

test('what was asked before it was known where the film goes on holds from there', () => {
  const asked = pacer.pause(pacer.withSpeed(playingFrom(START), 120, START, 0), START);
  const moved = pacer.movedTo(asked, after(MICROS_PER_HOUR), 1_000);
  assert.equal(pacer.allowedUntil(moved, 9_000), after(MICROS_PER_HOUR));
  const resumed = pacer.resume(moved, after(MICROS_PER_HOUR), 9_000);
  assert.equal(pacer.allowedUntil(resumed, 10_000), after(MICROS_PER_HOUR + 2 * MICROS_PER_MINUTE));
  const stepping = pacer.movedTo(pacer.step(playingFrom(START), START, 0), after(MICROS_PER_HOUR), 1_000);
  assert.equal(pacer.allowedUntil(stepping, 1_000), after(2 * MICROS_PER_HOUR));
});

function playingFrom(at: ReplayTime): pacer.PacerState {
  return pacer.startPacer({ at, nowMs: 0, speed: 60 });
}

/** What may happen to a film, with the wall milliseconds that pass before it. */
const change = fc.record({
  passMs: fc.nat({ max: 100_000 }),
  act: fc.constantFrom('pause', 'resume', 'speed', 'step', 'nothing'),
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
        // At max the film is as far as its trace goes; it is followed for two hours here.
        const allowed = Math.min(pacer.allowedUntil(state, nowMs), at + 2 * MICROS_PER_HOUR);
        assert.ok(allowed >= at, `${act} at ${nowMs}: from ${at} back to ${allowed}`);
        at = replayTime(allowed);
        state = pacer.reached(state, at, nowMs);
        if (act === 'pause') state = pacer.pause(state, at);
        if (act === 'resume') state = pacer.resume(state, at, nowMs);
        if (act === 'step') state = pacer.step(state, at, nowMs);
        if (act === 'speed') state = pacer.withSpeed(state, speed, at, nowMs);
        const now = pacer.allowedUntil(state, nowMs);
        assert.ok(now >= at, `after ${act}: from ${at} back to ${now}`);
      }
    }),
    { seed: 1, numRuns: 500 },
  );
});

test('whatever was done to it before, a step holds the film at the next full hour', () => {
  const cases = [
    fc.array(change, { maxLength: 20 }),
    fc.nat({ max: 9_000_000_000 }),
    fc.nat({ max: 3 * MICROS_PER_HOUR }),
  ] as const;
  fc.assert(
    fc.property(...cases, (changes, fill, onItsWay) => {
      let nowMs = 0;
      let at = START;
      let state = pacer.startPacer({ at, nowMs, speed: 60, fillUntil: after(fill) });
      for (const { passMs, act, speed } of changes) {
        nowMs += passMs;
        at = replayTime(Math.min(pacer.allowedUntil(state, nowMs), at + 1_234_567_890));
        state = pacer.reached(state, at, nowMs);
        if (act === 'pause') state = pacer.pause(state, at);
        if (act === 'resume') state = pacer.resume(state, at, nowMs);
        if (act === 'speed') state = pacer.withSpeed(state, speed, at, nowMs);
        if (act === 'step') state = pacer.step(state, at, nowMs);
      }
      state = pacer.step(state, at, nowMs);
      // Records that had left already when the step began.
      at = replayTime(at + onItsWay);
      state = pacer.reached(state, at, nowMs);
      const hour = replayTime(state.paused ? at : (Math.floor(at / MICROS_PER_HOUR) + 1) * MICROS_PER_HOUR);
      assert.equal(pacer.allowedUntil(state, nowMs), hour);
      state = pacer.reached(state, hour, nowMs);
      assert.equal(state.paused, true);
      assert.equal(hour % MICROS_PER_HOUR, 0);
      assert.equal(pacer.allowedUntil(state, nowMs + 1_000_000), hour);
    }),
    { seed: 2, numRuns: 500 },
  );
});
