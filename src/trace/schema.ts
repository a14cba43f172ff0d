import { identifier, quoted } from '../engine/sql.ts';
import { SpillwayError } from '../errors.ts';
import type { Deployment, RedsetColumn } from '../model/redset.ts';
import { DEPLOYMENTS, REDSET_COLUMNS } from '../model/redset.ts';
import type { Coercion } from './coerce.ts';
import { ACCEPTED, coercion } from './coerce.ts';

/** Name and DuckDB type of a file's columns. */
export type FileColumns = ReadonlyMap<string, string>;

/** Only provisioned clusters have a size, so files of serverless instances may leave the column out. */
const OPTIONAL_COLUMNS: ReadonlySet<string> = new Set(['cluster_size']);

/** Where a file's rows learn their deployment from. */
export type DeploymentSource = Deployment | 'column';

/**
 * The deployment of a file: its own column `deployment`, else the nearest folder (or the file's name) that says
 * `provisioned` or `serverless`, else `fallback`.
 */
export function deploymentOf(file: string, columns: FileColumns, fallback: Deployment | undefined): DeploymentSource {
  if (columns.get('deployment') === 'VARCHAR') return 'column';
  const parts = file.split(/[/\\]/).reverse();
  for (const part of parts) {
    const named = DEPLOYMENTS.find(
      (deployment) => part === deployment || new RegExp(`\\b${deployment}\\b`).test(part.replaceAll('_', ' ')),
    );
    if (named !== undefined) return named;
  }
  if (fallback !== undefined) return fallback;
  throw new SpillwayError(
    'TRACE_INVALID',
    `trace file ${file}: cannot tell its deployment: expected a folder named provisioned or serverless above it, or a column deployment, found neither`,
    { hint: 'say it with --deployment provisioned or --deployment serverless' },
  );
}

/**
 * Makes a SELECT of coerced rows (`deployment`, Redset's columns, `bad_columns`, `raw`) from something to select from that
 * has a file's columns. `soundTimes` says that every time is known to be a believable one.
 *
 * In three steps, because DuckDB holds memory for every expression: values, then what is wrong with them, then the rest.
 */
export function coercedRows(
  file: string,
  columns: FileColumns,
  deployment: DeploymentSource,
  soundTimes = false,
): (source: string) => string {
  const names = [...columns.keys()];
  const prefix = unusedPrefix(names);
  const value = (name: string): string => identifier(`${prefix}value_${name}`);
  const isBad = (name: string): string => identifier(`${prefix}bad_${name}`);
  const all = [
    { name: 'deployment', ...deploymentCoercion(deployment) },
    ...REDSET_COLUMNS.map((column) => ({ name: column.name, ...coercionOf(file, column, columns, soundTimes) })),
  ];
  const suspects = all.flatMap(({ name, bad }) => (bad === undefined ? [] : [{ name, test: bad(value(name)) }]));
  const values = all.map(({ name, value: sql }) => `${sql} AS ${value(name)}`);
  const tests = suspects.map(({ name, test }) => `${test} AS ${isBad(name)}`);
  // One flat test decides for almost every row that neither the list of names nor the copy is needed.
  const anyBad = suspects.map(({ name }) => isBad(name)).join(' OR ');
  const whenBad = (sql: string): string =>
    suspects.length === 0 ? 'CAST(NULL AS VARCHAR)' : `CASE WHEN ${anyBad} THEN ${sql} END`;
  const badNames = suspects.map(({ name }) => `CASE WHEN ${isBad(name)} THEN ${quoted(name)} END`).join(', ');
  const original = names.map((name) => `${identifier(name)} := ${identifier(name)}`).join(', ');
  const rows = [
    ...all.map(({ name }) => `${value(name)} AS ${name}`),
    `${whenBad(`concat_ws(',', ${badNames})`)} AS bad_columns`,
    `${whenBad(`CAST(to_json(struct_pack(${original})) AS VARCHAR)`)} AS raw`,
  ];
  return (source) =>
    `SELECT ${rows.join(', ')} FROM (SELECT ${['*', ...tests].join(', ')} FROM (SELECT ${['*', ...values].join(', ')} FROM ${source}))`;
}

function deploymentCoercion(deployment: DeploymentSource): Coercion {
  if (deployment !== 'column') return { value: quoted(deployment), bad: undefined };
  const known = DEPLOYMENTS.map(quoted).join(', ');
  return { value: `CASE WHEN deployment IN (${known}) THEN deployment END`, bad: (value) => `${value} IS NULL` };
}

/** A prefix with which no column of a file begins. */
function unusedPrefix(names: readonly string[]): string {
  let prefix = 'coerced_';
  while (names.some((name) => name.toLowerCase().startsWith(prefix))) prefix += '_';
  return prefix;
}

function coercionOf(file: string, column: RedsetColumn, columns: FileColumns, soundTimes: boolean): Coercion {
  const found = columns.get(column.name);
  if (found === undefined) {
    if (OPTIONAL_COLUMNS.has(column.name))
      return { value: `CAST(NULL AS ${column.type.toUpperCase()})`, bad: undefined };
    const near = [...columns.keys()].find((name) => name.trim().toLowerCase() === column.name);
    throw new SpillwayError(
      'TRACE_INVALID',
      `trace file ${file}: column ${column.name}: expected ${ACCEPTED[column.type]}, found no such column${near === undefined ? '' : ` (but ${JSON.stringify(near)})`}`,
      { hint: 'the file must have the columns of Redset, by their names; docs/semantics.md lists them' },
    );
  }
  const result = coercion(column, found, soundTimes);
  if (result === undefined) {
    throw new SpillwayError(
      'TRACE_INVALID',
      `trace file ${file}: column ${column.name}: expected ${ACCEPTED[column.type]}, found ${found}`,
      {
        hint: 'write the column in one of the types named and try again',
      },
    );
  }
  return result;
}
