import type { Cell } from '../../../src/api/live/messages.ts';

/** What stands where there is no value. */
export const NO_VALUE = '–';

/** A number that ties to the word after it. */
export const NBSP = '\u00a0';

const WHOLE = /^[+-]?\d+$/;
const NUMERIC = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A cell as a number; 64-bit integers beyond 2^53 come as strings and are rounded. Null for everything that is no number. */
export function numberOf(cell: Cell | undefined): number | null {
  if (typeof cell === 'number') return Number.isFinite(cell) ? cell : null;
  if (typeof cell === 'boolean') return cell ? 1 : 0;
  if (typeof cell === 'string' && NUMERIC.test(cell)) return Number(cell);
  return null;
}

/** A cell that is a whole number, exact; undefined for everything else. */
export function wholeOf(cell: Cell | undefined): bigint | undefined {
  if (typeof cell === 'string' && WHOLE.test(cell)) return BigInt(cell);
  if (typeof cell === 'number' && Number.isSafeInteger(cell)) return BigInt(cell);
  return undefined;
}

/** The value of a key, as it stands: ids get no thousands separators. */
export function formatKey(cell: Cell | undefined): string {
  if (cell === null || cell === undefined || cell === '') return '(none)';
  if (typeof cell === 'object') return JSON.stringify(cell);
  return String(cell);
}

/** A column's name as words: `hit_rate_of_reads` is "hit rate of reads". */
export function words(name: string): string {
  return name.replaceAll('_', ' ');
}
