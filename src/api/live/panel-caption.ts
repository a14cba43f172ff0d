import type { JsonCell } from '../../hot-store/hot-store.ts';
import type { RollupTable } from '../../metrics/metric.ts';
import { tableOfRows } from '../../metrics/metric.ts';
import { answeredGroups } from '../series-groups.ts';
import { planOf } from '../series-plan.ts';
import { fetchSums, foldedTable, sumsContext } from '../sums.ts';
import type { HourWindow } from './live-question.ts';
import type { PanelParts } from './panel-parts.ts';

/** Which rows are shown, by the values of the panel's keys; without one all are. */
export type IsShown = (keys: readonly JsonCell[]) => boolean;

/** The names in a panel's caption, with those that draw its line. */
export function captionNames({ shape }: Pick<PanelParts, 'shape'>): readonly string[] {
  const { caption, fit } = shape.panel;
  return [...new Set([...caption, ...(fit === undefined ? [] : [fit.slope, fit.intercept])])];
}

/**
 * The values in a panel's caption, of everything that it shows together. `ready` is what has been summed over the range
 * with the same filters, if anything has.
 */
export async function captionOf(
  parts: PanelParts,
  range: HourWindow,
  isShown?: IsShown,
  ready?: RollupTable<JsonCell>,
): Promise<Record<string, number | null>> {
  const { store, metric, shape, filters, lines } = parts;
  const names = captionNames(parts);
  if (names.length === 0) return {};
  const question = { metric, group: [], filters: filters.conditions, derived: true };
  const plan = planOf(question);
  const wanted = [...plan.keys, ...(isShown === undefined ? [] : shape.group)];
  const keys = metric.keys.map(({ name }) => name).filter((name) => wanted.includes(name));
  const isReady = ready !== undefined && keys.every((name) => ready.has(name));
  const sums = isReady ? ready : await fetchSums(store, { metric, range, grain: 'all' }, { ...plan, keys });
  const context = await sumsContext(store, question, plan, lines.begunIn(range));
  const shown = isShown === undefined ? sums : onlyShown(sums, shape.group, isShown);
  const { table, kept } = answeredGroups(metric, foldedTable(shown, plan.folded), [], plan, context);
  const captioned = (name: string): number | null => {
    const isMeasure = metric.measures.some((measure) => measure.name === name);
    const value = (isMeasure ? table.measure(name) : table.derived(name))[kept[0] ?? -1] ?? null;
    return value === null ? null : Number(value);
  };
  return Object.fromEntries(names.map((name) => [name, captioned(name)]));
}

function onlyShown(table: RollupTable<JsonCell>, group: readonly string[], isShown: IsShown): RollupTable<JsonCell> {
  const columns = group.map((name) => table.column(name));
  const places = Array.from({ length: table.size }, (_, row) => row);
  return tableOfRows(
    table,
    places.filter((row) => isShown(columns.map((read) => read(row)))),
  );
}
