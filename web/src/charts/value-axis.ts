import { formatTick, formatValue, msPer } from '../format/units.ts';

/** Ends of an axis. */
export interface Extent {
  readonly min: number;
  readonly max: number;
}

/** An axis of values: where each lies, in the axis's own numbers, and what its ticks say. */
export interface ValueAxis extends Extent {
  /** Where it has ticks, in the axis's own numbers. */
  readonly ticks: readonly number[];
  /** Where a value lies. */
  readonly at: (value: number) => number;
  /** Where bars stand. */
  readonly base: number;
  /** What the tick there says. */
  readonly label: (tick: number) => string;
}

export interface AxisWish {
  readonly unit: string;
  readonly low: number;
  readonly high: number;
  /** Lengths are read from zero; lines may leave it out. */
  readonly fromZero: boolean;
  /** The axis as it was: kept while the values still fill it, so that it does not change with every number. */
  readonly before: Extent | undefined;
  /** How many steps there is room for. */
  readonly steps: number;
}

/** Seldom less than a quarter of an axis may be filled before it shrinks. */
const LEAST_FILL = 0.25;
const DECIMAL = [1, 2, 2.5, 5, 10];
const MS_STEPS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((s) => s * 1000),
  ...[1, 2, 5, 10, 15, 30].map((min) => min * 60_000),
  ...[1, 2, 3, 6, 12, 24].map((h) => h * 3_600_000),
];
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Even steps at round numbers of the unit. */
export function linearAxis({ unit, low, high, fromZero, before, steps }: AxisWish): ValueAxis {
  const cut = !fromZero && low > 0 && high > 0 && high - low < high / 4;
  const [bottom, top] = [cut ? low : Math.min(0, low), Math.max(high, low > 0 ? low : 0)];
  const wanted = top > bottom ? { min: bottom, max: top } : { min: bottom, max: bottom + smallest(unit) };
  const kept = before !== undefined && stillFits(before, wanted, cut) ? before : undefined;
  const interval = niceStep(((kept ?? wanted).max - (kept ?? wanted).min) / steps, unit);
  const { min, max } = kept ?? rounded(wanted, interval, unit);
  const ticks = Array.from({ length: Math.floor((max - min) / interval + 1e-9) + 1 }, (_, i) =>
    settled(min + i * interval),
  );
  const base = Math.max(min, Math.min(0, max));
  return { min, max, base, ticks, at: (value) => value, label: (tick) => formatTick(settled(tick), unit, max) };
}

/**
 * Steps at powers of ten, or for times at what clocks count in. Zero has no logarithm: it stands one step below the
 * smallest value's, where the axis says "0".
 */
export function logAxis({ unit, low, high, before, steps }: AxisWish, hasZero: boolean): ValueAxis {
  const ladder = logSteps(unit);
  const lowest = ladder.findLast((step) => step <= low * (1 + 1e-9)) ?? ladder[0] ?? 1;
  const highest = ladder.find((step) => step >= high * (1 - 1e-9) && step > lowest) ?? lowest * 10;
  const wanted = { min: Math.log10(lowest) - (hasZero ? 1 : 0), max: Math.log10(highest) };
  // As wide as it was, unless more than two steps of it are empty.
  const fits = before !== undefined && before.min <= wanted.min && before.max >= wanted.max;
  const kept = fits && wanted.min - before.min < 0.5 && before.max - wanted.max < 2 ? before : undefined;
  const { min, max } = kept ?? wanted;
  const floor = hasZero ? min + 1 - 1e-9 : min - 1e-9;
  const inside = ladder.map(Math.log10).filter((tick) => tick >= floor && tick <= max + 1e-9);
  const every = Math.max(1, Math.ceil(inside.length / Math.max(2, steps)));
  const ticks = inside.filter((_, i) => i % every === 0);
  return {
    ...{ min, max, base: min, ticks: hasZero ? [min, ...ticks] : ticks },
    at: (value) => (value > 0 ? Math.max(Math.log10(value), min) : min),
    label: (tick) => (hasZero && tick === min ? '0' : logLabel(settled(10 ** tick), unit)),
  };
}

/** Every step in the unit that suits it. */
function logLabel(value: number, unit: string): string {
  return msPer(unit) === undefined ? formatTick(value, unit) : formatValue(value, unit);
}

/** Powers of ten; of times, round numbers of ms, s, min and h about as far apart. */
function logSteps(unit: string): readonly number[] {
  const ms = msPer(unit);
  if (ms === undefined) return Array.from({ length: 40 }, (_, i) => 10 ** (i - 12));
  const below = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1];
  const clock = [1, 10, 100, 1000, 10_000, MINUTE_MS, 10 * MINUTE_MS];
  const hours = Array.from({ length: 12 }, (_, i) => HOUR_MS * 10 ** i);
  return [...below, ...clock, ...hours].map((step) => step / ms);
}

function stillFits(before: Extent, { min, max }: Extent, cut: boolean): boolean {
  if (before.min > min || before.max < max || before.min > 0 !== cut) return false;
  return max - min >= (before.max - before.min) * LEAST_FILL;
}

function rounded({ min, max }: Extent, interval: number, unit: string): Extent {
  const top = Math.ceil(settled(max / interval)) * interval;
  // A share is never more than all: no room above 100 %.
  const end = unit === 'ratio' && max <= 1 ? Math.min(top, 1) : top;
  return { min: settled(Math.floor(settled(min / interval)) * interval), max: settled(end) };
}

/** The smallest round step that is not below `rough`. */
function niceStep(rough: number, unit: string): number {
  const ms = msPer(unit);
  if (ms !== undefined && rough * ms >= 1 && rough * ms <= 24 * HOUR_MS) {
    return (MS_STEPS.find((step) => step >= rough * ms) ?? 24 * HOUR_MS) / ms;
  }
  const scale = ms !== undefined && rough * ms > HOUR_MS ? HOUR_MS / ms : 1;
  const power = 10 ** Math.floor(Math.log10(rough / scale));
  const step = DECIMAL.find((one) => one * power * scale >= rough * (1 - 1e-9)) ?? 10;
  const found = step * power * scale;
  return isWhole(unit) ? Math.max(1, Math.ceil(found)) : found;
}

function isWhole(unit: string): boolean {
  return unit === 'queries' || unit === 'accesses' || unit === 'flag';
}

function smallest(unit: string): number {
  if (unit === 'ratio') return 0.01;
  return 1;
}

/** Without the dust of binary fractions. */
function settled(value: number): number {
  return Number(value.toPrecision(12));
}
