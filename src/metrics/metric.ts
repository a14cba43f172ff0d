export { readShare } from './buckets.ts';
export {
  type DerivedRow,
  type DerivedTable,
  deriveTable,
  deriveValues,
  keysNeeded,
  keysToKeepWhole,
  usesSlotHours,
} from './derive.ts';
export type { DeriveContext } from './derive-context.ts';
export { addExact, type ExactSum } from './exact-sum.ts';
export {
  AMENDABLE_HOURS,
  carriedSql,
  EMPTY_HISTORY,
  fingerprintSql,
  HISTORY_COLUMNS,
  HISTORY_TABLES,
  type HistoryInputs,
  historyRelations,
  historySql,
  MEMORY_HOURS,
} from './history.ts';
export { type RankedRow, rankRows } from './rank.ts';
export {
  type RollupRow,
  type RollupTable,
  tableOfArrays,
  tableOfColumns,
  tableOfRows,
} from './rollup-table.ts';
export { metricsFromJson } from './stored.ts';

/** A SQL type that a rollup column may have. Measures are always BIGINT, so that sums are exact in any order. */
export type RollupType = 'BIGINT' | 'VARCHAR' | 'BOOLEAN' | 'TIMESTAMP';

export interface KeyColumn {
  readonly name: string;
  readonly type: RollupType;
}

export interface Measure {
  readonly name: string;
  readonly unit: string;
  readonly note: string | undefined;
}

export interface DerivedValue {
  readonly name: string;
  /** Expression over measures, parameters and the derived values before it, evaluated after summing (`expression.ts`). */
  readonly expr: string;
  readonly unit: string;
  readonly note: string | undefined;
}

/** Forms in which a metric can be drawn. */
export const CHARTS = ['line', 'area', 'bars', 'scatter', 'heatmap', 'table'] as const;
export type Chart = (typeof CHARTS)[number];

/** How the dashboard draws a metric. All names in it exist. */
export interface Panel {
  readonly chart: Chart;
  /** Key along the axis; undefined where the chart has none. */
  readonly x: string | undefined;
  /** Measures or derived values, drawn in this order. */
  readonly y: readonly string[];
  /** Second key that tells series (or, with `top`, equal values of `x`) apart. */
  readonly series: string | undefined;
  /** How many values of `x` and `series` are shown unless asked otherwise: those with the largest sum of `y`. */
  readonly top: number | undefined;
  /** The one value of a key that is shown unless another is chosen. */
  readonly where: Readonly<Record<string, string>>;
  /** Whether what `y` and `series` tell apart lies on top of each other. */
  readonly stack: boolean;
  readonly scale: Scale;
  readonly over: Over;
  /** Measures or derived values of everything shown together, said in words below the chart. */
  readonly caption: readonly string[];
  /** Derived values between which most of what the first `y` stands for lies. */
  readonly spread: readonly [low: string, high: string] | undefined;
  readonly fit: Fit | undefined;
}

/** Axis of a panel's values; on `log` a zero has no place. */
export const SCALES = ['linear', 'log'] as const;
export type Scale = (typeof SCALES)[number];

/** What a panel whose axis is not the hour sums over: all hours in view, or one of them (chosen, or the latest with events). */
export const OVERS = ['range', 'hour'] as const;
export type Over = (typeof OVERS)[number];

/** Derived values that draw the least-squares line ln(1 + y) = intercept + slope x. */
export interface Fit {
  readonly slope: string;
  readonly intercept: string;
}

/** One figure of the dashboard's top row: its value in an hour, compared with the same hour of the day before. */
export interface Kpi {
  readonly label: string;
  /** A measure or derived value; with `count`, a flag. */
  readonly value: string;
  /** Which way is good; undefined where neither is. */
  readonly better: 'lower' | 'higher' | undefined;
  /** The one value of a key that it is about. */
  readonly where: Readonly<Record<string, string>>;
  /** A key: how many of its values have the flag, of how many. */
  readonly count: string | undefined;
}

/** One file of `metrics/`: the definition of one hourly rollup. */
export interface Metric {
  /** File name without `.sql`; the name of its table everywhere. */
  readonly name: string;
  /** Path of the file, as the folder was given. */
  readonly file: string;
  readonly title: string;
  readonly question: string;
  readonly description: string | undefined;
  /** `hour` first, always. */
  readonly keys: readonly KeyColumn[];
  readonly measures: readonly Measure[];
  readonly derived: readonly DerivedValue[];
  readonly panel: Panel | undefined;
  readonly kpi: readonly Kpi[];
  /** The SELECT also reads `known` and `carried`: what earlier hours left behind (`relation.ts`). */
  readonly history: boolean;
  /** The SELECT, without the head; reads `events`, and with `history` also `known` and `carried`. */
  readonly sql: string;
  /** SHA-256 of what decides the numbers: keys, measures and SQL (white space at line ends apart). */
  readonly hash: string;
}

/** Key and measure columns with their types, in the order of every table, file and answer. */
export function rollupColumns(metric: Metric): readonly { readonly name: string; readonly type: RollupType }[] {
  return [...metric.keys, ...metric.measures.map((measure) => ({ name: measure.name, type: 'BIGINT' as const }))];
}

/** The same columns by name, quoted, as a SELECT list. */
export function rollupColumnList(metric: Metric): string {
  return rollupColumns(metric)
    .map(({ name }) => `"${name}"`)
    .join(', ');
}

/** SELECTs of what a metric reads, with the columns that `relation.ts` lists. */
export interface Relations {
  readonly events: string;
  readonly known: string;
  readonly carried: string;
}

/**
 * The metric's SELECT over the given relations, every column cast to its declared type and named in the declared order,
 * rows sorted by key.
 */
export function rollupSql(metric: Metric, relations: Relations): string {
  const names = metric.history ? (['events', 'known', 'carried'] as const) : (['events'] as const);
  const inputs = names.map((name) => `${name} AS (${relations[name]})`).join(', ');
  const columns = rollupColumns(metric).map(({ name, type }) => `CAST("${name}" AS ${type}) AS "${name}"`);
  const keys = metric.keys.map(({ name }) => `"${name}"`);
  return `WITH ${inputs} SELECT ${columns.join(', ')} FROM (\n${metric.sql}\n) ORDER BY ${keys.join(', ')}`;
}
