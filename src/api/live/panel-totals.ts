import type { JsonCell } from '../../hot-store/hot-store.ts';
import { rangeBefore } from '../range.ts';
import { ranking } from '../ranking.ts';
import type { AnsweredGroups, Scalar } from '../series-groups.ts';
import { answeredGroups, scalarCell, sumCell } from '../series-groups.ts';
import { planOf } from '../series-plan.ts';
import { fetchSums, foldedTable, sumsContext } from '../sums.ts';
import type { HourWindow } from './live-question.ts';
import type { IsShown } from './panel-caption.ts';
import { captionOf } from './panel-caption.ts';
import type { PanelBody, PanelParts } from './panel-parts.ts';
import { largest, valuesOf, withValues } from './panel-series.ts';
import { rangeOf } from './panel-shape.ts';
import { panelTable } from './panel-table.ts';

/** Rows of a panel without the hour on an axis; undefined where nothing has changed. */
export async function totalsBody(parts: PanelParts): Promise<PanelBody | undefined> {
  const { shape, question } = parts;
  const range = rangeOf(shape, question);
  if (!hasChanged(parts, range)) return undefined;
  if (range === undefined) return nothingYet(parts);
  return shape.ranked === undefined ? await allBody(parts, range) : await rankedBody(parts, range, shape.ranked);
}

function hasChanged({ shape, question }: PanelParts, range: HourWindow | undefined): boolean {
  const { since, live } = question;
  if (since === undefined || range === undefined) return since === undefined;
  if (since.moved && live.hour === undefined) return true;
  const from = shape.ranked === undefined ? range.from : rangeBefore(range).from;
  return since.hours.some((hour) => hour >= from && hour < range.to);
}

function nothingYet({ shape, question }: PanelParts): PanelBody {
  const rows = { columns: [...shape.group, ...shape.measures, ...shape.derived], rows: [] };
  return { ...rows, whole: true, hours: [], over: question.window, shown: null, caption: {} };
}

async function rankedBody(parts: PanelParts, range: HourWindow, top: number): Promise<PanelBody> {
  const { store, metric, shape, filters, lines } = parts;
  const { group, panel } = shape;
  const { groups, all } = await ranking(store, {
    ...{ metric, group, filters: filters.conditions, by: panel.y, top },
    ...{ range, before: rangeBefore(range), hours: lines.begunIn(range) },
  });
  const { state, revision } = lines.over(range);
  const column = (names: readonly { readonly name: string }[], name: string): number =>
    names.findIndex((one) => one.name === name);
  const measures = shape.measures.map((name) => column(metric.measures, name));
  const derived = shape.derived.map((name) => column(metric.derived, name));
  const ids = new Set(groups.map(({ keys }) => JSON.stringify(keys)));
  const [key] = group;
  return {
    columns: [...group, ...shape.measures, ...shape.derived, 'state', 'revision', 'rank', 'rank_before'],
    rows: groups.map((one): Scalar[] => [
      ...one.keys.map(scalarCell),
      ...measures.map((at) => sumCell(one.measures[at] ?? null)),
      ...derived.map((at) => one.derived[at] ?? null),
      ...[state, revision, one.rank, one.rankBefore],
    ]),
    ...{ whole: true, hours: [], over: range },
    shown: key === undefined || groups.length === all ? null : { of: key, shown: groups.length, all },
    caption: await captionOf(parts, range, (keys) => ids.has(JSON.stringify(keys))),
  };
}

async function allBody(parts: PanelParts, range: HourWindow): Promise<PanelBody> {
  const { store, metric, shape, filters, lines } = parts;
  const { group } = shape;
  const question = { metric, group, filters: filters.conditions, derived: true };
  const plan = planOf(question);
  const sums = await fetchSums(store, { metric, range, grain: 'all' }, plan);
  const context = await sumsContext(store, question, plan, lines.begunIn(range));
  const table = foldedTable(sums, plan.folded);
  const grouped = (by: readonly string[]): AnsweredGroups => answeredGroups(metric, table, by, plan, context);
  const { groups, shown, isShown } = limited(parts, grouped(group), (key) => grouped([key]));
  const line = lines.over(range);
  return {
    ...panelTable(shape, group, groups, () => line),
    ...{ whole: true, hours: [], over: range, shown },
    caption: await captionOf(parts, range, isShown, sums),
  };
}

/** Only the largest values of each key that has more than are shown; what is said of it is of the last such key. */
function limited(
  { metric, shape }: PanelParts,
  groups: AnsweredGroups,
  byValue: (key: string) => AnsweredGroups,
): { readonly groups: AnsweredGroups; readonly shown: PanelBody['shown']; readonly isShown?: IsShown } {
  let shown: PanelBody['shown'] = null;
  const chosen = new Map<string, ReadonlySet<JsonCell>>();
  for (const { key, most } of shape.limits) {
    const all = valuesOf(groups, key).size;
    if (all <= most) continue;
    const values = largest(metric, byValue(key), key, shape.panel.y, most);
    chosen.set(key, values);
    groups = withValues(groups, key, values);
    shown = { of: key, shown: values.size, all };
  }
  if (shown === null) return { groups, shown };
  const isShown: IsShown = (keys) => shape.group.every((key, i) => chosen.get(key)?.has(keys[i] ?? null) ?? true);
  return { groups, shown, isShown };
}
