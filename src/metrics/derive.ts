import { SpillwayError } from '../errors.ts';
import type { DeriveContext } from './derive-context.ts';
import { ParameterValues } from './derive-context.ts';
import type { Evaluate, Group, Part } from './evaluate.ts';
import type { Expression } from './expression.ts';
import { compileExpression } from './expression.ts';
import type { Metric } from './metric.ts';
import type { Parameter } from './parameters.ts';

/** A row of a metric's table, as a session or a query gives it. Measures may come as bigint, number or text. */
export type RollupRow<Cell> = Readonly<Record<string, Cell>>;

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

/**
 * Sums rows to the grain of `groupBy` (some of the metric's keys; none gives one row for everything) and computes the
 * derived values of each group. The rows may be of any finer grain, as long as they have the columns of `keysNeeded`.
 * Groups come in the order in which their first row did; sums are exact, so the order of rows changes nothing else.
 * `context` says what the rows cannot: slots, weights, and the hours and instances that have no rows.
 * Throws QUERY_INVALID if the metric has no such key.
 */
export function deriveValues<Cell>(
  metric: Metric,
  rows: Iterable<RollupRow<Cell>>,
  groupBy: readonly string[],
  context: DeriveContext<Cell> = {},
): readonly DerivedRow<Cell>[] {
  const known = metric.keys.map(({ name }) => name);
  const unknown = groupBy.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new SpillwayError('QUERY_INVALID', `metric ${metric.name} has no key "${unknown}"`, {
      hint: `its keys are ${known.join(', ')}`,
    });
  }
  const names = metric.measures.map(({ name }) => name);
  const groups = new Summed(names, groupBy, rows, context);
  const expressions = compiled(metric);
  return groups.all.map((group) => ({
    keys: Object.fromEntries(groupBy.map((name) => [name, cellOf(group.rows[0], name)])),
    measures: Object.fromEntries(names.map((name) => [name, group.sum(name)])),
    derived: Object.fromEntries(expressions.map(({ name, expression }) => [name, group.value(expression.evaluate)])),
  }));
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

/** Rows cut into groups; every sum and every other cut is made when it is first asked for. */
class Summed<Cell> {
  readonly all: readonly RowGroup<Cell>[];
  readonly measures: readonly string[];
  readonly parameters: ParameterValues<Cell>;
  readonly #groupBy: readonly string[];
  readonly #coarser = new Map<string, ReadonlyMap<string, RowGroup<Cell>>>();

  constructor(
    measures: readonly string[],
    groupBy: readonly string[],
    rows: Iterable<RollupRow<Cell>>,
    context: DeriveContext<Cell>,
  ) {
    this.measures = measures;
    this.parameters = new ParameterValues(context, () => this.#rows());
    this.#groupBy = groupBy;
    this.all = [...this.#cut(rows, groupBy).values()];
  }

  /** The group without the key `key` that `group` belongs to. */
  over(key: string, group: RowGroup<Cell>): RowGroup<Cell> {
    const rest = this.#groupBy.filter((name) => name !== key);
    if (rest.length === this.#groupBy.length) return group;
    let coarser = this.#coarser.get(key);
    if (coarser === undefined) {
      coarser = this.#cut(this.#rows(), rest);
      this.#coarser.set(key, coarser);
    }
    return coarser.get(identity(group.rows[0], rest)) ?? group;
  }

  #rows(): RollupRow<Cell>[] {
    return this.all.flatMap(({ rows }) => rows);
  }

  #cut(rows: Iterable<RollupRow<Cell>>, by: readonly string[]): Map<string, RowGroup<Cell>> {
    const groups = new Map<string, RowGroup<Cell>>();
    for (const row of rows) {
      const id = identity(row, by);
      const group = groups.get(id);
      if (group === undefined) groups.set(id, new RowGroup(this, by, [row]));
      else group.rows.push(row);
    }
    return groups;
  }
}

class RowGroup<Cell> implements Group {
  readonly rows: RollupRow<Cell>[];
  readonly #of: Summed<Cell>;
  readonly #groupBy: readonly string[];
  readonly #sums = new Map<string, bigint | null>();
  readonly #values = new Map<Evaluate, number | null>();
  readonly #parts = new Map<string, readonly Part[]>();

  constructor(of: Summed<Cell>, groupBy: readonly string[], rows: RollupRow<Cell>[]) {
    this.#of = of;
    this.#groupBy = groupBy;
    this.rows = rows;
  }

  sum(name: string): bigint | null {
    let sum = this.#sums.get(name);
    if (sum === undefined) {
      sum = null;
      for (const row of this.rows) {
        const value = integerOf(cellOf(row, name));
        if (value !== null) sum = (sum ?? 0n) + value;
      }
      this.#sums.set(name, sum);
    }
    return sum;
  }

  measure(name: string): number | null {
    const sum = this.sum(name);
    return sum === null ? null : Number(sum);
  }

  parameter(name: Parameter): number | null {
    return this.#of.parameters.valueOf(name, this.#groupBy, this.rows[0]);
  }

  value(of: Evaluate): number | null {
    let value = this.#values.get(of);
    if (value === undefined) {
      value = of(this);
      this.#values.set(of, value);
    }
    return value;
  }

  by(key: string): readonly Part[] {
    let parts = this.#parts.get(key);
    if (parts === undefined) {
      parts = this.#cut(key);
      this.#parts.set(key, parts);
    }
    return parts;
  }

  #cut(key: string): Part[] {
    const groups = new Map<bigint, RowGroup<Cell>>();
    for (const row of this.rows) {
      const x = integerOf(cellOf(row, key));
      if (x === null) continue;
      const group = groups.get(x);
      if (group === undefined) groups.set(x, new RowGroup(this.#of, this.#groupBy, [row]));
      else group.rows.push(row);
    }
    // Sums of doubles depend on their order: always the same one, whatever the rows' order was.
    return [...groups].map(([x, group]) => ({ x: Number(x), group })).sort((a, b) => a.x - b.x);
  }

  over(key: string): Group {
    return this.#of.over(key, this);
  }
}

/** Text that is equal for rows with equal keys, and for no others. */
function identity<Cell>(row: RollupRow<Cell> | undefined, keys: readonly string[]): string {
  return JSON.stringify(keys.map((key) => (row?.[key] === null ? null : String(cellOf(row, key)))));
}

function cellOf<Cell>(row: RollupRow<Cell> | undefined, name: string): Cell {
  if (row === undefined || !(name in row)) throw new Error(`a row of a metric without its column "${name}"`);
  // The check above leaves only an explicit undefined, which no row of a store has.
  return row[name] as Cell;
}

function integerOf(cell: unknown): bigint | null {
  if (cell === null) return null;
  if (typeof cell === 'bigint') return cell;
  if (typeof cell === 'number' && Number.isSafeInteger(cell)) return BigInt(cell);
  if (typeof cell === 'string' && /^-?\d+$/.test(cell)) return BigInt(cell);
  throw new TypeError(`expected a 64-bit integer, found ${typeof cell} ${String(cell)}`);
}
