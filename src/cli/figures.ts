import type { HotStore, JsonCell } from '../hot-store/hot-store.ts';
import type { EventTime } from '../model/time.ts';
import { isoTime, parseTime } from '../model/time.ts';

/** An hour's main figures over all instances. What a metric did not say is undefined, never 0. */
export interface HourFigures {
  readonly hour: EventTime;
  readonly state: 'open' | 'final' | 'skipped';
  /** From the receipts. */
  readonly counted: number;
  readonly late: number;
  readonly rejected: number;
  readonly duplicate: number;
  /** Late events that were folded in; part of `late`. */
  readonly amended: number;
  /** From the rollups. */
  readonly queries: number | undefined;
  readonly spilled: number | undefined;
  readonly spilledMb: number | undefined;
  /** Executed selects plus cache hits. */
  readonly reads: number | undefined;
  readonly cached: number | undefined;
  /** Executed selects, and their compile time. */
  readonly compiled: number | undefined;
  readonly compileMs: number | undefined;
  /** Table read most often, as `provisioned-96/1234`: ids are an instance's own. */
  readonly topTable: string | undefined;
  readonly topTableReads: number | undefined;
  /** Most frequent class but `normal` and `cached`. */
  readonly bottleneck: string | undefined;
  readonly bottleneckQueries: number | undefined;
}

/** Which hours to ask for: those of a state, from an hour on or up to one, newest first. */
export interface HourChoice {
  readonly state?: 'final';
  /** Exclusive. */
  readonly after?: EventTime;
  /** Inclusive. */
  readonly upTo?: EventTime;
  readonly limit: number;
}

/** The receipt's count and the rollup's are two ways to the same number: true if they agree, undefined if unknown. */
export function balances(figures: HourFigures): boolean | undefined {
  return figures.queries === undefined ? undefined : figures.queries === figures.counted + figures.amended;
}

/** Reads the figures of the chosen hours, oldest first, in one query. */
export async function readHourFigures(
  store: Pick<HotStore, 'query' | 'metrics'>,
  choice: HourChoice,
): Promise<HourFigures[]> {
  const { columns, rows } = await store.query(figuresSql(new Set(store.metrics.map(({ name }) => name)), choice));
  const names = columns.map(({ name }) => name);
  return rows.map((row) => figuresOf(new Map(names.map((name, i) => [name, row[i] ?? null]))));
}

/** Per part the metric that it reads, and its SELECT of one row per hour. */
const PARTS: readonly { readonly metric: string; readonly columns: readonly string[]; readonly sql: string }[] = [
  {
    metric: 'workload',
    columns: ['queries'],
    sql: 'SELECT hour, CAST(sum(queries) AS BIGINT) AS queries FROM workload WHERE hour IN (SELECT hour FROM chosen) GROUP BY hour',
  },
  {
    metric: 'spill',
    columns: ['spilled', 'spilled_mb'],
    sql: `SELECT hour, CAST(sum(spilled_queries) AS BIGINT) AS spilled, CAST(sum(mbytes_spilled) AS BIGINT) AS spilled_mb
      FROM spill WHERE hour IN (SELECT hour FROM chosen) GROUP BY hour`,
  },
  {
    metric: 'result_cache',
    columns: ['reads', 'cached'],
    sql: `SELECT hour, CAST(sum(reads) AS BIGINT) AS reads, CAST(sum(cached) AS BIGINT) AS cached
      FROM result_cache WHERE hour IN (SELECT hour FROM chosen) GROUP BY hour`,
  },
  {
    metric: 'compile_joins',
    columns: ['compiled', 'compile_ms'],
    sql: `SELECT hour, CAST(sum(queries) AS BIGINT) AS compiled, CAST(sum(compile_ms) AS BIGINT) AS compile_ms
      FROM compile_joins WHERE hour IN (SELECT hour FROM chosen) GROUP BY hour`,
  },
  {
    metric: 'top_tables',
    columns: ['top_table', 'top_table_reads'],
    sql: `SELECT hour, arg_max(instance_id || '/' || table_id, (reads, instance_id, table_id)) AS top_table, max(reads) AS top_table_reads
      FROM top_tables WHERE hour IN (SELECT hour FROM chosen) AND reads > 0 GROUP BY hour`,
  },
  {
    metric: 'bottlenecks',
    columns: ['bottleneck', 'bottleneck_queries'],
    sql: `SELECT hour, arg_max(class, (queries, class)) AS bottleneck, max(queries) AS bottleneck_queries FROM (
        SELECT hour, class, CAST(sum(queries) AS BIGINT) AS queries FROM bottlenecks
        WHERE hour IN (SELECT hour FROM chosen) AND class NOT IN ('normal', 'cached') GROUP BY hour, class) GROUP BY hour`,
  },
];

