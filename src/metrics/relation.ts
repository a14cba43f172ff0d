import { LOGGED_COLUMNS, REDSET_COLUMNS } from '../model/redset.ts';

/** One column of the relation `events` that a metric reads. */
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
