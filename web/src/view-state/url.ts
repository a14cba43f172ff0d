import { hourIn, instantIn } from './time-text.ts';
import { joinValues, splitValues } from './values.ts';
import { DEFAULT_VIEW, HOURS_IN_VIEW, TIERS, type ViewState } from './view-state.ts';

/**
 * The view as the query of the page's address:
 *
 *     ?hours=72&hour=2024-03-12T14&tier=provisioned&only.instance_id=provisioned-1,provisioned-2&show.latency.phase=total
 *     &unit.spill=MB&hide.spill=copy,insert&tables=spill&zoom=2024-03-12T10,2024-03-12T14&receipt=2024-03-12T14&panel=spill
 *
 * Defaults are left out. A parameter that is unknown or makes no sense is passed over: an old link still opens.
 */
export function parseView(search: string): ViewState {
  const query = new URLSearchParams(search);
  const text = (name: string): string | undefined => query.get(name) ?? undefined;
  return {
    hours: HOURS_IN_VIEW.find((hours) => String(hours) === text('hours')) ?? DEFAULT_VIEW.hours,
    hour: hourIn(text('hour')),
    tier: TIERS.find((tier) => tier === text('tier')),
    filters: listsUnder(query, PREFIX.filters),
    where: textsUnder(query, PREFIX.where),
    unit: textsUnder(query, PREFIX.unit),
    hidden: listsUnder(query, PREFIX.hidden),
    tables: distinct(splitValues(text('tables') ?? '').filter((name) => name !== '')),
    zoom: zoomIn(text('zoom')),
    receipt: hourIn(text('receipt')),
    panel: text('panel') || undefined,
  };
}

/** The query of a view, with its question mark; empty for the default view. `parseView` brings back the same view. */
export function formatView(view: ViewState): string {
  const { hours, hour, tier, filters, where, unit, hidden, tables, zoom, receipt, panel } = view;
  const query = new URLSearchParams();
  const set = (name: string, value: string | undefined): void => {
    if (value !== undefined) query.set(name, value);
  };
  set('hours', hours === DEFAULT_VIEW.hours ? undefined : String(hours));
  set('hour', short(hour));
  set('tier', tier);
  for (const [name, values] of sorted(filters)) set(PREFIX.filters + name, listText(values));
  for (const [name, value] of sorted(where)) set(PREFIX.where + name, value);
  for (const [name, value] of sorted(unit)) set(PREFIX.unit + name, value);
  for (const [name, values] of sorted(hidden)) set(PREFIX.hidden + name, listText(values));
  set('tables', listText(tables));
  set('zoom', zoom === undefined ? undefined : `${short(zoom.from)},${short(zoom.to)}`);
  set('receipt', short(receipt));
  set('panel', panel);
  const text = query.toString().replaceAll('%2C', ',').replaceAll('%3A', ':');
  return text === '' ? '' : `?${text}`;
}

const PREFIX = { filters: 'only.', where: 'show.', unit: 'unit.', hidden: 'hide.' } as const;

function textsUnder(query: URLSearchParams, prefix: string): Record<string, string> {
  const found = [...query].filter(([name]) => name.startsWith(prefix) && name.length > prefix.length);
  return Object.fromEntries(found.map(([name, value]) => [name.slice(prefix.length), value]));
}

function listsUnder(query: URLSearchParams, prefix: string): Record<string, readonly string[]> {
  const texts = Object.entries(textsUnder(query, prefix));
  return Object.fromEntries(texts.map(([name, text]) => [name, distinct(splitValues(text))]));
}

function sorted<T>(of: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(of).sort(([a], [b]) => (a < b ? -1 : 1));
}

function listText(values: readonly string[]): string | undefined {
  return values.length === 0 ? undefined : joinValues(values);
}

function distinct(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}

function zoomIn(text: string | undefined): ViewState['zoom'] {
  const [from, to, ...rest] = (text ?? '').split(',').map(instantIn);
  if (from === undefined || to === undefined || rest.length > 0) return undefined;
  return Date.parse(from) < Date.parse(to) ? { from, to } : undefined;
}

/** A time without what is zero at its end: `2024-03-12T14`. */
function short(time: string | undefined): string | undefined {
  return time?.replace(/(?::00)?(?::00)?Z$/, (end) => (end === 'Z' ? 'Z' : ''));
}
