import type { AnsweredGroups, Scalar } from '../series-groups.ts';
import { scalarCell, sumCell } from '../series-groups.ts';
import type { PanelShape } from './panel-shape.ts';

/** Rows as a panel sends them. */
export interface PanelTable {
  readonly columns: string[];
  readonly rows: Scalar[][];
}

/** What a row says besides its own numbers. */
export interface LineOf {
  readonly state: string;
  readonly revision: number;
}

/** Groups as rows in the order of `keys`; `lineOf` is asked with the index of the group. */
export function panelTable(
  { measures, derived, states }: PanelShape,
  keys: readonly string[],
  { table, kept }: AnsweredGroups,
  lineOf: (index: number) => LineOf,
): PanelTable {
  const cells: (readonly Scalar[])[] = [
    ...keys.map((name) => table.key(name).map(scalarCell)),
    ...measures.map((name) => table.measure(name).map(sumCell)),
    ...derived.map((name) => table.derived(name)),
  ];
  const sorted = inOrder(cells.slice(0, keys.length), kept);
  const lines = states ? ['state', 'revision'] : [];
  return {
    columns: [...keys, ...measures, ...derived, ...lines],
    rows: sorted.map((i) => {
      const row = cells.map((column) => column[i] ?? null);
      if (!states) return row;
      const { state, revision } = lineOf(i);
      row.push(state, revision);
      return row;
    }),
  };
}

/** Indices in the order of the first column, then of the second, and so on. */
function inOrder(columns: readonly (readonly Scalar[])[], indices: readonly number[]): readonly number[] {
  // Places in the order of each column's different values: texts are compared once for each of these.
  const places = columns.map((cells) => {
    const different = [...new Set(indices.map((i) => cells[i] ?? null))].sort(compareCells);
    return { cells, placeOf: new Map(different.map((cell, place) => [cell, place])) };
  });
  const place = (i: number): number =>
    places.reduce((sum, { cells, placeOf }) => sum * placeOf.size + (placeOf.get(cells[i] ?? null) ?? 0), 0);
  // Numbers are sorted many times faster than anything that has to be compared by a function.
  const sorted = Float64Array.from(indices, (i, n) => place(i) * indices.length + n).sort();
  return Array.from(sorted, (sortable) => indices[sortable % indices.length] ?? 0);
}

/** Nulls last, as the store orders; integers by size, also those that are text because they have too many digits. */
export function compareCells(a: Scalar, b: Scalar): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? 1 : -1;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'number' || typeof b === 'number') return BigInt(String(a)) < BigInt(String(b)) ? -1 : 1;
  return String(a) < String(b) ? -1 : 1;
}
