import { textOf } from '../engine/session.ts';
import { messageOf } from '../errors.ts';
import type { LoadContext } from './context.ts';
import { fault } from './fault.ts';
import type { MetricFile } from './head.ts';
import type { KeyColumn, RollupType } from './metric.ts';
import { didYouMean, nameFault, TAKEN_COLUMNS } from './names.ts';
import { isParameter } from './parameters.ts';

const INTEGERS = [
  'TINYINT',
  'SMALLINT',
  'INTEGER',
  'BIGINT',
  'HUGEINT',
  'UTINYINT',
  'USMALLINT',
  'UINTEGER',
  'UBIGINT',
  'UHUGEINT',
];

/**
 * Checks that the SELECT has exactly the declared columns, keys of types that every store has and measures of integers.
 * Returns the keys with their types. Throws MetricFault.
 */
export async function checkColumns(context: LoadContext, file: MetricFile): Promise<readonly KeyColumn[]> {
  checkNames(file, context.reserved);
  const selected = await describe(context, file);
  const { key, measures } = file.head;
  const declared = [...key, ...Object.keys(measures)];
  for (const [column] of selected) {
    if (declared.includes(column)) continue;
    fault(
      file.sqlLine,
      `the SELECT has a column "${column}" that the head does not declare${didYouMean(column, declared)}`,
    );
  }
  key.forEach((name, i) => {
    if (!selected.has(name)) fault(file.headLine(['key', i]), `key "${name}" is not a column of the SELECT`);
  });
  for (const name of Object.keys(measures)) {
    const type = selected.get(name);
    const line = file.headLine(['measures', name]);
    if (type === undefined) fault(line, `measure "${name}" is not a column of the SELECT`);
    if (!INTEGERS.includes(type)) {
      fault(
        line,
        `measure "${name}" is ${type}; a measure is a whole number`,
        'sum integers, or cast each value: sum(CAST(... AS BIGINT))',
      );
    }
  }
  return key.map((name, i) => ({ name, type: keyType(file, i, name, selected.get(name) ?? '') }));
}

function checkNames({ head, headLine }: MetricFile, reserved: ReadonlySet<string>): void {
  const { key, measures } = head;
  if (key[0] !== 'hour') fault(headLine(['key', 0]), `the first key must be "hour", found "${key[0]}"`);
  key.forEach((name, i) => {
    checkColumnName(name, headLine(['key', i]), `key "${name}"`, reserved);
    if (key.indexOf(name) !== i) fault(headLine(['key', i]), `key "${name}" is there twice`);
  });
  for (const name of Object.keys(measures)) {
    checkColumnName(name, headLine(['measures', name]), `measure "${name}"`, reserved);
    if (key.includes(name)) fault(headLine(['measures', name]), `"${name}" is both a key and a measure`);
  }
}

/** Throws MetricFault unless `name` can be a column of a metric's table. */
export function checkColumnName(name: string, line: number, shown: string, reserved: ReadonlySet<string>): void {
  const reason = nameFault(name, reserved);
  if (reason !== undefined) fault(line, `${shown} ${reason}`);
  if (TAKEN_COLUMNS.some((taken) => taken === name)) fault(line, `${shown} is a column that every metric has already`);
  if (isParameter(name)) fault(line, `${shown} has the name of a parameter of expressions`);
}

/** Columns of the SELECT over `events`, with DuckDB's types. */
async function describe({ session }: LoadContext, { sql, sqlLine }: MetricFile): Promise<ReadonlyMap<string, string>> {
  let rows: readonly { name: string; type: string }[];
  try {
    const described = await session.rows(`DESCRIBE\n${sql}`);
    rows = described.map((row) => ({ name: textOf(row.column_name), type: textOf(row.column_type) }));
  } catch (error) {
    const [reason = ''] = messageOf(error).split('\n');
    // DuckDB counts from the line with DESCRIBE, which is the one before.
    const line = Number(/^LINE (\d+):/m.exec(messageOf(error))?.[1] ?? 2) - 2;
    fault(sqlLine + line, reason.replace(/^\w+ Error: /, ''), 'docs/metrics.md lists the columns of events');
  }
  const columns = new Map<string, string>();
  for (const { name, type } of rows) {
    if (columns.has(name)) fault(sqlLine, `the SELECT has two columns "${name}"`);
    columns.set(name, type);
  }
  return columns;
}

function keyType(file: MetricFile, i: number, name: string, type: string): RollupType {
  const line = file.headLine(['key', i]);
  if (name === 'hour' && type !== 'TIMESTAMP')
    fault(line, `key "hour" is ${type}, expected TIMESTAMP`, 'select the hour of events as it is');
  if (INTEGERS.includes(type)) return 'BIGINT';
  if (type === 'VARCHAR' || type === 'BOOLEAN' || type === 'TIMESTAMP') return type;
  fault(line, `key "${name}" is ${type}; a key is an integer, VARCHAR, BOOLEAN or TIMESTAMP`, 'cast it in the SELECT');
}
