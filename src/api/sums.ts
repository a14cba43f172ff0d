import { SpillwayError } from '../errors.ts';
import type { HotStore, JsonCell } from '../hot-store/hot-store.ts';
import type { DeriveContext, Metric, RollupTable } from '../metrics/metric.ts';
import { tableOfColumns } from '../metrics/metric.ts';
import { MICROS_PER_HOUR } from '../model/time.ts';
import { Dictionaries } from './dictionary.ts';
import type { HourRange } from './range.ts';
import type { Grain, SeriesQuestion } from './series.ts';
import { contextOfRun } from './series-context.ts';
import type { Plan } from './series-plan.ts';
import { sumsSql } from './series-plan.ts';
import { MAX_DETAIL_ROWS } from './series-rows.ts';

export type SumsQuestion = Pick<SeriesQuestion, 'metric'> & { readonly range: HourRange; readonly grain: Grain };

/** Hours from which on a result may be so large that keys are told by a dictionary. */
const HOURS_WITH_DICTIONARY = 6;
/** Rows of a result from which on a dictionary is worth its while. */
const ROWS_WITH_DICTIONARY = 2_000;

/**
 * Sums a metric's measures by the keys of a plan. Keys over which a share is taken and that are filtered are told apart
 * here: `foldedTable` folds them. Throws REQUEST_INVALID where these are too many rows to derive anything from.
 */
export async function fetchSums(store: HotStore, question: SumsQuestion, plan: Plan): Promise<RollupTable<JsonCell>> {
  const keys = isLarge(question, plan) ? textKeys(question.metric, plan) : [];
  const dictionaries = Dictionaries.of(store);
  const known = new Map<string, string>();
  for (const key of keys) {
    const sql = dictionaries.sql(question.metric.name, key);
    if (sql !== undefined) known.set(key, sql);
  }
  const coded = await fetchWith(store, question, plan, known);
  const isKnown = [...known.keys()].every((key) => !coded.cellsOf(key).includes(null));
  const found = isKnown ? coded : await fetchWith(store, question, plan, new Map());
  const learned = keys.filter((key) => !(isKnown && known.has(key)));
  if (found.table.size >= ROWS_WITH_DICTIONARY) {
    for (const key of learned) dictionaries.learn(question.metric.name, key, found.cellsOf(key));
  }
  return found.table;
}

/** Whether a question may have many rows: not one for what has changed of a few hours. */
function isLarge({ range: { from, to }, grain }: SumsQuestion, { filters }: Plan): boolean {
  const isShort = from !== undefined && to !== undefined && to - from <= HOURS_WITH_DICTIONARY * MICROS_PER_HOUR;
  return grain === 'hour' && !isShort && !filters.some(({ key }) => key.name === 'hour');
}

function textKeys(metric: Metric, plan: Plan): readonly string[] {
  return metric.keys.flatMap(({ name, type }) => (type === 'VARCHAR' && plan.keys.includes(name) ? [name] : []));
}

async function fetchWith(
  store: HotStore,
  question: SumsQuestion,
  plan: Plan,
  keySqls: ReadonlyMap<string, string>,
): Promise<{ readonly table: RollupTable<JsonCell>; cellsOf(name: string): readonly JsonCell[] }> {
  const sql = sumsSql({ ...question, derived: true }, { ...plan, folded: [] }, keySqls);
  const { columns, cells, size, truncated } = await store.queryColumns(sql, { maxRows: MAX_DETAIL_ROWS });
  if (truncated) {
    const message = `${question.metric.name} needs more than ${MAX_DETAIL_ROWS} rows for this`;
    throw new SpillwayError('REQUEST_INVALID', message, { hint: 'ask for fewer hours or with a filter' });
  }
  const names = columns.map(({ name }) => name);
  return { table: tableOfColumns(names, cells, size), cellsOf: (name) => cells[names.indexOf(name)] ?? [] };
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
