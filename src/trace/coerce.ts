import { identifier } from '../engine/sql.ts';
import type { ColumnType, RedsetColumn } from '../model/redset.ts';

/** How one column of a file becomes the column it should be. */
export interface Coercion {
  /** SQL of the value; null where the value is missing or has another type. */
  readonly value: string;
  /**
   * SQL that is true where a value is there but cannot be one of the type, given SQL that refers to `value`; undefined if
   * that cannot happen. Apart, so that nothing is computed twice.
   */
  readonly bad: ((value: string) => string) | undefined;
}

/** Texts that pandas and CSV exports write for a missing value. Compared as they are: this runs for every row. */
const MISSING_TEXTS = "['', 'nan', 'NaN', 'None', 'none', 'null', 'NULL', '<NA>', 'NaT']";

const INTEGERS = new Set(['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'UTINYINT', 'USMALLINT', 'UINTEGER']);
const WIDE_INTEGERS = new Set(['UBIGINT', 'HUGEINT', 'UHUGEINT']);
const TIMESTAMPS = new Set([
  'TIMESTAMP',
  'TIMESTAMP_S',
  'TIMESTAMP_MS',
  'TIMESTAMP_NS',
  'TIMESTAMP WITH TIME ZONE',
  'DATE',
]);

/** Times outside of these (the years 1684 and 2255) are not exact as a JavaScript number of microseconds, nor ever meant. */
export const LAST_TIME = Number.MAX_SAFE_INTEGER;
export const FIRST_TIME = -LAST_TIME;

type Family = 'integer' | 'wide' | 'real' | 'text' | 'boolean' | 'timestamp' | 'null';

function familyOf(sqlType: string): Family | undefined {
  if (INTEGERS.has(sqlType)) return 'integer';
  if (WIDE_INTEGERS.has(sqlType)) return 'wide';
  if (sqlType === 'DOUBLE' || sqlType === 'FLOAT' || sqlType.startsWith('DECIMAL')) return 'real';
  if (sqlType === 'VARCHAR') return 'text';
  if (sqlType === 'BOOLEAN') return 'boolean';
  if (TIMESTAMPS.has(sqlType)) return 'timestamp';
  return sqlType === '"NULL"' ? 'null' : undefined;
}

/** In words, for errors: what types a column may have. */
export const ACCEPTED: Readonly<Record<ColumnType, string>> = {
  bigint: 'an integer (or integers stored as DOUBLE or text)',
  boolean: 'BOOLEAN (or 0/1, or text)',
  varchar: 'VARCHAR (or integers)',
  timestamp: 'TIMESTAMP (or ISO-8601 text)',
};

/**
 * SQL that reads a column of the found type as the type it should have. Redset went through pandas: nullable integers
 * arrive as DOUBLE, a NaN is a null, booleans may be 0/1, times may be text. Undefined if the type cannot be meant.
 * With `soundTimes` a TIMESTAMP is taken as it is: only then can whole row groups be left out by their statistics.
 */
export function coercion(column: RedsetColumn, foundType: string, soundTimes = false): Coercion | undefined {
  const family = familyOf(foundType);
  const x = identifier(column.name);
  if (family === undefined) return undefined;
  if (family === 'null') return { value: `CAST(NULL AS ${column.type.toUpperCase()})`, bad: undefined };
  if (column.type === 'timestamp' && foundType === 'TIMESTAMP' && soundTimes) return { value: x, bad: undefined };
  return TARGETS[column.type](x, family, foundType);
}

/**
 * True where a text stands for a value; null where the column is null. As a list, because DuckDB takes IN apart into
 * comparisons and holds memory for each of them.
 */
const present = (x: string): string => `NOT list_contains(${MISSING_TEXTS}, ${x})`;

const TARGETS: Record<ColumnType, (x: string, family: Family, type: string) => Coercion | undefined> = {
  bigint: (x, family, type) => {
    if (family === 'integer') return { value: type === 'BIGINT' ? x : `CAST(${x} AS BIGINT)`, bad: undefined };
    if (family === 'wide') return checked(`TRY_CAST(${x} AS BIGINT)`, `${x} IS NOT NULL`);
    if (family === 'real') return { value: integral(x), bad: () => notIntegral(x) };
    if (family === 'text') {
      // TRY_CAST rounds '3.7' to 4, so the digits are looked at before.
      const digits = `regexp_extract(trim(${x}), '^([+-]?[0-9]+)(\\.0*)?$', 1)`;
      return checked(`TRY_CAST(NULLIF(${digits}, '') AS BIGINT)`, present(x));
    }
    return undefined;
  },
  boolean: (x, family) => {
    if (family === 'boolean') return { value: x, bad: undefined };
    if (family === 'integer' || family === 'wide' || family === 'real') {
      return checked(
        `CASE ${x} WHEN 0 THEN false WHEN 1 THEN true END`,
        family === 'real' ? `NOT isnan(CAST(${x} AS DOUBLE))` : `${x} IS NOT NULL`,
      );
    }
    if (family === 'text') {
      const text = `lower(trim(${x}))`;
      const value = `CASE WHEN ${text} IN ('true', 't', '1', '1.0') THEN true WHEN ${text} IN ('false', 'f', '0', '0.0') THEN false END`;
      return checked(value, present(x));
    }
    return undefined;
  },
  varchar: (x, family) => {
    if (family === 'text') return { value: `CASE WHEN ${present(x)} THEN ${x} END`, bad: undefined };
    if (family === 'integer' || family === 'wide') return { value: `CAST(${x} AS VARCHAR)`, bad: undefined };
    if (family === 'real') return { value: `CAST(${integral(x)} AS VARCHAR)`, bad: () => notIntegral(x) };
    return undefined;
  },
  timestamp: (x, family) => {
    if (family === 'timestamp') return checked(believable(`TRY_CAST(${x} AS TIMESTAMP)`), `${x} IS NOT NULL`);
    if (family === 'text') {
      // By way of a time with a zone: a cast to TIMESTAMP reads `12:00+02` and forgets the zone.
      return checked(believable(`make_timestamp(epoch_us(TRY_CAST(trim(${x}) AS TIMESTAMPTZ)))`), present(x));
    }
    return undefined;
  },
};

/**
 * An integral DOUBLE or DECIMAL is an integer and a NaN, which is how pandas writes a missing number, is a null. In DuckDB
 * a NaN equals itself and is larger than any number, so TRY_CAST alone makes the difference.
 */
function integral(x: string): string {
  return `CASE WHEN ${x} = trunc(${x}) THEN TRY_CAST(${x} AS BIGINT) END`;
}

/** A fraction, an infinity or a number beyond 64 bits: something else than an integer or a NaN. */
function notIntegral(x: string): string {
  return `(${x} <> trunc(${x}) OR (abs(${x}) >= 9.2e18 AND NOT isnan(CAST(${x} AS DOUBLE))))`;
}

/** A time that the rest of the program can count with; else null, infinities included. */
function believable(time: string): string {
  return `CASE WHEN ${time} BETWEEN make_timestamp(${FIRST_TIME}) AND make_timestamp(${LAST_TIME}) THEN ${time} END`;
}

function checked(value: string, isPresent: string): Coercion {
  return { value, bad: (found) => `(${isPresent} AND ${found} IS NULL)` };
}
