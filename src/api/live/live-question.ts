import { nearest } from '../../config/nearest.ts';
import { SpillwayError } from '../../errors.ts';
import type { KeyColumn, Metric } from '../../metrics/metric.ts';
import type { EventTime, ReplayTime } from '../../model/time.ts';
import { addMicros, ceilHour, eventTime, hourOf, isoTime, MICROS_PER_HOUR, parseTime } from '../../model/time.ts';
import { excerpt } from '../problem.ts';
import type { HourWindow } from '../range.ts';
import { keyFilter, splitValues } from '../series.ts';

export type { HourWindow } from '../range.ts';

/** How many hours can be in view. */
export const HOURS_IN_VIEW = [6, 24, 72, 168] as const;
export type HoursInView = (typeof HOURS_IN_VIEW)[number];
export const DEFAULT_HOURS_IN_VIEW: HoursInView = 24;

/** The kinds of instances; an instance's id begins with its kind. */
export const TIERS = ['provisioned', 'serverless'] as const;
export type Tier = (typeof TIERS)[number];

/** What one viewer wants to see of a run, whatever the film's place is. Checked: all names and values can be asked for. */
export interface LiveQuestion {
  readonly hours: HoursInView;
  /** The chosen hour; undefined follows the latest one with events. */
  readonly hour: EventTime | undefined;
  readonly tier: Tier | undefined;
  /** Values by key, of all metrics that have that key. */
  readonly filters: Readonly<Record<string, readonly string[]>>;
  /** By metric and key: the one value that its panel shows instead of the one that its file names. */
  readonly where: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** The hours in view when the film is at `at`: the last one is that in which the film is. */
export function windowAt(at: ReplayTime, hours: HoursInView): HourWindow {
  const place = eventTime(at);
  // Exactly at a full hour the hour that begins has nothing to show yet.
  const to = ceilHour(place);
  return { from: addMicros(to, -hours * MICROS_PER_HOUR), to };
}

/** Text that is the same for equal questions, whatever the order of their parameters was, and for no others. */
export function questionText({ hours, hour, tier, filters, where }: LiveQuestion): string {
  const sorted = <T>(of: Readonly<Record<string, T>>): [string, T][] =>
    Object.entries(of).sort(([a], [b]) => (a < b ? -1 : 1));
  const chosen = sorted(filters).map(([key, values]) => [key, [...new Set(values)].sort()]);
  const shown = sorted(where).map(([metric, values]) => [metric, sorted(values)]);
  return JSON.stringify([hours, hour ?? null, tier ?? null, chosen, shown]);
}

const OWN = ['hours', 'hour', 'tier', 'since'];

/**
 * Reads the parameters of the live stream: `hours`, `hour`, `tier`, `<key>=a,b` and `<metric>.<key>=value`; `since` is
 * the stream's and passed over. A key of a metric that has the name of one of these cannot be filtered by.
 * Throws REQUEST_INVALID.
 */
export function parseLiveQuestion(query: Readonly<Record<string, unknown>>, metrics: readonly Metric[]): LiveQuestion {
  const filters: Record<string, readonly string[]> = {};
  const where: Record<string, Record<string, string>> = {};
  for (const [name, given] of Object.entries(query)) {
    if (OWN.includes(name)) continue;
    const texts = textsOf(given);
    const shown = whereOf(name, metrics);
    if (shown === undefined) filters[name] = filterValues(name, texts, metrics);
    else where[shown.metric.name] = { ...where[shown.metric.name], [shown.key.name]: oneValue(name, texts, shown.key) };
  }
  return {
    hours: choice(query, 'hours', HOURS_IN_VIEW, DEFAULT_HOURS_IN_VIEW),
    hour: chosenHour(query.hour),
    tier: choice(query, 'tier', TIERS, undefined),
    filters,
    where,
  };
}

function textsOf(given: unknown): readonly string[] {
  const texts: readonly unknown[] = Array.isArray(given) ? given : [given];
  return texts.filter((text) => typeof text === 'string');
}

/** The metric and key that `<metric>.<key>` names; undefined for a name without a point. */
function whereOf(name: string, metrics: readonly Metric[]): { metric: Metric; key: KeyColumn } | undefined {
  const point = name.indexOf('.');
  if (point < 0) return undefined;
  const choices = metrics.flatMap((metric) =>
    metric.keys.flatMap((key) => (key.name in (metric.panel?.where ?? {}) ? [{ metric, key }] : [])),
  );
  const found = choices.find(({ metric, key }) => `${metric.name}.${key.name}` === name);
  if (found !== undefined) return found;
  const names = choices.map(({ metric, key }) => `${metric.name}.${key.name}`);
  throw invalid(`query string: expected a panel's choice such as latency.phase, found ${excerpt(name)}`, name, names);
}

function oneValue(name: string, texts: readonly string[], key: KeyColumn): string {
  const values = texts.flatMap(splitValues);
  const [value] = keyFilter(key, values, name).values;
  if (value !== undefined && values.length === 1) return value.text;
  const message = `query parameter "${name}": expected one value, found ${excerpt(values)}`;
  throw new SpillwayError('REQUEST_INVALID', message, { hint: 'a comma inside a value is written \\,' });
}

/** Checks the values of a filter with the first metric that has such a key. */
function filterValues(name: string, texts: readonly string[], metrics: readonly Metric[]): readonly string[] {
  const keys = metrics.flatMap((metric) => metric.keys.filter((key) => key.name !== 'hour'));
  const key = keys.find((one) => one.name === name);
  if (key === undefined) {
    const names = [...new Set(keys.map((one) => one.name))];
    throw invalid(`query string: expected a parameter or a key of a metric, found ${excerpt(name)}`, name, names);
  }
  return keyFilter(key, texts.flatMap(splitValues)).values.map(({ text }) => text);
}

function choice<T extends string | number, F>(
  query: Readonly<Record<string, unknown>>,
  name: string,
  choices: readonly T[],
  fallback: F,
): T | F {
  const given = query[name];
  if (given === undefined) return fallback;
  const found = choices.find((one) => String(one) === given);
  if (found !== undefined) return found;
  const message = `query parameter "${name}": expected ${choices.join(', ')}, found ${excerpt(given)}`;
  throw new SpillwayError('REQUEST_INVALID', message, { hint: `choose one of ${choices.join(', ')}` });
}

function chosenHour(given: unknown): EventTime | undefined {
  if (given === undefined) return undefined;
  const hour = typeof given === 'string' ? parseTime(given) : undefined;
  if (hour !== undefined && hour === hourOf(hour)) return hour;
  const hint = hour === undefined ? 'write it as 2024-03-01T14:00:00Z' : `the full hour is ${isoTime(hourOf(hour))}`;
  const message = `query parameter "hour": expected a full hour, found ${excerpt(given)}`;
  throw new SpillwayError('REQUEST_INVALID', message, { hint });
}

function invalid(message: string, name: string, names: readonly string[]): SpillwayError {
  const match = nearest(name, [...names, ...OWN]);
  const known = names.length === 0 ? 'there are none' : `there are ${names.join(', ')}`;
  const hint = match === undefined ? known : `did you mean "${match}"? ${known}`;
  return new SpillwayError('REQUEST_INVALID', message, { hint });
}
