import { NO_VALUE } from '../format/cells.ts';
import { formatValue, isAdditive } from '../format/units.ts';
import type { Swatch } from '../theme/palette.ts';
import { countField, fieldLabel } from './chart-metric.ts';
import type {
  ChartModel,
  HeatModel,
  HeatRow,
  PointSeries,
  ScatterModel,
  Series,
  Slot,
  SlotsModel,
} from './chart-model.ts';
import { stateWords, wholeHour } from './hour-words.ts';
import type { Place } from './place.ts';
import { rankWords } from './rank-text.ts';
import { keyName } from './slot-names.ts';

/** What a chart says of a place. */
export interface Tip {
  readonly title: string;
  readonly state: { readonly kind: string; readonly text: string } | undefined;
  readonly lines: readonly TipLine[];
  /** Lines that there is no room for. */
  readonly more: number;
  /** What holds for all lines. */
  readonly notes: readonly string[];
}

export interface TipLine {
  readonly id: string;
  /** Undefined for what has no swatch, such as a sum. */
  readonly swatch: Swatch | undefined;
  readonly name: string;
  readonly value: string;
  /** What the value is of: `1,393 of 4,210 reads`. */
  readonly detail: string | undefined;
}

const MOST_LINES = 14;

/** What the model says of a place; undefined where there is nothing. */
export function tipOf(model: ChartModel, place: Place): Tip | undefined {
  if (model.kind === 'slots') return slotTip(model, place.slot);
  if (model.kind === 'heat') return heatTip(model, place);
  return model.kind === 'scatter' ? pointTip(model, place.slot) : undefined;
}

function slotTip(model: SlotsModel, at: number): Tip | undefined {
  const slot = model.slots[at];
  if (slot === undefined) return undefined;
  const visible = model.series.filter(({ hidden }) => !hidden);
  const details = visible.map((series) => series.detail(at));
  // What is the same for every line is said once.
  const [first] = details;
  const shared = visible.length > 1 && first !== undefined && details.every((one) => one === first) ? first : undefined;
  const lines = visible.map((series, i) => slotLine(series, at, shared === undefined ? details[i] : undefined));
  if (model.stacked) lines.reverse();
  const notes = [shared, slot.rank === undefined ? undefined : rankWords(slot.rank)].filter(
    (note) => note !== undefined,
  );
  return { ...headOf(slot), ...shortened([...lines, ...sumLine(model, visible, at)]), notes };
}

function slotLine({ id, swatch, label, values, field }: Series, at: number, detail: string | undefined): TipLine {
  const value = values[at] ?? null;
  return {
    id,
    swatch,
    name: label,
    value: formatValue(value, field.unit),
    detail: value === null ? undefined : detail,
  };
}

function sumLine({ stacked, group, series }: SlotsModel, visible: readonly Series[], at: number): TipLine[] {
  if (!stacked || !isAdditive(group.unit) || visible.length < 2) return [];
  const sum = visible.reduce((total, { values }) => total + (values[at] ?? 0), 0);
  const name = visible.length < series.length ? 'shown together' : 'together';
  return [{ id: '=', swatch: undefined, name, value: formatValue(sum, group.unit), detail: undefined }];
}

function heatTip(model: HeatModel, { slot: at, row: key }: Place): Tip | undefined {
  const slot = model.slots[at];
  const row = model.rows.find((one) => one.key === key) ?? model.rows[0];
  if (slot === undefined || row === undefined) return undefined;
  return { ...headOf(slot), lines: heatLines(model, row, at), more: 0, notes: [] };
}

function heatLines({ metric, field, flags }: HeatModel, row: HeatRow, at: number): TipLine[] {
  const count = countField(metric);
  const n = row.n[at];
  const detail =
    n === null || n === undefined || count === undefined ? undefined : `n\u00a0=\u00a0${formatValue(n, count.unit)}`;
  const value = row.values[at] ?? null;
  const name = `${row.label}: ${fieldLabel(field)}`;
  const lines: TipLine[] = [{ id: row.key, swatch: undefined, name, value: formatValue(value, field.unit), detail }];
  if (value === null) return lines;
  for (const flag of flags) {
    const up = row.flags[at]?.includes(flag) === true;
    lines.push({
      id: flag.name,
      swatch: undefined,
      name: fieldLabel(flag),
      value: up ? 'yes' : 'no',
      detail: undefined,
    });
  }
  return lines;
}

function pointTip(model: ScatterModel, at: number): Tip | undefined {
  const x = model.xs[at];
  if (x === undefined) return undefined;
  const visible = model.series.filter(({ hidden }) => !hidden);
  const lines = visible.flatMap((series) => pointLines(model, series, x));
  if (model.fit !== undefined) {
    const y = Math.exp(model.fit.intercept + model.fit.slope * x) - 1;
    const value = formatValue(y, model.group.unit);
    lines.push({ id: 'fit', swatch: undefined, name: 'fitted line', value, detail: undefined });
  }
  return {
    title: keyName(model.metric, model.metric.panel.x ?? '', x),
    state: undefined,
    ...shortened(lines),
    notes: [],
  };
}

function pointLines({ metric, group }: ScatterModel, { id, label, swatch, points }: PointSeries, x: number): TipLine[] {
  const count = countField(metric);
  return points
    .filter((point) => point.x === x)
    .map(({ y, low, high, n }) => {
      const of = n === null || count === undefined ? undefined : `n\u00a0=\u00a0${formatValue(n, count.unit)}`;
      const range =
        low === null || high === null
          ? undefined
          : `mostly ${formatValue(low, group.unit)} to ${formatValue(high, group.unit)}`;
      const detail = [range, of].filter((part) => part !== undefined).join(', ');
      return { id, swatch, name: label, value: formatValue(y, group.unit), detail: detail === '' ? undefined : detail };
    });
}

function headOf({ label, hour }: Slot): Pick<Tip, 'title' | 'state'> {
  if (hour === undefined) return { title: label, state: undefined };
  const kind = hour.state === 'final' && hour.revision > 1 ? 'amended' : hour.state;
  return { title: wholeHour(hour.hour), state: { kind, text: stateWords(hour) } };
}

function shortened(lines: readonly TipLine[]): Pick<Tip, 'lines' | 'more'> {
  if (lines.length <= MOST_LINES) return { lines, more: 0 };
  const last = lines.at(-1);
  const kept = lines.slice(0, MOST_LINES - 1);
  return { lines: last === undefined ? kept : [...kept, last], more: lines.length - MOST_LINES };
}

/** A tip as one sentence, for a screen reader. */
export function tipWords({ title, state, lines, notes }: Tip): string {
  const parts = lines.map(({ name, value, detail }) => {
    const told = value === NO_VALUE ? 'no value' : value;
    return detail === undefined ? `${name}: ${told}` : `${name}: ${told} (${detail})`;
  });
  const head = state === undefined ? title : `${title}, ${state.text}`;
  return `${[head, ...parts, ...notes].join('; ')}.`;
}
