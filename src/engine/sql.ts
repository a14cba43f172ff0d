import type { EventTime } from '../model/time.ts';

/** A SQL string literal. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A SQL identifier, always in double quotes. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** An event time as a SQL TIMESTAMP. Built from the integer, so that no text format or zone can come between. */
export function timestamp(t: EventTime): string {
  return `make_timestamp(${t})`;
}
