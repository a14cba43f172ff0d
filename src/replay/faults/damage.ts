import { quoted } from '../../engine/sql.ts';
import type { Faults } from '../../model/faults.ts';
import type { SanityLimits } from '../../model/manifest.ts';
import type { EventTime } from '../../model/time.ts';
import { MICROS_PER_DAY, MICROS_PER_HOUR, MICROS_PER_MS } from '../../model/time.ts';
import { eventHash, highPart, lowPart, share } from './hash.ts';
import { COLUMN_NAMES, DURATIONS, NEVER_NEGATIVE, REQUIRED_COLUMNS, TEXT_COLUMNS } from './record.ts';

/** An event is sound if it passes every check that looks at it alone. */
export function soundSql({ cap, maxDurationMs }: SanityLimits): string {
  const tests = [
    'bad_columns IS NULL',
    ...REQUIRED_COLUMNS.map((name) => `${name} IS NOT NULL`),
    // least and greatest pass over nulls.
    `coalesce(least(${NEVER_NEGATIVE.join(', ')}), 0) >= 0`,
    ...(cap ? [] : [`coalesce(greatest(${DURATIONS.join(', ')}), 0) <= ${maxDurationMs}`]),
  ];
  return `(${tests.join(' AND ')})`;
}

export interface DamageSpec {
  readonly faults: Faults;
  readonly seed: number;
  readonly from: EventTime;
  readonly to: EventTime;
  readonly sanity: SanityLimits;
}

const LARGEST_BIGINT = '9223372036854775807';

/**
 * A SELECT of the damaged copies of `event`, as `sentSql` describes them. Each is an event with one thing wrong, of every
 * kind that a check can find, and never one that would be counted: a conflict is larger than its event, which is on time.
 */
export function damagedSql(spec: DamageSpec): string {
  const delay = share(highPart('how'), spec.faults.disorderMicros);
  const columns = COLUMN_NAMES.map((name) => `${damagedColumn(name, spec)} AS ${name}`);
  return `SELECT CASE WHEN damage <> 'unparseable' THEN deployment END AS deployment, ${columns.join(', ')},
      CASE WHEN damage = 'unparseable' THEN '*' WHEN damage LIKE 'bad_type:%' THEN ${FIELD} END AS bad_columns,
      CASE WHEN damage = 'unparseable' THEN ${noise(spec.seed)} WHEN damage LIKE 'bad_type:%' THEN ${BAD_TYPE_RAW} END AS raw,
      route, arrived_at + ${delay}, CAST(2 AS TINYINT), damage
    FROM (
      SELECT *, ${damageSql(spec.sanity)} AS damage FROM (
        SELECT *, ${eventHash(spec.seed, 'low', 'corrupt')} AS what, ${eventHash(spec.seed, 'high', 'corrupt')} AS how
        FROM event WHERE is_damaged))`;
}

/** What is wrong with a copy: every kind is as likely as the others, and within it every field. */
function damageSql({ cap }: SanityLimits): string {
  const kinds = [
    fieldOf('missing_field', REQUIRED_COLUMNS),
    fieldOf('bad_type', COLUMN_NAMES),
    fieldOf('negative', NEVER_NEGATIVE),
    fieldOf('out_of_range', ['arrival_timestamp', ...(cap ? [] : DURATIONS)]),
    `CASE WHEN is_late OR user_id = ${LARGEST_BIGINT} THEN 'unparseable' ELSE 'conflict:user_id' END`,
    "'unparseable'",
  ];
  const cases = kinds.map((kind, i) => `WHEN ${i} THEN ${kind}`);
  return `CASE ${highPart('what')} % ${kinds.length} ${cases.join(' ')} END`;
}

function fieldOf(reason: string, fields: readonly string[]): string {
  return `'${reason}:' || list_extract([${fields.map(quoted).join(', ')}], 1 + CAST(${lowPart('what')} % ${fields.length} AS INTEGER))`;
}

/** The field of a `reason:field`. */
const FIELD = "split_part(damage, ':', 2)";

function damagedColumn(name: string, spec: DamageSpec): string {
  const cases = [`WHEN damage IN ('unparseable', 'missing_field:${name}', 'bad_type:${name}') THEN NULL`];
  if (NEVER_NEGATIVE.includes(name)) cases.push(`WHEN damage = 'negative:${name}' THEN -1 - coalesce(${name}, 0)`);
  if (DURATIONS.includes(name) || name === 'arrival_timestamp')
    cases.push(`WHEN damage = 'out_of_range:${name}' THEN ${beyondRange(name, spec)}`);
  if (name === 'user_id') cases.push(`WHEN damage = 'conflict:user_id' THEN coalesce(user_id, -1) + 1`);
  return `CASE ${cases.join(' ')} ELSE ${name} END`;
}

/** A value beyond its limit by up to a day, or an arrival outside the run's range on either side by up to 30 days more. */
function beyondRange(name: string, { from, to, sanity }: DamageSpec): string {
  if (name !== 'arrival_timestamp')
    return `${sanity.maxDurationMs + 1} + ${share(lowPart('how'), MICROS_PER_DAY / MICROS_PER_MS)}`;
  const slack = sanity.rangeSlackMs * MICROS_PER_MS + MICROS_PER_HOUR;
  const further = share(lowPart('how'), 30 * MICROS_PER_DAY);
  return `make_timestamp(CASE WHEN ${lowPart('how')} % 2 = 0 THEN ${from - slack} - ${further} ELSE ${to + slack} + ${further} END)`;
}

/** Bytes that are neither JSON nor Avro: no text begins with 0xFF, and Avro's single objects begin with 0xC3. */
function noise(seed: number): string {
  const hex = eventHash(seed, 'low', 'bytes').replace('md5_number_lower', 'md5');
  return `unhex('ff' || ${hex})`;
}

/** The record as JSON, with something else where the field's value was: a text, or a list where a text is right. */
const BAD_TYPE_RAW = `encode(CAST(json_merge_patch(to_json(struct_pack(deployment := deployment, ${COLUMN_NAMES.map(
  (name) =>
    `${name} := ${name === 'arrival_timestamp' ? "strftime(arrival_timestamp, '%Y-%m-%dT%H:%M:%S.%fZ')" : name}`,
).join(', ')})),
  '{"' || ${FIELD} || '": ' || CASE WHEN ${FIELD} IN (${TEXT_COLUMNS.map(quoted).join(', ')}) THEN '["damaged"]' ELSE '"damaged"' END || '}') AS VARCHAR))`;
