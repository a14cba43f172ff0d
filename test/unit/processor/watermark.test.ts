import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ControlRecord, IncomingBatch } from '../../../src/bus/bus.ts';
import type { PartitionProgress } from '../../../src/hot-store/hot-store.ts';
import type { EventTime } from '../../../src/model/time.ts';
import { addMicros, MICROS_PER_HOUR, MICROS_PER_MINUTE } from '../../../src/model/time.ts';
import { lateThroughAt, lowestWatermark, readBatch } from '../../../src/processor/watermark.ts';
import type { BusEvent } from '../../support/event-chunk.ts';
import { busEvent, eventChunk } from '../../support/event-chunk.ts';
import { makeManifest } from '../../support/manifest.ts';
import { at } from '../../support/time.ts';

const LATENESS = 10 * MICROS_PER_MINUTE;
/** With that lateness. */
const manifest = makeManifest();

function progressOf(partition: number, changes: Partial<PartitionProgress> = {}): PartitionProgress {
  const counts = { lastSeq: -1, resent: 0, controls: 0, gaps: 0, replayed: false, watermarkAt: undefined };
  return { partition, firstOffset: 0, nextOffset: 0, watermark: undefined, ended: false, ...counts, ...changes };
}

function watermark(partition: number, offset: number, time: EventTime): ControlRecord {
  return { kind: 'watermark', partition, offset, watermark: time, manifest: undefined };
}

function batchOf(events: readonly BusEvent[], controls: readonly ControlRecord[] = []): IncomingBatch {
  return { events: events.length === 0 ? [] : [eventChunk(events)], controls, waiting: [] };
}

const event = (offset: number, seq: number, prev: number, partition = 0): BusEvent =>
  busEvent({}, { offset, seq, prev, partition });

test('an hour is late from the watermark at its end plus lateness on, and not a microsecond before', () => {
  const hour = at('2024-03-01 09:00');
  const end = at('2024-03-01 10:10');
  assert.equal(lateThroughAt(end, LATENESS), hour);
  assert.equal(lateThroughAt(addMicros(end, -1), LATENESS), addMicros(hour, -MICROS_PER_HOUR));
});

test('the lowest watermark is that of the slowest partition', () => {
  const [early, late] = [at('2024-03-01 09:00'), at('2024-03-01 10:00')];
  const progress = [progressOf(0, { watermark: late }), progressOf(1, { watermark: early })];
  assert.equal(lowestWatermark(progress), early);
});

test('as long as one partition has no watermark there is none', () => {
  assert.equal(lowestWatermark([progressOf(0, { watermark: at('2024-03-01') }), progressOf(1)]), undefined);
});

test('offsets go on behind the last record of each partition, events and controls alike', () => {
  const events = [event(5, 0, -1, 0), event(9, 1, -1, 1), event(6, 2, 0, 0)];
  const { progress } = readBatch(
    [progressOf(0, { nextOffset: 5 }), progressOf(1, { nextOffset: 9 })],
    batchOf(events, [watermark(1, 10, at('2024-03-01'))]),
    manifest,
  );
  assert.deepEqual(
    progress.map(({ nextOffset }) => nextOffset),
    [7, 11],
  );
});

test('a record that is not above the last one of its partition came again', () => {
  const before = [progressOf(0, { lastSeq: 7 })];
  const reading = readBatch(
    before,
    batchOf([event(0, 6, 5), event(1, 7, 6), event(2, 8, 7), event(3, 8, 7)]),
    manifest,
  );
  assert.deepEqual(reading.resent, [[0, 1, 3]]);
  assert.equal(reading.resent.flat().length, 3);
  assert.equal(reading.progress[0]?.resent, 3);
  assert.equal(reading.progress[0]?.lastSeq, 8);
});

test('the same number in another partition is another record', () => {
  const reading = readBatch([progressOf(0, { lastSeq: 7 }), progressOf(1)], batchOf([event(0, 3, -1, 1)]), manifest);
  assert.equal(reading.resent.flat().length, 0);
});

test('a record whose predecessor is missing is a gap, and is counted once', () => {
  const reading = readBatch([progressOf(0)], batchOf([event(0, 0, -1), event(1, 5, 4), event(2, 6, 5)]), manifest);
  assert.equal(reading.progress[0]?.gaps, 1);
});

