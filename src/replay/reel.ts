import type { DuckDBDataChunk } from '@duckdb/node-api';
import type { Session } from '../engine/session.ts';
import type { ReplayTime } from '../model/time.ts';

/** A piece of the film, [from, to). */
export interface Span {
  readonly from: ReplayTime;
  readonly to: ReplayTime;
}

/** Where records stand, microseconds, one entry per record in the order of delivery. */
export interface Places {
  /** The film's place at which each is delivered, ascending; NaN for what has no time, which comes first. */
  readonly outAt: Float64Array;
  /** Its place in its own partition's order, by which watermarks stand between records. Behind `outAt` after a stall. */
  readonly sentAt: Float64Array;
}

/** A piece of the film, ready to be sent: the records of one span, filtered and in the order of delivery. */
export interface Reel extends Places {
  readonly span: Span;
  readonly rows: number;
  /** `seq` of its first record. */
  readonly firstSeq: number;
  /** Records [from, to) as chunks of `BATCH_COLUMNS`, in order, without those that `skip` names. */
  chunks(from: number, to: number): Promise<DuckDBDataChunk[]>;
  release(): Promise<void>;
}

/** Which records of each partition the bus already holds: those with a `seq` not above. */
export type Skip = readonly number[];

/** Where reels come from. Spans are filled one after the other, each beginning where the one before it ended. */
export interface ReelSource {
  /** SELECT list of a table that it filled: the columns of a record on the bus, from `deployment` on. */
  readonly recordSql: string;
  /** Makes ready to fill from `start` on, and tells how many records the film has before it. */
  seek(start: ReplayTime): Promise<number>;
  /** Creates a table of the span's records in the order of delivery, one after the other from row 0 on. */
  fill(table: string, span: Span): Promise<Places>;
}

/** Loads reels on one session; their chunks come over another, so that one plays while the next is loaded. */
export class ReelLoader {
  readonly #source: ReelSource;
  readonly #loading: Session;
  readonly #playing: Session;
  /** Reels of all loaders of a process have names of their own: several may play one trace. */
  static #count = 0;

  constructor(source: ReelSource, loading: Session, playing: Session) {
    this.#source = source;
    this.#loading = loading;
    this.#playing = playing;
  }

  /** Makes ready to load from `start` on; returns the `seq` of the first record there. */
  async seek(start: ReplayTime): Promise<number> {
    return await this.#source.seek(start);
  }

  async load(span: Span, firstSeq: number, skip: Skip): Promise<Reel> {
    const playing = this.#playing;
    const table = `reel_${ReelLoader.#count++}`;
    const places = await this.#source.fill(table, span);
    // Only the first reels after a restart hold records that the bus has already.
    const skipping = skip.some((seq) => seq >= firstSeq);
    const cases = skip.map((seq, partition) => `WHEN ${partition} THEN ${seq}`).join(' ');
    const skipSql = skipping ? ` AND ${firstSeq} + rowid > CASE partition ${cases} END` : '';
    return {
      ...places,
      span,
      rows: places.outAt.length,
      firstSeq,
      chunks: (from, to) =>
        playing.chunks(
          `SELECT partition, CAST(0 AS BIGINT) AS "offset", CAST(${firstSeq} + rowid AS BIGINT) AS seq, false AS resent, ${this.#source.recordSql}
           FROM ${table} WHERE rowid >= ${from} AND rowid < ${to}${skipSql}`,
        ),
      release: () => playing.run(`DROP TABLE ${table}`),
    };
  }

  close(): void {
    this.#loading.close();
    this.#playing.close();
  }
}
