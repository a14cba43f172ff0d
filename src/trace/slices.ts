import type { EventTime } from '../model/time.ts';
import { eventTime, MICROS_PER_MINUTE } from '../model/time.ts';
import type { TraceSlice } from './trace.ts';

/** Rows per minute of event time: how a trace is spread over its range. */
export interface Histogram {
  /** Start of each minute that has rows, ascending, microseconds since 1970. */
  readonly minutes: Float64Array;
  readonly counts: Float64Array;
}

/** A run of rows of one file that a reader skips or reads as a whole, with its first and last arrival. */
export interface RowGroup {
  readonly first: EventTime;
  readonly last: EventTime;
  readonly rows: number;
}

/** Index of the first entry that is not below `value` in a sorted array. */
export function lowerBound(sorted: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? Number.POSITIVE_INFINITY) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Cuts [from, to) at full minutes so that each slice has about `targetRows` rows; a single minute is never cut. `from`
 * need not be a full minute: the first slice starts exactly there. A slice that is at least half full ends early at a
 * place of `preferred` (the ends of row groups), because a row group cut in two is read twice.
 */
export function cutSlices(
  histogram: Histogram,
  range: { from: EventTime; to: EventTime },
  targetRows: number,
  preferred: ReadonlySet<number> = new Set(),
): TraceSlice[] {
  const slices: TraceSlice[] = [];
  let start: EventTime = range.from;
  let rows = 0;
  const { minutes, counts } = histogram;
  const firstMinute = Math.floor(range.from / MICROS_PER_MINUTE) * MICROS_PER_MINUTE;
  for (let i = lowerBound(minutes, firstMinute); i < minutes.length; i++) {
    const minute = minutes[i] ?? 0;
    const count = counts[i] ?? 0;
    if (minute >= range.to) break;
    const full = rows + count > targetRows || (preferred.has(minute) && rows * 2 >= targetRows);
    if (rows > 0 && full && minute > start) {
      slices.push({ from: start, to: eventTime(minute), rows });
      start = eventTime(minute);
      rows = 0;
    }
    rows += count;
  }
  if (start < range.to) slices.push({ from: start, to: range.to, rows });
  return slices;
}

/** The minutes in which row groups end and the next slice should begin. Small groups are cheap to read again. */
export function preferredCuts(groups: readonly RowGroup[], targetRows: number): ReadonlySet<number> {
  const large = groups.filter(({ rows }) => rows * 4 >= targetRows);
  return new Set(large.map(({ last }) => Math.ceil((last + 1) / MICROS_PER_MINUTE) * MICROS_PER_MINUTE));
}

/**
 * How many times each row is read when the slices are read one after the other: 1 for files in perfect order of time,
 * the number of slices for files in no order at all.
 */
export function readAmplification(slices: readonly TraceSlice[], groups: readonly RowGroup[]): number {
  const total = groups.reduce((sum, group) => sum + group.rows, 0);
  if (total === 0) return 1;
  const ends = slices.map((slice) => slice.to as number);
  let read = 0;
  for (const group of groups) {
    const first = lowerBound(ends, group.first + 1);
    const last = lowerBound(ends, group.last + 1);
    read += group.rows * (Math.min(last, slices.length - 1) - first + 1);
  }
  return read / total;
}
