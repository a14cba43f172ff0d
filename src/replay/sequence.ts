import type { DuckDBDataChunk } from '@duckdb/node-api';
import { DuckDBBigIntVector, DuckDBIntegerVector } from '@duckdb/node-api';
import type { EventChunk, OutgoingBatch, OutgoingControl, PartitionPosition } from '../bus/bus.ts';
import type { EventTime, ReplayTime } from '../model/time.ts';
import { addMicros, replayTime } from '../model/time.ts';
import type { Places, Reel } from './reel.ts';
import type { Silence } from './silence.ts';
import { heardUntil } from './silence.ts';

const PARTITION_COLUMN = 0;
const SEQ_COLUMN = 2;

export interface SequencerOptions {
  readonly positions: readonly PartitionPosition[];
  /** Event time from one watermark to the next. */
  readonly intervalMicros: number;
  /** The watermark before the first one that is sent. */
  readonly from: EventTime;
  /** How far watermarks stay behind the film, microseconds; default 0. */
  readonly delayMicros?: number;
  readonly silence?: Silence | undefined;
}

/** Partitions that get each watermark at the same point of the order of delivery. */
interface Lane {
  readonly partitions: readonly number[];
  readonly isSilenced: boolean;
  nextWatermark: EventTime;
}

/**
 * Numbers what is sent: `prev` of each event, and the watermarks between the events. The same order gives the same
 * sequence, wherever it is cut into batches and wherever it was interrupted.
 *
 * A watermark W goes out before the first record with a place of W + delay or later, into every partition at the same
 * point of the order that does not hold it yet. A partition that is silent for a while gets the watermarks of that time
 * afterwards, between its records, where they would have stood.
 */
export class Sequencer {
  readonly #intervalMicros: number;
  readonly #delayMicros: number;
  readonly #silence: Silence | undefined;
  readonly #lanes: readonly Lane[];
  readonly #lastSeq: number[];
  readonly #watermarks: (EventTime | undefined)[];
  /** No record before this place draws out a watermark, in any lane. */
  #nextPlace: number;

  constructor(options: SequencerOptions) {
    const { positions, intervalMicros, from, delayMicros = 0, silence } = options;
    this.#intervalMicros = intervalMicros;
    this.#delayMicros = delayMicros;
    this.#silence = silence;
    this.#lastSeq = positions.map((position) => position.lastSeq);
    this.#watermarks = positions.map((position) => position.watermark);
    const nextWatermark = addMicros(from, intervalMicros);
    this.#nextPlace = nextWatermark + delayMicros;
    const all = [...positions.keys()];
    const heard = all.filter((partition) => partition !== silence?.partition);
    this.#lanes = [
      { partitions: heard, isSilenced: false, nextWatermark },
      ...(silence === undefined ? [] : [{ partitions: [silence.partition], isSilenced: true, nextWatermark }]),
    ];
  }

  /** The film's place at which the next watermark is due, once every record before it has been taken. */
  get nextDue(): ReplayTime {
    return replayTime(Math.min(...this.#lanes.map((lane) => this.#dueOf(lane))));
  }

  /** Wraps a chunk of a reel for the bus. */
  wrap(chunk: DuckDBDataChunk, reel: Places & Pick<Reel, 'firstSeq'>): OutgoingBatch {
    const { rowCount } = chunk;
    const [partitions, seqs] = [chunk.getColumnVector(PARTITION_COLUMN), chunk.getColumnVector(SEQ_COLUMN)];
    if (!(partitions instanceof DuckDBIntegerVector) || !(seqs instanceof DuckDBBigIntVector)) {
      throw new TypeError('a chunk must start with partition INTEGER, offset BIGINT, seq BIGINT');
    }
    const events: EventChunk = {
      chunk,
      rowCount,
      partition: new Int32Array(rowCount),
      offset: new Float64Array(rowCount),
      seq: new Float64Array(rowCount),
      prev: new Float64Array(rowCount),
    };
    const controls: OutgoingControl[] = [];
    for (let row = 0; row < rowCount; row++) {
      const partition = partitions.getItem(row) ?? 0;
      const seq = Number(seqs.getItem(row));
      const outAt = reel.outAt[seq - reel.firstSeq] ?? Number.NaN;
      if (outAt >= this.#nextPlace) {
        const sentAt = reel.sentAt[seq - reel.firstSeq] ?? Number.NaN;
        this.#pushBefore(controls, row, { partition, outAt, sentAt });
      }
      events.partition[row] = partition;
      events.seq[row] = seq;
      events.prev[row] = this.#lastSeq[partition] ?? -1;
      this.#lastSeq[partition] = seq;
    }
    return { events, controls };
  }

  /**
   * The watermarks that are due when the film has come to `place` and no record has drawn out yet; undefined if there is
   * none. Every record before `place` must have been taken.
   */
  watermarksUntil(place: ReplayTime): OutgoingBatch | undefined {
    const controls: OutgoingControl[] = [];
    for (const lane of this.#lanes) while (this.#dueOf(lane) <= place) this.#pushWatermark(controls, 0, lane);
    return controls.length === 0 ? undefined : { events: undefined, controls };
  }

  /** The film's place from which on a lane's next watermark is due when no record draws it out. */
  #dueOf(lane: Lane): number {
    const due = lane.nextWatermark + this.#delayMicros;
    const silence = lane.isSilenced ? this.#silence : undefined;
    // What was held back comes first, all of it with the place at which the silence ends.
    return silence !== undefined && due >= silence.from && due <= silence.until ? silence.until + 1 : due;
  }

  /** The watermarks that a record draws out. */
  #pushBefore(
    controls: OutgoingControl[],
    row: number,
    record: { readonly partition: number; readonly outAt: number; readonly sentAt: number },
  ): void {
    for (const lane of this.#lanes) {
      const place = this.#placeIn(lane, record);
      while (lane.nextWatermark + this.#delayMicros <= place) this.#pushWatermark(controls, row, lane);
    }
  }

  /** How far a lane's own order has come when a record goes out. */
  #placeIn({ isSilenced }: Lane, record: { partition: number; outAt: number; sentAt: number }): number {
    const silence = this.#silence;
    if (!isSilenced || silence === undefined) return record.outAt;
    return record.partition === silence.partition ? record.sentAt : heardUntil(silence, record.outAt);
  }

  #pushWatermark(controls: OutgoingControl[], beforeRow: number, lane: Lane): void {
    const watermark = lane.nextWatermark;
    lane.nextWatermark = addMicros(watermark, this.#intervalMicros);
    this.#nextPlace = Math.min(...this.#lanes.map(({ nextWatermark }) => nextWatermark)) + this.#delayMicros;
    const partitions = lane.partitions.filter((partition) => (this.#watermarks[partition] ?? -Infinity) < watermark);
    if (partitions.length === 0) return;
    for (const partition of partitions) this.#watermarks[partition] = watermark;
    controls.push({ beforeRow, kind: 'watermark', partitions, watermark, manifest: undefined });
  }
}
