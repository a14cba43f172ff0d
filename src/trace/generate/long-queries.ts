import type { Cell } from './cost-model.ts';
import type { Random } from './prng.ts';

/** One long query: its cell, and where in the cell's range of run time it lies, 0 to 1. */
export interface LongQuery {
  readonly cell: Cell;
  readonly place: number;
}

/**
 * Deals out the queries that run for more than ten minutes. They are one in a thousand and make two fifths of all run
 * time, so leaving them to chance would leave every share of run time to chance: each range of run time gets its exact
 * number, spread over its cells by size and over the trace at random.
 */
export class LongQueries {
  /** By position: the number of the event in the trace, in order of hour and instance. */
  readonly #planned: readonly (LongQuery & { readonly position: number })[];
  #next = 0;

  constructor(cells: readonly Cell[], events: number, random: Random) {
    const planned = new Map<number, LongQuery>();
    for (const fromMs of new Set(cells.map((cell) => cell.fromMs))) {
      const range = cells.filter((cell) => cell.fromMs === fromMs);
      for (const query of dealt(range, events, random)) {
        let position = random.below(events);
        while (planned.has(position)) position = (position + 1) % events;
        planned.set(position, query);
      }
    }
    this.#planned = [...planned]
      .map(([position, query]) => ({ position, ...query }))
      .sort((a, b) => a.position - b.position);
  }

  /** The long queries among the events up to number `end` that were not taken yet. */
  takeUpTo(end: number): LongQuery[] {
    const first = this.#next;
    while ((this.#planned[this.#next]?.position ?? end) < end) this.#next += 1;
    return this.#planned.slice(first, this.#next);
  }
}

/** Systematic sample: as many queries as the range's share of events says, each cell as often as its share to within one. */
function dealt(cells: readonly Cell[], events: number, random: Random): LongQuery[] {
  const share = cells.reduce((sum, cell) => sum + cell.share, 0);
  const count = Math.min(events, Math.round(share * events));
  const places = random.shuffle(Array.from({ length: count }, (_, i) => (i + random.between(0.45, 0.55)) / count));
  const chosen: LongQuery[] = [];
  let due = random.unit();
  for (const cell of cells) {
    due += (cell.share * count) / share;
    while (due >= 1 && chosen.length < count) {
      chosen.push({ cell, place: places[chosen.length] ?? 0.5 });
      due -= 1;
    }
  }
  return chosen;
}
