import { quoted } from '../../engine/sql.ts';
import type { KeyColumn, Metric } from '../../metrics/metric.ts';
import type { KeyCondition } from '../series.ts';
import { bothConditions, keyFilter } from '../series.ts';
import type { LiveQuestion, Tier } from './live-question.ts';

/** What a question's filters are for one metric. */
export interface PanelFilters {
  /** One for a key at most. */
  readonly conditions: readonly KeyCondition[];
  /** Filters that do not apply: keys that the metric does not have, or `tier` where it has no instances. */
  readonly ignored: readonly string[];
}

const INSTANCE = 'instance_id';

/** The one value that a panel shows of each key of its `where`: chosen for it, else among those filtered by, else its own. */
export function shownValues(metric: Metric, { filters, where }: LiveQuestion): Readonly<Record<string, string>> {
  const own = Object.entries(metric.panel?.where ?? {});
  return Object.fromEntries(
    own.map(([key, value]) => {
      const among = filters[key] ?? [value];
      return [key, where[metric.name]?.[key] ?? (among.includes(value) ? value : (among[0] ?? value))];
    }),
  );
}

/**
 * The conditions on a metric's rows: `fixed` is the one value of each of some keys, which no filter changes.
 * Throws REQUEST_INVALID for a value that this metric's key cannot have.
 */
export function panelFilters(
  metric: Metric,
  { filters, tier }: LiveQuestion,
  fixed: Readonly<Record<string, string>>,
): PanelFilters {
  const conditions = new Map<string, KeyCondition>();
  const ignored: string[] = [];
  for (const key of metric.keys) {
    const value = fixed[key.name];
    if (value !== undefined) conditions.set(key.name, keyFilter(key, [value]));
  }
  for (const [name, values] of Object.entries(filters)) {
    const key = metric.keys.find((one) => one.name === name && one.name !== 'hour');
    const value = fixed[name];
    if (key !== undefined && value === undefined) conditions.set(name, keyFilter(key, values));
    else if (value === undefined || !values.includes(value)) ignored.push(name);
  }
  if (tier !== undefined) {
    const key = metric.keys.find(({ name }) => name === INSTANCE);
    if (key?.type === 'VARCHAR') conditions.set(INSTANCE, bothConditions(ofTier(key, tier), conditions.get(INSTANCE)));
    else ignored.push('tier');
  }
  return { conditions: [...conditions.values()], ignored };
}

function ofTier(key: KeyColumn, tier: Tier): KeyCondition {
  const prefix = `${tier}-`;
  return {
    key,
    sql: `starts_with(${INSTANCE}, ${quoted(prefix)})`,
    holds: (value) => typeof value === 'string' && value.startsWith(prefix),
  };
}
