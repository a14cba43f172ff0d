import type { Faults } from '../model/faults.ts';
import { faultsOf, RATE_UNIT } from '../model/faults.ts';
import type { Manifest, SanityLimits } from '../model/manifest.ts';
import type { EventTime } from '../model/time.ts';
import { MICROS_PER_HOUR, MICROS_PER_MS } from '../model/time.ts';
import { TOTAL_ORDER } from '../trace/trace.ts';
import { damagedSql, soundSql } from './faults/damage.ts';
import { eventHash, highPart, lowPart, PART_COUNT, share } from './faults/hash.ts';
import { RECORD_COLUMNS } from './faults/record.ts';

/*
 * The ledger of what a run sends. A record is told from its event and the seed alone: never from the time, from other
 * events or from how often something was drawn. So any part of it can be computed anew at any time, in any order.
 */

/** What decides which records a run sends, and when. */
export interface SentSpec {
  /** A SELECT of events in the shape of `Trace.rowsSql`, of any range of time. */
  readonly rows: string;
  readonly faults: Faults;
  readonly seed: number;
  /** The run's range, not that of `rows`. */
  readonly from: EventTime;
  readonly to: EventTime;
  readonly latenessMs: number;
  readonly watermarkIntervalMs: number;
  readonly sanity: SanityLimits;
}

/** What a run's manifest says of it. Throws a RangeError for faults that no manifest has. */
export function sentSpecOf(manifest: Manifest): Omit<SentSpec, 'rows'> {
  const { faultSeed: seed, from, to, latenessMs, watermarkIntervalMs, sanity } = manifest;
  return { faults: faultsOf(manifest), seed, from, to, latenessMs, watermarkIntervalMs, sanity };
}

/**
 * ORDER BY of sending over the columns of `sentSql`. Two records that it cannot tell apart are the same, and go to the
 * same partition.
 */
export const SENT_ORDER = `sent_at, copy, ${TOTAL_ORDER}, route ASC NULLS FIRST`;

/** How far behind the place where it would no longer be on time a late record is sent at most. */
const LATE_SPAN = 3 * MICROS_PER_HOUR;

/**
 * A SELECT of every record that is sent for the events of `rows`, in no order:
 * - `deployment`, Redset's columns, `bad_columns`, and `raw` as a BLOB: the record itself;
 * - `route` VARCHAR: inside form of the instance whose partition it goes to; null for one without an instance;
 * - `sent_at` BIGINT: its place in the order of sending, microseconds, never before its arrival (an event without an
 *   arrival: the run's start);
 * - `copy` TINYINT: 0 the event itself, 1 its duplicate, 2 its damaged copy;
 * - `fault` VARCHAR: null, `late`, `duplicate`, or why a damaged copy is rejected: `reason` or `reason:field`.
 *
 * Only sound events, which pass every check, are held back, sent twice or damaged, so that the fault decides their fate.
 */
export function sentSql(spec: SentSpec): string {
  const { rows, faults } = spec;
  const { disorderMicros, duplicate, corrupt, late } = faults;
  if (disorderMicros + duplicate + corrupt + late === 0) {
    return `SELECT ${RECORD_COLUMNS}, ${ROUTE} AS route, ${arrivedAt(spec)} AS sent_at, CAST(0 AS TINYINT) AS copy, CAST(NULL AS VARCHAR) AS fault
      FROM (${rows})`;
  }
  const copies = [
    originalSql(spec),
    ...(duplicate > 0 ? [duplicateSql(spec)] : []),
    ...(corrupt > 0 ? [damagedSql(spec)] : []),
  ];
  // Materialized, because up to three SELECTs read it and each would scan the trace.
  return `WITH event AS ${copies.length > 1 ? 'MATERIALIZED ' : ''}(${eventSql(spec)}) ${copies.join(' UNION ALL ')}`;
}

/** A SELECT of one number, `records`: how many records are sent for the events of `rows`. Needs no memory for them. */
export function sentCountSql(spec: SentSpec): string {
  const { duplicate, corrupt } = spec.faults;
  if (duplicate + corrupt === 0) return `SELECT count(*) AS records FROM (${spec.rows})`;
  return `SELECT count(*) + count(*) FILTER (is_repeated) + count(*) FILTER (is_damaged) AS records FROM (${eventSql(spec)})`;
}

