import { timestamp } from '../engine/sql.ts';
import type { EventTime } from '../model/time.ts';
import { PUBLIC_EVENT_COLUMNS, STORE_CATALOG } from './tables.ts';

/** The clean events of some hours, as metrics read them. */
export function eventsOf(hours: readonly EventTime[]): string {
  return `SELECT ${PUBLIC_EVENT_COLUMNS} FROM ${STORE_CATALOG}.store.events WHERE hour IN (${listOf(hours)})`;
}

/** Hours as a list of SQL; where there are none, a time that is no hour's, because NOT IN a NULL is never true. */
export function listOf(hours: readonly EventTime[]): string {
  return hours.length === 0 ? "TIMESTAMP '-infinity'" : hours.map(timestamp).join(', ');
}
