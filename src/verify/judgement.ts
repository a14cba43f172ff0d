import { identifier, timestamp } from '../engine/sql.ts';
import type { Faults } from '../model/faults.ts';
import { NO_FAULTS, parseFaults } from '../model/faults.ts';
import type { Manifest, SanityLimits } from '../model/manifest.ts';
import { LOGGED_COLUMNS, REDSET_COLUMNS } from '../model/redset.ts';
import { addMicros, MICROS_PER_HOUR, MICROS_PER_MS } from '../model/time.ts';

/*
 * What a record of the trace must become, written a second time and from the definitions alone: the recount would prove
 * nothing if it shared a line with the code that it checks.
 */

const DURATIONS = ['compile_duration_ms', 'queue_duration_ms', 'execution_duration_ms'];
const SIZES = ['mbytes_scanned', 'mbytes_spilled'];
const COUNTS: readonly string[] = REDSET_COLUMNS.map(({ name }) => name).filter((name) => name.startsWith('num_'));
const REQUIRED: readonly string[] = REDSET_COLUMNS.filter(({ required }) => required).map(({ name }) => name);
/** In Redset's order, because the first one that is negative is named. */
const NEVER_NEGATIVE: readonly string[] = REDSET_COLUMNS.map(({ name }) => name).filter((name) =>
  ['cluster_size', ...DURATIONS, ...SIZES, ...COUNTS].includes(name),
);

/**
 * Columns in which two records are compared to say which comes first. Nothing comes before something.
 * Within one key this is also the order of replay: arrival, deployment, instance, query, then the rest as published.
 */
const ORDER_COLUMNS: readonly string[] = [
  ...new Set(['arrival_timestamp', 'deployment', 'instance_id', 'query_id', ...REDSET_COLUMNS.map(({ name }) => name)]),
];

/** ORDER BY of records, for coerced and for clean ones alike. */
export const RECORD_ORDER: string = ORDER_COLUMNS.map((name) => `${identifier(name)} ASC NULLS FIRST`).join(', ');

/** Every reason for which a record can be rejected, the gravest first. */
export const REASONS = ['unparseable', 'missing_field', 'bad_type', 'negative', 'out_of_range', 'conflict'] as const;

/** What a run's replay injects; `requireSameInputs` has made sure that the text can be read. */
export function faultsOf(manifest: Manifest): Faults {
  return parseFaults(manifest.faults) ?? NO_FAULTS;
}

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

/** The field that a rejected record of `reasonSql` is rejected for: the first one, in Redset's order, that fails the test. */
export function fieldSql(manifest: Manifest): string {
  const first = (tests: readonly (readonly [field: string, test: string])[]): string =>
    `CASE ${tests.map(([field, test]) => `WHEN ${test} THEN '${field}'`).join(' ')} END`;
  const tooLong = DURATIONS.map((name) => [name, `${name} > ${manifest.sanity.maxDurationMs}`] as const);
  return `CASE reason
    WHEN 'missing_field' THEN ${first(REQUIRED.map((name) => [name, isMissing(name)]))}
    WHEN 'bad_type' THEN ${first(REDSET_COLUMNS.map(({ name }) => [name, isBad(name)]))}
    WHEN 'negative' THEN ${first(NEVER_NEGATIVE.map((name) => [name, `${name} < 0`]))}
    WHEN 'out_of_range' THEN ${first([['arrival_timestamp', outsideSql(manifest)], ...tooLong])}
  END`;
}

/** The hour that a record belongs to; null where its time is missing or lies too far outside the run. */
export function hourSql(manifest: Manifest): string {
  return `CASE WHEN NOT (${outsideSql(manifest)}) THEN date_trunc('hour', arrival_timestamp) END`;
}

/**
 * The last watermark before a record in its partition's log, microseconds; null before the first. Watermarks stand on
 * the grid of the interval from the run's start to its end, each before the first record sent at or after it plus the
 * disorder.
 */
export function watermarkSql(manifest: Manifest): string {
  const { from, to } = manifest;
  const interval = manifest.watermarkIntervalMs * MICROS_PER_MS;
  const first = from + faultsOf(manifest).disorderMicros;
  const count = Math.floor((to - from) / interval);
  return `CASE WHEN sent_at >= ${first + interval} THEN ${from} + ${interval} * least((sent_at - ${first}) // ${interval}, ${count}) END`;
}

/** Whether a record with the given `watermark` before it is late: its hour, and the lateness, were over by then. */
export function lateSql(manifest: Manifest, watermark: string): string {
  const grace = MICROS_PER_HOUR + manifest.latenessMs * MICROS_PER_MS;
  return `coalesce(${watermark} >= epoch_us(hour) + ${grace}, false)`;
}

/** A required column without a value is missing, unless it had a value of another type. */
function missingSql(): string {
  return REQUIRED.map((name) => `(${isMissing(name)})`).join(' OR ');
}

function isMissing(name: string): string {
  return `${name} IS NULL AND NOT coalesce(${isBad(name)}, false)`;
}

function isBad(name: string): string {
  return `list_contains(string_split(bad_columns, ','), '${name}')`;
}

function outOfRangeSql(manifest: Manifest): string {
  const tests = [outsideSql(manifest)];
  if (!manifest.sanity.cap) tests.push(...DURATIONS.map((name) => `${name} > ${manifest.sanity.maxDurationMs}`));
  return tests.join(' OR ');
}

/** The run's range does not hold its own end, so neither does the range with the slack around it. */
function outsideSql(manifest: Manifest): string {
  const slack = manifest.sanity.rangeSlackMs * MICROS_PER_MS;
  const [first, end] = [addMicros(manifest.from, -slack), addMicros(manifest.to, slack)].map(timestamp);
  return `arrival_timestamp < ${first} OR arrival_timestamp >= ${end}`;
}

const SQL_TYPES = { bigint: 'BIGINT', boolean: 'BOOLEAN', varchar: 'VARCHAR', timestamp: 'TIMESTAMP' } as const;

/** Columns of a clean event, in the order of the public tables, but for its place in the log. */
export const CLEAN_COLUMNS: readonly { readonly name: string; readonly type: string }[] = [
  { name: 'hour', type: 'TIMESTAMP' },
  { name: 'instance_id', type: 'VARCHAR' },
  { name: 'deployment', type: 'VARCHAR' },
  ...REDSET_COLUMNS.filter(({ name }) => name !== 'instance_id').map(({ name, type }) => ({
    name,
    type: SQL_TYPES[type],
  })),
  { name: 'is_read', type: 'BOOLEAN' },
  ...LOGGED_COLUMNS.map(([short]) => ({ name: `is_zero_${short}`, type: 'BOOLEAN' })),
  ...LOGGED_COLUMNS.map(([short]) => ({ name: `ln_${short}`, type: 'BIGINT' })),
];

/**
 * The columns of the public table `events` for the records that `source` selects (coerced columns, `hour`, `instance`,
 * `partition`). The place in the log is not known from the trace alone, so `offset` is null. `carried` names columns of
 * the source to carry along, in front of the others.
 */
export function cleanSql(source: string, sanity: SanityLimits, carried: readonly string[] = []): string {
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