/** The longest time between a record's event and its sending, microseconds. */
export function longestDelay(spec: Pick<SentSpec, 'faults' | 'latenessMs' | 'watermarkIntervalMs'>): number {
  const { faults, latenessMs, watermarkIntervalMs } = spec;
  const late = MICROS_PER_HOUR + (latenessMs + watermarkIntervalMs) * MICROS_PER_MS + LATE_SPAN;
  return faults.disorderMicros + (faults.late > 0 ? late : 0);
}

const ROUTE = "deployment || '-' || instance_id";

/** The events of `rows` with what their hash picks them for. */
function eventSql(spec: SentSpec): string {
  const { duplicate, corrupt, late } = spec.faults;
  return `SELECT *, ${pick(late, lowPart('hash_low'))} AND ${canBeLate(spec)} AS is_late,
      ${pick(duplicate, highPart('hash_high'))} AS is_repeated, ${pick(corrupt, lowPart('hash_high'))} AS is_damaged
    FROM (
      SELECT *, ${ROUTE} AS route, ${arrivedAt(spec)} AS arrived_at, ${soundSql(spec.sanity)} AS is_sound,
        ${eventHash(spec.seed, 'low')} AS hash_low, ${eventHash(spec.seed, 'high')} AS hash_high
      FROM (${spec.rows}))`;
}

function arrivedAt({ from }: SentSpec): string {
  return `coalesce(epoch_us(arrival_timestamp), ${from})`;
}

/** The event itself: on time with its own delay, or late. */
function originalSql(spec: SentSpec): string {
  const { faults } = spec;
  const delayed = `CASE WHEN arrival_timestamp IS NULL THEN arrived_at ELSE arrived_at + ${share(highPart('hash_low'), faults.disorderMicros)} END`;
  const sentAt = faults.late > 0 ? `CASE WHEN is_late THEN ${lateAt(spec)} ELSE ${delayed} END` : delayed;
  return `SELECT ${RECORD_COLUMNS}, route, ${sentAt} AS sent_at, CAST(0 AS TINYINT) AS copy, CASE WHEN is_late THEN 'late' END AS fault FROM event`;
}

/** The same content once more, with a delay of its own. */
function duplicateSql({ faults, seed }: SentSpec): string {
  const delay = share(highPart(eventHash(seed, 'low', 'duplicate')), faults.disorderMicros);
  return `SELECT ${RECORD_COLUMNS}, route, arrived_at + ${delay}, CAST(1 AS TINYINT), 'duplicate' FROM event WHERE is_repeated`;
}

/** A sound event of which `parts` per million, decided by 32 bits of its hash, are picked. */
function pick(parts: number, bits: string): string {
  return parts === 0 ? 'false' : `(is_sound AND ${bits} < ${Math.floor((parts * PART_COUNT) / RATE_UNIT)})`;
}

/** The place from which on an event of its hour is late: the first watermark that cuts the hour off goes out here. */
function lateFrom({ from, faults, latenessMs, watermarkIntervalMs }: SentSpec): string {
  const [lateness, interval] = [latenessMs * MICROS_PER_MS, watermarkIntervalMs * MICROS_PER_MS];
  const sinceStart = `(${HOUR} - ${from - MICROS_PER_HOUR - lateness})`;
  return `(${from + faults.disorderMicros} + (${sinceStart} + ${interval - 1}) // ${interval} * ${interval})`;
}

const HOUR = "epoch_us(date_trunc('hour', arrival_timestamp))";

/** Whether the run is long enough for a watermark to cut the event's hour off. */
function canBeLate({ to, latenessMs, watermarkIntervalMs }: SentSpec): string {
  return `${HOUR} + ${MICROS_PER_HOUR + (latenessMs + watermarkIntervalMs) * MICROS_PER_MS} <= ${to}`;
}

function lateAt(spec: SentSpec): string {
  const base = lateFrom(spec);
  const span = `least(${LATE_SPAN}, ${spec.to + spec.faults.disorderMicros} - ${base})`;
  return `${base} + ${share(highPart(eventHash(spec.seed, 'low', 'late')), span)}`;
}
