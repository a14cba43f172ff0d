import type { ChartHour } from '../charts/chart-input.ts';
import type { ChartMetric } from '../charts/chart-metric.ts';
import { shownRange } from '../charts/hour-slots.ts';
import { noun } from '../charts/slot-names.ts';
import { formatOf } from '../format/numbers.ts';
import { formatHour, formatHours, formatRange } from '../format/time.ts';
import type { PanelData, TimeRange } from '../live/live-state.ts';

/** Why a panel shows nothing, and what would fill it. */
export interface EmptyWords {
  readonly why: string;
  readonly fill: string;
}

/** What a panel is over: `24 hours`, `Tue 12 Mar 06:00 – 10:00`, `hour Tue 12 Mar 14:00, open`. */
export function overWords(
  { panel }: ChartMetric,
  { over, rows, columns }: PanelData,
  hours: readonly ChartHour[],
  zoom: TimeRange | undefined,
): string {
  if (panel.x === 'hour') {
    const range = shownRange(over, zoom);
    return range === over ? formatHours(over.from, over.to) : formatRange(range.from, range.to);
  }
  const isHour = formatHours(over.from, over.to) === '1 hour';
  const state = columns.indexOf('state');
  const open = hours.find(({ hour }) => hour === over.from)?.state === 'open';
  if (isHour) return `hour ${formatHour(over.from)}${open ? ', open' : ''}`;
  const anyOpen = rows.some((row) => row[state] === 'open');
  return `sum of ${formatHours(over.from, over.to)}${anyOpen ? ', open ones included' : ''}`;
}

/** How many values are shown of how many: `10 of 4,312 tables`; undefined if all are. */
export function shownWords({ shown }: PanelData): string | undefined {
  return shown === null || shown.shown >= shown.all
    ? undefined
    : `${formatOf(shown.shown, shown.all)} ${many(shown.of)}`;
}

/** Why a filter changes nothing here: `not filtered by type: it is not told apart here`. */
export function ignoredWords({ ignored }: PanelData): string | undefined {
  if (ignored.length === 0) return undefined;
  const are = ignored.length === 1 ? 'is' : 'are';
  return `not filtered: ${ignored.map(noun).join(' and ')} ${are} not told apart here`;
}

/** In place of a chart without rows. */
export function emptyWords(data: PanelData, filtered: boolean): EmptyWords {
  const isHour = formatHours(data.over.from, data.over.to) === '1 hour';
  const when = isHour
    ? `in the hour ${formatHour(data.over.from)}`
    : `in these ${formatHours(data.over.from, data.over.to)}`;
  if (filtered)
    return { why: `Nothing matches the filters ${when}.`, fill: 'Take a filter away, or look at more hours.' };
  return { why: `Nothing to count ${when}.`, fill: 'It fills as queries arrive.' };
}

/** The values of a key: `instance_id` is "instances". */
export function many(key: string): string {
  const one = noun(key);
  if (/(s|x|ch|sh)$/.test(one)) return key.startsWith('num_') ? one : `${one}es`;
  return /[^aeiou]y$/.test(one) ? `${one.slice(0, -1)}ies` : `${one}s`;
}
