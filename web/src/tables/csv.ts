import type { Cell } from '../../../src/api/live/messages.ts';
import type { Rows } from '../live/live-state.ts';

/** What a CSV file says of a column besides its name. */
export interface CsvColumn {
  readonly name: string;
  readonly unit: string | undefined;
}

/**
 * Rows as CSV (RFC 4180): a header with units, exact values as the API has them, nothing for what is missing, lines that
 * end with CR LF.
 */
export function csvOf(columns: readonly CsvColumn[], { rows }: Rows): string {
  const head = columns.map(({ name, unit }) => field(unit === undefined ? name : `${name} (${unit})`));
  const lines = rows.map((row) => columns.map((_, i) => field(textOf(row[i]))).join(','));
  return `${[head.join(','), ...lines].join('\r\n')}\r\n`;
}

function textOf(cell: Cell | undefined): string {
  if (cell === null || cell === undefined) return '';
  return typeof cell === 'object' ? JSON.stringify(cell) : String(cell);
}

/** In quotes where a reader would stumble otherwise. */
function field(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
