import type { Scalar } from './series-groups.ts';

/** Indices in the order of the first column, then of the second, and so on. */
export function inOrder(columns: readonly (readonly Scalar[])[], indices: readonly number[]): readonly number[] {
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
function compareCells(a: Scalar, b: Scalar): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? 1 : -1;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'number' || typeof b === 'number') return BigInt(String(a)) < BigInt(String(b)) ? -1 : 1;
  return String(a) < String(b) ? -1 : 1;
}
