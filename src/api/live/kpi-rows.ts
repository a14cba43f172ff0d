import type { HotStore } from '../../hot-store/hot-store.ts';
import type { ExactSum, Kpi, Metric } from '../../metrics/metric.ts';
import { addExact } from '../../metrics/metric.ts';
import { addMicros, isoTime, MICROS_PER_DAY } from '../../model/time.ts';
import { hourCondition } from '../series.ts';
import type { AnsweredGroups, Scalar } from '../series-groups.ts';
import { scalarCell, sumCell } from '../series-groups.ts';
import type { HourWindow, LiveQuestion } from './live-question.ts';
import type { KpiRows } from './messages.ts';
import { panelFilters } from './panel-filters.ts';
import { PanelMemory } from './panel-memory.ts';
import type { PanelQuestion } from './panel-question.ts';
import type { HourlyNeed, MetricSums } from './panel-sums.ts';

/** One figure of the top row and what it needs. */
export interface KpiPlan {
  readonly store: HotStore;
  readonly live: LiveQuestion;
  readonly metric: Metric;
  readonly kpi: Kpi;
  readonly need: HourlyNeed;
  /** The hours that its rows replace; undefined for all. */
  readonly hours: readonly string[] | undefined;
  readonly ignored: readonly string[];
  /** Its metric and place: `spill.0`. */
  readonly name: string;
}

/** The hours in view and the day before them, with which each is compared. */
export function kpiWindow({ window }: PanelQuestion): HourWindow {
  return { from: addMicros(window.from, -MICROS_PER_DAY), to: window.to };
}

/** What the figure at `place` of a metric needs. Throws REQUEST_INVALID for a value that the metric's key cannot have. */
export function kpiPlan(store: HotStore, metric: Metric, place: number, question: PanelQuestion): KpiPlan {
  const kpi = metric.kpi[place];
  if (kpi === undefined) throw new Error(`metric ${metric.name} has no figure ${place}`);
  const { since, live } = question;
  const [name, range] = [`${metric.name}.${place}`, kpiWindow(question)];
  const { conditions, ignored } = panelFilters(metric, live, kpi.where);
  const known = PanelMemory.of(store).sent(name, live) !== undefined;
  const hours = known ? since?.hours.filter((hour) => hour >= range.from && hour < range.to) : undefined;
  const need = {
    group: kpi.count === undefined ? [] : [kpi.count],
    conditions: hours === undefined ? conditions : [...conditions, hourCondition(hours)],
    range,
  };
  return { store, live, metric, kpi, need, ignored, name, hours: hours?.map(isoTime) };
}

/** Its rows; undefined where nothing has changed. */
export async function kpiRows(plan: KpiPlan, sums: MetricSums): Promise<KpiRows | undefined> {
  const { store, live, kpi, need, hours, ignored, name } = plan;
  if (hours?.length === 0) return undefined;
  const { groups } = await sums.of(need);
  const rows = kpi.count === undefined ? valueRows(plan, groups) : countRows(plan, groups);
  PanelMemory.of(store).note(name, live, new Set());
  return {
    columns: columnsOf(kpi),
    rows: rows.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
    ...{ whole: hours === undefined, hours: [...(hours ?? [])], ignored: [...ignored] },
  };
}

/** A figure that cannot be answered; its metric's panel says why. */
export function brokenKpi(store: HotStore, metric: Metric, place: number, { live }: PanelQuestion): KpiRows {
  PanelMemory.of(store).note(`${metric.name}.${place}`, live, undefined);
  const kpi = metric.kpi[place];
  return { columns: kpi === undefined ? [] : columnsOf(kpi), rows: [], whole: true, hours: [], ignored: [] };
}

function columnsOf({ count }: Kpi): string[] {
  return ['hour', 'value', 'n', ...(count === undefined ? [] : ['of'])];
}

function valueRows({ metric, kpi }: KpiPlan, { table, kept }: AnsweredGroups): Scalar[][] {
  const [hours, sizes] = [table.key('hour').map(scalarCell), table.measure(firstOf(metric))];
  const isMeasure = metric.measures.some(({ name }) => name === kpi.value);
  const values = isMeasure ? table.measure(kpi.value).map(sumCell) : table.derived(kpi.value);
  return kept.map((i) => [hours[i] ?? null, values[i] ?? null, sumCell(sizes[i] ?? null)]);
}

/** How many groups of each hour have the flag, of how many. */
function countRows({ metric, kpi }: KpiPlan, { table, kept }: AnsweredGroups): Scalar[][] {
  const [hours, sizes] = [table.key('hour').map(scalarCell), table.measure(firstOf(metric))];
  const isMeasure = metric.measures.some(({ name }) => name === kpi.value);
  const flags = isMeasure ? table.measure(kpi.value) : table.derived(kpi.value);
  const counts = new Map<Scalar, { value: number; n: ExactSum; of: number }>();
  for (const i of kept) {
    const hour = hours[i] ?? null;
    const count = counts.get(hour) ?? { value: 0, n: null, of: 0 };
    if (count.of === 0) counts.set(hour, count);
    count.of += 1;
    count.n = addExact(count.n, sizes[i] ?? 0);
    if (Number(flags[i] ?? 0) > 0) count.value += 1;
  }
  return [...counts].map(([hour, { value, n, of }]) => [hour, value, sumCell(n), of]);
}

function firstOf(metric: Metric): string {
  const [first] = metric.measures;
  if (first === undefined) throw new Error(`metric ${metric.name} measures nothing`);
  return first.name;
}
