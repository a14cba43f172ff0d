import { setImmediate as nextTurn } from 'node:timers/promises';
import { SpillwayError } from '../errors.ts';
import type { HotStore, JsonCell, QueryResult } from '../hot-store/hot-store.ts';
import type { DeriveContext, RollupTable } from '../metrics/metric.ts';
import { tableOfArrays } from '../metrics/metric.ts';
import { asObjects } from './range.ts';
import type { SeriesQuestion } from './series.ts';
import { contextOfRun } from './series-context.ts';
import { answeredGroups, sumCell } from './series-groups.ts';
import type { Plan, TimedQuestion } from './series-plan.ts';
import { HOURS_COLUMN, planOf, seriesSql } from './series-plan.ts';

/** Rows that derived values are computed from at most: more would take memory and time from the run itself. */
export const MAX_DETAIL_ROWS = 200_000;
/** Rows worked on at a time: a few milliseconds, after which the process gets to its other work. */
const SLICE_ROWS = 2_000;

export { sumCell as exactNumber } from './series-groups.ts';

export type SeriesRow = Readonly<Record<string, JsonCell>>;

/** The rows that answer a question, in order of time and keys. */
export async function seriesRows(
  store: HotStore,
  question: SeriesQuestion & TimedQuestion,
): Promise<{ readonly rows: readonly SeriesRow[]; readonly truncated: boolean }> {
  const { metric, group, limit, derived } = question;
  const plan = planOf(question);
  // Where the store's rows are the answer's rows, it need not give more than are answered.
  const oneToOne = plan.keys.length === group.length && plan.late.length === 0;
  const result = await store.query(seriesSql(question, plan), { maxRows: oneToOne ? limit : MAX_DETAIL_ROWS });
  if (!oneToOne && result.truncated) {
    const message = `the derived values of ${metric.name} need more than ${MAX_DETAIL_ROWS} rows in this range`;
    throw new SpillwayError('REQUEST_INVALID', message, { hint: 'ask for less time, a filter, or derived=false' });
  }
  if (!derived) {
    return { rows: asObjects(result.columns, result.rows.slice(0, limit)), truncated: result.truncated };
  }
  const names = result.columns.map(({ name }) => name);
  const context = await contextOfRun(store, question, plan);
  const rows: SeriesRow[] = [];
  for (const slice of slicesOfTimes(result.rows)) {
    for (const row of derivedRows(question, plan, tableOfArrays(names, slice), context)) rows.push(row);
    await nextTurn();
  }
  return { rows: rows.slice(0, limit), truncated: result.truncated || rows.length > limit };
}

/**
 * Cuts rows between two times, which are their first column and their order: no group has rows of more than one time,
 * so each slice can be worked on by itself.
 */
function* slicesOfTimes(rows: QueryResult['rows']): Generator<QueryResult['rows']> {
  let start = 0;
  for (let i = 1; i <= rows.length; i++) {
    const withinSlice = i < rows.length && (i - start < SLICE_ROWS || rows[i]?.[0] === rows[i - 1]?.[0]);
    if (withinSlice) continue;
    yield rows.slice(start, i);
    start = i;
  }
}

function derivedRows(
  { metric, group }: SeriesQuestion,
  plan: Plan,
  fetched: RollupTable<JsonCell>,
  context: DeriveContext<JsonCell>,
): SeriesRow[] {
  const keys = ['hour', ...group];
  const times = timesOf(fetched);
  const hoursOf = (hour: JsonCell): number => times.get(hour)?.hours ?? 1;
  const { table, kept } = answeredGroups(metric, fetched, keys, plan, { ...context, hoursOf });
  const hours = table.key('hour');
  const columns = [
    ...keys.map((name) => ({ name, cellOf: cellsIn(table.key(name)) })),
    ...metric.measures.map(({ name }) => ({ name, cellOf: cellsIn(table.measure(name).map(sumCell)) })),
    ...metric.derived.map(({ name }) => ({ name, cellOf: cellsIn(table.derived(name)) })),
    { name: 'state', cellOf: (i: number) => times.get(hours[i] ?? null)?.state ?? 'open' },
    { name: 'revision', cellOf: (i: number) => times.get(hours[i] ?? null)?.revision ?? 0 },
  ];
  return kept.map((i) => {
    const row: Record<string, JsonCell> = {};
    for (const { name, cellOf } of columns) row[name] = cellOf(i);
    return row;
  });
}

function cellsIn(cells: readonly JsonCell[]): (i: number) => JsonCell {
  return (i) => cells[i] ?? null;
}

/** What each time says of itself in all of its rows. */
function timesOf(
  rows: RollupTable<JsonCell>,
): Map<JsonCell, { readonly state: JsonCell; readonly revision: JsonCell; readonly hours: number }> {
  const [hour, state, revision] = [rows.column('hour'), rows.column('state'), rows.column('revision')];
  const hours = rows.has(HOURS_COLUMN) ? rows.column(HOURS_COLUMN) : () => 1;
  const times: ReturnType<typeof timesOf> = new Map();
  for (let i = 0; i < rows.size; i++) {
    if (i > 0 && hour(i) === hour(i - 1)) continue;
    times.set(hour(i), { state: state(i), revision: revision(i), hours: Number(hours(i)) });
  }
  return times;
}
