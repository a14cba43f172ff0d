import fc from 'fast-check';
import type { BusProducer, ControlKind } from '../../src/bus/bus.ts';
import type { Manifest } from '../../src/model/manifest.ts';
import type { EventTime } from '../../src/model/time.ts';
import { addMicros, eventTime, MICROS_PER_MINUTE, MICROS_PER_MS } from '../../src/model/time.ts';
import { TRACE_FROM, traceRows } from './arbitrary-trace.ts';
import { busEvent, eventChunk, partitionOfRow } from './event-chunk.ts';
import type { SentRecord } from './oracle.ts';
import type { TraceRow } from './trace-row.ts';

/** What a producer sends, in its order. A watermark without a partition goes to all of them. */
export type LogItem =
  | { readonly kind: 'event'; readonly row: TraceRow }
  | { readonly kind: 'watermark'; readonly watermark: EventTime; readonly partition: number | undefined };

/**
 * Events in any order of time with watermarks anywhere between them, that go to one partition or to all and may even go
 * back: many events are late, and in each partition others.
 */
export function logItems(partitions: number): fc.Arbitrary<LogItem[]> {
  const watermark = fc.record({
    after: fc.nat({ max: 1_000 }),
    minutes: fc.integer({ min: 0, max: 5 * 60 }),
    partition: fc.oneof(
      { weight: 3, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.nat({ max: partitions - 1 }) },
    ),
  });
  return fc
    .tuple(traceRows, fc.array(watermark, { minLength: 1, maxLength: 8, size: 'max' }))
    .map(([rows, watermarks]) => {
      const items: LogItem[] = rows.map((row) => ({ kind: 'event', row }));
      for (const { after, minutes, partition } of watermarks) {
        const time = eventTime(TRACE_FROM + minutes * MICROS_PER_MINUTE);
        items.splice(after % (items.length + 1), 0, { kind: 'watermark', watermark: time, partition });
      }
      return items;
    });
}

/** Sends the items between `begin` and `end`, one record at a time, with the headers that a replay would give them. */
export async function sendLog(producer: BusProducer, items: readonly LogItem[], manifest: Manifest): Promise<void> {
  const all = Array.from({ length: manifest.partitions }, (_, partition) => partition);
  const control = async (kind: ControlKind, partitions: readonly number[], watermark?: EventTime): Promise<void> => {
    const begin = kind === 'begin' ? manifest : undefined;
    await producer.send({
      events: undefined,
      controls: [{ beforeRow: 0, kind, partitions, watermark, manifest: begin }],
    });
  };
  const lastSeq = all.map(() => -1);
  let seq = 0;
  await control('begin', all);
  for (const item of items) {
    if (item.kind === 'watermark') {
      await control('watermark', item.partition === undefined ? all : [item.partition], item.watermark);
      continue;
    }
    const partition = partitionOfRow(item.row, manifest.partitions);
    const event = busEvent(item.row, { partition, seq, prev: lastSeq[partition] ?? -1 });
    await producer.send({ events: eventChunk([event]), controls: [] });
    lastSeq[partition] = seq++;
  }
  await control('end', all, endOf(manifest));
}

/** The watermark that `end` carries. */
export function endOf(manifest: Manifest): EventTime {
  return addMicros(manifest.to, manifest.latenessMs * MICROS_PER_MS);
}

/** The items' events with what the oracle wants to know of them. */
export function recordsOf(items: readonly LogItem[], partitions: number): SentRecord[] {
  const watermarks: (number | undefined)[] = Array.from({ length: partitions }, () => undefined);
  return items.flatMap((item) => {
    if (item.kind === 'event') {
      const partition = partitionOfRow(item.row, partitions);
      return [{ row: item.row, partition, watermark: watermarks[partition] }];
    }
    watermarks.forEach((before, partition) => {
      if (item.partition !== undefined && item.partition !== partition) return;
      watermarks[partition] = Math.max(before ?? 0, item.watermark);
    });
    return [];
  });
}
