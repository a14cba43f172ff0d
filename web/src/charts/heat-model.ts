import { formatKey, numberOf } from '../format/cells.ts';
import type { ChartInput } from './chart-input.ts';
import { type ChartMetric, countField, type Field, flagFields, groupShown, isZeroWithoutRows } from './chart-metric.ts';
import type { HeatModel, HeatRow, Slot } from './chart-model.ts';
import { hourSlots } from './hour-slots.ts';
import { columnReader, type Row } from './rows.ts';
import { keyName, shortName } from './slot-names.ts';

/**
 * Cells by row and place. The worst row comes first: the one with the largest sum over the window, or the smallest where
 * the metric says that higher is better.
 */
export function heatModel(input: ChartInput): HeatModel {
  const { metric, palette, view, data } = input;
  const group = groupShown(metric, view.unit);
  const field = group.fields[0] ?? { name: '', unit: '', note: null, expr: null };
  const flags = flagFields(metric);
  const slots = metric.panel.x === 'hour' ? hourSlots(input.window, view.zoom, input.hours) : slotsOf(input);
  const rows = rowsOf(input, slots, field, flags).sort(byWeight(sign(metric, field)));
  let [min, max] = [0, 0];
  for (const { values } of rows) {
    for (const value of values) {
      if (value !== null && value > max) max = value;
      if (value !== null && value < min) min = value;
    }
  }
  const chosen = slots.findIndex(({ hour }) => hour !== undefined && hour.hour === view.hour);
  const empty = data.rows.length === 0 || slots.length === 0;
  return { kind: 'heat', metric, palette, group, field, flags, slots, chosen, rows, min, max, empty };
}

function slotsOf({ metric, data }: ChartInput): readonly Slot[] {
  const x = metric.panel.x ?? '';
  const read = columnReader(data, x);
  const cells = new Map(data.rows.map((row) => [formatKey(read(row)), read(row)]));
  const slots = [...cells].map(([key, cell]) => {
    const names = { label: keyName(metric, x, cell), short: shortName(metric, x, cell) };
    return { key, ...names, hour: undefined, rank: undefined };
  });
  return slots.sort((a, b) => (numberOf(a.key) ?? 0) - (numberOf(b.key) ?? 0) || (a.key < b.key ? -1 : 1));
}

interface MutableRow {
  readonly key: string;
  readonly label: string;
  readonly values: (number | null)[];
  readonly flags: (readonly Field[] | undefined)[];
  readonly n: (number | null)[];
  weight: number;
}

function rowsOf(input: ChartInput, slots: readonly Slot[], field: Field, flags: readonly Field[]): HeatRow[] {
  const { metric, data } = input;
  const key = metric.panel.series;
  const [xs, keys, values, counts] = [metric.panel.x, key, field.name, countField(metric)?.name].map((name) =>
    columnReader(data, name),
  );
  const places = new Map(slots.map(({ key: of }, i) => [of, i]));
  const known = slots.map(({ hour }) => hour?.known !== false);
  const absent = isZeroWithoutRows(field) ? known.map((is) => (is ? 0 : null)) : slots.map(() => null);
  const readFlags = flags.map((flag) => ({ flag, read: columnReader(data, flag.name) }));
  const rows = new Map<string, MutableRow>();
  for (const row of data.rows) {
    const cell = keys?.(row);
    const id = formatKey(cell);
    const at = places.get(formatKey(xs?.(row)));
    let line = rows.get(id);
    if (line === undefined) {
      const label = key === null ? field.name : keyName(metric, key, cell);
      line = { key: id, label, values: [...absent], flags: [], n: [], weight: 0 };
      rows.set(id, line);
    }
    if (at === undefined) continue;
    const value = numberOf(values?.(row));
    line.values[at] = value;
    line.n[at] = numberOf(counts?.(row));
    line.flags[at] = raised(row, readFlags);
    line.weight += value ?? 0;
  }
  return [...rows.values()];
}

function raised(
  row: Row,
  flags: readonly { readonly flag: Field; readonly read: ReturnType<typeof columnReader> }[],
): readonly Field[] | undefined {
  let up: Field[] | undefined;
  for (const { flag, read } of flags) {
    if ((numberOf(read(row)) ?? 0) === 0) continue;
    up ??= [];
    up.push(flag);
  }
  return up;
}

/** 1 where much is bad or nothing is said of it, -1 where much is good. */
function sign(metric: ChartMetric, field: Field): number {
  return betterOf(metric, field) === 'higher' ? -1 : 1;
}

/** What rows are in order of, in words. */
export function orderWords({ metric, field, flags }: Pick<HeatModel, 'metric' | 'field' | 'flags'>): string {
  const better = betterOf(metric, field);
  if (better === undefined && flags.length === 0) return 'highest first';
  return 'worst first';
}

function betterOf({ kpi }: ChartMetric, field: Field): 'lower' | 'higher' | undefined {
  return kpi.find(({ value }) => value === field.name)?.better ?? undefined;
}

function byWeight(of: number): (a: HeatRow, b: HeatRow) => number {
  return (a, b) => of * (b.weight - a.weight) || (a.key < b.key ? -1 : 1);
}

/** The rows in an order that was shown before, new ones at the end: nothing moves under the pointer. */
export function inOrder(rows: readonly HeatRow[], order: readonly string[]): readonly HeatRow[] {
  const places = new Map(order.map((key, i) => [key, i]));
  const place = ({ key }: HeatRow) => places.get(key) ?? order.length;
  return [...rows].sort((a, b) => place(a) - place(b));
}
