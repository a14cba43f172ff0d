import { timestamp } from '../engine/sql.ts';
import { SpillwayError } from '../errors.ts';
import type { JsonCell } from '../hot-store/hot-store.ts';
import type { EventTime } from '../model/time.ts';
import { addMicros, ceilHour, hourOf, isoTime } from '../model/time.ts';
import { time, timeParameter } from './schemas.ts';

/** Whole hours; an end that is not given is open. */
export interface HourRange {
  /** Inclusive. */
  readonly from: EventTime | undefined;
  /** Exclusive. */
  readonly to: EventTime | undefined;
}

/** Whole hours with both ends. */
export interface HourWindow {
  /** Inclusive. */
  readonly from: EventTime;
  /** Exclusive. */
  readonly to: EventTime;
}

/** The range of equal length before a range. */
export function rangeBefore({ from, to }: HourWindow): HourWindow {
  return { from: addMicros(from, from - to), to: from };
}

/** `from` and `to` of every route that answers for a range. */
export const rangeParameters = {
  from: timeParameter('Start, inclusive; rounded down to a full hour. Default: the first hour.').optional(),
  to: timeParameter('End, exclusive; rounded up to a full hour. Default: the last hour.').optional(),
};

/** The range an answer is for, after rounding. */
export const rangeSchema = {
  from: time.nullable().describe('Start of the range, inclusive; null where none was given.'),
  to: time.nullable().describe('End of the range, exclusive; null where none was given.'),
};

/** The whole hours that a range touches. Throws REQUEST_INVALID if it is empty. */
export function hourRange(query: {
  readonly from?: EventTime | undefined;
  readonly to?: EventTime | undefined;
}): HourRange {
  const { from, to } = query;
  if (from !== undefined && to !== undefined && to <= from) {
    const message = `query parameter "to": expected a time after "from" (${isoTime(from)}), found ${isoTime(to)}`;
    throw new SpillwayError('REQUEST_INVALID', message, { hint: '"to" is exclusive' });
  }
  return { from: from === undefined ? undefined : hourOf(from), to: to === undefined ? undefined : ceilHour(to) };
}

/** The same, with the run's end in the place of one that is not given. Throws REQUEST_INVALID if nothing is between. */
export function wholeRange(query: Parameters<typeof hourRange>[0], run: HourWindow): HourWindow {
  const { from = run.from, to = run.to } = hourRange(query);
  hourRange({ from, to });
  return { from, to };
}

/** The range as it stands in an answer. */
export function rangeBody(range: HourRange): { from: string | null; to: string | null } {
  const text = (t: EventTime | undefined): string | null => (t === undefined ? null : isoTime(t));
  return { from: text(range.from), to: text(range.to) };
}

/** SQL conditions on a column `hour`, none for an open end. */
export function rangeConditions(range: HourRange): readonly string[] {
  return [
    ...(range.from === undefined ? [] : [`hour >= ${timestamp(range.from)}`]),
    ...(range.to === undefined ? [] : [`hour < ${timestamp(range.to)}`]),
  ];
}

/** A WHERE clause of conditions that all must hold; empty without any. */
export function where(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
}

/** Rows of a result as objects. */
export function asObjects(
  columns: readonly { readonly name: string }[],
  rows: readonly (readonly JsonCell[])[],
): Record<string, JsonCell>[] {
  return rows.map((row) => Object.fromEntries(columns.map(({ name }, i) => [name, row[i] ?? null])));
}
