import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ControlRecord, IncomingBatch } from '../../src/bus/bus.ts';
import type { PartitionProgress } from '../../src/hot-store/hot-store.ts';
import { eventTime, MICROS_PER_HOUR, MICROS_PER_MINUTE } from '../../src/model/time.ts';
import { readyHours } from '../../src/processor/hours.ts';
import { lowestWatermark, readBatch } from '../../src/processor/watermark.ts';
import { busEvent, eventChunk } from '../support/event-chunk.ts';
import { makeManifest } from '../support/manifest.ts';
import { check } from '../support/property.ts';
import { at } from '../support/time.ts';

const PARTITIONS = 3;
const START = at('2024-03-01');
const LATENESS = 10 * MICROS_PER_MINUTE;
/** With that lateness. */
const manifest = makeManifest({ partitions: PARTITIONS });

const NEW: readonly PartitionProgress[] = Array.from({ length: PARTITIONS }, (_, partition) => ({
  ...{ partition, firstOffset: 0, nextOffset: 0, watermark: undefined, lastSeq: -1 },
  ...{ resent: 0, controls: 0, gaps: 0, ended: false, replayed: false, watermarkAt: undefined },
}));

/** A record of a log: an event with any time whatsoever, or a watermark that may be anywhere. */
const record = fc.record({
  partition: fc.nat({ max: PARTITIONS - 1 }),
  isEvent: fc.boolean(),
  minutes: fc.integer({ min: -3_000, max: 30_000 }),
});
const batches = fc.array(fc.array(record, { maxLength: 6 }), { maxLength: 6 });

/** Places records in the logs and hands them over batch by batch. */
function read(contents: readonly (readonly (typeof record extends fc.Arbitrary<infer T> ? T : never)[])[]) {
  let progress = NEW;
  const states = [progress];
  let seq = 0;
  const offsets = NEW.map(() => 0);
  for (const items of contents) {
    const controls: ControlRecord[] = [];
    const events = items.flatMap(({ partition, isEvent, minutes }) => {
      const offset = offsets[partition] ?? 0;
      offsets[partition] = offset + 1;
      const time = eventTime(START + minutes * MICROS_PER_MINUTE);
      if (isEvent) return [busEvent({ arrival_timestamp: time }, { partition, offset, seq: seq++ })];
      controls.push({ kind: 'watermark', partition, offset, watermark: time, manifest: undefined });
      return [];
    });
    const batch: IncomingBatch = { events: events.length === 0 ? [] : [eventChunk(events)], controls, waiting: [] };
    progress = readBatch(progress, batch, manifest).progress;
    states.push(progress);
  }
  return states;
}

test('watermarks never go back', async () => {
  const property = fc.property(batches, (contents) => {
    const states = read(contents);
    states.slice(1).forEach((after, i) => {
      for (const [partition, { watermark }] of after.entries()) {
        const before = states[i]?.[partition]?.watermark;
        assert.ok(before === undefined || (watermark !== undefined && watermark >= before));
      }
    });
  });
  await check(property, 300);
});

test('no time in an event moves a watermark', async () => {
  const property = fc.property(batches, fc.integer({ min: -100_000, max: 100_000 }), (contents, minutes) => {
    const watermarks = (of: typeof contents) => read(of).map((state) => state.map(({ watermark }) => watermark));
    const moved = contents.map((items) => items.map((item) => (item.isEvent ? { ...item, minutes } : item)));
    const silent = contents.map((items) => items.filter(({ isEvent }) => !isEvent));
    assert.deepEqual(watermarks(moved), watermarks(contents));
    assert.deepEqual(watermarks(silent), watermarks(contents));
  });
  await check(property, 300);
});

test('a partition without events holds no hour open that its watermarks have passed', async () => {
  const hours = Array.from({ length: 24 }, (_, hour) => eventTime(START + hour * MICROS_PER_HOUR));
  const property = fc.property(batches, fc.nat({ max: PARTITIONS - 1 }), (contents, idle) => {
    const ready = (of: typeof contents) => read(of).map((state) => readyHours(hours, lowestWatermark(state), LATENESS));
    const without = contents.map((items) => items.filter(({ isEvent, partition }) => !isEvent || partition !== idle));
    assert.deepEqual(ready(without), ready(contents));
  });
  await check(property, 200);
});

test('an hour is ready only when every partition has passed it', async () => {
  const hours = Array.from({ length: 24 }, (_, hour) => eventTime(START + hour * MICROS_PER_HOUR));
  const property = fc.property(batches, (contents) => {
    const last = read(contents).at(-1) ?? [];
    for (const hour of readyHours(hours, lowestWatermark(last), LATENESS)) {
      for (const { watermark } of last)
        assert.ok(watermark !== undefined && watermark >= hour + MICROS_PER_HOUR + LATENESS);
    }
  });
  await check(property, 200);
});
