import type { Cell } from '../../../src/api/live/messages.ts';
import { formatBytes } from './bytes.ts';
import { NBSP, NO_VALUE, numberOf, words } from './cells.ts';
import { formatMs, formatMsShort } from './duration.ts';
import { formatDecimals, formatNumber, formatShort } from './numbers.ts';
import { formatRatio, formatRatioShort } from './ratio.ts';

/** How values of a unit are written. */
interface UnitFormat {
  /** In text, tooltips and tables. */
  readonly text: (value: number) => string;
  /** On an axis that ends at `of`. */
  readonly short: (value: number, of: number) => string;
}

const bytes = (size: number): UnitFormat => ({
  text: (value) => formatBytes(value * size),
  short: (value) => formatBytes(value * size),
});
const time = (ms: number): UnitFormat => ({
  text: (value) => formatMs(value * ms),
  short: (value, of) => formatMsShort(value * ms, of * ms),
});
const plain = (text: (value: number) => string): UnitFormat => ({ text, short: text });

const MS_PER = new Map([
  ['µs', 1e-3],
  ['us', 1e-3],
  ['ms', 1],
  ['s', 1e3],
  ['min', 60e3],
  ['h', 3600e3],
]);

/** Units that are written in a way of their own; all others follow the number by name. */
const UNITS = new Map<string, UnitFormat>([
  ['bytes', bytes(1)],
  ['B', bytes(1)],
  ['kB', bytes(1e3)],
  ['MB', bytes(1e6)],
  ['GB', bytes(1e9)],
  ['TB', bytes(1e12)],
  ...[...MS_PER].map(([unit, ms]): [string, UnitFormat] => [unit, time(ms)]),
  ['ratio', { text: formatRatio, short: formatRatioShort }],
  ['flag', plain((value) => (value === 0 ? 'no' : 'yes'))],
  ['r', plain((value) => formatDecimals(value, 2))],
]);

/** Of units that count: what one of them is called. */
const SINGULAR = new Map([
  ['queries', 'query'],
  ['accesses', 'access'],
  ['events', 'event'],
  ['hours', 'hour'],
  ['instances', 'instance'],
  ['tables', 'table'],
  ['rows', 'row'],
]);

/**
 * A value with its unit, as a metric's head names it: `91,204 queries`, `1.23 GB` (of MB), `8.2 s` (of ms), `33.1 %`
 * (of ratio), `yes` (of flag). An en dash for no value; an unknown unit follows the number by name.
 */
export function formatValue(cell: Cell | undefined, unit: string): string {
  const value = numberOf(cell);
  if (value === null) return NO_VALUE;
  const known = UNITS.get(unit);
  if (known !== undefined) return known.text(value);
  const name = value === 1 ? (SINGULAR.get(unit) ?? unit) : unit;
  return name === '' ? formatNumber(cell) : `${formatNumber(cell)}${NBSP}${name}`;
}

/** The same without the name of a unit that only follows the number, for cells under a header that says it. */
export function formatBare(cell: Cell | undefined, unit: string): string {
  return UNITS.has(unit) ? formatValue(cell, unit) : formatNumber(cell);
}

/** A value on an axis that ends at `of`: `12.3 k`, `40 %`, `100 s`. */
export function formatTick(value: number, unit: string, of = value): string {
  const known = UNITS.get(unit);
  if (known === undefined) return formatShort(value);
  return value === 0 && unit !== 'ratio' && unit !== 'flag' ? '0' : known.short(value, of);
}

/** How many milliseconds one of a unit of time has; undefined for other units. */
export function msPer(unit: string): number | undefined {
  return MS_PER.get(unit);
}

/** What a unit is called where there is no number before it, as on a switch: `share`, `time`, `queries`. */
export function unitName(unit: string): string {
  if (unit === 'ratio') return 'share';
  if (unit === 'ms') return 'time';
  if (unit === 'flag') return 'yes or no';
  return words(unit);
}

/** Whether sums of the unit make sense at all: shares, correlations and flags have none. */
export function isAdditive(unit: string): boolean {
  return unit !== 'ratio' && unit !== 'r' && unit !== 'flag' && !unit.startsWith('nats');
}
