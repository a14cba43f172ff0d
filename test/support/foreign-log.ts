import fc from 'fast-check';
import type { BusProducer, PartitionPosition } from '../../src/bus/bus.ts';
import type { Manifest } from '../../src/model/manifest.ts';
import type { EventTime } from '../../src/model/time.ts';
import { addMicros, eventTime, MICROS_PER_HOUR, MICROS_PER_MINUTE, MICROS_PER_MS } from '../../src/model/time.ts';
import { busEvent, eventChunk } from './event-chunk.ts';
import { makeManifest } from './manifest.ts';
import { at } from './time.ts';
import type { RowSpec } from './trace-row.ts';

/*
 * Logs of producers that send neither `begin` nor `seq`: what they may look like, and what must become of them, worked
 * out in the plainest way.
 */

/** A position of a log that holds nothing. */
export const NOTHING_SENT: PartitionPosition = { nextOffset: 0, lastSeq: -1, watermark: undefined, ended: false };

/** Sends events without numbers, in this order, as one chunk. */
export async function sendForeign(
  producer: BusProducer,
  events: readonly { readonly partition: number; readonly row: RowSpec }[],
): Promise<void> {
  const none = { seq: Number.NaN, prev: Number.NaN };
  const sent = events.map(({ partition, row }) => busEvent(row, { partition, ...none }));
  await producer.send({ events: eventChunk(sent), controls: [] });
}

/** Sends a control record to these partitions. */
export async function sendControl(
  producer: BusProducer,
  kind: 'watermark' | 'end',
  watermark: EventTime,
  partitions: readonly number[],
): Promise<void> {
  await producer.send({
    events: undefined,
    controls: [{ beforeRow: 0, kind, partitions, watermark, manifest: undefined }],
  });
}

const FROM = at('2024-03-01');
/** A run of thirty hours in three partitions. */
export const FOREIGN_MANIFEST: Manifest = makeManifest({ from: FROM, to: at('2024-03-02 06:00'), partitions: 3 });
const DISORDER = FOREIGN_MANIFEST.foreign.maxDisorderMs * MICROS_PER_MS;
const AHEAD = FOREIGN_MANIFEST.foreign.maxAheadMs * MICROS_PER_MS;

/** The time of an event, null if it has none. */
export type LoggedTime = EventTime | null;

/** A log of each partition: the times of its events, in order. */
export type ForeignLogs = readonly (readonly LoggedTime[])[];

/** What a step of a log does; `part` places it within what the kind allows, both ends included. */
const step = fc.record({
  kind: fc.constantFrom('on', 'on', 'on', 'within disorder', 'behind', 'too far', 'outside', 'none'),
  part: fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true })),
});

/**
 * Logs that keep the bounds, each partition by itself: no event is further ahead of the latest one before it than allowed, those
 * that are too far ahead are so for all partitions, and others come within the disorder, long after it, or without a
 * time that can be used. Nothing depends on how partitions are interleaved.
 */
export function foreignLogs(maxLength = 12): fc.Arbitrary<ForeignLogs> {
  const log = fc.array(step, { maxLength, size: 'max' }).map((steps) => {
    let latest: number = FROM;
    return steps.map(({ kind, part }): LoggedTime => {
      const between = (low: number, high: number): EventTime => eventTime(Math.round(low + part * (high - low)));
      if (kind === 'none') return null;
      if (kind === 'outside') return between(FROM - 30 * MICROS_PER_HOUR, FROM - 24 * MICROS_PER_HOUR - 1);
      // The logs themselves reach eleven hours at most.
      if (kind === 'too far') return between(FROM + 13 * MICROS_PER_HOUR, FROM + 54 * MICROS_PER_HOUR - 1);
      if (kind === 'within disorder') return between(latest - DISORDER, latest);
      if (kind === 'behind') return between(Math.max(FROM, latest - 5 * MICROS_PER_HOUR), latest);
      latest = between(latest, latest + AHEAD - DISORDER);
      return eventTime(latest);
    });
  });
  return fc.tuple(log, log, log);
}

/** Anything at all: times anywhere in and outside the range, to the microsecond. */
export const anyForeignLogs: fc.Arbitrary<ForeignLogs> = fc.tuple(anyLog(), anyLog(), anyLog());

function anyLog(): fc.Arbitrary<LoggedTime[]> {
  const minutes = fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: 0, max: 240 }) },
    { weight: 1, arbitrary: fc.integer({ min: -2_000, max: 4_000 }) },
  );
  const time = fc
    .tuple(minutes, fc.constantFrom(0, -1, 1))
    .map(([of, micros]) => addMicros(FROM, of * MICROS_PER_MINUTE + micros));
  return fc.array(fc.option(time, { freq: 10 }), { maxLength: 10 });
}

/** What must become of an event as far as its time decides it. */
export type TimeFate = 'late' | 'rejected' | 'counted';

/** The fates of logs that keep the bounds: each partition by itself, one event after the other. */
export function fatesOfLogs(logs: ForeignLogs): readonly (readonly TimeFate[])[] {
  return logs.map((log) => {
    let watermark = FROM - DISORDER;
    return log.map((time) => {
      const isUsable =
        time !== null && time >= FROM - 24 * MICROS_PER_HOUR && time < FOREIGN_MANIFEST.to + 24 * MICROS_PER_HOUR;
      if (!isUsable || time > watermark + AHEAD) return 'rejected';
      const hourEnd = (Math.floor(time / MICROS_PER_HOUR) + 1) * MICROS_PER_HOUR;
      const isLate = hourEnd + FOREIGN_MANIFEST.latenessMs * MICROS_PER_MS <= watermark;
      watermark = Math.max(watermark, time - DISORDER);
      return isLate ? 'late' : 'counted';
    });
  });
}
