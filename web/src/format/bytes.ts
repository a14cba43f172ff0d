import { NBSP } from './cells.ts';
import { formatDecimals, formatSignificant, trimZeros } from './numbers.ts';

const STEPS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'];

/** Bytes with SI prefixes, three significant digits: `1.23 GB`. */
export function formatBytes(bytes: number): string {
  let scaled = Math.abs(bytes);
  let step = 0;
  while (scaled >= 999.5 && step < STEPS.length - 1) {
    scaled /= 1000;
    step += 1;
  }
  const value = bytes < 0 ? -scaled : scaled;
  const text = scaled >= 100 ? formatDecimals(value, 0) : trimZeros(formatSignificant(value, 3));
  return `${text}${NBSP}${STEPS[step]}`;
}
