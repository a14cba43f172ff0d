import { inOrder } from '../in-order.ts';
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
