import { identifier } from '../engine/sql.ts';
import type { HotStore, JsonCell } from '../hot-store/hot-store.ts';
import type { DeriveContext, Metric } from '../metrics/metric.ts';
import type { SeriesQuestion } from './series.ts';
import type { Plan } from './series-plan.ts';
import { HOURS_COLUMN } from './series-plan.ts';
import type { SeriesRow } from './series-rows.ts';

const INSTANCE = 'instance_id';

/**
 * What derived values depend on besides the rows, for rows of whole times: slots and weights of the run, the hours that
 * have begun of each row's time, and the instances that were asked for, with or without rows (all of the run's if none
 * were).
 */
export async function seriesContext(
  store: HotStore,
  question: SeriesQuestion,
  plan: Plan,
): Promise<(rows: readonly SeriesRow[]) => DeriveContext<JsonCell>> {
  const context = await contextOfRun(store, question, plan);
  return (rows) => {
    const hours = new Map(rows.map((row) => [row.hour, Number(row[HOURS_COLUMN])]));
    return { ...context, hoursOf: (hour) => hours.get(hour) ?? 1 };
  };
}

/** The same but for the hours. */
export async function contextOfRun(
  store: HotStore,
  question: Pick<SeriesQuestion, 'metric' | 'filters'>,
  plan: Plan,
): Promise<DeriveContext<JsonCell>> {
  const { slots, weights } = store.manifest;
  if (!plan.hours) return { slots, weights };
  const all = await instancesOfRun(store, question.metric);
  const asked = question.filters.find(({ key }) => key.name === INSTANCE);
  const chosen = all.filter((instance) => asked?.holds(instance) ?? true);
  const others = all.filter((instance) => !chosen.includes(instance));
  const isIn = (filters: Plan['filters']): boolean => filters.some(({ key }) => key.name === INSTANCE);
  return {
    slots,
    weights,
    // Where the store has not filtered, a share is of all instances.
    instances: isIn(plan.filters) ? chosen : all,
    ...(isIn(plan.folded) ? { instancesOf: (cell: JsonCell) => (cell === 1 ? chosen : others) } : {}),
  };
}

/** The instances that the run was restricted to, or those that the metric has seen in it. */
async function instancesOfRun(store: HotStore, metric: Metric): Promise<readonly string[]> {
  if (store.manifest.instances !== null) return store.manifest.instances;
  if (!metric.keys.some(({ name }) => name === INSTANCE)) return [];
  const { rows } = await store.query(`SELECT DISTINCT ${INSTANCE} FROM ${identifier(metric.name)}`);
  return rows.map(([instance]) => String(instance));
}
