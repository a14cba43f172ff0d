import type { Codes } from './codes.ts';
import { codesOf, combined } from './codes.ts';
import type { ParameterValues } from './derive-context.ts';
import type { Evaluate, Group, Part } from './evaluate.ts';
import type { ExactSum } from './exact-sum.ts';
import { addExact, exactInteger } from './exact-sum.ts';
import type { Parameter } from './parameters.ts';
import type { RollupTable } from './rollup-table.ts';

/**
 * The rows of a table cut into groups by some of their keys. Sums and values are computed for all groups at once, when
 * the first of them is asked for, and kept by column.
 */
export class Cut<Cell> {
  /** In the order of their first rows. */
  readonly groups: readonly Group[];
  readonly #of: Cuts<Cell>;
  readonly #keys: readonly string[];
  /** The group of each row. */
  readonly #groupOf: Int32Array;
  /** The first row of each group. */
  readonly #first: readonly number[];
  readonly #cells = new Map<string, readonly Cell[]>();
  readonly #sums = new Map<string, readonly ExactSum[]>();
  readonly #values = new Map<Evaluate, (number | null | undefined)[]>();
  readonly #parts = new Map<string, readonly (readonly Part[])[]>();

  constructor(of: Cuts<Cell>, keys: readonly string[]) {
    this.#of = of;
    this.#keys = keys;
    ({ of: this.#groupOf, first: this.#first } = combined(
      of.table.size,
      keys.map((name) => of.codes(name)),
    ));
    this.groups = this.#first.map((_, index) => new CutGroup(this, index));
  }

  /** The value of one of the keys in each group. */
  keyOf(name: string): readonly Cell[] {
    let cells = this.#cells.get(name);
    if (cells === undefined) {
      cells = this.#first.map(this.#of.table.column(name));
      this.#cells.set(name, cells);
    }
    return cells;
  }

  /** The sum of a measure in each group. */
  sumsOf(name: string): readonly ExactSum[] {
    let sums = this.#sums.get(name);
    if (sums === undefined) {
      sums = this.#sum(name);
      this.#sums.set(name, sums);
    }
    return sums;
  }

  value(of: Evaluate, index: number): number | null {
    let values = this.#values.get(of);
    if (values === undefined) {
      values = new Array<undefined>(this.groups.length).fill(undefined);
      this.#values.set(of, values);
    }
    let value = values[index];
    if (value === undefined) {
      const group = this.groups[index];
      value = group === undefined ? null : of(group);
      values[index] = value;
    }
    return value;
  }

  parameter(name: Parameter, index: number): number | null {
    const first = this.#first[index];
    const keyOf = (key: string): Cell | undefined =>
      first !== undefined && this.#keys.includes(key) ? this.#of.table.column(key)(first) : undefined;
    return this.#of.parameters.valueOf(name, keyOf);
  }

  /** The groups of a finer cut that each group consists of. */
  partsOf(key: string, index: number): readonly Part[] {
    let parts = this.#parts.get(key);
    if (parts === undefined) {
      parts = this.#partsBy(key);
      this.#parts.set(key, parts);
    }
    return parts[index] ?? [];
  }

  /** The group without the key `key` that the group belongs to; undefined where it is not told apart by `key`. */
  over(key: string, index: number): Group | undefined {
    const first = this.#first[index];
    if (first === undefined || !this.#keys.includes(key)) return undefined;
    return this.#of.cut(this.#keys.filter((name) => name !== key)).groupOfRow(first);
  }

  groupOfRow(row: number): Group | undefined {
    return this.groups[this.#groupOf[row] ?? -1];
  }

  #sum(name: string): ExactSum[] {
    const read = this.#of.table.column(name);
    const sums = new Array<ExactSum>(this.groups.length).fill(null);
    for (let row = 0; row < this.#groupOf.length; row++) {
      const value = exactInteger(read(row));
      const index = this.#groupOf[row];
      if (value === null || index === undefined) continue;
      sums[index] = addExact(sums[index] ?? null, value);
    }
    return sums;
  }

  #partsBy(key: string): readonly (readonly Part[])[] {
    const finer = this.#of.cut([...this.#keys.filter((name) => name !== key), key]);
    const xs = finer.keyOf(key).map(exactInteger);
    const parts: Part[][] = this.groups.map(() => []);
    for (const [i, group] of finer.groups.entries()) {
      const x = xs[i] ?? null;
      // Rows without the key are left out.
      if (x !== null) parts[this.#groupOf[finer.#first[i] ?? -1] ?? -1]?.push({ x: Number(x), group });
    }
    // Sums of doubles depend on their order: always the same one, whatever the rows' order was.
    for (const list of parts) list.sort((a, b) => a.x - b.x);
    return parts;
  }
}

class CutGroup<Cell> implements Group {
  readonly #cut: Cut<Cell>;
  readonly #index: number;

  constructor(cut: Cut<Cell>, index: number) {
    this.#cut = cut;
    this.#index = index;
  }

  measure(name: string): number | null {
    const sum = this.#cut.sumsOf(name)[this.#index] ?? null;
    return sum === null ? null : Number(sum);
  }

  parameter(name: Parameter): number | null {
    return this.#cut.parameter(name, this.#index);
  }

  value(of: Evaluate): number | null {
    return this.#cut.value(of, this.#index);
  }

  by(key: string): readonly Part[] {
    return this.#cut.partsOf(key, this.#index);
  }

  over(key: string): Group {
    return this.#cut.over(key, this.#index) ?? this;
  }
}

/** All cuts of one table. */
export class Cuts<Cell> {
  readonly table: RollupTable<Cell>;
  readonly parameters: ParameterValues<Cell>;
  readonly #cuts = new Map<string, Cut<Cell>>();
  readonly #codes = new Map<string, Codes>();

  constructor(table: RollupTable<Cell>, parametersOf: (cellsOf: (name: string) => Cell[]) => ParameterValues<Cell>) {
    this.table = table;
    this.parameters = parametersOf((name) => this.#cellsOf(name));
  }

  cut(keys: readonly string[]): Cut<Cell> {
    const id = JSON.stringify(keys);
    let cut = this.#cuts.get(id);
    if (cut === undefined) {
      cut = new Cut(this, keys);
      this.#cuts.set(id, cut);
    }
    return cut;
  }

  /** Which of its different values each row has in a column. */
  codes(name: string): Codes {
    let codes = this.#codes.get(name);
    if (codes === undefined) {
      codes = codesOf(this.table.size, this.table.column(name));
      this.#codes.set(name, codes);
    }
    return codes;
  }

  /** The different values of a column; none where there is no such column. */
  #cellsOf(name: string): Cell[] {
    return this.table.has(name) ? this.codes(name).first.map(this.table.column(name)) : [];
  }
}
