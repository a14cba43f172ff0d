import { DuckDBTimestampVector } from '@duckdb/node-api';
import type { ControlRecord, EventChunk, IncomingBatch } from '../bus/bus.ts';
import { BATCH_COLUMNS } from '../bus/bus.ts';
import type { PartitionProgress } from '../hot-store/hot-store.ts';
import type { Manifest } from '../model/manifest.ts';
import type { EventTime } from '../model/time.ts';
import { eventTime, hourOf, MICROS_PER_HOUR, MICROS_PER_MS } from '../model/time.ts';
import type { ForeignRules } from './foreign.ts';
import { foreignRules, frontOf, liftedTo, watermarkOf } from './foreign.ts';

/** From offset `from` on, every event of the partition that belongs to an hour after `after`, up to `through`, is late. */
export interface Cutoff {
  readonly partition: number;
  /** These hours and all before them were cut off already; undefined if none were. */
  readonly after: EventTime | undefined;
  readonly through: EventTime;
  readonly from: number;
}

/** What a batch means for the partitions, found without looking at any value but the times of foreign events. */
export interface BatchReading {
  readonly progress: readonly PartitionProgress[];
  /** Cutoffs that the batch's own watermarks set. */
  readonly cutoffs: readonly Cutoff[];
  /** Per partition: events of this hour and all before it were late when the batch began; undefined if none are. */
  readonly lateThrough: readonly (EventTime | undefined)[];
  /** Rows that came again, per chunk of the batch. */
  readonly resent: readonly (readonly number[])[];
  /** Rows whose time is too far ahead to be believed, per chunk of the batch. */
  readonly ahead: readonly (readonly number[])[];
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

/** What of a manifest decides how a batch is read. */
export type ReadingRules = Pick<Manifest, 'from' | 'to' | 'latenessMs' | 'sanity' | 'foreign'>;

/**
 * Reads a batch's offsets, headers, control records and, of foreign events, the times. Watermarks never go back,
 * whatever the records say. What comes of a partition depends on its log alone, not on where batches are cut, but for
 * the front of foreign partitions, which is that of the records read so far.
 */
export function readBatch(
  before: readonly PartitionProgress[],
  batch: IncomingBatch,
  rules: ReadingRules,
): BatchReading {
  const reader = new BatchReader(before, batch.controls, rules);
  const marks = batch.events.map((events) => reader.readEvents(events));
  const { progress, cutoffs } = reader.finish(batch.waiting);
  const latenessMicros = rules.latenessMs * MICROS_PER_MS;
  return {
    progress,
    cutoffs,
    lateThrough: before.map(({ watermark }) =>
      watermark === undefined ? undefined : lateThroughAt(watermark, latenessMicros),
    ),
    resent: marks.map(({ resent }) => resent),
    ahead: marks.map(({ ahead }) => ahead),
  };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Progress = Mutable<PartitionProgress>;

const ARRIVAL_COLUMN = BATCH_COLUMNS.findIndex(({ name }) => name === 'arrival_timestamp');

class BatchReader {
  readonly #progress: readonly Progress[];
  /** Control records of each partition that have not been read yet, in order. */
  readonly #controls: readonly ControlRecord[][];
  readonly #nextControl: number[];
  readonly #cutoffs: Cutoff[] = [];
  readonly #latenessMicros: number;
  readonly #foreign: ForeignRules;
  /** The front of foreign partitions; undefined until it is needed, and once it may have gone back. */
  #front: EventTime | undefined;

  constructor(before: readonly PartitionProgress[], controls: readonly ControlRecord[], rules: ReadingRules) {
    this.#progress = before.map((p) => ({ ...p }));
    this.#latenessMicros = rules.latenessMs * MICROS_PER_MS;
    this.#foreign = foreignRules(rules);
    this.#nextControl = before.map(() => 0);
    this.#controls = before.map(() => []);
    for (const control of controls) {
      const own = this.#controls[control.partition];
      if (own === undefined)
        throw new RangeError(`a control record of partition ${control.partition}, which the run does not have`);
      own.push(control);
    }
  }

  readEvents(events: EventChunk): { resent: readonly number[]; ahead: readonly number[] } {
    const [resent, ahead]: [number[], number[]] = [[], []];
    let timeOf: ((row: number) => number) | undefined;
    for (let row = 0; row < events.rowCount; row++) {
      const p = this.#progress[events.partition[row] ?? -1];
      if (p === undefined)
        throw new RangeError(`a record of partition ${events.partition[row]}, which the run does not have`);
      const offset = events.offset[row] ?? 0;
      p.nextOffset = Math.max(p.nextOffset, offset + 1);
      const seq = events.seq[row] ?? Number.NaN;
      if (Number.isNaN(seq)) {
        timeOf ??= timesOf(events);
        if (this.#readForeign(p, offset, timeOf(row)) === 'ahead') ahead.push(row);
        continue;
      }
      if (!p.replayed) this.#setReplayed(p);
      if (seq <= p.lastSeq) {
        resent.push(row);
        p.resent++;
        continue;
      }
      if (events.prev[row] !== p.lastSeq) p.gaps++;
      p.lastSeq = seq;
    }
    return { resent, ahead };
  }

  /** What is left once every event has been read: the control records behind the events, and idle partitions. */
  finish(waiting: readonly number[]): { progress: readonly PartitionProgress[]; cutoffs: readonly Cutoff[] } {
    for (const p of this.#progress) this.#readControls(p, Number.POSITIVE_INFINITY);
    liftedTo(this.#progress, waiting, this.#foreign).forEach((watermark, partition) => {
      const p = this.#progress[partition];
      // No record of this batch stands behind it, so that it cuts off nothing here.
      if (p !== undefined && watermark !== undefined) p.watermark = watermark;
    });
    return { progress: this.#progress, cutoffs: this.#cutoffs };
  }

  /** An event without `seq`, in the order of its partition's log: it is judged by what stands before it. */
  #readForeign(p: Progress, offset: number, micros: number): 'ahead' | undefined {
    this.#readControls(p, offset);
    // A replay says by itself what is complete; an event that strays into its partition is counted or late like any.
    if (p.replayed) return undefined;
    this.#advance(p, this.#foreign.start, offset);
    const front = this.#raiseFront(p);
    const watermark = watermarkOf(micros, front, this.#foreign);
    if (watermark === undefined || watermark === 'ahead') return watermark;
    this.#advance(p, watermark, offset + 1);
    this.#raiseFront(p);
    return undefined;
  }

  /** The front, which a foreign partition's watermark may have moved up. */
  #raiseFront({ ended, watermark }: Progress): EventTime {
    const front = this.#front ?? frontOf(this.#progress, this.#foreign);
    this.#front = ended || watermark === undefined || watermark < front ? front : watermark;
    return this.#front;
  }

  #setReplayed(p: Progress): void {
    p.replayed = true;
    this.#front = undefined;
  }

  #setEnded(p: Progress): void {
    p.ended = true;
    this.#front = undefined;
  }

  /** The partition's control records before an offset. */
  #readControls(p: Progress, before: number): void {
    const controls = this.#controls[p.partition] ?? [];
    let next = this.#nextControl[p.partition] ?? 0;
    for (let control = controls[next]; control !== undefined && control.offset < before; control = controls[++next]) {
      p.nextOffset = Math.max(p.nextOffset, control.offset + 1);
      p.controls++;
      if (control.kind === 'begin') this.#setReplayed(p);
      if (control.kind === 'end') this.#setEnded(p);
      if (control.watermark !== undefined) this.#advance(p, control.watermark, control.offset + 1);
    }
    this.#nextControl[p.partition] = next;
  }

  /** Moves the partition's watermark up, for the records from an offset on. */
  #advance(p: Progress, watermark: EventTime, from: number): void {
    if (p.watermark !== undefined && watermark <= p.watermark) return;
    const after = p.watermark === undefined ? undefined : lateThroughAt(p.watermark, this.#latenessMicros);
    const through = lateThroughAt(watermark, this.#latenessMicros);
    if (after === undefined || through > after) this.#cutoffs.push({ partition: p.partition, after, through, from });
    p.watermark = watermark;
  }
}

/** Reads arrivals of a chunk, in microseconds; NaN where there is none. Makes an object for each value that is read. */
function timesOf({ chunk }: EventChunk): (row: number) => number {
  const vector = chunk.getColumnVector(ARRIVAL_COLUMN);
  if (!(vector instanceof DuckDBTimestampVector))
    throw new TypeError('column arrival_timestamp of a batch must be TIMESTAMP');
  return (row) => Number(vector.getItem(row)?.micros ?? Number.NaN);
}
