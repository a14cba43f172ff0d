import type { DuckDBDataChunk } from '@duckdb/node-api';
import type { Manifest } from '../model/manifest.ts';
import type { EventTime } from '../model/time.ts';

export { partitionOf } from './partitioner.ts';

/**
 * A run of event records in the order of sending, as columns: never one object per event.
 *
 * `chunk` holds `BATCH_COLUMNS`; the plain arrays hold what every record carries beside its value (partition, offset,
 * headers), so that bookkeeping needs no look into the chunk. All arrays have `rowCount` entries.
 */
export interface EventChunk {
  readonly chunk: DuckDBDataChunk;
  readonly rowCount: number;
  readonly partition: Int32Array;
  /** Place in the partition's log; the bus fills it in when it takes the records. */
  readonly offset: Float64Array;
  /**
   * Header `seq`: position in the order of sending, counted from 0. NaN for a producer that sends none; the column is
   * null there.
   */
  readonly seq: Float64Array;
  /** Header `prev`: `seq` of the partition's previous event, -1 for the first. NaN for a producer that sends none. */
  readonly prev: Float64Array;
}

/** Columns of `EventChunk.chunk`: the record's place, then the event in Redset's columns and types. */
export const BATCH_COLUMNS = [
  { name: 'partition', type: 'INTEGER' },
  { name: 'offset', type: 'BIGINT' },
  { name: 'seq', type: 'BIGINT' },
  { name: 'resent', type: 'BOOLEAN' },
  { name: 'deployment', type: 'VARCHAR' },
  { name: 'instance_id', type: 'BIGINT' },
  { name: 'cluster_size', type: 'BIGINT' },
  { name: 'user_id', type: 'BIGINT' },
  { name: 'database_id', type: 'BIGINT' },
  { name: 'query_id', type: 'BIGINT' },
  { name: 'arrival_timestamp', type: 'TIMESTAMP' },
  { name: 'compile_duration_ms', type: 'BIGINT' },
  { name: 'queue_duration_ms', type: 'BIGINT' },
  { name: 'execution_duration_ms', type: 'BIGINT' },
  { name: 'feature_fingerprint', type: 'VARCHAR' },
  { name: 'was_aborted', type: 'BOOLEAN' },
  { name: 'was_cached', type: 'BOOLEAN' },
  { name: 'cache_source_query_id', type: 'BIGINT' },
  { name: 'query_type', type: 'VARCHAR' },
  { name: 'num_permanent_tables_accessed', type: 'BIGINT' },
  { name: 'num_external_tables_accessed', type: 'BIGINT' },
  { name: 'num_system_tables_accessed', type: 'BIGINT' },
  { name: 'read_table_ids', type: 'VARCHAR' },
  { name: 'write_table_ids', type: 'VARCHAR' },
  { name: 'mbytes_scanned', type: 'BIGINT' },
  { name: 'mbytes_spilled', type: 'BIGINT' },
  { name: 'num_joins', type: 'BIGINT' },
  { name: 'num_scans', type: 'BIGINT' },
  { name: 'num_aggregations', type: 'BIGINT' },
  /**
   * Names, comma-separated in Redset order, of columns whose value had another type than it must have; such a column
   * is null in the chunk. `*` if the record could not be read at all. Null for almost every record.
   */
  { name: 'bad_columns', type: 'VARCHAR' },
  /** The bytes of the record as it was sent, where `bad_columns` is not null; else null. */
  { name: 'raw', type: 'BLOB' },
] as const;

export type ControlKind = 'begin' | 'watermark' | 'end';

/** A control record as it stands in one partition's log. */
export interface ControlRecord {
  readonly kind: ControlKind;
  readonly partition: number;
  readonly offset: number;
  /** No on-time event before it follows. `begin` carries none. */
  readonly watermark: EventTime | undefined;
  /** Only in `begin`. */
  readonly manifest: Manifest | undefined;
}

/** A control record to be put into each of the named partitions, just before row `beforeRow` of the chunk it goes with. */
export interface OutgoingControl {
  readonly beforeRow: number;
  readonly kind: ControlKind;
  readonly partitions: readonly number[];
  readonly watermark: EventTime | undefined;
  readonly manifest: Manifest | undefined;
}

/** Events and the control records between them, in the order of sending; controls are sorted by `beforeRow`. */
export interface OutgoingBatch {
  readonly events: EventChunk | undefined;
  readonly controls: readonly OutgoingControl[];
}

/** How far one partition's log reaches: what a restarted replay skips. */
export interface PartitionPosition {
  readonly nextOffset: number;
  /** Highest `seq` in the log; -1 if it holds no event. */
  readonly lastSeq: number;
  /** Last watermark in the log; undefined if it holds none. */
  readonly watermark: EventTime | undefined;
  readonly ended: boolean;
}

/** The sending side. One producer per run. */
export interface BusProducer {
  /** What the log already holds, one entry per partition. */
  positions(): Promise<readonly PartitionPosition[]>;
  /**
   * Takes the batch and resolves when the bus has it; waits while consumers are too far behind, so that nothing is
   * buffered without bound. The chunk belongs to the bus from here on. Resolves early, without the batch, only when
   * `signal` aborts.
   */
  send(batch: OutgoingBatch, signal?: AbortSignal): Promise<void>;
}

/** What one poll returns. Within a partition, records are in the order of their offsets and without a gap. */
export interface IncomingBatch {
  readonly events: readonly EventChunk[];
  readonly controls: readonly ControlRecord[];
  /** Partitions of which the bus held more records when it made the batch: behind, while the others may be idle. */
  readonly waiting: readonly number[];
}

/** The receiving side. */
export interface BusConsumer {
  /**
   * Waits until `minRows` events are there, `waitMs` have passed, or `signal` aborts, and returns what has come, at
   * most about `maxRows` events (whole chunks). An empty batch if nothing came.
   */
  poll(options: { minRows: number; maxRows: number; waitMs: number; signal?: AbortSignal }): Promise<IncomingBatch>;
  /** Events sent but not yet polled; control records are no work and do not count. */
  lag(): number;
}

/** Carries records from replay to processor. */
export interface Bus {
  readonly partitions: number;
  producer(): BusProducer;
  /** A consumer whose first record in each partition is the one at `nextOffsets[partition]`. */
  consumer(nextOffsets: readonly number[]): BusConsumer;
  close(): Promise<void>;
}
