import { identifier } from '../engine/sql.ts';
import { keysNeeded, keysToKeepWhole, usesSlotHours } from '../metrics/metric.ts';
import { rangeConditions, where } from './range.ts';
import type { Grain, KeyCondition, SeriesQuestion } from './series.ts';

/** How the rows of a question are fetched so that every derived value comes out right. */
export interface Plan {
  /** Keys besides the time that the fetched rows tell apart. */
  readonly keys: readonly string[];
  /** Filters that the store applies. */
  readonly filters: readonly KeyCondition[];
  /**
   * Filters on a key over which a share is taken and that is summed over: the key becomes 1 for the chosen values and
   * 0 for all others, so that a share is of the whole.
   */
  readonly folded: readonly KeyCondition[];
  /** Filters on a key over which a share is taken and that is told apart: applied to the results. */
  readonly late: readonly KeyCondition[];
  /** Whether the hours of each time are fetched too, in `HOURS_COLUMN`. */
  readonly hours: boolean;
}

/** Hours of a row's time that have begun, within the range. No key or measure can have such a name. */
export const HOURS_COLUMN = '#hours';

/** The least that a question needs from the store. */
export function planOf({
  metric,
  group,
  filters,
  derived,
}: Pick<SeriesQuestion, 'metric' | 'group' | 'filters' | 'derived'>): Plan {
  if (!derived) return { keys: group, filters, folded: [], late: [], hours: false };
  const whole = keysToKeepWhole(metric);
  const filtersOf = (wanted: (name: string) => boolean): KeyCondition[] =>
    filters.filter(({ key }) => wanted(key.name));
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
export function seriesSql(question: TimedQuestion, plan: Plan): string {
  const { metric, range, grain } = question;
  const keys = plan.keys.map(identifier);
  const measures = metric.measures.map(({ name }) => identifier(name));
  const prefixed = (names: readonly string[]): string => names.map((name) => `r.${name}`).join(', ');
  return `SELECT ${prefixed(['hour', ...keys, ...measures])},
      CASE WHEN coalesce(h.any_open, true) THEN 'open' ELSE 'final' END AS state, coalesce(h.latest, 0) AS revision
      ${plan.hours ? `, coalesce(h.hours, 1) AS ${identifier(HOURS_COLUMN)}` : ''}
    FROM (${sumsSql(question, plan)}) r
    LEFT JOIN (
      SELECT ${TIMES[grain]} AS starts, bool_or(state = 'open') AS any_open, max(revision) AS latest
        ${plan.hours ? `, greatest(1, count(*) FILTER (WHERE hour <= ${LATEST_BEGUN})) AS hours` : ''}
      FROM hours ${where(rangeConditions(range))} GROUP BY 1
    ) h ON h.starts = r.hour
    ORDER BY ${prefixed(['hour', ...keys])}`;
}

/** The latest hour that is known to have begun, as SQL. */
export const LATEST_BEGUN = "(SELECT max(hour) FROM hours WHERE state = 'final' OR counted > 0)";

/** A question for rows of hours or days. */
export type TimedQuestion = Pick<SeriesQuestion, 'metric' | 'range' | 'derived'> & {
  readonly grain: Exclude<Grain, 'all'>;
};

const TIMES = { hour: 'hour', day: "CAST(date_trunc('day', hour) AS TIMESTAMP)" } as const;

/**
 * The measures alone: `hour` unless they are of the whole range, keys, measures, in no order. `keySqls` are keys that are
 * to be told in another way than by their values.
 */
export function sumsSql(
  { metric, range, grain, derived }: Pick<SeriesQuestion, 'metric' | 'range' | 'grain' | 'derived'>,
  plan: Plan,
  keySqls: ReadonlyMap<string, string> = new Map(),
): string {
  const measures = metric.measures.map(({ name }) => identifier(name));
  const selected = [
    ...(grain === 'all' ? [] : [`${TIMES[grain]} AS hour`]),
    ...plan.keys.map((name) => `${keySqls.get(name) ?? keySql(name, plan)} AS ${identifier(name)}`),
  ];
  const conditions = [...rangeConditions(range), ...plan.filters.map(({ sql }) => sql)];
  const from = `FROM ${identifier(metric.name)} ${where(conditions)}`;
  // Rows of a metric differ in their keys: with all of them there is nothing to sum that deriving would not sum.
  const isWhole =
    derived && grain === 'hour' && plan.folded.length === 0 && plan.keys.length === metric.keys.length - 1;
  if (isWhole) return `SELECT ${[...selected, ...measures].join(', ')} ${from}`;
  const sums = measures.map((name) => `CAST(sum(${name}) AS BIGINT) AS ${name}`);
  const positions = selected.map((_, i) => i + 1).join(', ');
  // Without keys there would be a row of nulls for no rows.
  const group = selected.length === 0 ? 'HAVING count(*) > 0' : `GROUP BY ${positions}`;
  return `SELECT ${[...selected, ...sums].join(', ')} ${from} ${group}`;
}

function keySql(name: string, plan: Plan): string {
  const filter = plan.folded.find(({ key }) => key.name === name);
  return filter === undefined ? identifier(name) : `CASE WHEN ${filter.sql} THEN 1 ELSE 0 END`;
}