const TEXTS: ReadonlySet<string> = new Set(['top_table', 'bottleneck']);

function figuresSql(metrics: ReadonlySet<string>, choice: HourChoice): string {
  const parts = PARTS.filter(({ metric }) => metrics.has(metric));
  const where = [
    choice.state === undefined ? 'true' : `state = '${choice.state}'`,
    choice.after === undefined ? 'true' : `hour > TIMESTAMP '${sqlTime(choice.after)}'`,
    choice.upTo === undefined ? 'true' : `hour <= TIMESTAMP '${sqlTime(choice.upTo)}'`,
  ].join(' AND ');
  const chosen = `SELECT hour, state, counted, late, rejected, duplicate, amended FROM hours WHERE ${where} ORDER BY hour DESC LIMIT ${choice.limit}`;
  // An hour without events has no row in a rollup: its sums are 0, its top table is unknown.
  const column = (metric: string, name: string): string => {
    return TEXTS.has(name) ? `p_${metric}.${name}` : `coalesce(p_${metric}.${name}, 0) AS ${name}`;
  };
  const columns = [
    'chosen.*',
    ...parts.flatMap(({ metric, columns: names }) => names.map((name) => column(metric, name))),
  ];
  return [
    `WITH chosen AS (${chosen})`,
    ...parts.map((part) => `, p_${part.metric} AS (${part.sql})`),
    `SELECT ${columns.join(', ')} FROM chosen`,
    ...parts.map((part) => `LEFT JOIN p_${part.metric} ON p_${part.metric}.hour = chosen.hour`),
    'ORDER BY chosen.hour',
  ].join('\n');
}

function sqlTime(t: EventTime): string {
  return isoTime(t).replace('T', ' ').replace('Z', '');
}

function figuresOf(row: ReadonlyMap<string, JsonCell>): HourFigures {
  const number = (name: string): number | undefined => {
    const cell = row.get(name);
    return typeof cell === 'number' || typeof cell === 'string' ? Number(cell) : undefined;
  };
  const text = (name: string): string | undefined => {
    const cell = row.get(name);
    return typeof cell === 'string' ? cell : undefined;
  };
  const hour = parseTime(text('hour') ?? '');
  const state = text('state');
  if (hour === undefined || (state !== 'open' && state !== 'final' && state !== 'skipped')) {
    throw new Error(`a row of hours without hour or state: ${JSON.stringify([...row])}`);
  }
  return {
    hour,
    state,
    counted: number('counted') ?? 0,
    late: number('late') ?? 0,
    amended: number('amended') ?? 0,
    rejected: number('rejected') ?? 0,
    duplicate: number('duplicate') ?? 0,
    queries: number('queries'),
    spilled: number('spilled'),
    spilledMb: number('spilled_mb'),
    reads: number('reads'),
    cached: number('cached'),
    compiled: number('compiled'),
    compileMs: number('compile_ms'),
    topTable: text('top_table'),
    topTableReads: number('top_table_reads'),
    bottleneck: text('bottleneck'),
    bottleneckQueries: number('bottleneck_queries'),
  };
}
