import { identifier } from '../engine/sql.ts';
import type { HotStore, JsonCell } from '../hot-store/hot-store.ts';
import type { DeriveContext, DerivedRow, ExactSum, Metric, RankedRow } from '../metrics/metric.ts';
import { keysToKeepWhole, rankRows, tableOfArrays } from '../metrics/metric.ts';
import type { HourWindow } from './range.ts';
import { rangeConditions, where } from './range.ts';
import type { KeyCondition } from './series.ts';
import type { AnsweredGroups } from './series-groups.ts';
import { answeredGroups } from './series-groups.ts';
import type { Plan } from './series-plan.ts';
import { planOf } from './series-plan.ts';
import { fetchSums, foldedTable, sumsContext } from './sums.ts';

/** Which groups of a metric are the largest in a range, and where they stood before. */
export interface RankQuestion {
  readonly metric: Metric;
  /** Keys whose values are told apart, none of them the hour. */
  readonly group: readonly string[];
  readonly filters: readonly KeyCondition[];
  /** Measures or derived values whose sum is the size. */
  readonly by: readonly string[];
  readonly top: number;
  readonly range: HourWindow;
  /** What `range` is compared with. */
  readonly before: HourWindow;
  /** Hours of `range` that have begun. */
  readonly hours: number;
}

/** A group with its place; 1 is the largest. Equal sizes are ordered by key. */
export interface RankedGroup {
  readonly rank: number;
  /** Its place in the range before; null if it had none there. */
  readonly rankBefore: number | null;
  /** In the order of the question's group. */
  readonly keys: readonly JsonCell[];
  /** In the order of the metric. */
  readonly measures: readonly ExactSum[];
  readonly derived: readonly (number | null)[];
}

export interface Ranking {
  readonly groups: readonly RankedGroup[];
  /** How many groups there are. */
  readonly all: number;
  /** Sizes of all groups together; null where they are not sums of measures. */
  readonly total: ExactSum;
}

/** Ranks in the store where sizes are sums of measures, which takes any number of groups, else here. */
export async function ranking(store: HotStore, question: RankQuestion): Promise<Ranking> {
  const plan = planOf({ ...question, derived: true });
  const isMeasure = (name: string): boolean => question.metric.measures.some((measure) => measure.name === name);
  return question.by.every(isMeasure)
    ? await rankedInStore(store, question, plan)
    : await rankedHere(store, question, plan);
}

async function rankedInStore(store: HotStore, question: RankQuestion, plan: Plan): Promise<Ranking> {
  const { metric, group } = question;
  const { columns, rows } = await store.query(rankSql(question), { maxRows: question.top });
  const at = (name: string): number => columns.findIndex((column) => column.name === name);
  const [all, total] = [rows[0]?.[at(ALL)] ?? 0, rows[0]?.[at(TOTAL)] ?? null];
  const context = await sumsContext(store, question, plan, question.hours);
  // What a group's derived values take is in its own row, unless they look at rows below it or beside it.
  const isOwn = plan.keys.length === group.length && !keysToKeepWhole(metric).some((key) => group.includes(key));
  const names = columns.map(({ name }) => name);
  const own = isOwn ? answeredGroups(metric, tableOfArrays(names, rows), group, plan, context) : undefined;
  const groups = own ?? (await detailedGroups(store, question, plan, context));
  const places = new Map(rows.map((row, i) => [idOf(group.map((name) => row[at(name)] ?? null)), i]));
  const ranked: RankedGroup[] = [];
  for (const found of groupsOf(metric, group, groups)) {
    const row = rows[places.get(idOf(found.keys)) ?? -1];
    if (row === undefined) continue;
    const before = row[at(BEFORE)] ?? null;
    ranked.push({ ...found, rank: Number(row[at(RANK)]), rankBefore: before === null ? null : Number(before) });
  }
  return { groups: ranked.sort((a, b) => a.rank - b.rank), all: Number(all), total: exactCell(total) };
}

async function rankedHere(store: HotStore, question: RankQuestion, plan: Plan): Promise<Ranking> {
  const { metric, group, by, top, range, before } = question;
  const context = await sumsContext(store, question, plan, question.hours);
  const ranked = async (of: HourWindow): Promise<readonly RankedRow<JsonCell>[]> => {
    const groups = await detailedGroups(store, { ...question, range: of }, plan, context);
    return rankRows(metric, groupsOf(metric, group, groups).map(toRow(question)), {
      by,
      top: Number.POSITIVE_INFINITY,
    });
  };
  const [now, past] = [await ranked(range), await ranked(before)];
  const keysIn = ({ keys }: DerivedRow<JsonCell>): JsonCell[] => group.map((name) => keys[name] ?? null);
  const places = new Map(past.map(({ row, rank }) => [idOf(keysIn(row)), rank]));
  const groups = now.slice(0, top).map(({ rank, row }) => ({
    rank,
    rankBefore: places.get(idOf(keysIn(row))) ?? null,
    keys: keysIn(row),
    measures: metric.measures.map(({ name }) => row.measures[name] ?? null),
    derived: metric.derived.map(({ name }) => row.derived[name] ?? null),
  }));
  return { groups, all: now.length, total: null };
}

