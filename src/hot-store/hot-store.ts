import type { WrittenFile } from '../archive/archive.ts';
import type { Session } from '../engine/session.ts';
import type { Metric } from '../metrics/metric.ts';
import type { Manifest } from '../model/manifest.ts';
import type { EventTime, WallTime } from '../model/time.ts';

export { closingTable, createClosingTable, EVENT_COLUMNS, PUBLIC_EVENT_COLUMNS } from './tables.ts';

/** What the store knows of one partition; moves only in the transaction that made the records' effect durable. */
export interface PartitionProgress {
  readonly partition: number;
  readonly firstOffset: number;
  /** Offset of the next record to process. */
  readonly nextOffset: number;
  readonly watermark: EventTime | undefined;
  /** Highest `seq` processed; -1 before the first event. */
  readonly lastSeq: number;
  /** Records that came again. */
  readonly resent: number;
  /** `begin`, `watermark` and `end` records. */
  readonly controls: number;
  /** Events whose `prev` was not the `seq` before them: each says that a record was lost on the way. */
  readonly gaps: number;
  readonly ended: boolean;
  /** When the watermark last moved; undefined before it first did. Only shown, never reckoned with. */
  readonly watermarkAt: WallTime | undefined;
}

export type HourState = 'open' | 'final' | 'skipped';

/** One hour's line in the receipt of the run. */
export interface HourRow {
  readonly hour: EventTime;
  readonly state: HourState;
  readonly revision: number;
}

/** A file of the archive, as the ledger knows it. */
export interface ArchiveFile extends WrittenFile {
  readonly state: 'local' | 'uploaded';
}

/** What closing an hour leaves behind, written in one transaction. */
export interface ClosedHour {
  readonly hour: EventTime;
  readonly revision: number;
  /** Lowest watermark over all partitions when the hour was closed. */
  readonly watermark: EventTime;
  readonly finalizedAt: WallTime;
  readonly files: readonly ArchiveFile[];
  /** Metrics that failed for this hour, with the reason; the hour is final all the same. */
  readonly failures: readonly { readonly metric: string; readonly reason: string }[];
}

/** A result in the shape in which it leaves the process: JSON values, 64-bit integers exact, times ISO-8601 UTC. */
export interface QueryResult {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly (readonly JsonCell[])[];
  /** More rows matched than `maxRows`. */
  readonly truncated: boolean;
}
export type JsonCell = string | number | boolean | null | readonly JsonCell[] | { readonly [key: string]: JsonCell };

export interface QueryOptions {
  /** Rows returned at most. */
  readonly maxRows?: number;
  /** Wall milliseconds after which the query is interrupted with QUERY_TIMEOUT. */
  readonly timeoutMs?: number;
}

/**
 * The store of a run's recent hours and of everything that must move together with its offsets.
 *
 * The processor computes in DuckDB sessions that the store hands out: with the `duckdb` adapter they work on the store
 * itself, so a batch is written once; an adapter for another database keeps the open hours in a DuckDB of its own and
 * copies a batch's effect over inside `ingest`. The tables these sessions see are listed in `tables.ts`.
 *
 * Public names, the same for every adapter (`query`): `hours`, `events`, `late_events`, `rejected`, `receipts`,
 * `progress`, `archive_files` and one per metric.
 */
export interface HotStore {
  readonly run: string;
  /** Fixed when the run was created. */
  readonly manifest: Manifest;
  readonly metrics: readonly Metric[];

  /** One entry per partition, in order. */
  progress(): Promise<readonly PartitionProgress[]>;
  /**
   * Runs `compute` inside one transaction on the ingest session and stores `progress` with it: either everything the
   * batch did is durable, offsets included, or nothing.
   */
  ingest<T>(compute: (session: Session) => Promise<{ progress: readonly PartitionProgress[]; result: T }>): Promise<T>;

  /** Hours that are not final yet, oldest first: those of the run's range and any other that has open events. */
  openHours(): Promise<readonly EventTime[]>;
  /** A session for computing rollups and archive files of hours about to close, apart from the ingest session. */
  closingSession(): Session;
  /**
   * Makes hours final in one transaction: the rollups that the closing session holds in each metric's `closingTable`,
   * the frozen receipts, the ledger, the hours' state.
   */
  finalize(hours: readonly ClosedHour[]): Promise<void>;
  /** Hours that are final. */
  finalHours(): Promise<readonly HourRow[]>;
  /** The ledger: current files of the given UTC day (`YYYY-MM-DD`), or all. */
  archiveFiles(day?: string): Promise<readonly ArchiveFile[]>;

  /**
   * Recomputes the provisional rollups of the open hours if the last ones are older than a second, and never for more
   * than a fifth of a core.
   */
  refreshLive(): Promise<void>;
  /** One read-only SELECT over the public names. Throws QUERY_INVALID or QUERY_TIMEOUT. */
  query(sql: string, options?: QueryOptions): Promise<QueryResult>;
  /** Writes `<name>.parquet` of the named public tables into `dir`, all from one snapshot. */
  snapshot(names: readonly string[], dir: string): Promise<void>;
  /** Bytes on disk. */
  size(): Promise<number>;
  close(): Promise<void>;
}
