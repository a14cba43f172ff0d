import { nearest } from '../config/nearest.ts';
import { identifier, quoted, timestamp } from '../engine/sql.ts';
import { SpillwayError } from '../errors.ts';
import type { JsonCell } from '../hot-store/hot-store.ts';
import type { KeyColumn, Metric } from '../metrics/metric.ts';
import type { EventTime } from '../model/time.ts';
import { isoTime, parseTime } from '../model/time.ts';
import { excerpt } from './problem.ts';
import type { HourRange } from './range.ts';

/** What a row is for: an hour, a day, or all of the range. */
export type Grain = 'hour' | 'day' | 'all';

/** A value that a key must have: as it stands in an answer, and as SQL. */
export interface KeyValue {
  readonly text: string;
  readonly sql: string;
}

/** Only rows of which a key's value meets a condition. */
export interface KeyCondition {
  readonly key: KeyColumn;
  /** As SQL over the metric's table; of a null neither this nor `holds` is true. */
  readonly sql: string;
  /** The same for a value as it stands in an answer. */
  holds(value: JsonCell): boolean;
}

/** Only rows with one of some values in a key. */
export interface KeyFilter extends KeyCondition {
  readonly values: readonly KeyValue[];
}

/** A checked question for a metric's rows over time. */
export interface SeriesQuestion {
  readonly metric: Metric;
  readonly range: HourRange;
  readonly grain: Grain;
  /** Keys besides the time whose values are told apart, in the metric's order; all others are summed over. */
  readonly group: readonly string[];
  /** One for a key at most. */
  readonly filters: readonly KeyCondition[];
  readonly derived: boolean;
  /** Rows answered at most. */
  readonly limit: number;
}

/** The metric of that name. Throws NOT_FOUND with the nearest one. */
export function metricNamed(metrics: readonly Metric[], name: string): Metric {
  const metric = metrics.find((one) => one.name === name);
  if (metric !== undefined) return metric;
  const names = metrics.map((one) => one.name);
  const match = nearest(name, names);
  throw new SpillwayError('NOT_FOUND', `no metric "${name}"`, {
    hint: match === undefined ? `there are ${names.join(', ')}` : `did you mean "${match}"?`,
  });
}

/** The metric's keys that `text` (names with commas between) asks for. Throws REQUEST_INVALID. */
export function groupKeys(metric: Metric, text: string): readonly string[] {
  const names = text === '' ? [] : text.split(',').map((name) => name.trim());
  for (const name of names) knownKey(metric, name, `query parameter "group": expected keys of ${metric.name}`);
  return metric.keys.map(({ name }) => name).filter((name) => name !== 'hour' && names.includes(name));
}

const SERIES_PARAMETERS: readonly string[] = ['from', 'to', 'grain', 'group', 'derived', 'limit'];

/** The filters that the parameters besides the route's `own` are. Throws REQUEST_INVALID. */
export function keyFilters(
  metric: Metric,
  parameters: Readonly<Record<string, unknown>>,
  own = SERIES_PARAMETERS,
): readonly KeyFilter[] {
  return Object.entries(parameters).map(([name, given]) => {
    const key = knownKey(metric, name, `query string: expected a parameter or a key of ${metric.name}`, own);
    if (name === 'hour') throw invalid('query parameter "hour": the time is chosen by a range', 'use "from" and "to"');
    const texts: readonly unknown[] = Array.isArray(given) ? given : [given];
    return keyFilter(
      key,
      texts.flatMap((text) => (typeof text === 'string' ? splitValues(text) : [])),
    );
  });
}

/** Rows with one of `values` in `key`. Throws REQUEST_INVALID, which names the query parameter `parameter`. */
export function keyFilter(key: KeyColumn, values: readonly string[], parameter = key.name): KeyFilter {
  const checked = values.map((value) => keyValue(key, value, parameter));
  const texts = new Set(checked.map(({ text }) => text));
  const list = checked.map(({ sql }) => sql).join(', ');
  return {
    key,
    values: checked,
    // A list without values holds for nothing.
    sql: checked.length === 0 ? 'false' : `${identifier(key.name)} IN (${list})`,
    holds: (value) => value !== null && texts.has(String(value)),
  };
}

