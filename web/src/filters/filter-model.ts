import type { Cell } from '../../../src/api/live/messages.ts';
import type { MetricDefinition } from '../../../src/api/routes/metrics.ts';
import { formatKey, words } from '../format/cells.ts';
import type { PanelData } from '../live/live-state.ts';
import type { ViewState } from '../view-state/view-state.ts';
import { DEFAULT_VIEW, TIERS, type Tier } from '../view-state/view-state.ts';

type Filters = ViewState['filters'];

/** A key that panels can be filtered by. */
export interface FilterKey {
  readonly name: string;
  /** `query type`. */
  readonly label: string;
  /** Titles of the metrics that have it: the panels that a filter on it changes. */
  readonly metrics: readonly string[];
  /** Name of one of them: it can be asked for the values. */
  readonly source: string;
  /** Those that panels show; any other can be typed. */
  readonly values: readonly string[];
}

/** Has a control of its own. */
export const INSTANCE_KEY = 'instance_id';
/** The axis of time has its own control too. */
const OWN_CONTROLS = ['hour', INSTANCE_KEY];

/** Every key by which something can be filtered, those of most metrics first. */
export function filterKeys(
  metrics: readonly MetricDefinition[],
  panels: Readonly<Record<string, PanelData>>,
): FilterKey[] {
  const holders = new Map<string, MetricDefinition[]>();
  for (const metric of metrics)
    for (const { name } of metric.keys)
      if (tellsApart(metric, name)) holders.set(name, [...(holders.get(name) ?? []), metric]);
  return [...holders]
    .sort(([a, m], [b, n]) => n.length - m.length || a.localeCompare(b))
    .map(([name, of]) => ({
      name,
      label: keyLabel(name),
      metrics: of.map(({ title }) => title),
      source: of[0]?.name ?? '',
      values: valuesOf(name, panels),
    }));
}

/**
 * Whether the values of a key are things that one looks at by themselves. Buckets of a quantile are not, and of a key
 * whose one value a panel shows (`where`) the panel itself has the choice.
 */
function tellsApart({ derived, panel }: MetricDefinition, key: string): boolean {
  if (OWN_CONTROLS.includes(key) || Object.hasOwn(panel?.where ?? {}, key)) return false;
  return !derived.some(({ expr }) => new RegExp(`\\bquantile\\(\\s*${key}\\b`).test(expr));
}

/** What a key is called: `instance_id` is "instance". */
export function keyLabel(key: string): string {
  return words(key.replace(/_id$/, ''));
}

/** The values of a key that panels show now, and those that one of them could show instead. */
export function valuesOf(key: string, panels: Readonly<Record<string, PanelData>>): string[] {
  const values = new Set<string>();
  for (const { columns, rows, choices } of Object.values(panels)) {
    for (const choice of choices[key] ?? []) values.add(choice);
    const place = columns.indexOf(key);
    if (place >= 0) for (const row of rows) if (isValue(row[place])) values.add(formatKey(row[place]));
  }
  return [...values].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

function isValue(cell: Cell | undefined): boolean {
  return cell !== null && cell !== undefined && cell !== '';
}

/** What is filtered, a chip each: one for a few values of a key, one that counts them for many. */
export interface Chip {
  readonly id: string;
  readonly text: string;
  /** The change of the view that removes it. */
  readonly without: Partial<ViewState>;
}

const MOST_CHIPS = 4;

export function chipsOf({ tier, filters }: Pick<ViewState, 'tier' | 'filters'>): Chip[] {
  const chips: Chip[] = tier === undefined ? [] : [{ id: 'tier', text: `tier ${tier}`, without: { tier: undefined } }];
  for (const [key, values] of Object.entries(filters)) {
    const label = keyLabel(key);
    if (values.length > MOST_CHIPS)
      chips.push({
        id: key,
        text: `${label}: ${values.length} chosen`,
        without: { filters: withValues(filters, key, []) },
      });
    else
      for (const value of values)
        chips.push({
          id: `${key}=${value}`,
          text: `${label} ${value}`,
          without: { filters: without(filters, key, value) },
        });
  }
  return chips;
}

/** The filters with these values of a key; none takes the key out. */
export function withValues(filters: Filters, key: string, values: readonly string[]): Filters {
  const { [key]: _, ...others } = filters;
  return values.length === 0 ? others : { ...others, [key]: [...new Set(values)] };
}

function without(filters: Filters, key: string, value: string): Filters {
  return withValues(
    filters,
    key,
    (filters[key] ?? []).filter((one) => one !== value),
  );
}

/** What somebody means who types this: the one value that is found by it, else the values with commas between. */
export function meantValues(text: string, found: readonly string[]): string[] {
  const typed = [...new Set(text.split(',').map((value) => value.trim()))].filter((value) => value !== '');
  return typed.length === 1 && found.length === 1 ? [...found] : typed;
}

/** The view without any filter. */
export const NO_FILTER: Pick<ViewState, 'tier' | 'filters'> = {
  tier: DEFAULT_VIEW.tier,
  filters: DEFAULT_VIEW.filters,
};

/** `6 h`, `24 h`, `3 d`, `7 d`. */
export function hoursInViewText(hours: number): string {
  return hours % 24 === 0 && hours > 24 ? `${hours / 24} d` : `${hours} h`;
}

/** The tiers that instances are of. */
export function tiersOf(instances: readonly string[]): Tier[] {
  return TIERS.filter((tier) => instances.some((instance) => instance.startsWith(`${tier}-`)));
}
