import type { Cell } from '../../../src/api/live/messages.ts';
import { formatKey, numberOf } from '../format/cells.ts';
import type { Swatch } from '../theme/palette.ts';
import type { ChartInput } from './chart-input.ts';
import { type Field, fieldLabel, fieldLegend, groupShown, isZeroWithoutRows } from './chart-metric.ts';
import type { Rank, Series, Slot, SlotsModel } from './chart-model.ts';
import { explainField } from './denominator.ts';
import { hourSlots } from './hour-slots.ts';
import { columnReader, type Row } from './rows.ts';
import { keyName, pairName, shortName, shortPairName } from './slot-names.ts';

/** Which keys tell places and series apart. */
interface Layout {
  readonly x: string | null;
  /** Key whose values are series of their own. */
  readonly series: string | null;
  /** Key that only tells equal values of `x` apart. */
  readonly beside: string | null;
}

/** Lines, areas and bars: what a panel's rows say at each place. */
export function slotsModel(input: ChartInput, form: SlotsModel['form']): SlotsModel {
  const { metric, data, palette, view } = input;
  const { panel } = metric;
  const layout = layoutOf(input);
  const group = groupShown(metric, view.unit);
  const slots = layout.x === 'hour' ? hourSlots(input.window, view.zoom, input.hours) : slotsOf(input, layout);
  const stacked = panel.stack && (group.fields.length > 1 || layout.series !== null);
  const series = seriesOf(input, layout, slots, group.fields);
  return {
    ...{ kind: 'slots', form, metric, palette, group, slots, series, stacked },
    lying: form === 'bars' && layout.x !== 'hour' && (panel.top !== null || !isNumeric(input, layout.x)),
    // Parts of a sum have no length of their own on a logarithmic axis.
    log: panel.scale === 'log' && !stacked,
    chosen: slots.findIndex(({ hour }) => hour !== undefined && hour.hour === view.hour),
    empty: data.rows.length === 0 || slots.length === 0 || group.fields.length === 0,
  };
}

function layoutOf({ metric }: ChartInput): Layout {
  const { x, series, top } = metric.panel;
  if (x === null) return { x: series, series: null, beside: null };
  if (x !== 'hour' && top !== null) return { x, series: null, beside: series };
  return { x, series, beside: null };
}

function isNumeric({ metric }: ChartInput, key: string | null): boolean {
  return metric.keys.find(({ name }) => name === key)?.type === 'BIGINT';
}

/** Places for the values of a key that are there, in the order of the rows; numbers in their own order. */
function slotsOf(input: ChartInput, layout: Layout): readonly Slot[] {
  const { metric, data } = input;
  const keyOf = slotKeys(input, layout);
  const [xs, besides] = [columnReader(data, layout.x), columnReader(data, layout.beside)];
  const [ranks, befores] = [columnReader(data, 'rank'), columnReader(data, 'rank_before')];
  const slots = new Map<string, Slot & { readonly x: Cell | undefined }>();
  for (const row of data.rows) {
    const key = keyOf(row);
    if (slots.has(key)) continue;
    const x = xs(row);
    slots.set(key, { key, ...namesOf(row, x), hour: undefined, rank: rankOf(ranks(row), befores(row)), x });
  }
  const list = [...slots.values()];
  const ordered = metric.panel.top === null && isNumeric(input, layout.x);
  return ordered ? list.sort((a, b) => (numberOf(a.x) ?? 0) - (numberOf(b.x) ?? 0)) : list;

  function namesOf(row: Row, x: Cell | undefined): Pick<Slot, 'label' | 'short'> {
    if (layout.x === null) return { label: 'all', short: 'all' };
    if (layout.beside === null) return { label: keyName(metric, layout.x, x), short: shortName(metric, layout.x, x) };
    const names = [metric, layout.x, x, layout.beside, besides(row)] as const;
    return { label: pairName(...names), short: shortPairName(...names) };
  }
}

function rankOf(now: Cell | undefined, before: Cell | undefined): Rank | undefined {
  const place = numberOf(now);
  return place === null ? undefined : { now: place, before: numberOf(before) };
}

function slotKeys({ data }: ChartInput, layout: Layout): (row: Row) => string {
  const [xs, besides] = [columnReader(data, layout.x), columnReader(data, layout.beside)];
  if (layout.x === 'hour') return (row) => String(xs(row));
  return (row) => JSON.stringify([xs(row) ?? null, besides(row) ?? null]);
}

