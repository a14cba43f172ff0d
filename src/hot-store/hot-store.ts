import type { WrittenFile } from '../archive/archive.ts';
import type { Session } from '../engine/session.ts';
import type { Metric } from '../metrics/metric.ts';
import type { Manifest } from '../model/manifest.ts';
import type { HistorySize } from '../model/status.ts';
import type { EventTime, WallTime } from '../model/time.ts';

export {
  AMENDED_FATES,
  closingDayTable,
  closingTable,
  createClosingDayTable,
  createClosingTable,
  createRecomputedTable,
  dayTable,
  EVENT_COLUMNS,
  PUBLIC_EVENT_COLUMNS,
  recomputedTable,
} from './tables.ts';

export { type FateTotals, failedMetrics, fateTotals } from './totals.ts';

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
  /** A replay writes to it: a `begin` or an event with `seq` has come. Then no time in an event moves its watermark. */
  readonly replayed: boolean;
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

/** A metric that could not be computed for an hour. A day's sum that fails is `<metric>_day`, on the day's last hour. */
export interface MetricFailure {
  readonly hour: EventTime;
  readonly metric: string;
  readonly reason: string;
}

/** What closing an hour, or computing it once more, leaves behind. */
export interface ClosedHour {
  readonly hour: EventTime;
  readonly revision: number;
  /** Lowest watermark over all partitions when the hour was closed. */
  readonly watermark: EventTime;
  readonly finalizedAt: WallTime;
  readonly files: readonly ArchiveFile[];
  /** Metrics that failed for this hour, with the reason; the hour is final all the same. */
  readonly failures: readonly MetricFailure[];
}

/** Hours to be made final together, in one transaction, with what the closing session has computed for them. */
export interface Closing {
  readonly hours: readonly ClosedHour[];
  /** Days that these hours complete; their sums are in each metric's `closingDayTable`. */
  readonly days: readonly EventTime[];
  /** Clean events of final hours before this one go. */
  readonly eventsFrom: EventTime;
  /** History of hours before this one goes. */
  readonly historyFrom: EventTime;
}

/** Final hours computed once more: a new revision of each. */
export interface Revision {
  /** In their new revision. What a failed metric had before stays. */
  readonly hours: readonly Pick<ClosedHour, 'hour' | 'revision' | 'files' | 'failures'>[];
  /** The metrics that were computed again, without those that failed. */
  readonly metrics: readonly Metric[];
  /** Days whose sums were computed again. */
  readonly days: readonly EventTime[];
  /** Late events of these hours have got their fate, in `AMENDED_FATES`; events of hours before `eventsFrom` are not kept. */
  readonly amended?: { readonly eventsFrom: EventTime };
}

/** Late events of a final hour that are not part of it yet. */
export interface WaitingHour {
  readonly hour: EventTime;
  readonly revision: number;
  readonly late: number;
}

/** How new the provisional rollups of the open hours are. */
export interface Provisional {
  /** Raised by each refresh that changes any; 0 before the first. */
  readonly generation: number;
  /** The generation that computed an hour's rows last, for every open hour with events. */
  readonly hours: ReadonlyMap<EventTime, number>;
}

/** A result in the shape in which it leaves the process: JSON values, 64-bit integers exact, times ISO-8601 UTC. */
export interface QueryResult {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly (readonly JsonCell[])[];
  /** More rows matched than `maxRows`. */
  readonly truncated: boolean;
}

/** The same by column: cheaper where there are many rows that are worked on and not sent. */
export interface ColumnResult extends Pick<QueryResult, 'columns' | 'truncated'> {
  /** One list of cells for each column. */
  readonly cells: readonly (readonly JsonCell[])[];
  /** Number of rows. */
  readonly size: number;
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
   * what the hours add to history, the frozen receipts, the ledger, the hours' state.
   */
  finalize(closing: Closing): Promise<void>;
  /** Replaces what final hours hold by a new revision, in one transaction. */
  revise(revision: Revision): Promise<void>;
  /**
   * Defines metrics anew, or for the first time, in one transaction: the rows that `recomputedTable` and
   * `closingDayTable` hold take the place of what the store has of them, each final hour gets its new revision, and the
   * manifest their hashes. The store must be opened again afterwards.
   */
  redefine(metrics: readonly Metric[], hours: Revision['hours']): Promise<void>;
  /** Final hours with late events that wait for being amended, oldest first. */
  waitingHours(): Promise<readonly WaitingHour[]>;
  /** Hours that are final. */
  finalHours(): Promise<readonly HourRow[]>;
  /** The ledger: current files of the given UTC day (`YYYY-MM-DD`), or all. */
  archiveFiles(day?: string): Promise<readonly ArchiveFile[]>;
  /** Paths of all files that the ledger knows, superseded ones included. */
  knownFiles(): Promise<ReadonlySet<string>>;

  /**
   * Brings the provisional rollups of the open hours up to date: at most once a second and for at most a fifth of a core,
   * so they may lag behind what the store holds, and only where something has changed. Tells how new they are: somebody
   * who asks again a little later gets what is missing, also after the last event.
   */
  refreshLive(): Promise<Provisional>;
  /** One read-only SELECT over the public names. Throws QUERY_INVALID or QUERY_TIMEOUT. */
  query(sql: string, options?: QueryOptions): Promise<QueryResult>;
  /** The same, by column. */
  queryColumns(sql: string, options?: QueryOptions): Promise<ColumnResult>;
  /** Writes `<name>.parquet` of the named public tables into `dir`, all from one snapshot. */
  snapshot(names: readonly string[], dir: string): Promise<void>;
  /** Bytes on disk. */
  size(): Promise<number>;
  /** What is kept of earlier hours for the metrics that need it; read at most every few seconds. */
  historySize(): Promise<HistorySize>;
  close(): Promise<void>;
}
