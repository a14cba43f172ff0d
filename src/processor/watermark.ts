import type { ControlRecord, EventChunk, IncomingBatch } from '../bus/bus.ts';
import type { PartitionProgress } from '../hot-store/hot-store.ts';
import type { EventTime } from '../model/time.ts';
import { eventTime, hourOf, MICROS_PER_HOUR } from '../model/time.ts';

/**
 * From this place in a partition's log on, every event of `hour` is late: a watermark of at least
 * hour + 1 h + lateness stands at `offset`.
 */
export interface Cutoff {
  readonly partition: number;
  readonly hour: EventTime;
  readonly offset: number;
}

/** What a batch means for the partitions, found without looking at any event's value. */
export interface BatchReading {
  readonly progress: readonly PartitionProgress[];
  /** Cutoffs that the batch's own watermarks set. */
  readonly cutoffs: readonly Cutoff[];
  /** Per partition: events of this hour and all before it were late when the batch began; undefined if none are. */
  readonly lateThrough: readonly (EventTime | undefined)[];
  /** Rows that came again, per chunk of the batch. */
  readonly resent: readonly (readonly number[])[];
}

/** The latest hour h with h + 1 h + lateness <= watermark: what is late once that watermark has passed. */
export function lateThroughAt(watermark: EventTime, latenessMicros: number): EventTime {
  return eventTime(hourOf(eventTime(watermark - latenessMicros)) - MICROS_PER_HOUR);
}

/** The lowest watermark over all partitions; undefined while one of them has none: nothing can be final then. */
export function lowestWatermark(progress: readonly PartitionProgress[]): EventTime | undefined {
  let lowest: EventTime | undefined;
  for (const { watermark } of progress) {
    if (watermark === undefined) return undefined;
    if (lowest === undefined || watermark < lowest) lowest = watermark;
  }
  return lowest;
}

/** Reads a batch's offsets, headers and control records. Watermarks never go back, whatever the records say. */
export function readBatch(
  before: readonly PartitionProgress[],
  batch: IncomingBatch,
  latenessMicros: number,
): BatchReading {
  const progress = before.map((p) => ({ ...p }));
  const resent = batch.events.map((events) => readEvents(events, progress));
  const cutoffs: Cutoff[] = [];
  for (const control of batch.controls) readControl(control, progress, latenessMicros, cutoffs);
  return {
    progress,
    cutoffs,
    lateThrough: before.map(({ watermark }) =>
      watermark === undefined ? undefined : lateThroughAt(watermark, latenessMicros),
    ),
    resent,
  };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function readEvents(events: EventChunk, progress: Mutable<PartitionProgress>[]): number[] {
  const resent: number[] = [];
  for (let row = 0; row < events.rowCount; row++) {
    const p = progress[events.partition[row] ?? -1];
    if (p === undefined)
      throw new RangeError(`a record of partition ${events.partition[row]}, which the run does not have`);
    p.nextOffset = Math.max(p.nextOffset, (events.offset[row] ?? 0) + 1);
    const seq = events.seq[row] ?? Number.NaN;
    if (Number.isNaN(seq)) continue;
    if (seq <= p.lastSeq) {
      resent.push(row);
      p.resent++;
      continue;
    }
    if (events.prev[row] !== p.lastSeq) p.gaps++;
    p.lastSeq = seq;
  }
  return resent;
}

function readControl(
  control: ControlRecord,
  progress: Mutable<PartitionProgress>[],
  latenessMicros: number,
  cutoffs: Cutoff[],
): void {
  const p = progress[control.partition];
  if (p === undefined)
    throw new RangeError(`a control record of partition ${control.partition}, which the run does not have`);
  p.nextOffset = Math.max(p.nextOffset, control.offset + 1);
  p.controls++;
  if (control.kind === 'end') p.ended = true;
  const { watermark } = control;
  if (watermark === undefined || (p.watermark !== undefined && watermark <= p.watermark)) return;
  const last = lateThroughAt(watermark, latenessMicros);
  // Without an earlier watermark every hour up to `last` is cut off here; events before the run's own start included.
  const first =
    p.watermark === undefined ? eventTime(last - 48 * MICROS_PER_HOUR) : lateThroughAt(p.watermark, latenessMicros);
  for (let hour = first + MICROS_PER_HOUR; hour <= last; hour += MICROS_PER_HOUR) {
    cutoffs.push({ partition: control.partition, hour: eventTime(hour), offset: control.offset });
  }
  p.watermark = watermark;
}