/** Rows of some hours. */
export function hourCondition(hours: readonly EventTime[]): KeyCondition {
  const texts = new Set(hours.map(isoTime));
  return {
    key: { name: 'hour', type: 'TIMESTAMP' },
    sql: hours.length === 0 ? 'false' : `hour IN (${hours.map(timestamp).join(', ')})`,
    holds: (value) => typeof value === 'string' && texts.has(value),
  };
}

/** Rows with one of the values in a key that an answer had; null may be one of them. */
export function valueCondition(key: KeyColumn, values: ReadonlySet<JsonCell>): KeyCondition {
  const texts = [...values].filter((value) => value !== null).map(String);
  const { sql } = keyFilter(key, texts);
  const orNull = values.has(null) ? `(${sql} OR ${identifier(key.name)} IS NULL)` : sql;
  return { key, sql: orNull, holds: (value) => values.has(value) };
}

/** Rows that meet both conditions on the same key. */
export function bothConditions(a: KeyCondition, b: KeyCondition | undefined): KeyCondition {
  if (b === undefined) return a;
  return { key: a.key, sql: `(${a.sql} AND ${b.sql})`, holds: (value) => a.holds(value) && b.holds(value) };
}

/** `a,b` is two values; a comma that belongs to one is written `\,` and a backslash `\\`. */
export function splitValues(text: string): readonly string[] {
  const values: string[] = [];
  let value = '';
  for (const [part] of text.matchAll(/\\[\\,]|[\s\S]/g)) {
    if (part === ',') {
      values.push(value);
      value = '';
    } else value += part.length === 2 ? part.slice(1) : part;
  }
  return [...values, value];
}

const [INT64_MIN, INT64_MAX] = [-(2n ** 63n), 2n ** 63n - 1n];

/** Checks that `text` is a value of the key's type. Throws REQUEST_INVALID. */
function keyValue(key: KeyColumn, text: string, parameter: string): KeyValue {
  const fail = (expected: string): never => {
    throw invalid(`query parameter "${parameter}": expected ${expected}, found ${excerpt(text)}`, KEY_HINT);
  };
  switch (key.type) {
    case 'VARCHAR':
      // DuckDB would read a statement only up to a NUL.
      return text.includes('\0') ? fail('text without a NUL character') : { text, sql: quoted(text) };
    case 'BIGINT': {
      const value = /^-?\d{1,19}$/.test(text) ? BigInt(text) : undefined;
      if (value === undefined || value < INT64_MIN || value > INT64_MAX) return fail('a 64-bit integer');
      return { text: String(value), sql: `CAST('${value}' AS BIGINT)` };
    }
    case 'BOOLEAN':
      return text === 'true' || text === 'false' ? { text, sql: text } : fail('true or false');
    case 'TIMESTAMP': {
      const time = parseTime(text);
      return time === undefined ? fail('a time') : { text: isoTime(time), sql: timestamp(time) };
    }
  }
}

const KEY_HINT = 'several values are written with commas between';

function knownKey(metric: Metric, name: string, expected: string, own = SERIES_PARAMETERS): KeyColumn {
  const key = metric.keys.find((one) => one.name === name);
  if (key !== undefined) return key;
  const names = metric.keys.map((one) => one.name);
  const match = nearest(name, [...names, ...own]);
  const keys = `its keys are ${names.join(', ')}`;
  throw invalid(`${expected}, found ${excerpt(name)}`, match === undefined ? keys : `did you mean "${match}"? ${keys}`);
}

function invalid(message: string, hint: string): SpillwayError {
  return new SpillwayError('REQUEST_INVALID', message, { hint });
}
