import { LOGGED_COLUMNS, REDSET_COLUMNS } from '../model/redset.ts';

/** One column of a relation that a metric reads. */
export interface EventColumn {
  readonly name: string;
  readonly type: 'BIGINT' | 'BOOLEAN' | 'VARCHAR' | 'TIMESTAMP';
  readonly note: string;
}

const REDSET_TYPES = { bigint: 'BIGINT', boolean: 'BOOLEAN', varchar: 'VARCHAR', timestamp: 'TIMESTAMP' } as const;

/**
 * The clean events as a metric sees them: the columns of the public table `events` but for `partition` and `offset`,
 * which say how an event travelled and not what happened: a number that depends on them would change with the count of
 * partitions.
 */
export const EVENT_COLUMNS: readonly EventColumn[] = [
  { name: 'hour', type: 'TIMESTAMP', note: 'full hour of the arrival, UTC' },
  {
    name: 'instance_id',
    type: 'VARCHAR',
    note: 'with its deployment, `provisioned-96`: numbers overlap between the two',
  },
  { name: 'deployment', type: 'VARCHAR', note: '`provisioned` or `serverless`' },
  ...REDSET_COLUMNS.filter(({ name }) => name !== 'instance_id').map(({ name, type }) => ({
    name,
    type: REDSET_TYPES[type],
    note: 'as Redset has it, cleaned',
  })),
  { name: 'is_read', type: 'BOOLEAN', note: 'an executed select or a cache hit' },
  ...LOGGED_COLUMNS.map(([short, column]) => ({
    name: `is_zero_${short}`,
    type: 'BOOLEAN' as const,
    note: `${column} = 0; null where that is null`,
  })),
  ...LOGGED_COLUMNS.map(([short, column]) => ({
    name: `ln_${short}`,
    type: 'BIGINT' as const,
    note: `ln(1 + ${column}) in milli-nats, rounded; null where that is null`,
  })),
];

/**
 * What a metric with `history` also reads: the fingerprints that were known before an hour began. One row for each hour
 * and each fingerprint of its executed events that the instance executed in an earlier hour, last within 168 hours.
 */
export const KNOWN_COLUMNS: readonly EventColumn[] = [
  { name: 'hour', type: 'TIMESTAMP', note: 'the hour that the row is for' },
  { name: 'instance_id', type: 'VARCHAR', note: 'as in `events`' },
  { name: 'feature_fingerprint', type: 'VARCHAR', note: 'as in `events`, never null' },
  {
    name: 'runs',
    type: 'BIGINT',
    note: 'earlier executions that were not aborted, since the last silence of more than 168 hours',
  },
  { name: 'sum_ln_execution', type: 'BIGINT', note: 'sum of `ln_execution` over those runs' },
];

/** ... and how long queries of earlier hours were still executing in an hour. One row for each hour and instance at most. */
export const CARRIED_COLUMNS: readonly EventColumn[] = [
  { name: 'hour', type: 'TIMESTAMP', note: 'the hour that the row is for' },
  { name: 'instance_id', type: 'VARCHAR', note: 'as in `events`' },
  {
    name: 'busy_ms',
    type: 'BIGINT',
    note: 'execution time, of queries that arrived in earlier hours, that lies in this hour',
  },
];

/** The relations of `KNOWN_COLUMNS` and `CARRIED_COLUMNS`. */
export const HISTORY_RELATIONS = ['known', 'carried'] as const;

/** Names of what a metric reads. */
export function relationNames(history: boolean): readonly string[] {
  return history ? ['events', ...HISTORY_RELATIONS] : ['events'];
}