function seriesOf(
  input: ChartInput,
  layout: Layout,
  slots: readonly Slot[],
  fields: readonly Field[],
): readonly Series[] {
  const { metric, palette, view } = input;
  const hidden = new Set(view.hidden);
  const cells = cellsBySlot(input, layout, slots);
  const kind = layout.series;
  const byField = palette.coloursOf(
    'y',
    fields.map(({ name }) => name),
  );
  const byValue = kind === null ? [] : palette.coloursOf(kind, cells.values.map(formatKey));
  return cells.values.flatMap((value, v) =>
    fields.map((field, f): Series => {
      const several = kind !== null && fields.length > 1;
      const valueId = formatKey(value);
      const id = kind === null ? field.name : several ? `${field.name}/${valueId}` : valueId;
      const name = kind === null ? fieldLegend(field) : keyName(metric, kind, value);
      const label = several ? `${name}, ${fieldLabel(field)}` : name;
      return {
        ...{ id, label, note: field.note, field, hidden: hidden.has(id) },
        swatch: swatchOf(kind === null ? byField[f] : byValue[v], several ? f : 0, byField),
        ...valuesOf(input, cells, v, field, slots),
      };
    }),
  );
}

/** Of one value's fields, the first is drawn as the value is, the others in the same colour and another form. */
function swatchOf(own: Swatch | undefined, place: number, forms: readonly Swatch[]): Swatch {
  const base = own ?? forms[0];
  if (base === undefined) throw new Error('expected a palette with at least one colour');
  const form = place === 0 ? undefined : forms[place];
  return form === undefined ? base : { ...base, marker: form.marker, dash: form.dash, pattern: form.pattern };
}

/** Rows by place and value of series. */
interface Cells {
  /** Values of the series key, in the order in which they come; one undefined if there is no such key. */
  readonly values: readonly (Cell | undefined)[];
  /** By value, then by place. */
  readonly rows: readonly (readonly (Row | undefined)[])[];
  /** All rows of a place. */
  readonly bySlot: readonly (readonly Row[])[];
}

function cellsBySlot(input: ChartInput, layout: Layout, slots: readonly Slot[]): Cells {
  const keyOf = slotKeys(input, layout);
  const seriesCells = columnReader(input.data, layout.series);
  const places = new Map(slots.map(({ key }, i) => [key, i]));
  const found = new Map<string, { readonly value: Cell | undefined; readonly rows: (Row | undefined)[] }>();
  const bySlot: Row[][] = slots.map(() => []);
  for (const row of input.data.rows) {
    const value = seriesCells(row);
    const text = formatKey(value);
    const entry = found.get(text) ?? { value, rows: [] };
    if (entry.rows.length === 0) found.set(text, entry);
    const place = places.get(keyOf(row));
    // A row out of sight still says that its series is there, so that zooming does not change colours.
    if (entry.rows.length === 0) entry.rows.push(...slots.map(() => undefined));
    if (place === undefined) continue;
    entry.rows[place] = row;
    bySlot[place]?.push(row);
  }
  const entries = layout.series === null ? [...found.values()] : [...found].sort(byText).map(([, entry]) => entry);
  return { values: entries.map(({ value }) => value), rows: entries.map(({ rows }) => rows), bySlot };
}

function byText([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function valuesOf(
  input: ChartInput,
  cells: Cells,
  place: number,
  field: Field,
  slots: readonly Slot[],
): Pick<Series, 'values' | 'rows' | 'detail'> {
  const read = columnReader(input.data, field.name);
  const explain = explainField(input.metric, input.data, field);
  const rows = cells.rows[place] ?? [];
  const values = slots.map(({ hour }, i): number | null => {
    const row = rows[i];
    if (row !== undefined) return numberOf(read(row));
    const others = cells.bySlot[i]?.length ?? 0;
    // Nothing of this kind, though there is something of another: no part of the whole.
    if (others > 0 && (input.metric.panel.stack || isZeroWithoutRows(field))) return 0;
    return hour?.known !== false && isZeroWithoutRows(field) ? 0 : null;
  });
  const detail = (slot: number): string | undefined => {
    const row = rows[slot];
    return row === undefined ? undefined : explain(row, cells.bySlot[slot] ?? []);
  };
  return { values, rows, detail };
}
