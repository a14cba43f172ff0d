import { identifier } from '../engine/sql.ts';
import { keysNeeded, keysToKeepWhole, usesSlotHours } from '../metrics/metric.ts';
import { rangeConditions, where } from './range.ts';
import type { KeyFilter, SeriesQuestion } from './series.ts';

/** How the rows of a question are fetched so that every derived value comes out right. */
export interface Plan {
  /** Keys besides the time that the fetched rows tell apart. */
  readonly keys: readonly string[];
  /** Filters that the store applies. */
  readonly filters: readonly KeyFilter[];
  /**
   * Filters on a key over which a share is taken and that is summed over: the key becomes 1 for the chosen values and
   * 0 for all others, so that a share is of the whole.
   */
  readonly folded: readonly KeyFilter[];
  /** Filters on a key over which a share is taken and that is told apart: applied to the results. */
  readonly late: readonly KeyFilter[];
  /** Whether the hours of each time are fetched too, in `HOURS_COLUMN`. */
  readonly hours: boolean;
}

/** Hours of a row's time that have begun, within the range. No key or measure can have such a name. */
export const HOURS_COLUMN = '#hours';

/** The least that a question needs from the store. */
export function planOf({ metric, group, filters, derived }: SeriesQuestion): Plan {
  if (!derived) return { keys: group, filters, folded: [], late: [], hours: false };
  const whole = keysToKeepWhole(metric);
  const filtersOf = (wanted: (name: string) => boolean): KeyFilter[] => filters.filter(({ key }) => wanted(key.name));
  const folded = filtersOf((name) => whole.includes(name) && !group.includes(name));
  // Hours and instances are told, so that rows need not be told apart by them.
  const told = { hours: 0, instances: [] };
  const needed = keysNeeded(metric, [...group, ...folded.map(({ key }) => key.name)], told);
  return {
    keys: needed.filter((name) => name !== 'hour'),
    filters: filtersOf((name) => !whole.includes(name)),
    folded,
    late: filtersOf((name) => whole.includes(name) && group.includes(name)),
    hours: usesSlotHours(metric),
  };
}

/**
 * The measures of each hour or day and key of the plan, summed: `hour`, keys, measures, `state`, `revision`, in order
 * of time and keys. A row is open if an hour of its time may still change, whether or not that hour has rows yet. An
 * hour has begun when it, or a later one, is final or has events.
 */
export function seriesSql({ metric, range, grain }: SeriesQuestion, plan: Plan): string {
  const bucket = grain === 'day' ? "CAST(date_trunc('day', hour) AS TIMESTAMP)" : 'hour';
  const keys = plan.keys.map(identifier);
  const measures = metric.measures.map(({ name }) => identifier(name));
  const selected = [
    `${bucket} AS hour`,
    ...plan.keys.map((name) => keySql(name, plan)),
    ...measures.map((name) => `CAST(sum(${name}) AS BIGINT) AS ${name}`),
  ];
  const conditions = [...rangeConditions(range), ...plan.filters.map(isAmong)];
  const positions = ['hour', ...keys].map((_, i) => i + 1).join(', ');
  const prefixed = (names: readonly string[]): string => names.map((name) => `r.${name}`).join(', ');
  return `SELECT ${prefixed(['hour', ...keys, ...measures])},
      CASE WHEN coalesce(h.any_open, true) THEN 'open' ELSE 'final' END AS state, coalesce(h.latest, 0) AS revision
      ${plan.hours ? `, coalesce(h.hours, 1) AS ${identifier(HOURS_COLUMN)}` : ''}
    FROM (SELECT ${selected.join(', ')} FROM ${identifier(metric.name)} ${where(conditions)} GROUP BY ${positions}) r
    LEFT JOIN (
      SELECT ${bucket} AS starts, bool_or(state = 'open') AS any_open, max(revision) AS latest
        ${plan.hours ? `, greatest(1, count(*) FILTER (WHERE hour <= (SELECT max(hour) FROM hours WHERE state = 'final' OR counted > 0))) AS hours` : ''}
      FROM hours ${where(rangeConditions(range))} GROUP BY 1
    ) h ON h.starts = r.hour
    ORDER BY ${prefixed(['hour', ...keys])}`;
}

function keySql(name: string, plan: Plan): string {
  const filter = plan.folded.find(({ key }) => key.name === name);
  return filter === undefined
    ? identifier(name)
    : `CASE WHEN ${isAmong(filter)} THEN 1 ELSE 0 END AS ${identifier(name)}`;
}

function isAmong({ key, values }: KeyFilter): string {
  return `${identifier(key.name)} IN (${values.map(({ sql }) => sql).join(', ')})`;
}
