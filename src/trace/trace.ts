import type { Session } from '../engine/session.ts';
import type { TraceIdentity } from '../model/manifest.ts';
import type { Deployment } from '../model/redset.ts';
import type { EventTime } from '../model/time.ts';

/** Version of the total order; a run remembers it, so that a changed order can never continue an old run. */
export const ORDER_VERSION = 1;

/** Share of a process's memory that reading and ordering a trace gets; what works on its events has the rest. */
export const TRACE_MEMORY_SHARE = 0.35;

/** An instance that occurs in a trace. */
export interface TraceInstance {
  /** Null where rows name none or an unknown one. */
  readonly deployment: Deployment | null;
  /** Redset's number, unique only within its deployment; null where rows have none. */
  readonly instanceId: bigint | null;
  /** Inside form, `provisioned-96`; null where rows have no id. */
  readonly key: string | null;
  readonly rows: number;
}

/** A piece of event time with the number of rows that arrive in it, before any filter. */
export interface TraceSlice {
  readonly from: EventTime;
  readonly to: EventTime;
  readonly rows: number;
}

/** A checked trace: what it holds is known before anything starts. */
export interface Trace {
  readonly identity: TraceIdentity;
  readonly rows: number;
  /** First and last arrival; undefined if no row has one. */
  readonly first: EventTime | undefined;
  readonly last: EventTime | undefined;
  readonly instances: readonly TraceInstance[];
  /**
   * Cuts [from, to) at full minutes into slices of about `targetRows` rows each (a single minute is never cut). Every
   * part of the range lies in exactly one slice, silences included.
   */
  slices(range: { from: EventTime; to: EventTime }, targetRows: number): readonly TraceSlice[];
  /** True if slices of time can be read straight from the files without reading most of them again and again. */
  readonly ordered: boolean;
  /** A session in which `rowsSql` can be run. */
  session(): Promise<Session>;
  /**
   * A SELECT of every row that arrives in [from, to): `deployment`, Redset's columns in their order and coerced to
   * the types of the bus, `bad_columns`, `raw`. Rows without an arrival time belong to the slice with
   * `withUntimed`. The order of rows is open.
   */
  rowsSql(slice: { from: EventTime; to: EventTime; withUntimed: boolean }): string;
  close(): Promise<void>;
}

/**
 * ORDER BY of the total order: arrival, deployment, instance, query, then every other column, so that two people who
 * sort the same rows send the same sequence. Rows without a time come first.
 */
export const TOTAL_ORDER = [
  'arrival_timestamp',
  'deployment',
  'instance_id',
  'query_id',
  'cluster_size',
  'user_id',
  'database_id',
  'compile_duration_ms',
  'queue_duration_ms',
  'execution_duration_ms',
  'feature_fingerprint',
  'was_aborted',
  'was_cached',
  'cache_source_query_id',
  'query_type',
  'num_permanent_tables_accessed',
  'num_external_tables_accessed',
  'num_system_tables_accessed',
  'read_table_ids',
  'write_table_ids',
  'mbytes_scanned',
  'mbytes_spilled',
  'num_joins',
  'num_scans',
  'num_aggregations',
  'raw',
]
  .map((column) => `${column} ASC NULLS FIRST`)
  .join(', ');
