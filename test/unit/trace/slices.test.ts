import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { eventTime, MICROS_PER_MINUTE } from '../../../src/model/time.ts';
import { cutSlices, lowerBound, preferredCuts, readAmplification } from '../../../src/trace/slices.ts';

const minute = (minutes: number) => eventTime(minutes * MICROS_PER_MINUTE);

/** Rows by minute, as `[minute, rows]`. */
function histogramOf(entries: readonly (readonly [number, number])[]) {
  return {
    minutes: Float64Array.from(entries, ([minutes]) => minute(minutes)),
    counts: Float64Array.from(entries, ([, rows]) => rows),
  };
}

/** Slices as `[first minute, end, rows]`. */
function shown(slices: ReturnType<typeof cutSlices>) {
  return slices.map(({ from, to, rows }) => [from / MICROS_PER_MINUTE, to / MICROS_PER_MINUTE, rows]);
}

test('slices are cut where the next minute would make them too large', () => {
  const histogram = histogramOf([
    [0, 4],
    [1, 4],
    [2, 4],
    [3, 1],
  ]);
  assert.deepEqual(shown(cutSlices(histogram, { from: minute(0), to: minute(10) }, 8)), [
    [0, 2, 8],
    [2, 10, 5],
  ]);
});

test('a minute is never cut, however full it is', () => {
  const histogram = histogramOf([
    [0, 1],
    [1, 1_000],
    [2, 1],
  ]);
  assert.deepEqual(shown(cutSlices(histogram, { from: minute(0), to: minute(3) }, 10)), [
    [0, 1, 1],
    [1, 2, 1_000],
    [2, 3, 1],
  ]);
});

test('a slice that is half full ends early where that saves reading', () => {
  const histogram = histogramOf([0, 1, 2, 3, 4, 5].map((minutes) => [minutes, 2]));
  const preferred = new Set<number>([minute(3)]);
  assert.deepEqual(shown(cutSlices(histogram, { from: minute(0), to: minute(6) }, 10, preferred)), [
    [0, 3, 6],
    [3, 6, 6],
  ]);
  const tooEarly = new Set<number>([minute(1)]);
  assert.deepEqual(shown(cutSlices(histogram, { from: minute(0), to: minute(6) }, 10, tooEarly)), [
    [0, 5, 10],
    [5, 6, 2],
  ]);
});

test('the range begins in the middle of a minute if it must', () => {
  const from = eventTime(minute(1) + 7);
  const [first] = cutSlices(histogramOf([[1, 5]]), { from, to: minute(3) }, 10);
  assert.deepEqual([first?.from, first?.to], [from, minute(3)]);
});

test('an empty range has no slices, a silent one has one', () => {
  const silence = histogramOf([]);
  assert.deepEqual(cutSlices(silence, { from: minute(3), to: minute(3) }, 10), []);
  assert.deepEqual(shown(cutSlices(silence, { from: minute(3), to: minute(9) }, 10)), [[3, 9, 0]]);
});

test('every part of a range lies in exactly one slice, and every row is counted once', () => {
  const entries = fc.uniqueArray(fc.tuple(fc.nat({ max: 200 }), fc.integer({ min: 1, max: 50 })), {
    selector: ([minutes]) => minutes,
    maxLength: 60,
  });
  const range = fc.tuple(fc.nat({ max: 100 }), fc.integer({ min: 1, max: 100 }));
  fc.assert(
    fc.property(entries, range, fc.integer({ min: 1, max: 60 }), (rows, [from, length], target) => {
      const sorted = rows.toSorted(([a], [b]) => a - b);
      const slices = cutSlices(histogramOf(sorted), { from: minute(from), to: minute(from + length) }, target);
      assert.equal(slices[0]?.from, minute(from));
      assert.equal(slices.at(-1)?.to, minute(from + length));
      slices.slice(1).forEach((slice, i) => {
        assert.equal(slice.from, slices[i]?.to);
      });
      const within = sorted.filter(([minutes]) => minutes >= from && minutes < from + length);
      const total = within.reduce((sum, [, count]) => sum + count, 0);
      assert.equal(
        slices.reduce((sum, slice) => sum + slice.rows, 0),
        total,
      );
    }),
    { seed: 1 },
  );
});

test('the lower bound is the first place that is not below', () => {
  const sorted = [1, 3, 3, 5];
  const places = [0, 1, 2, 3, 4, 5, 6].map((value) => lowerBound(sorted, value));
  assert.deepEqual(places, [0, 0, 1, 1, 3, 3, 4]);
  assert.equal(lowerBound([], 1), 0);
});

test('files in order of time are read once, files in no order as often as there are slices', () => {
  const slices = [0, 1, 2, 3].map((i) => ({ from: minute(i), to: minute(i + 1), rows: 1 }));
  const group = (first: number, last: number) => ({
    first: minute(first),
    last: eventTime(minute(last) - 1),
    rows: 100,
  });
  assert.equal(readAmplification(slices, [group(0, 1), group(1, 2), group(2, 3), group(3, 4)]), 1);
  assert.equal(readAmplification(slices, [group(0, 4), group(0, 4)]), 4);
  assert.equal(readAmplification(slices, [group(0, 2), group(2, 4)]), 2);
  assert.equal(readAmplification(slices, []), 1);
});

test('slices prefer to end with large row groups, at the full minute behind them', () => {
  const groups = [
    { first: minute(0), last: eventTime(minute(5) + 1), rows: 100 },
    { first: minute(6), last: minute(9), rows: 2 },
  ];
  assert.deepEqual([...preferredCuts(groups, 200)], [minute(6)]);
});
