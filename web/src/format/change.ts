import type { Cell } from '../../../src/api/live/messages.ts';
import { NBSP, numberOf } from './cells.ts';
import { formatCount, formatDecimals, formatSignificant } from './numbers.ts';

/** How a value differs from the one before. */
export interface Change {
  readonly direction: 'up' | 'down' | 'same';
  /** `+12 %`, `−0.3 pp`, `+2`, `±0 %`. */
  readonly text: string;
  /** For a screen reader: `12 % more`. */
  readonly spoken: string;
}

/**
 * From `before` to `now`: in percentage points for a ratio, as a number for flags, correlations and where `before` is 0
 * (a percentage of nothing means nothing), else in %. Undefined if either is missing.
 */
export function changeOf(now: Cell | undefined, before: Cell | undefined, unit: string): Change | undefined {
  const [to, from] = [numberOf(now), numberOf(before)];
  if (to === null || from === null) return undefined;
  if (unit === 'ratio') return worded((to - from) * 100, points, `${NBSP}pp`, 'percentage points');
  if (unit === 'flag' || unit === 'r') return worded(to - from, (size) => formatSignificant(size, 2), '', '');
  if (from !== 0) return worded(((to - from) / Math.abs(from)) * 100, percent, `${NBSP}%`, '%');
  return worded(to - from, (size) => (size >= 100 ? formatCount(size) : formatSignificant(size, 2)), '', '');
}

/** The same for how many have a flag: by how many more or fewer. */
export function countChange(now: Cell | undefined, before: Cell | undefined): Change | undefined {
  const [to, from] = [numberOf(now), numberOf(before)];
  return to === null || from === null ? undefined : worded(to - from, formatCount, '', '');
}

/** Which way a change is; undefined where neither way is good or nothing changed. */
export function judgement(change: Change, better: 'lower' | 'higher' | null): 'good' | 'bad' | undefined {
  if (better === null || change.direction === 'same') return undefined;
  return (change.direction === 'up') === (better === 'higher') ? 'good' : 'bad';
}

function worded(difference: number, write: (size: number) => string, suffix: string, spokenUnit: string): Change {
  const size = write(Math.abs(difference));
  const unit = spokenUnit === '' ? '' : ` ${spokenUnit}`;
  if (!/[1-9]/.test(size)) return { direction: 'same', text: `±0${suffix}`, spoken: 'unchanged' };
  if (difference > 0) return { direction: 'up', text: `+${size}${suffix}`, spoken: `${size}${unit} more` };
  return { direction: 'down', text: `\u2212${size}${suffix}`, spoken: `${size}${unit} less` };
}

/** Two digits from 10 % on; a tenth below. */
function percent(size: number): string {
  return formatDecimals(size, size < 9.95 ? 1 : 0);
}

function points(size: number): string {
  return formatDecimals(size, size < 0.095 ? 2 : 1);
}
