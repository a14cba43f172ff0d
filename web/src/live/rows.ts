import type { Cell } from '../../../src/api/live/messages.ts';
import type { Rows, TimeRange } from './live-state.ts';

/** Rows that take the place of others: all of them, or those of the hours in `hours`. */
export interface Replacement extends Rows {
  readonly whole: boolean;
  readonly hours: readonly string[];
}

type Row = readonly Cell[];

/** The rows after a replacement, in order of the hour, without those of hours that are not in `range`. */
export function replacedRows(before: Rows | undefined, change: Replacement, range: TimeRange): Rows {
  const { columns, rows, whole } = change;
  // Other columns are another definition: what was there before says nothing beside it.
  if (whole || before === undefined || !sameTexts(before.columns, columns)) return { columns, rows };
  const at = columns.indexOf('hour');
  const named = new Set<Cell>(change.hours);
  const kept = rowsWithin(before, range).filter((row) => !named.has(row[at] ?? null));
  return { columns: before.columns, rows: inOrder(kept, rows, at) };
}

/** The rows of hours in `range`; the same array where none is outside. Rows without an hour are all in it. */
export function rowsWithin({ columns, rows }: Rows, range: TimeRange): readonly Row[] {
  const at = columns.indexOf('hour');
  const inside = (row: Row): boolean => {
    const hour = row[at];
    return typeof hour !== 'string' || within(hour, range);
  };
  return at < 0 || rows.every(inside) ? rows : rows.filter(inside);
}

/** Whether an hour lies in a range; both as the server writes full hours, which is in order of time. */
export function within(hour: string, { from, to }: TimeRange): boolean {
  return hour >= from && hour < to;
}

/** Two lists of rows, each in order of the hour, as one. Hours have rows in one of them only. */
function inOrder(kept: readonly Row[], added: readonly Row[], at: number): readonly Row[] {
  const hourOf = (row: Row): string => String(row[at]);
  const all = [...kept, ...added];
  const sorted = all.every((row, i) => {
    const before = all[i - 1];
    return before === undefined || hourOf(before) <= hourOf(row);
  });
  // Mostly it is the latest hours that change. Sorting is stable: the order within an hour is the server's.
  if (sorted) return all;
  return all.sort((a, b) => (hourOf(a) < hourOf(b) ? -1 : hourOf(a) > hourOf(b) ? 1 : 0));
}

function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, i) => text === b[i]);
}
