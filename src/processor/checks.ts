import { quoted, timestamp } from '../engine/sql.ts';
import type { SanityLimits } from '../model/manifest.ts';
import { REDSET_COLUMNS } from '../model/redset.ts';
import type { EventTime } from '../model/time.ts';
import { addMicros, MICROS_PER_MS } from '../model/time.ts';

/** Why a record is rejected, in the order of testing; the first that applies is the reason. */
export const REJECT_REASONS = [
  'unparseable',
  'missing_field',
  'bad_type',
  'negative',
  'out_of_range',
  'conflict',
] as const;
export type RejectReason = (typeof REJECT_REASONS)[number];

const DURATIONS = ['compile_duration_ms', 'queue_duration_ms', 'execution_duration_ms'];
/** Durations, sizes and counts, in Redset order: none can be below zero. */
const NOT_NEGATIVE = [
  'cluster_size',
  ...DURATIONS,
  'num_permanent_tables_accessed',
  'num_external_tables_accessed',
  'num_system_tables_accessed',
  'mbytes_scanned',
  'mbytes_spilled',
  'num_joins',
  'num_scans',
  'num_aggregations',
];
const REQUIRED = REDSET_COLUMNS.filter(({ required }) => required).map(({ name }) => name);

/** SQL over the columns of a batch. `verdict` is null for a sane record, else `reason` or `reason:field`. */
export interface ChecksSql {
  readonly verdict: string;
  /** The hour that the record belongs to; null where its arrival time cannot be used to place it. */
  readonly hour: string;
}

/** A run's range. */
type Range = Readonly<Record<'from' | 'to', EventTime>>;

/** The times [first, end) by which a record can be placed: the run's range and the slack on both sides. */
export function usableTimes(limits: SanityLimits, range: Range): { first: EventTime; end: EventTime } {
  const slack = limits.rangeSlackMs * MICROS_PER_MS;
  return { first: addMicros(range.from, -slack), end: addMicros(range.to, slack) };
}

/**
 * The sanity checks as one SQL expression over a batch `b`. The first failing check names the reason and, within it, the
 * first column in Redset order names the field. `conflict` needs other records and is found elsewhere. `isAhead` is a
 * condition for records whose time is too far ahead to be believed: it is treated like one outside the run's range.
 */
export function checksSql(limits: SanityLimits, range: Range, isAhead?: string): ChecksSql {
  const { first, end } = usableTimes(limits, range);
  const inRange = `arrival_timestamp >= ${timestamp(first)} AND arrival_timestamp < ${timestamp(end)}`;
  const usableTime = isAhead === undefined ? `(${inRange})` : `(${inRange} AND NOT (${isAhead}))`;

  const isBad = (column: string): string => `list_contains(string_split(bad_columns, ','), ${quoted(column)})`;
  const missing = firstOf(
    'missing_field',
    REQUIRED.map((name) => [name, `${name} IS NULL`]),
  );
  const missingBesideBad = firstOf(
    'missing_field',
    REQUIRED.map((name) => [name, `${name} IS NULL AND NOT ${isBad(name)}`]),
  );
  const negative = firstOf(
    'negative',
    NOT_NEGATIVE.map((name) => [name, `${name} < 0`]),
  );
  const tooLong = limits.cap
    ? []
    : DURATIONS.map((name): [string, string] => [name, `${name} > ${limits.maxDurationMs}`]);
  const outOfRange = firstOf('out_of_range', [['arrival_timestamp', `NOT ${usableTime}`], ...tooLong]);
  // One cheap test decides for almost every record that none of the long chains need be looked at.
  const suspicious = [
    REQUIRED.map((name) => `${name} IS NULL`).join(' OR '),
    `least(${NOT_NEGATIVE.join(', ')}) < 0`,
    `NOT ${usableTime}`,
    ...(tooLong.length === 0 ? [] : [`greatest(${DURATIONS.join(', ')}) > ${limits.maxDurationMs}`]),
  ].join(' OR ');
  const verdict = `CASE
    WHEN bad_columns IS NOT NULL THEN CASE WHEN bad_columns = '*' THEN 'unparseable'
      ELSE coalesce(${missingBesideBad}, 'bad_type:' || string_split(bad_columns, ',')[1]) END
    WHEN ${suspicious} THEN coalesce(${missing}, ${negative}, ${outOfRange}) END`;
  return { verdict, hour: `CASE WHEN ${usableTime} THEN date_trunc('hour', arrival_timestamp) END` };
}

function firstOf(reason: RejectReason, tests: readonly (readonly [field: string, condition: string])[]): string {
  return `CASE ${tests.map(([field, condition]) => `WHEN ${condition} THEN '${reason}:${field}'`).join(' ')} END`;
}
