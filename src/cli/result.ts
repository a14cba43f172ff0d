import type { QueryFormat } from '../config/schema.ts';
import type { JsonCell, QueryResult } from '../hot-store/hot-store.ts';
import type { Style } from './style.ts';
import type { TableColumn } from './table.ts';
import { table } from './table.ts';
import { printable } from './text.ts';

/** A query's result as text, with a line end. `columns` is the terminal's width; undefined cuts nothing. */
export function formatResult(
  result: QueryResult,
  format: QueryFormat,
  style: Style,
  columns: number | undefined,
): string {
  if (format === 'json') return jsonRows(result);
  if (format === 'csv') return csv(result);
  return resultTable(result, style, columns);
}

/** One array of row objects, a row per line. */
function jsonRows(result: QueryResult): string {
  const names = uniqueNames(result.columns.map(({ name }) => name));
  const rows = result.rows.map((row) =>
    JSON.stringify(Object.fromEntries(names.map((name, i) => [name, row[i] ?? null]))),
  );
  return rows.length === 0 ? '[]\n' : `[\n${rows.join(',\n')}\n]\n`;
}

/** An object holds each name once: a second column `n` becomes `n_2`. */
function uniqueNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let unique = name;
    for (let n = 2; taken.has(unique); n++) unique = `${name}_${n}`;
    taken.add(unique);
    return unique;
  });
}

/** RFC 4180: CRLF, quotes where needed. A null is an empty field and an empty text is `""`, so that both come back. */
function csv(result: QueryResult): string {
  const lines = [result.columns.map(({ name }) => csvField(name)), ...result.rows.map((row) => row.map(csvField))];
  return lines.map((fields) => `${fields.join(',')}\r\n`).join('');
}

function csvField(cell: JsonCell): string {
  if (cell === null) return '';
  const text = typeof cell === 'string' ? cell : textOfCell(cell);
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const NUMERIC = /^(U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|FLOAT|DOUBLE|DECIMAL)/;

function resultTable(result: QueryResult, style: Style, columns: number | undefined): string {
  const head = result.columns.map(({ name, type }): TableColumn => {
    return { name: printable(name), align: NUMERIC.test(type) ? 'right' : 'left' };
  });
  const rows = result.rows.map((row) => {
    return row.map((cell) => (cell === null ? style.dim('NULL') : printable(textOfCell(cell))));
  });
  return table(head, rows, style, columns);
}

function textOfCell(cell: JsonCell): string {
  return typeof cell === 'string' ? cell : typeof cell === 'object' ? JSON.stringify(cell) : String(cell);
}
