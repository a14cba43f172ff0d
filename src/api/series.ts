import { nearest } from '../config/nearest.ts';
import { quoted, timestamp } from '../engine/sql.ts';
import { SpillwayError } from '../errors.ts';
import type { KeyColumn, Metric } from '../metrics/metric.ts';
import { isoTime, parseTime } from '../model/time.ts';
import { excerpt } from './problem.ts';
import type { HourRange } from './range.ts';

export type Grain = 'hour' | 'day';

/** A value that a key must have: as it stands in an answer, and as SQL. */
export interface KeyValue {
  readonly text: string;
  readonly sql: string;
}

/** Only rows with one of some values in a key. */
export interface KeyFilter {
  readonly key: KeyColumn;
  readonly values: readonly KeyValue[];
}

/** A checked question for a metric's rows over time. */
export interface SeriesQuestion {
  readonly metric: Metric;
  readonly range: HourRange;
  readonly grain: Grain;
  /** Keys besides the time whose values are told apart, in the metric's order; all others are summed over. */
  readonly group: readonly string[];
  readonly filters: readonly KeyFilter[];
  readonly derived: boolean;
  /** Rows answered at most. */
  readonly limit: number;
}

/** The metric's keys that `text` (names with commas between) asks for. Throws REQUEST_INVALID. */
export function groupKeys(metric: Metric, text: string): readonly string[] {
  const names = text === '' ? [] : text.split(',').map((name) => name.trim());
  for (const name of names) knownKey(metric, name, `query parameter "group": expected keys of ${metric.name}`);
  return metric.keys.map(({ name }) => name).filter((name) => name !== 'hour' && names.includes(name));
}

/** The filters that the parameters besides the route's own are. Throws REQUEST_INVALID. */
export function keyFilters(metric: Metric, parameters: Readonly<Record<string, unknown>>): readonly KeyFilter[] {
  return Object.entries(parameters).map(([name, given]) => {
    const key = knownKey(metric, name, `query string: expected a parameter or a key of ${metric.name}`);
    if (name === 'hour') throw invalid('query parameter "hour": the time is chosen by a range', 'use "from" and "to"');
    const texts: readonly unknown[] = Array.isArray(given) ? given : [given];
    const values = texts.flatMap((text) => (typeof text === 'string' ? splitValues(text) : []));
    return { key, values: values.map((value) => keyValue(key, value)) };
  });
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
function keyValue(key: KeyColumn, text: string): KeyValue {
  const fail = (expected: string): never => {
    throw invalid(`query parameter "${key.name}": expected ${expected}, found ${excerpt(text)}`, KEY_HINT);
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

function knownKey(metric: Metric, name: string, expected: string): KeyColumn {
  const key = metric.keys.find((one) => one.name === name);
  if (key !== undefined) return key;
  const names = metric.keys.map((one) => one.name);
  const match = nearest(name, [...names, 'from', 'to', 'grain', 'group', 'derived', 'limit']);
  const keys = `its keys are ${names.join(', ')}`;
  throw invalid(`${expected}, found ${excerpt(name)}`, match === undefined ? keys : `did you mean "${match}"? ${keys}`);
}

function invalid(message: string, hint: string): SpillwayError {
  return new SpillwayError('REQUEST_INVALID', message, { hint });
}
