import { NBSP } from './cells.ts';
import { formatDecimals, formatShort, formatSignificant, roundTo, sign } from './numbers.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** A duration in ms, as many digits as mean something: `120 ms`, `8.2 s`, `12 min 5 s`, `3 h 12 min`, `1,234 h`. */
export function formatMs(ms: number): string {
  const size = Math.abs(ms);
  if (size < 999.5) return `${size < 10 ? formatSignificant(ms, 2) : formatDecimals(ms, 0)}${NBSP}ms`;
  if (size < 9.95 * SECOND) return `${formatDecimals(ms / SECOND, 1).replace(/\.0$/, '')}${NBSP}s`;
  if (size < 59.5 * SECOND) return `${formatDecimals(ms / SECOND, 0)}${NBSP}s`;
  if (size < HOUR - SECOND / 2) return pair(ms, MINUTE, 'min', SECOND, 's');
  if (size < 100 * HOUR) return pair(ms, HOUR, 'h', MINUTE, 'min');
  return `${formatDecimals(ms / HOUR, 0)}${NBSP}h`;
}

/** A duration in one unit, for an axis: `100 s`, `17 min`, `2.8 h`. The unit is the one that suits `of`, the axis's end. */
export function formatMsShort(ms: number, of = ms): string {
  const size = Math.abs(of);
  if (size < SECOND) return `${roundTo(ms, 2)}${NBSP}ms`;
  if (size < 2 * MINUTE) return `${roundTo(ms / SECOND, 2)}${NBSP}s`;
  if (size < 2 * HOUR) return `${roundTo(ms / MINUTE, 2)}${NBSP}min`;
  return `${Math.abs(ms) < 100 * HOUR ? roundTo(ms / HOUR, 2) : formatShort(ms / HOUR)}${NBSP}h`;
}

function pair(ms: number, large: number, largeName: string, small: number, smallName: string): string {
  const whole = Math.round(Math.abs(ms) / small);
  const perLarge = large / small;
  const rest = whole % perLarge;
  const head = `${sign(ms < 0)}${formatDecimals((whole - rest) / perLarge, 0)}${NBSP}${largeName}`;
  return rest === 0 ? head : `${head}${NBSP}${rest}${NBSP}${smallName}`;
}
