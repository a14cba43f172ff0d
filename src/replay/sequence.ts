import type { DuckDBDataChunk } from '@duckdb/node-api';
import { DuckDBBigIntVector, DuckDBIntegerVector } from '@duckdb/node-api';
import type { EventChunk, OutgoingBatch, OutgoingControl, PartitionPosition } from '../bus/bus.ts';
import type { EventTime } from '../model/time.ts';
import { addMicros } from '../model/time.ts';

const PARTITION_COLUMN = 0;
const SEQ_COLUMN = 2;

/**
 * Numbers what is sent: `prev` of each event, and the watermarks between the events. The same order gives the same
 * sequence, wherever it is cut into batches and wherever it was interrupted.
 *
 * A watermark W goes out before the first event with arrival >= W, into every partition at the same point of the order
 * that does not hold it yet.
 */
export class Sequencer {
  readonly #intervalMicros: number;
  readonly #lastSeq: number[];
  readonly #watermarks: (EventTime | undefined)[];
  #nextWatermark: EventTime;

  constructor(options: { positions: readonly PartitionPosition[]; intervalMicros: number; from: EventTime }) {
    this.#intervalMicros = options.intervalMicros;
    this.#lastSeq = options.positions.map((position) => position.lastSeq);
    this.#watermarks = options.positions.map((position) => position.watermark);
    this.#nextWatermark = addMicros(options.from, options.intervalMicros);
  }

  /** The next watermark that is due; nothing before it is missing once every event before it has been taken. */
  get nextWatermark(): EventTime {
    return this.#nextWatermark;
  }

  /** Wraps a chunk for the bus. `arrivalOf` gives the arrival of the event with a given `seq`, NaN where it has none. */
  wrap(chunk: DuckDBDataChunk, arrivalOf: (seq: number) => number): OutgoingBatch {
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
      const arrival = arrivalOf(seq);
      while (arrival >= this.#nextWatermark) this.#pushWatermark(controls, row);
      events.partition[row] = partition;
      events.seq[row] = seq;
      events.prev[row] = this.#lastSeq[partition] ?? -1;
      this.#lastSeq[partition] = seq;
    }
    return { events, controls };
  }

  /** The watermarks up to and including `until` that no event has drawn out yet; undefined if there is none. */
  watermarksUntil(until: EventTime): OutgoingBatch | undefined {
    const controls: OutgoingControl[] = [];
    while (this.#nextWatermark <= until) this.#pushWatermark(controls, 0);
    return controls.length === 0 ? undefined : { events: undefined, controls };
  }

  #pushWatermark(controls: OutgoingControl[], beforeRow: number): void {
    const watermark = this.#nextWatermark;
    this.#nextWatermark = addMicros(watermark, this.#intervalMicros);
    const partitions = this.#watermarks.flatMap((last, partition) =>
      last === undefined || last < watermark ? [partition] : [],
    );
    if (partitions.length === 0) return;
    for (const partition of partitions) this.#watermarks[partition] = watermark;
    controls.push({ beforeRow, kind: 'watermark', partitions, watermark, manifest: undefined });
  }
}
