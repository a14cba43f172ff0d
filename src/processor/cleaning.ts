import { identifier } from '../engine/sql.ts';
import { EVENT_COLUMNS } from '../hot-store/hot-store.ts';
import type { SanityLimits } from '../model/manifest.ts';

const DURATIONS: ReadonlySet<string> = new Set(['compile_duration_ms', 'queue_duration_ms', 'execution_duration_ms']);
const SIZES: ReadonlySet<string> = new Set(['mbytes_scanned', 'mbytes_spilled']);

/**
 * The SELECT list that makes a clean event, in the order of `EVENT_COLUMNS`, from a sane record of the batch:
 * - the instance's inside form, the hour, and `is_read` (executed select or cached row);
 * - null flags become false;
 * - for executed queries (not cached), null durations and null `num_*` become 0, and null `mbytes_*` become 0 where
 *   nothing was scanned (`num_scans` null or 0); elsewhere an unknown size stays null;
 * - a cached row keeps its nulls: null there does not mean 0.
 */
export function cleaningSql(limits: SanityLimits): string {
  return EVENT_COLUMNS.map(({ name }) => `${cleanColumn(name, limits)} AS ${identifier(name)}`).join(', ');
}

const CACHED = 'coalesce(was_cached, false)';

function cleanColumn(name: string, limits: SanityLimits): string {
  if (name === 'hour') return "date_trunc('hour', arrival_timestamp)";
  if (name === 'instance_id') return "deployment || '-' || instance_id";
  if (name === 'is_read') return `(${CACHED} OR query_type = 'select')`;
  if (name === 'was_aborted' || name === 'was_cached') return `coalesce(${name}, false)`;
  if (DURATIONS.has(name)) {
    const value = limits.cap
      ? `CASE WHEN ${name} > ${limits.maxDurationMs} THEN ${limits.maxDurationMs} ELSE ${name} END`
      : name;
    return `CASE WHEN ${name} IS NULL AND NOT ${CACHED} THEN 0 ELSE ${value} END`;
  }
  if (name.startsWith('num_')) return `CASE WHEN ${name} IS NULL AND NOT ${CACHED} THEN 0 ELSE ${name} END`;
  if (SIZES.has(name))
    return `CASE WHEN ${name} IS NULL AND NOT ${CACHED} AND coalesce(num_scans, 0) = 0 THEN 0 ELSE ${name} END`;
  return identifier(name);
}
