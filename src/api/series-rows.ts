import { setImmediate as nextTurn } from 'node:timers/promises';
import { SpillwayError } from '../errors.ts';
import type { HotStore, JsonCell, QueryResult } from '../hot-store/hot-store.ts';
import type { DeriveContext } from '../metrics/metric.ts';
import { deriveValues } from '../metrics/metric.ts';
import { asObjects } from './range.ts';
import type { KeyFilter, SeriesQuestion } from './series.ts';
import { seriesContext } from './series-context.ts';
import type { Plan } from './series-plan.ts';
import { planOf, seriesSql } from './series-plan.ts';

/** Rows that derived values are computed from at most: more would take memory and time from the run itself. */
const MAX_DETAIL_ROWS = 200_000;
/** Rows worked on at a time: a few milliseconds, after which the process gets to its other work. */
const SLICE_ROWS = 1_000;

export type SeriesRow = Readonly<Record<string, JsonCell>>;

/** The rows that answer a question, in order of time and keys. */
export async function seriesRows(
  store: HotStore,
  question: SeriesQuestion,
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
  const context = await seriesContext(store, question, plan);
  const rows: SeriesRow[] = [];
  for (const slice of slicesOfTimes(result.rows)) {
    const part = asObjects(result.columns, slice);
    for (const row of derived ? derivedRows(question, plan, part, context(part)) : part) rows.push(row);
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
  fetched: readonly SeriesRow[],
  context: DeriveContext<JsonCell>,
): SeriesRow[] {
  const kept = ['hour', ...group];
  const times = new Map(fetched.map((row) => [row.hour, { state: row.state, revision: row.revision }]));
  return deriveValues(metric, fetched, [...kept, ...plan.folded.map(({ key }) => key.name)], context)
    .filter(({ keys }) => plan.folded.every(({ key }) => keys[key.name] === 1))
    .filter(({ keys }) => plan.late.every((filter) => isAmong(filter, keys)))
    .map(({ keys, measures, derived }) => ({
      ...Object.fromEntries(kept.map((name) => [name, keys[name] ?? null])),
      ...Object.fromEntries(Object.entries(measures).map(([name, sum]) => [name, exactNumber(sum)])),
      ...derived,
      state: times.get(keys.hour)?.state ?? 'open',
      revision: times.get(keys.hour)?.revision ?? 0,
    }));
}

function isAmong({ key, values }: KeyFilter, keys: SeriesRow): boolean {
  const cell = keys[key.name];
  return cell !== null && values.some(({ text }) => text === String(cell));
}

/** A number where no digit is lost, else text: as the store gives its integers. */
function exactNumber(sum: bigint | null): number | string | null {
  if (sum === null) return null;
  return sum >= Number.MIN_SAFE_INTEGER && sum <= Number.MAX_SAFE_INTEGER ? Number(sum) : String(sum);
}
