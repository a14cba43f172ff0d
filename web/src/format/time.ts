import { NO_VALUE } from './cells.ts';

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Milliseconds of an hour. */
export const HOUR_MS = 3_600_000;

/** Milliseconds since 1970 of an ISO time; NaN if it is none. */
export function msOf(iso: string): number {
  return Date.parse(iso);
}

/** The ISO time of milliseconds since 1970, as the API writes hours: without a fraction. */
export function isoOf(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}

/** An hour with its day: `Tue 12 Mar 14:00`. All times are UTC; a page says so once. */
export function formatHour(iso: string | undefined | null): string {
  const time = parse(iso);
  return time === undefined ? NO_VALUE : `${day(time)} ${clock(time)}`;
}

/** The day: `Tue 12 Mar`. */
export function formatDay(iso: string | undefined | null): string {
  const time = parse(iso);
  return time === undefined ? NO_VALUE : day(time);
}

/** Hour and minute: `14:00`. */
export function formatClock(iso: string | undefined | null): string {
  const time = parse(iso);
  return time === undefined ? NO_VALUE : clock(time);
}

/** A moment to the second: `Tue 2024-03-12 14:37:20`. */
export function formatMoment(iso: string | undefined | null): string {
  const time = parse(iso);
  if (time === undefined) return NO_VALUE;
  const text = time.toISOString();
  return `${DAYS[time.getUTCDay()]} ${text.slice(0, 10)} ${text.slice(11, 19)}`;
}

/** Hours from `from` up to `to`, exclusive: `Tue 12 Mar 06:00 – 14:00`, `Mon 11 Mar 14:00 – Tue 12 Mar 14:00`. */
export function formatRange(from: string, to: string): string {
  const end = formatDay(from) === formatDay(to) ? formatClock(to) : formatHour(to);
  return `${formatHour(from)} – ${end}`;
}

/** How many hours lie between: `24 hours`. */
export function formatHours(from: string, to: string): string {
  const hours = Math.round((msOf(to) - msOf(from)) / HOUR_MS);
  return hours === 1 ? '1 hour' : `${hours} hours`;
}

function parse(iso: string | undefined | null): Date | undefined {
  if (iso === undefined || iso === null) return undefined;
  const time = new Date(iso);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

function day(time: Date): string {
  return `${DAYS[time.getUTCDay()]} ${time.getUTCDate()} ${MONTHS[time.getUTCMonth()]}`;
}

function clock(time: Date): string {
  return time.toISOString().slice(11, 16);
}
