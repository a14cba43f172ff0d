import { SpillwayError } from '../errors.ts';
import type { HotStore, JsonCell } from '../hot-store/hot-store.ts';
import type { DeriveContext, RollupTable } from '../metrics/metric.ts';
import { tableOfColumns } from '../metrics/metric.ts';
import type { HourRange } from './range.ts';
import type { Grain, SeriesQuestion } from './series.ts';
import { contextOfRun } from './series-context.ts';
import type { Plan } from './series-plan.ts';
import { sumsSql } from './series-plan.ts';
import { MAX_DETAIL_ROWS } from './series-rows.ts';

export type SumsQuestion = Pick<SeriesQuestion, 'metric'> & { readonly range: HourRange; readonly grain: Grain };

/**
 * Sums a metric's measures by the keys of a plan. Keys over which a share is taken and that are filtered are told apart
 * here: `foldedTable` folds them. Throws REQUEST_INVALID where these are too many rows to derive anything from.
 */
export async function fetchSums(store: HotStore, question: SumsQuestion, plan: Plan): Promise<RollupTable<JsonCell>> {
  const sql = sumsSql({ ...question, derived: true }, { ...plan, folded: [] });
  const { columns, cells, size, truncated } = await store.queryColumns(sql, { maxRows: MAX_DETAIL_ROWS });
  if (truncated) {
    const message = `${question.metric.name} needs more than ${MAX_DETAIL_ROWS} rows for this`;
    throw new SpillwayError('REQUEST_INVALID', message, { hint: 'ask for fewer hours or with a filter' });
  }
  return tableOfColumns(
    columns.map(({ name }) => name),
    cells,
    size,
  );
}

/** The sums with 1 for the chosen values of a folded key and 0 for all others. */
export function foldedTable(table: RollupTable<JsonCell>, folded: Plan['folded']): RollupTable<JsonCell> {
  if (folded.length === 0) return table;
  return {
    ...table,
    column: (name) => {
      const read = table.column(name);
      const condition = folded.find(({ key }) => key.name === name);
      return condition === undefined ? read : (row) => (condition.holds(read(row)) ? 1 : 0);
    },
  };
}

/** What derived values of `group` depend on besides rows; `hours` is what a row of no single hour stands for. */
export async function sumsContext(
  store: HotStore,
  question: Pick<SeriesQuestion, 'metric' | 'filters' | 'group'>,
  plan: Plan,
  hours: number,
): Promise<DeriveContext<JsonCell>> {
  // Where each row has its instance, nobody asks for all of them.
  const told = question.group.includes('instance_id');
  return { ...(await contextOfRun(store, question, { ...plan, hours: plan.hours && !told })), hours };
}
