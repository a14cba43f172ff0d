import type { Cell } from '../../../src/api/live/messages.ts';
import { NBSP, NO_VALUE, numberOf, wholeOf } from './cells.ts';

const MINUS = '\u2212';
const SHORT = ['', 'k', 'M', 'G', 'T', 'P'];

/** A whole number with thousands separators, exact: `91,204`. Fractions are rounded. */
export function formatCount(cell: Cell | undefined): string {
  const whole = wholeOf(cell);
  if (whole !== undefined) return sign(whole < 0n) + separated(whole < 0n ? -whole : whole);
  const value = numberOf(cell);
  return value === null ? NO_VALUE : formatDecimals(value, 0);
}

/** A number with so many decimals and thousands separators: `1,234.50`. A zero has no sign. */
export function formatDecimals(value: number, decimals: number): string {
  const text = new Intl.NumberFormat('en-US', {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  }).format(Math.abs(value));
  return sign(value < 0 && /[1-9]/.test(text)) + text;
}

/**
 * A number with so many significant digits, without zeros at the end; whole digits are never taken away: `12.3`,
 * `0.0123`, `1,235`.
 */
export function formatSignificant(value: number, digits = 3): string {
  if (value === 0) return '0';
  const magnitude = Math.floor(Math.log10(Math.abs(value)));
  const decimals = Math.min(12, Math.max(0, digits - 1 - magnitude));
  return trimZeros(formatDecimals(value, decimals));
}

/** A number of any kind: whole numbers exact, others with three significant digits. */
export function formatNumber(cell: Cell | undefined): string {
  if (wholeOf(cell) !== undefined) return formatCount(cell);
  const value = numberOf(cell);
  return value === null ? NO_VALUE : formatSignificant(value);
}

/** A number for an axis or where there is little room: `12.3 M`, three significant digits. */
export function formatShort(value: number, space = NBSP): string {
  let scaled = value;
  let step = 0;
  while (Math.abs(scaled) >= 999.5 && step < SHORT.length - 1) {
    scaled /= 1000;
    step += 1;
  }
  const text = trimZeros(roundTo(scaled, 3));
  return step === 0 ? text : `${text}${space}${SHORT[step]}`;
}

/** How many of how many: `3 of 91`. */
export function formatOf(part: Cell | undefined, whole: Cell | undefined): string {
  return `${formatCount(part)} of ${formatCount(whole)}`;
}

/** So many per second: `3,412 events/s`. */
export function formatRate(cell: Cell | undefined, what: string): string {
  const value = numberOf(cell);
  if (value === null) return NO_VALUE;
  const text = Math.abs(value) >= 100 ? formatDecimals(value, 0) : formatSignificant(value, 2);
  return `${text}${NBSP}${what}/s`;
}

/** A number rounded to significant digits, whole ones included. */
export function roundTo(value: number, digits: number): string {
  return formatSignificant(Number(value.toPrecision(digits)), digits);
}

export function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

export function sign(negative: boolean): string {
  return negative ? MINUS : '';
}

function separated(value: bigint): string {
  return value.toString().replace(/\B(?=(\d{3})+$)/g, ',');
}
