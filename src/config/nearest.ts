/**
 * Edits (insert, delete, replace, swap of neighbours) that turn `a` into `b`: the optimal string alignment distance
 * (https://en.wikipedia.org/wiki/Damerau-Levenshtein_distance).
 */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = at(previous, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(replace, at(previous, j) + 1, at(row, j - 1) + 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) best = Math.min(best, at(before, j - 2) + 1);
      row.push(best);
    }
    [before, previous] = [previous, row];
  }
  return at(previous, b.length);
}

/** The known name that `name` most likely was meant to be; undefined where none is near enough to be worth saying. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase();
  const limit = Math.max(2, Math.ceil(wanted.length * 0.4));
  let best: { name: string; distance: number } | undefined;
  for (const candidate of known) {
    const lower = candidate.toLowerCase();
    // `data` for `data-dir`: a name cut short is one slip, however many letters are missing.
    const cutShort = wanted.length >= 3 && (lower.startsWith(wanted) || wanted.startsWith(lower));
    const distance = cutShort ? 1 : editDistance(wanted, lower);
    if (distance <= limit && distance < wanted.length && (best === undefined || distance < best.distance)) {
      best = { name: candidate, distance };
    }
  }
  return best?.name;
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? 0;
}
