import { identifier, timestamp } from '../engine/sql.ts';
import type { Manifest, SanityLimits } from '../model/manifest.ts';
import { REDSET_COLUMNS } from '../model/redset.ts';
import { addMicros, MICROS_PER_MS } from '../model/time.ts';

/*
 * What a record of the trace must become, written a second time and from the definitions alone: the recount would prove
 * nothing if it shared a line with the code that it checks.
 */

const DURATIONS = ['compile_duration_ms', 'queue_duration_ms', 'execution_duration_ms'];
const SIZES = ['mbytes_scanned', 'mbytes_spilled'];
const COUNTS: readonly string[] = REDSET_COLUMNS.map(({ name }) => name).filter((name) => name.startsWith('num_'));
const NEVER_NEGATIVE = ['cluster_size', ...DURATIONS, ...SIZES, ...COUNTS];

/**
 * Columns in which two records are compared to say which comes first. Nothing comes before something.
 * Within one key this is also the order of replay: arrival, deployment, instance, query, then the rest as published.
 */
const ORDER_COLUMNS: readonly string[] = [
  ...new Set(['arrival_timestamp', 'deployment', 'instance_id', 'query_id', ...REDSET_COLUMNS.map(({ name }) => name)]),
];

/** ORDER BY of records, for coerced and for clean ones alike. */
export const RECORD_ORDER: string = ORDER_COLUMNS.map((name) => `${identifier(name)} ASC NULLS FIRST`).join(', ');

/**
 * Why a coerced record is rejected; null for one that passes. The first test that fails names the reason, the gravest
 * first: it cannot be read, lacks a field, holds the wrong type, holds a negative amount, lies out of range.
 */
export function reasonSql(manifest: Manifest): string {
  return `CASE
    WHEN bad_columns = '*' THEN 'unparseable'
    WHEN ${missingSql()} THEN 'missing_field'
    WHEN bad_columns IS NOT NULL THEN 'bad_type'
    WHEN ${NEVER_NEGATIVE.map((name) => `${name} < 0`).join(' OR ')} THEN 'negative'
    WHEN ${outOfRangeSql(manifest)} THEN 'out_of_range'
  END`;
}

/** A required column without a value is missing, unless it had a value of another type. */
function missingSql(): string {
  const required = REDSET_COLUMNS.filter((column) => column.required).map(({ name }) => name);
  return required
    .map(
      (name) => `(${name} IS NULL AND NOT coalesce(list_contains(string_split(bad_columns, ','), '${name}'), false))`,
    )
    .join(' OR ');
}

function outOfRangeSql(manifest: Manifest): string {
  const slack = manifest.sanity.rangeSlackMs * MICROS_PER_MS;
  const tests = [
    `arrival_timestamp < ${timestamp(addMicros(manifest.from, -slack))}`,
    `arrival_timestamp > ${timestamp(addMicros(manifest.to, slack))}`,
  ];
  if (!manifest.sanity.cap) tests.push(...DURATIONS.map((name) => `${name} > ${manifest.sanity.maxDurationMs}`));
  return tests.join(' OR ');
}

/**
 * The columns of the public table `events` for the records that `source` selects (coerced columns, `hour`, `instance`,
 * `partition`). The place in the log is not known from the trace alone, so `offset` is null. `id` names a column of the
 * source to carry along.
 */
export function cleanSql(source: string, sanity: SanityLimits, id?: string): string {
  const carried = id === undefined ? [] : [id];
  const filled = REDSET_COLUMNS.map(({ name }) => `${filledSql(name, sanity)} AS ${name}`);
  const logs = [
    ['compile', 'compile_duration_ms'],
    ['queue', 'queue_duration_ms'],
    ['execution', 'execution_duration_ms'],
    ['scanned', 'mbytes_scanned'],
    ['spilled', 'mbytes_spilled'],
  ] as const;
  const outer = [
    ...carried,
    ...[
      'hour',
      'instance_id',
      'deployment',
      ...REDSET_COLUMNS.map(({ name }) => name).filter((n) => n !== 'instance_id'),
    ],
    `was_cached OR query_type = 'select' AS is_read`,
    ...logs.map(([short, column]) => `${column} = 0 AS is_zero_${short}`),
    // The sum is taken in DOUBLE: 1 + the largest BIGINT would not fit a BIGINT.
    ...logs.map(([short, column]) => `CAST(round(1000 * ln(1 + CAST(${column} AS DOUBLE))) AS BIGINT) AS ln_${short}`),
    'partition',
    'CAST(NULL AS BIGINT) AS "offset"',
  ];
  return `SELECT ${outer.join(', ')} FROM (SELECT ${[...carried, 'hour', 'deployment', 'partition', ...filled].join(', ')} FROM (${source}))`;
}

/** What a clean record holds in a column, in terms of the coerced one. */
function filledSql(name: string, sanity: SanityLimits): string {
  const executed = 'NOT coalesce(was_cached, false)';
  const zeroWhere = (condition: string): string => `CASE WHEN ${name} IS NULL AND ${condition} THEN 0 ELSE ${name} END`;
  if (name === 'instance_id') return 'instance';
  if (name === 'was_aborted' || name === 'was_cached') return `coalesce(${name}, false)`;
  if (DURATIONS.includes(name)) {
    const filled = zeroWhere(executed);
    return sanity.cap
      ? `CASE WHEN ${name} > ${sanity.maxDurationMs} THEN ${sanity.maxDurationMs} ELSE ${filled} END`
      : filled;
  }
  if (COUNTS.includes(name)) return zeroWhere(executed);
  // A query that scanned nothing moved no bytes; for any other an unknown size stays unknown.
  if (SIZES.includes(name)) return zeroWhere(`${executed} AND coalesce(num_scans, 0) = 0`);
  return name;
}
