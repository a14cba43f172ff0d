/**
 * Three clocks, three types: they never mix without a named conversion.
 *
 * Event and replay time are whole microseconds since 1970-01-01 UTC. They fit a JavaScript number exactly until the
 * year 2255. Wall time is milliseconds since 1970-01-01 UTC.
 */

declare const clock: unique symbol;

/** When something happened in the warehouse: `arrival_timestamp`, microseconds since 1970, UTC. */
export type EventTime = number & { readonly [clock]: 'event' };

/** Where the film is: the event time up to which the replay has sent, microseconds since 1970, UTC. */
export type ReplayTime = number & { readonly [clock]: 'replay' };

/** The clock on the wall, milliseconds since 1970, UTC. */
export type WallTime = number & { readonly [clock]: 'wall' };

export const MICROS_PER_MS = 1_000;
export const MICROS_PER_SECOND = 1_000_000;
export const MICROS_PER_MINUTE = 60 * MICROS_PER_SECOND;
export const MICROS_PER_HOUR = 60 * MICROS_PER_MINUTE;
export const MICROS_PER_DAY = 24 * MICROS_PER_HOUR;

/** Marks a count of microseconds since 1970 as event time. */
export function eventTime(micros: number | bigint): EventTime {
  return Number(micros) as EventTime;
}

/** Marks a count of microseconds since 1970 as a place in the film. */
export function replayTime(micros: number | bigint): ReplayTime {
  return Number(micros) as ReplayTime;
}

/** Marks a count of milliseconds since 1970 as wall time. */
export function wallTime(millis: number): WallTime {
  return millis as WallTime;
}

/** The start of the hour that `t` lies in. */
export function hourOf(t: EventTime): EventTime {
  return (Math.floor(t / MICROS_PER_HOUR) * MICROS_PER_HOUR) as EventTime;
}

/** The start of the UTC day that `t` lies in. */
export function dayOf(t: EventTime): EventTime {
  return (Math.floor(t / MICROS_PER_DAY) * MICROS_PER_DAY) as EventTime;
}

/** `t` itself if it is a full hour, else the start of the next hour. */
export function ceilHour(t: EventTime): EventTime {
  return (Math.ceil(t / MICROS_PER_HOUR) * MICROS_PER_HOUR) as EventTime;
}

/** `t` moved by a number of microseconds. */
export function addMicros<T extends EventTime | ReplayTime>(t: T, micros: number): T {
  return (t + micros) as T;
}

/** ISO-8601 in UTC with a `Z`; the fraction is printed only where there is one, to the microsecond. */
export function isoTime(t: EventTime | ReplayTime): string {
  const seconds = Math.floor(t / MICROS_PER_SECOND);
  const micros = t - seconds * MICROS_PER_SECOND;
  const base = new Date(seconds * 1000).toISOString().slice(0, 19);
  if (micros === 0) return `${base}Z`;
  const digits = String(micros).padStart(6, '0');
  return `${base}.${digits.endsWith('000') ? digits.slice(0, 3) : digits}Z`;
}

/**
 * Reads ISO-8601 or `YYYY-MM-DD[ HH:MM[:SS[.ffffff]]]`. A time without a zone is UTC, whatever the machine's zone is.
 * Returns undefined for anything else.
 */
export function parseTime(text: string): EventTime | undefined {
  const match =
    /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6})\d*)?)?)?(Z|[+-]\d{2}:?\d{2})?$/.exec(
      text.trim(),
    );
  if (match === null) return undefined;
  const part = (i: number): number => Number(match[i] ?? 0);
  if (part(4) > 23 || part(5) > 59 || part(6) > 59) return undefined;
  const millis = Date.UTC(part(1), part(2) - 1, part(3), part(4), part(5), part(6));
  // Date.UTC rolls 2024-02-31 over into March and takes the year 24 for 1924: what comes back as another day is none.
  if (!new Date(millis).toISOString().startsWith(`${match[1]}-${match[2]}-${match[3]}T`)) return undefined;
  const zone = match[8] ?? 'Z';
  const zoneMinutes =
    zone === 'Z' ? 0 : (zone[0] === '-' ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2)));
  // No clock on Earth is further from UTC than 14 hours.
  if (Math.abs(zoneMinutes) > 14 * 60 || Number(zone.slice(-2)) > 59) return undefined;
  return eventTime(millis * 1000 + Number((match[7] ?? '').padEnd(6, '0')) - zoneMinutes * MICROS_PER_MINUTE);
}

/** Reads a duration such as `90s`, `10m`, `1h`, `7d`, `250ms`; the result is whole microseconds, or undefined. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(us|ms|s|m|h|d)$/.exec(text.trim());
  if (match === null) return undefined;
  const units: Record<string, number> = {
    us: 1,
    ms: MICROS_PER_MS,
    s: MICROS_PER_SECOND,
    m: MICROS_PER_MINUTE,
    h: MICROS_PER_HOUR,
    d: MICROS_PER_DAY,
  };
  return Math.round(Number(match[1]) * (units[match[2] ?? ''] ?? Number.NaN));
}

/** Prints microseconds in the largest unit that keeps them whole: `10m`, `90s`, `7d`. */
export function formatDuration(micros: number): string {
  const units: readonly (readonly [string, number])[] = [
    ['d', MICROS_PER_DAY],
    ['h', MICROS_PER_HOUR],
    ['m', MICROS_PER_MINUTE],
    ['s', MICROS_PER_SECOND],
    ['ms', MICROS_PER_MS],
  ];
  for (const [unit, size] of units) if (micros !== 0 && micros % size === 0) return `${micros / size}${unit}`;
  return micros === 0 ? '0s' : `${micros}us`;
}
