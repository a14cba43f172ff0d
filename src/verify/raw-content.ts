import { REDSET_COLUMNS } from '../model/redset.ts';

/*
 * What a rejected record must still hold in its raw form, as a digest that can be computed on both sides: from the record
 * as it was sent, and from the bytes that the store keeps.
 */

const TYPES = { bigint: 'BIGINT', boolean: 'BOOLEAN', varchar: 'VARCHAR', timestamp: 'TIMESTAMP' } as const;
type Column = (typeof REDSET_COLUMNS)[number];

/** Reasons of which the sent bytes are known: nothing but they say what was wrong. */
const BY_BYTES = "('unparseable', 'bad_type')";

/** Columns that cleaning leaves alone: what a conflict displaces was clean already when it was rejected. */
const UNTOUCHED = REDSET_COLUMNS.filter(
  ({ name }) => name !== 'instance_id' && !/^(was|num|mbytes)_|_duration_ms$/.test(name),
);
/** Columns that read the same in every shape in which a trace has them. */
const INTEGERS = REDSET_COLUMNS.filter(({ type }) => type === 'bigint');

/** Digest of a sent record, over its coerced columns, `raw` and `reason`. */
export function sentDigest(): string {
  return digest('raw', ({ name }) => `CAST(${name} AS VARCHAR)`);
}

/** Digest of a row of the public table `rejected`; null where it keeps nothing. */
export function storedDigest(): string {
  return digest(
    'raw_bytes',
    ({ name, type }) =>
      `CAST(TRY_CAST(json_extract_string(TRY_CAST(raw AS JSON), '$.${name}') AS ${TYPES[type]}) AS VARCHAR)`,
  );
}

function digest(bytes: string, value: (column: Column) => string): string {
  const over = (columns: readonly Column[]): string => `md5(CAST([${columns.map(value).join(', ')}] AS VARCHAR))`;
  return `CASE WHEN reason IN ${BY_BYTES} THEN md5(${bytes}) WHEN reason = 'conflict' THEN ${over(UNTOUCHED)}
    WHEN reason = 'missing_field' THEN ${over(INTEGERS)} WHEN reason IS NOT NULL THEN ${over(REDSET_COLUMNS)} END`;
}
