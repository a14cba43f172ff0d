import { formatHour, formatRange, HOUR_MS, isoOf, msOf } from '../format/time.ts';
import { formatValue } from '../format/units.ts';
import { fieldLabel } from './chart-metric.ts';
import type { ChartModel, HeatModel, ScatterModel, Series, Slot, SlotsModel } from './chart-model.ts';

const MOST_SERIES = 6;
const MOST_ROWS = 3;

const FORMS = { line: 'Lines', area: 'Areas', bars: 'Bars' } as const;

/** A chart in a few sentences: what it is over, the latest and the highest of each series, how much is provisional. */
export function summaryOf(model: ChartModel): string {
  const { metric, empty } = model;
  if (empty || model.kind === 'table') return `${metric.title}: no data.`;
  if (model.kind === 'slots') return slotsSummary(model);
  return model.kind === 'heat' ? heatSummary(model) : scatterSummary(model);
}

function slotsSummary(model: SlotsModel): string {
  const visible = model.series.filter(({ hidden }) => !hidden);
  const parts = visible.slice(0, MOST_SERIES).map((series) => seriesWords(model, series));
  const more = visible.length > MOST_SERIES ? [`${visible.length - MOST_SERIES} more series.`] : [];
  return [`${FORMS[model.form]} of ${model.group.label}, ${spanWords(model.slots)}.`, ...parts, ...more].join(' ');
}

function seriesWords({ slots }: SlotsModel, { label, values, field }: Series): string {
  let [highest, latest] = [-1, -1];
  values.forEach((value, i) => {
    if (value === null) return;
    latest = i;
    if (highest < 0 || value > (values[highest] ?? 0)) highest = i;
  });
  if (highest < 0) return `${label}: no values.`;
  const peak = `highest ${formatValue(values[highest], field.unit)} at ${slots[highest]?.label}`;
  if (slots[latest]?.hour === undefined) return `${label}: ${peak}.`;
  return `${label}: latest ${formatValue(values[latest], field.unit)}, ${peak}.`;
}

function heatSummary(model: HeatModel): string {
  const { rows, slots, field, flags } = model;
  const worst = rows.slice(0, MOST_ROWS).map(({ label, values }) => {
    const known = values.filter((value) => value !== null);
    return `${label}, up to ${formatValue(known.length === 0 ? null : Math.max(...known), field.unit)}`;
  });
  const flagged = flags.map((flag) => {
    const count = rows.filter((row) => row.flags.some((up) => up?.includes(flag) === true)).length;
    return `${fieldLabel(flag)} at some time: ${count} of ${rows.length}.`;
  });
  const head = `Cells of ${fieldLabel(field)}, ${rows.length} rows, ${spanWords(slots)}.`;
  return [head, `First: ${worst.join('; ')}.`, ...flagged].join(' ');
}

function scatterSummary({ series, xLabel, group, xs, fit }: ScatterModel): string {
  const points = series.filter(({ hidden }) => !hidden).flatMap((one) => one.points);
  const byX = [...points].sort((a, b) => a.x - b.x);
  const [first, last] = [byX[0], byX.at(-1)];
  const head = `Points of ${group.label} by ${xLabel}, ${xs[0]} to ${xs.at(-1)}.`;
  if (first === undefined || last === undefined) return head;
  const ends = `${formatValue(first.y, group.unit)} at ${first.x}, ${formatValue(last.y, group.unit)} at ${last.x}.`;
  const line = fit === undefined ? [] : [`The fitted line ${fit.slope < 0 ? 'falls' : 'rises'}.`];
  return [head, ends, ...line].join(' ');
}

function spanWords(slots: readonly Slot[]): string {
  const [first, last] = [slots[0]?.hour, slots.at(-1)?.hour];
  if (first === undefined || last === undefined) return slots.length === 1 ? '1 value' : `${slots.length} values`;
  const open = slots.filter(({ hour }) => hour?.state === 'open');
  const end = isoOf(msOf(last.hour) + HOUR_MS);
  const since = open[0]?.hour;
  const provisional = since === undefined ? '' : `, open and provisional since ${formatHour(since.hour)}`;
  return `${formatRange(first.hour, end)} UTC${provisional}`;
}
