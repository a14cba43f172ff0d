import { SpillwayError } from '../errors.ts';
import { Cuts } from './cut.ts';
import type { DeriveContext } from './derive-context.ts';
import { ParameterValues } from './derive-context.ts';
import type { ExactSum } from './exact-sum.ts';
import type { Expression } from './expression.ts';
import { compileExpression } from './expression.ts';
import type { Metric } from './metric.ts';
import type { RollupRow, RollupTable } from './rollup-table.ts';
import { tableOfObjects } from './rollup-table.ts';

/** One group of a metric's rows: what it was grouped by, its summed measures and what derives from them. */
export interface DerivedRow<Cell> {
  readonly keys: Readonly<Record<string, Cell>>;
  /** Exact sums; null where no row has a value. */
  readonly measures: Readonly<Record<string, bigint | null>>;
  /** Null where a denominator is 0 or a value is missing. */
  readonly derived: Readonly<Record<string, number | null>>;
}

/**
 * The keys by which rows must be told apart so that `deriveValues` can group them by `groupBy` with the same context: a
 * store may sum everything else away before it hands the rows over. In the order of the metric's keys.
 */
export function keysNeeded(
  metric: Metric,
  groupBy: readonly string[],
  context: Pick<DeriveContext, 'hours' | 'instances'> = {},
): readonly string[] {
  const needed = new Set([...groupBy, ...compiled(metric).flatMap(({ expression }) => [...expression.detailKeys])]);
  if (usesSlotHours(metric)) {
    // Without being told, they are counted among the rows.
    if (context.hours === undefined) needed.add('hour');
    if (context.instances === undefined) needed.add('instance_id');
  }
  return metric.keys.map(({ name }) => name).filter((name) => needed.has(name));
}

/** Whether a derived value depends on the hours and instances that were chosen, with or without rows. */
export function usesSlotHours(metric: Metric): boolean {
  return compiled(metric).some(({ expression }) => expression.parameters.has('slot_hours'));
}

/**
 * The keys over which some derived value takes a share. Rows must not be filtered by them before `deriveValues`, only
 * its results: a share of what was left out would be wrong.
 */
export function keysToKeepWhole(metric: Metric): readonly string[] {
  const whole = new Set(compiled(metric).flatMap(({ expression }) => [...expression.completeKeys]));
  return metric.keys.map(({ name }) => name).filter((name) => whole.has(name));
}

/** Groups of a metric's rows by column. What is not asked for is not computed. */
export interface DerivedTable<Cell> {
  /** Number of groups; they come in the order in which their first row did. */
  readonly size: number;
  /** The value of a key by which rows were grouped. */
  key(name: string): readonly Cell[];
  /** Exact sums of a measure; null where no row has a value. */
  measure(name: string): readonly ExactSum[];
  /** Null where a denominator is 0 or a value is missing. */
  derived(name: string): readonly (number | null)[];
}

/**
 * Sums rows to the grain of `groupBy` (some of the metric's keys; none gives one row for everything) and computes the
 * derived values of each group. The rows may be of any finer grain, as long as they have the columns of `keysNeeded`.
 * Sums are exact, so the order of rows changes nothing but that of the groups. `context` says what the rows cannot:
 * slots, weights, and the hours and instances that have no rows.
 * Throws QUERY_INVALID if the metric has no such key.
 */
export function deriveTable<Cell>(
  metric: Metric,
  rows: RollupTable<Cell>,
  groupBy: readonly string[],
  context: DeriveContext<Cell> = {},
): DerivedTable<Cell> {
  const known = metric.keys.map(({ name }) => name);
  const unknown = groupBy.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new SpillwayError('QUERY_INVALID', `metric ${metric.name} has no key "${unknown}"`, {
      hint: `its keys are ${known.join(', ')}`,
    });
  }
  const cut = new Cuts(rows, (cellsOf) => new ParameterValues(context, cellsOf)).cut(groupBy);
  return {
    size: cut.groups.length,
    key: (name) => cut.keyOf(name),
    measure: (name) => cut.sumsOf(name),
    derived: (name) => {
      const evaluate = compiled(metric).find((one) => one.name === name)?.expression.evaluate;
      if (evaluate === undefined) throw new Error(`metric ${metric.name} derives no "${name}"`);
      return cut.groups.map((group) => group.value(evaluate));
    },
  };
}

/** `deriveTable` of rows that are objects, as objects with all measures and derived values. */
export function deriveValues<Cell>(
  metric: Metric,
  rows: readonly RollupRow<Cell>[],
  groupBy: readonly string[],
  context: DeriveContext<Cell> = {},
): readonly DerivedRow<Cell>[] {
  const table = deriveTable(metric, tableOfObjects(rows), groupBy, context);
  const keys = groupBy.map((name) => [name, table.key(name)] as const);
  const measures = metric.measures.map(({ name }) => [name, table.measure(name)] as const);
  const derived = metric.derived.map(({ name }) => [name, table.derived(name)] as const);
  return Array.from({ length: table.size }, (_, i) => ({
    // Every column has a cell for every group.
    keys: Object.fromEntries(keys.map(([name, cells]) => [name, cells[i] as Cell])),
    measures: Object.fromEntries(measures.map(([name, sums]) => [name, exactBigint(sums[i] ?? null)])),
    derived: Object.fromEntries(derived.map(([name, values]) => [name, values[i] ?? null])),
  }));
}

function exactBigint(sum: ExactSum): bigint | null {
  return sum === null ? null : BigInt(sum);
}

/** Expressions of a metric, parsed once. */
const COMPILED = new WeakMap<Metric, readonly { readonly name: string; readonly expression: Expression }[]>();

function compiled(metric: Metric): readonly { readonly name: string; readonly expression: Expression }[] {
  const ready = COMPILED.get(metric);
  if (ready !== undefined) return ready;
  const above = new Map<string, Expression>();
  const scope = { keys: metric.keys, measures: metric.measures.map(({ name }) => name), above };
  for (const { name, expr } of metric.derived) above.set(name, compileExpression(expr, scope));
  const made = [...above].map(([name, expression]) => ({ name, expression }));
  COMPILED.set(metric, made);
  return made;
}