test('what came again is no gap', () => {
  const reading = readBatch([progressOf(0, { lastSeq: 4 })], batchOf([event(0, 2, 1), event(1, 5, 4)]), manifest);
  assert.equal(reading.progress[0]?.gaps, 0);
});

test('a producer without numbers has neither gaps nor repeats', () => {
  const events = [event(0, Number.NaN, Number.NaN), event(1, Number.NaN, Number.NaN)];
  const reading = readBatch([progressOf(0)], batchOf(events), manifest);
  assert.equal(reading.resent.flat().length, 0);
  assert.deepEqual(
    reading.progress.map(({ nextOffset, lastSeq, gaps, resent }) => [nextOffset, lastSeq, gaps, resent]),
    [[2, -1, 0, 0]],
  );
});

test('control records are counted, and an end is remembered', () => {
  const end: ControlRecord = { ...watermark(0, 2, at('2024-03-01 10:00')), kind: 'end' };
  const begin: ControlRecord = { ...end, kind: 'begin', offset: 0, watermark: undefined };
  const { progress } = readBatch(
    [progressOf(0)],
    batchOf([], [begin, watermark(0, 1, at('2024-03-01')), end]),
    manifest,
  );
  const ended = { nextOffset: 3, controls: 3, ended: true, replayed: true, watermark: at('2024-03-01 10:00') };
  assert.deepEqual(progress, [progressOf(0, ended)]);
});

test('a watermark that goes back is counted and otherwise ignored', () => {
  const before = [progressOf(0, { watermark: at('2024-03-01 10:00') })];
  const reading = readBatch(before, batchOf([], [watermark(0, 0, at('2024-03-01 09:00'))]), manifest);
  assert.equal(reading.progress[0]?.watermark, at('2024-03-01 10:00'));
  assert.deepEqual(reading.cutoffs, []);
  assert.equal(reading.progress[0]?.controls, 1);
});

test('a watermark cuts off the hours that it makes late, behind its own place and in its own partition', () => {
  const before = [progressOf(0, { watermark: at('2024-03-01 09:00') }), progressOf(1)];
  const controls = [watermark(0, 3, at('2024-03-01 10:09')), watermark(0, 8, at('2024-03-01 12:10'))];
  const { cutoffs } = readBatch(before, batchOf([], controls), manifest);
  assert.deepEqual(cutoffs, [
    { partition: 0, after: at('2024-03-01 07:00'), through: at('2024-03-01 08:00'), from: 4 },
    { partition: 0, after: at('2024-03-01 08:00'), through: at('2024-03-01 11:00'), from: 9 },
  ]);
});

test('a watermark that makes no further hour late cuts off nothing', () => {
  const before = [progressOf(0, { watermark: at('2024-03-01 09:11') })];
  const reading = readBatch(before, batchOf([], [watermark(0, 3, at('2024-03-01 10:09:59.999999'))]), manifest);
  assert.deepEqual(reading.cutoffs, []);
  assert.equal(reading.progress[0]?.watermark, at('2024-03-01 10:09:59.999999'));
});

test('the first watermark of a partition cuts off everything before it, however old', () => {
  const { cutoffs } = readBatch([progressOf(0)], batchOf([], [watermark(0, 0, at('2024-03-01 09:10'))]), manifest);
  assert.deepEqual(cutoffs, [{ partition: 0, after: undefined, through: at('2024-03-01 08:00'), from: 1 }]);
});

test('what was late before the batch is told by each partition watermark', () => {
  const before = [progressOf(0, { watermark: at('2024-03-01 10:10') }), progressOf(1)];
  const { lateThrough } = readBatch(before, batchOf([]), manifest);
  assert.deepEqual(lateThrough, [at('2024-03-01 09:00'), undefined]);
});

test('a record of a partition that the run does not have is an error, not a guess', () => {
  assert.throws(() => readBatch([progressOf(0)], batchOf([event(0, 0, -1, 3)]), manifest), RangeError);
  assert.throws(
    () => readBatch([progressOf(0)], batchOf([], [watermark(3, 0, at('2024-03-01'))]), manifest),
    RangeError,
  );
});

test('reading a batch does not change what was known before', () => {
  const before = Object.freeze([Object.freeze(progressOf(0))]);
  readBatch(before, batchOf([event(0, 0, -1)], [watermark(0, 1, at('2024-03-01'))]), manifest);
  assert.deepEqual(before, [progressOf(0)]);
});
