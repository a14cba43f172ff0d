import type { Cell } from '../../../src/api/live/messages.ts';
import type { Rows } from '../live/live-state.ts';

export type Row = readonly Cell[];

/** Reads a column of rows; undefined where there is no such column. */
export function columnReader(rows: Rows, name: string | null | undefined): (row: Row) => Cell | undefined {
  const place = name === null || name === undefined ? -1 : rows.columns.indexOf(name);
  return place < 0 ? () => undefined : (row) => row[place];
}
