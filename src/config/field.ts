import { z } from 'zod';
import type { Faults } from '../model/faults.ts';
import { FAULTS_EXPECTED, parseFaults } from '../model/faults.ts';
import type { Slots, Weights } from '../model/scoring.ts';
import { parseSlots, parseWeights } from '../model/scoring.ts';
import type { Speed } from '../model/status.ts';
import type { EventTime } from '../model/time.ts';
import { hourOf, MICROS_PER_MS, parseDuration, parseTime } from '../model/time.ts';

/** What a flag, a variable or a line of YAML can hold before it is checked. */
export type ValueSpec = string | number | boolean | readonly (string | number)[];

/** What is told about an option besides its type. */
export interface FieldInfo {
  /** The name: `--name` as a flag, `SPILLWAY_NAME` as a variable, `name` in spillway.yaml. */
  readonly name: string;
  /** Placeholder of the value in help; none for a switch. */
  readonly value?: string;
  /** One sentence or two, for help and docs/options.md. */
  readonly about: string;
  /** A value that works, for the hint of an error. */
  readonly example?: string;
  /** The default in words, where it depends on the machine or on other options. */
  readonly defaultText?: string;
  /** The default as a user would write it. */
  readonly default?: string;
  /** The value names a file or folder, so that it is relative to where it was written. */
  readonly path?: boolean;
}

const FIELD_INFO = z.registry<FieldInfo>();

/** Everything said about the option that `schema` checks. */
export function infoOf(schema: z.ZodType): FieldInfo {
  const info = FIELD_INFO.get(schema);
  if (info === undefined) throw new Error('an option without a description');
  return info;
}

type Parsed<T> = z.ZodPipe<z.ZodCustom<ValueSpec, ValueSpec>, z.ZodTransform<T, ValueSpec>>;

/** An option without a default: its value is undefined unless it is given. */
export function optional<T>(parser: Parsed<T>, info: FieldInfo): z.ZodOptional<Parsed<T>> {
  return parser.optional().register(FIELD_INFO, info);
}

/** An option with a default, written as a user would write it, so that it is checked like any other value. */
export function defaulted<T>(
  parser: Parsed<T>,
  fallback: string,
  info: Omit<FieldInfo, 'default'>,
): z.ZodPrefault<Parsed<T>> {
  return parser.prefault(fallback).register(FIELD_INFO, { ...info, default: fallback });
}

/** Builds a parser: `parse` returns undefined for what it cannot read, and the error then says `expected`. */
function parsed<T>(expected: string, parse: (text: string) => T | undefined, takesList = false): Parsed<T> {
  return z.custom<ValueSpec>().transform((raw, context): T => {
    const text = !Array.isArray(raw) ? String(raw).trim() : takesList ? raw.join(',') : '';
    const value = text === '' ? undefined : parse(text);
    if (value !== undefined) return value;
    context.issues.push({ code: 'custom', message: expected, input: raw });
    return z.NEVER;
  });
}

/** A path, glob or URL; no system takes a NUL in one. */
export function path(expected: string): Parsed<string> {
  return parsed(expected, (value) => (value.includes('\0') ? undefined : value));
}

/** A folder of this machine. */
export function folder(): Parsed<string> {
  return parsed('expected a folder of this machine', (value) => (/\0|:\/\//.test(value) ? undefined : value));
}

/** Text of a given form. */
export function pattern(form: RegExp, expected: string): Parsed<string> {
  return parsed(expected, (value) => (form.test(value) ? value : undefined));
}

/** One of a few words. */
export function oneOf<const T extends string>(words: readonly T[]): Parsed<T> {
  return parsed(`expected ${words.slice(0, -1).join(', ')} or ${words.at(-1)}`, (value) =>
    words.find((word) => word === value),
  );
}

/** A whole number within bounds, both included. */
export function integer(min: number, max: number): Parsed<number> {
  return parsed(`expected a whole number from ${min} to ${max}`, (value) => {
    const number = /^[+-]?\d+$/.test(value) ? Number(value) : Number.NaN;
    return number >= min && number <= max ? number : undefined;
  });
}

/** Yes or no; a flag without a value is yes. */
export function boolean(): Parsed<boolean> {
  return parsed('expected true or false', (value) => (value === 'true' ? true : value === 'false' ? false : undefined));
}

/** A duration such as `10m`; the value is whole milliseconds. */
export function durationMs(minMs: number, maxMs: number, range: string): Parsed<number> {
  return parsed(`expected a duration such as 90s, 10m or 1h${range}`, (value) => {
    const micros = parseDuration(value);
    const millis = micros === undefined ? Number.NaN : micros / MICROS_PER_MS;
    return Number.isInteger(millis) && millis >= minMs && millis <= maxMs ? millis : undefined;
  });
}

/** An instant in UTC. */
export function instant(): Parsed<EventTime> {
  return parsed('expected a time in UTC such as 2024-03-01 or 2024-03-01T14:00', (value) => parseTime(value));
}

/** The hour that an instant in UTC lies in, or `none`. */
export function hourOrNone(): Parsed<EventTime | 'none'> {
  return parsed('expected an hour in UTC such as 2024-03-01T14:00, or none', (value) => {
    if (value === 'none') return 'none';
    const time = parseTime(value);
    return time === undefined ? undefined : hourOf(time);
  });
}

/** `max`, or a number above 0; a trailing `x` as in `60x` is how people say it. */
export function speed(): Parsed<Speed> {
  return parsed('expected max or a number above 0', (value): Speed | undefined => {
    if (value === 'max') return 'max';
    const number = /^\d+(\.\d+)?x?$/.test(value) ? Number.parseFloat(value) : Number.NaN;
    return number > 0 && number <= 1e9 ? number : undefined;
  });
}

/** A list of words of one form, separated by commas; sorted, each word once. */
export function list(form: RegExp, expected: string): Parsed<readonly string[]> {
  const parse = (value: string): readonly string[] | undefined => {
    const words = value.split(',').map((word) => word.trim());
    return words.every((word) => form.test(word)) ? [...new Set(words)].sort() : undefined;
  };
  return parsed(expected, parse, true);
}

/** What a replay injects; a list in YAML is read like one with commas. */
export function faults(): Parsed<Faults> {
  return parsed(`expected ${FAULTS_EXPECTED}`, parseFaults, true);
}

/** A number of slots, and others for single instances. */
export function slots(): Parsed<Slots> {
  return parsed('expected a number from 1 to 10000, or one such as 5,provisioned-3=10', parseSlots, true);
}

/** The shares of the four parts of the utilization score. */
export function weights(): Parsed<Weights> {
  return parsed('expected queue=Q,spill=S,performance=P,concurrency=C that add up to 1', parseWeights, true);
}

/** A duration, or `off`. */
export function offOrDurationMs(maxMs: number, range: string): Parsed<number | 'off'> {
  return parsed(`expected off or a duration such as 6h${range}`, (value) => {
    if (value === 'off') return 'off';
    const millis = (parseDuration(value) ?? Number.NaN) / MICROS_PER_MS;
    return Number.isInteger(millis) && millis <= maxMs ? millis : undefined;
  });
}
