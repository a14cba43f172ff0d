import type { Scalar } from './series-groups.ts';

/** Indices in the order of the first column, then of the second, and so on; equal ones as they come. */
export function inOrder(columns: readonly (readonly Scalar[])[], indices: readonly number[]): readonly number[] {
  const places = columns.map((cells) => placesOf(cells, indices));
  const combinations = places.reduce((product, { size }) => product * size, Math.max(1, indices.length));
  if (combinations > Number.MAX_SAFE_INTEGER) return byComparing(places, indices);
  // Numbers are sorted many times faster than anything that has to be compared by a function.
  const sortable = new Float64Array(indices.length);
  let isSorted = true;
  for (const [n, i] of indices.entries()) {
    let place = 0;
    for (const { size, of } of places) place = place * size + (of[i] ?? 0);
    sortable[n] = place * indices.length + n;
    if (n > 0 && (sortable[n - 1] ?? 0) > (sortable[n] ?? 0)) isSorted = false;
  }
  if (isSorted) return indices;
  return Array.from(sortable.sort(), (sorted) => indices[sorted % indices.length] ?? 0);
}

/** The place of each index's cell among the different cells of a column: texts are compared once for each of these. */
interface Places {
  readonly size: number;
  readonly of: Int32Array;
}

function placesOf(cells: readonly Scalar[], indices: readonly number[]): Places {
  const different = [...new Set(indices.map((i) => cells[i] ?? null))].sort(compareCells);
  const placeOf = new Map(different.map((cell, place) => [cell, place]));
  const of = new Int32Array(cells.length);
  for (const i of indices) of[i] = placeOf.get(cells[i] ?? null) ?? 0;
  return { size: different.length, of };
}

function byComparing(places: readonly Places[], indices: readonly number[]): readonly number[] {
  return indices.toSorted((a, b) => {
    for (const { of } of places) {
      const difference = (of[a] ?? 0) - (of[b] ?? 0);
      if (difference !== 0) return difference;
    }
    return 0;
  });
}

/** Nulls last, as the store orders; integers by size, also those that are text because they have too many digits. */
function compareCells(a: Scalar, b: Scalar): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? 1 : -1;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'number' || typeof b === 'number') return BigInt(String(a)) < BigInt(String(b)) ? -1 : 1;
  return String(a) < String(b) ? -1 : 1;
}
