/** What an event column holds once coerced. `bigint` is a 64-bit integer; `timestamp` is microseconds since 1970, UTC. */
export type ColumnType = 'bigint' | 'boolean' | 'varchar' | 'timestamp';

/** One column of Redset, in the order of its published files. */
export interface RedsetColumn {
  readonly name: string;
  readonly type: ColumnType;
  /** A record without it is rejected as `missing_field`. */
  readonly required: boolean;
}

/**
 * The columns of Redset in their published order (amazon-science/redset, README). This order is also the order in which
 * a rejected record names its first wrong field, and the tie-breaking order of the replay.
 */
export const REDSET_COLUMNS = [
  { name: 'instance_id', type: 'bigint', required: true },
  { name: 'cluster_size', type: 'bigint', required: false },
  { name: 'user_id', type: 'bigint', required: false },
  { name: 'database_id', type: 'bigint', required: false },
  { name: 'query_id', type: 'bigint', required: true },
  { name: 'arrival_timestamp', type: 'timestamp', required: true },
  { name: 'compile_duration_ms', type: 'bigint', required: false },
  { name: 'queue_duration_ms', type: 'bigint', required: false },
  { name: 'execution_duration_ms', type: 'bigint', required: false },
  { name: 'feature_fingerprint', type: 'varchar', required: false },
  { name: 'was_aborted', type: 'boolean', required: false },
  { name: 'was_cached', type: 'boolean', required: false },
  { name: 'cache_source_query_id', type: 'bigint', required: false },
  { name: 'query_type', type: 'varchar', required: true },
  { name: 'num_permanent_tables_accessed', type: 'bigint', required: false },
  { name: 'num_external_tables_accessed', type: 'bigint', required: false },
  { name: 'num_system_tables_accessed', type: 'bigint', required: false },
  { name: 'read_table_ids', type: 'varchar', required: false },
  { name: 'write_table_ids', type: 'varchar', required: false },
  { name: 'mbytes_scanned', type: 'bigint', required: false },
  { name: 'mbytes_spilled', type: 'bigint', required: false },
  { name: 'num_joins', type: 'bigint', required: false },
  { name: 'num_scans', type: 'bigint', required: false },
  { name: 'num_aggregations', type: 'bigint', required: false },
] as const satisfies readonly RedsetColumn[];

export type RedsetColumnName = (typeof REDSET_COLUMNS)[number]['name'];

/** The two tiers of Redset. Instance ids overlap between them, so an instance is always `<deployment>-<id>`. */
export const DEPLOYMENTS = ['provisioned', 'serverless'] as const;
export type Deployment = (typeof DEPLOYMENTS)[number];

/** Measures whose logarithm and zeros are worth knowing, with the short name that `ln_<x>` and `is_zero_<x>` use. */
export const LOGGED_COLUMNS = [
  ['compile', 'compile_duration_ms'],
  ['queue', 'queue_duration_ms'],
  ['execution', 'execution_duration_ms'],
  ['scanned', 'mbytes_scanned'],
  ['spilled', 'mbytes_spilled'],
] as const;
