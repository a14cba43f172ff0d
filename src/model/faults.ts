import type { EventTime } from './time.ts';
import { formatDuration, isoTime, MICROS_PER_DAY, parseDuration, parseTime } from './time.ts';

/** One in how many a rate counts: rates are whole parts per million, so that they print and compare exactly. */
export const RATE_UNIT = 1_000_000;

/** A partition that delivers nothing for a while and then everything at once, in its own order. */
export interface Stall {
  readonly partition: number;
  /** When it begins: an instant, or microseconds since the start of the run. */
  readonly from: { readonly at: EventTime } | { readonly sinceStart: number };
  /** How long it lasts in trace time, microseconds. */
  readonly micros: number;
}

/** What a replay injects. All rates are parts per million of the trace's events. */
export interface Faults {
  /** Longest delay of an event, microseconds; the watermarks stay behind by as much. */
  readonly disorderMicros: number;
  /** Events sent a second time: additional records. */
  readonly duplicate: number;
  /** Events of which a damaged copy is sent as well: additional records. */
  readonly corrupt: number;
  /** Events held back until their hour is closed in their partition. */
  readonly late: number;
  readonly stall: Stall | undefined;
}

export const NO_FAULTS: Faults = { disorderMicros: 0, duplicate: 0, corrupt: 0, late: 0, stall: undefined };

/** How a specification is written, for help and errors. */
export const FAULTS_EXPECTED =
  'none, or a list such as disorder=5m,duplicate=1%,corrupt=0.1%,late=0.01%,stall=partition:1@T+6h+30m';

/** Longest delay that a specification may ask for. */
const MAX_DISORDER = MICROS_PER_DAY;

/** Reads a specification; undefined if it cannot be understood. Parts may come in any order, each once. */
export function parseFaults(text: string): Faults | undefined {
  if (text.trim() === 'none') return NO_FAULTS;
  const parts = new Map<string, string>();
  for (const part of text.split(',')) {
    const [, name, value] = /^\s*([a-z]+)\s*=\s*(\S+)\s*$/.exec(part) ?? [];
    if (name === undefined || value === undefined || parts.has(name)) return undefined;
    parts.set(name, value);
  }
  const take = <T>(name: string, none: T, read: (value: string) => T | undefined): T | undefined => {
    const value = parts.get(name);
    parts.delete(name);
    return value === undefined ? none : read(value);
  };
  const disorderMicros = take('disorder', 0, readDisorder);
  const duplicate = take('duplicate', 0, readRate);
  const corrupt = take('corrupt', 0, readRate);
  const late = take('late', 0, readRate);
  const stalls = take<readonly Stall[]>('stall', [], readStall);
  const read = [disorderMicros, duplicate, corrupt, late].every((value) => value !== undefined);
  if (!read || stalls === undefined || parts.size > 0) return undefined;
  return {
    disorderMicros: disorderMicros ?? 0,
    duplicate: duplicate ?? 0,
    corrupt: corrupt ?? 0,
    late: late ?? 0,
    stall: stalls[0],
  };
}

/** The one text of a specification: equal faults are equal texts. `none` if nothing is injected. */
export function faultsText(faults: Faults): string {
  const { disorderMicros, duplicate, corrupt, late, stall } = faults;
  const parts = [
    ...(disorderMicros > 0 ? [`disorder=${formatDuration(disorderMicros)}`] : []),
    ...(duplicate > 0 ? [`duplicate=${rateText(duplicate)}`] : []),
    ...(corrupt > 0 ? [`corrupt=${rateText(corrupt)}`] : []),
    ...(late > 0 ? [`late=${rateText(late)}`] : []),
    ...(stall === undefined ? [] : [`stall=${stallText(stall)}`]),
  ];
  return parts.length === 0 ? 'none' : parts.join(',');
}

/** What a manifest says is injected. Throws a RangeError for anything that `faultsText` does not write. */
export function faultsOf(manifest: { readonly faults: string }): Faults {
  const faults = parseFaults(manifest.faults);
  if (faults === undefined) throw new RangeError(`faults of a manifest: ${manifest.faults}`);
  return faults;
}

function readDisorder(value: string): number | undefined {
  const micros = parseDuration(value);
  return micros !== undefined && micros <= MAX_DISORDER ? micros : undefined;
}

/** A share of all events: a percentage, or parts as in `0.001`. */
function readRate(value: string): number | undefined {
  const [, digits, percent] = /^(\d+(?:\.\d+)?)(%?)$/.exec(value) ?? [];
  if (digits === undefined) return undefined;
  const parts = Number(digits) * (percent === '%' ? RATE_UNIT / 100 : RATE_UNIT);
  // What would round to nothing is not what was asked for.
  if (parts > 0 && parts < 1) return undefined;
  return parts <= RATE_UNIT ? Math.round(parts) : undefined;
}

function rateText(parts: number): string {
  return `${parts / (RATE_UNIT / 100)}%`;
}

/** `partition:P@WHEN+HOW_LONG`; WHEN is an instant, `T` (the start of the run) or `T+` a duration. */
function readStall(value: string): readonly Stall[] | undefined {
  const [, partition, when, length] = /^partition:(\d{1,4})@(.+)\+([^+]+)$/.exec(value) ?? [];
  if (partition === undefined || when === undefined || length === undefined) return undefined;
  const micros = parseDuration(length);
  const from = readStallStart(when);
  if (micros === undefined || micros <= 0 || from === undefined) return undefined;
  return [{ partition: Number(partition), from, micros }];
}

function readStallStart(when: string): Stall['from'] | undefined {
  if (when === 'T') return { sinceStart: 0 };
  if (when.startsWith('T+')) {
    const sinceStart = parseDuration(when.slice(2));
    return sinceStart === undefined ? undefined : { sinceStart };
  }
  const at = parseTime(when);
  return at === undefined ? undefined : { at };
}

function stallText({ partition, from, micros }: Stall): string {
  const when = 'at' in from ? isoTime(from.at) : from.sinceStart === 0 ? 'T' : `T+${formatDuration(from.sinceStart)}`;
  return `partition:${partition}@${when}+${formatDuration(micros)}`;
}
