import type { DuckDBDataChunk } from '@duckdb/node-api';
import { DuckDBDoubleVector } from '@duckdb/node-api';
import { BATCH_COLUMNS, partitionOf } from '../bus/bus.ts';
import type { Session } from '../engine/session.ts';
import { numberOf } from '../engine/session.ts';
import { quoted } from '../engine/sql.ts';
import type { EventTime } from '../model/time.ts';
import type { Trace, TraceSlice } from '../trace/trace.ts';
import { TOTAL_ORDER } from '../trace/trace.ts';

/** A piece of the film: the events of one slice of time, filtered and in total order, ready to be sent. */
export interface Reel {
  readonly slice: TraceSlice;
  readonly rows: number;
  /** `seq` of its first event. */
  readonly firstSeq: number;
  /** Arrival of each event, microseconds, in order; NaN where an event has none. */
  readonly arrivals: Float64Array;
  /** Events [from, to) as chunks of `BATCH_COLUMNS`, in order, without those that `skip` names. */
  chunks(from: number, to: number): Promise<DuckDBDataChunk[]>;
  release(): Promise<void>;
}

/** Which records of each partition the bus already holds: those with a `seq` not above. */
export type Skip = readonly number[];

const FIRST_TRACE_COLUMN = 4;
const COLUMN_NAMES = BATCH_COLUMNS.slice(FIRST_TRACE_COLUMN).map(({ name }) => name);
const TRACE_COLUMNS = COLUMN_NAMES.join(', ');
/** A trace tells the text of a bad record; on the bus it is bytes, like any record. */
const SENT_COLUMNS = COLUMN_NAMES.map((name) => (name === 'raw' ? 'encode(raw) AS raw' : name)).join(', ');

/** Cuts the trace's instances to those of a run, and knows the partition of each. */
export class ReelLoader {
  readonly #trace: Trace;
  /** Loads reels; while it loads the next one, the chunks of the present one come over `playing`. */
  readonly #loading: Session;
  readonly #playing: Session;
  /** Reels of all loaders of a process have names of their own: several may play one trace. */
  static #count = 0;

  private constructor(trace: Trace, loading: Session, playing: Session) {
    this.#trace = trace;
    this.#loading = loading;
    this.#playing = playing;
  }

  /** `instances` in inside form; null means all. Rows without a key go to partition 0. */
  static async open(trace: Trace, partitions: number, instances: readonly string[] | null): Promise<ReelLoader> {
    const loading = await trace.session();
    const wanted = instances === null ? undefined : new Set(instances);
    const rows = trace.instances
      .filter(({ key }) => wanted === undefined || (key !== null && wanted.has(key)))
      .map(({ deployment, instanceId, key }) => {
        const partition = key === null ? 0 : partitionOf(key, partitions);
        return `(${deployment === null ? 'NULL' : quoted(deployment)}, ${instanceId ?? 'NULL'}, ${partition})`;
      });
    await loading.run('CREATE TEMP TABLE routes (deployment VARCHAR, instance_id BIGINT, partition INTEGER)');
    if (rows.length > 0) await loading.run(`INSERT INTO routes VALUES ${rows.join(', ')}`);
    return new ReelLoader(trace, loading, await trace.session());
  }

  /** Events of the run that come before `t` in the total order. */
  async countBefore(from: EventTime, t: EventTime): Promise<number> {
    if (t <= from) return 0;
    const row = await this.#loading.row(
      `SELECT count(*) AS rows FROM (${this.#routed({ from, to: t, withUntimed: true })})`,
    );
    return numberOf(row.rows);
  }

  async load(slice: TraceSlice, options: { withUntimed: boolean; firstSeq: number; skip: Skip }): Promise<Reel> {
    const { withUntimed, firstSeq, skip } = options;
    const [loading, playing] = [this.#loading, this.#playing];
    const table = `reel_${ReelLoader.#count++}`;
    const rowsSql = this.#routed({ from: slice.from, to: slice.to, withUntimed });
    await loading.run(
      `CREATE TABLE ${table} AS SELECT partition, ${TRACE_COLUMNS} FROM (${rowsSql}) ORDER BY ${TOTAL_ORDER}`,
    );
    const arrivals = await readArrivals(loading, table);
    const rows = arrivals.length;
    // Only the first reels after a restart hold records that the bus has already.
    const skipping = skip.some((seq) => seq >= firstSeq);
    const cases = skip.map((seq, partition) => `WHEN ${partition} THEN ${seq}`).join(' ');
    const skipSql = skipping ? ` AND ${firstSeq} + rowid > CASE partition ${cases} END` : '';
    return {
      slice,
      rows,
      firstSeq,
      arrivals,
      chunks: (from, to) =>
        playing.chunks(
          `SELECT partition, CAST(0 AS BIGINT) AS "offset", CAST(${firstSeq} + rowid AS BIGINT) AS seq, false AS resent, ${SENT_COLUMNS}
           FROM ${table} WHERE rowid >= ${from} AND rowid < ${to}${skipSql}`,
        ),
      release: () => playing.run(`DROP TABLE ${table}`),
    };
  }

  close(): void {
    this.#loading.close();
    this.#playing.close();
  }

  #routed(slice: { from: EventTime; to: EventTime; withUntimed: boolean }): string {
    return `SELECT t.*, r.partition FROM (${this.#trace.rowsSql(slice)}) t JOIN routes r
      ON r.deployment IS NOT DISTINCT FROM t.deployment AND r.instance_id IS NOT DISTINCT FROM t.instance_id`;
  }
}

async function readArrivals(session: Session, table: string): Promise<Float64Array> {
  // As DOUBLE (exact for microseconds), because a timestamp vector makes one object for each value read.
  const chunks = await session.chunks(
    `SELECT coalesce(CAST(epoch_us(arrival_timestamp) AS DOUBLE), CAST('NaN' AS DOUBLE)) FROM ${table}`,
  );
  const arrivals = new Float64Array(chunks.reduce((sum, chunk) => sum + chunk.rowCount, 0));
  let row = 0;
  for (const chunk of chunks) {
    const vector = chunk.getColumnVector(0);
    if (!(vector instanceof DuckDBDoubleVector)) throw new TypeError('arrivals must be DOUBLE');
    for (let i = 0; i < chunk.rowCount; i++) arrivals[row++] = vector.getItem(i) ?? Number.NaN;
  }
  return arrivals;
}
