import type { Cell } from '../../../src/api/live/messages.ts';
import { numberOf, wholeOf } from '../format/cells.ts';

const byName = new Intl.Collator('en', { numeric: true });

/** Numbers by size, exact beyond 2^53; everything else by name, with the numbers in it by size. */
export function compareCells(a: Cell | undefined, b: Cell | undefined, numeric: boolean): number {
  if (numeric) {
    const [wholeA, wholeB] = [wholeOf(a), wholeOf(b)];
    if (wholeA !== undefined && wholeB !== undefined) return wholeA < wholeB ? -1 : wholeA > wholeB ? 1 : 0;
    return (numberOf(a) ?? 0) - (numberOf(b) ?? 0);
  }
  return byName.compare(String(a ?? ''), String(b ?? ''));
}