/** All groups with everything that their derived values take. */
async function detailedGroups(
  store: HotStore,
  { metric, group, range }: RankQuestion,
  plan: Plan,
  context: DeriveContext<JsonCell>,
): Promise<AnsweredGroups> {
  const sums = await fetchSums(store, { metric, range, grain: 'all' }, plan);
  return answeredGroups(metric, foldedTable(sums, plan.folded), group, plan, context);
}

function groupsOf(
  metric: Metric,
  group: readonly string[],
  { table, kept }: AnsweredGroups,
): Pick<RankedGroup, 'keys' | 'measures' | 'derived'>[] {
  const keys = group.map((name) => table.key(name));
  const measures = metric.measures.map(({ name }) => table.measure(name));
  const derived = metric.derived.map(({ name }) => table.derived(name));
  return kept.map((i) => ({
    keys: keys.map((cells) => cells[i] ?? null),
    measures: measures.map((sums) => sums[i] ?? null),
    derived: derived.map((values) => values[i] ?? null),
  }));
}

type Found = ReturnType<typeof groupsOf>[number];

function toRow({ metric, group }: RankQuestion): (found: Found) => DerivedRow<JsonCell> {
  return ({ keys, measures, derived }) => ({
    keys: Object.fromEntries(group.map((name, i) => [name, keys[i] ?? null])),
    measures: Object.fromEntries(
      metric.measures.map(({ name }, i) => {
        const sum = measures[i] ?? null;
        return [name, sum === null ? null : BigInt(sum)];
      }),
    ),
    derived: Object.fromEntries(metric.derived.map(({ name }, i) => [name, derived[i] ?? null])),
  });
}

/** Columns of a ranking besides keys and measures. No key or measure can have such a name. */
const [SIZE, RANK, BEFORE, ALL, TOTAL] = ['#size', '#rank', '#before', '#all', '#total'] as const;

/** Ordered as `rankRows` orders. */
function rankSql({ metric, group, filters, by, top, range, before }: RankQuestion): string {
  const keys = group.map(identifier);
  const measures = metric.measures.map(({ name }) => identifier(name));
  const size = by.map((name) => `coalesce(sum(${identifier(name)}), 0)`).join(' + ');
  const sums = (of: HourWindow, selected: readonly string[]): string => `
    SELECT ${[...keys, ...selected, `${size} AS "${SIZE}"`].join(', ')} FROM ${identifier(metric.name)}
    ${where([...rangeConditions(of), ...filters.map(({ sql }) => sql)])}
    ${keys.length === 0 ? 'HAVING count(*) > 0' : `GROUP BY ${keys.join(', ')}`}`;
  const ties = metric.keys.map(({ name }) => name).filter((name) => group.includes(name));
  const order = [`"${SIZE}" DESC`, ...ties.map((name) => `${identifier(name)} NULLS FIRST`)].join(', ');
  const summed = measures.map((name) => `CAST(sum(${name}) AS BIGINT) AS ${name}`);
  const same = keys.map((key) => `best.${key} IS NOT DISTINCT FROM earlier.${key}`);
  return `WITH best AS (
      SELECT *, row_number() OVER (ORDER BY ${order}) AS "${RANK}", count(*) OVER () AS "${ALL}", sum("${SIZE}") OVER () AS "${TOTAL}"
      FROM (${sums(range, summed)}) ORDER BY "${RANK}" LIMIT ${top}
    ), earlier AS (
      SELECT *, row_number() OVER (ORDER BY ${order}) AS "${BEFORE}" FROM (${sums(before, [])})
    )
    SELECT best.*, earlier."${BEFORE}" FROM best LEFT JOIN earlier ON ${same.length === 0 ? 'true' : same.join(' AND ')}
    ORDER BY "${RANK}"`;
}

/** Text that is the same for the same values of keys, and for no others. */
function idOf(keys: readonly JsonCell[]): string {
  return JSON.stringify(keys);
}

function exactCell(cell: JsonCell): ExactSum {
  if (typeof cell === 'number') return cell;
  return typeof cell === 'string' ? BigInt(cell) : null;
}
