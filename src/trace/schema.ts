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

/** How a scan of a file becomes the rows of a trace. */
export interface CoercedColumns {
  /** SELECT list over the scan: its own columns, and each coerced value under a name of its own. */
  readonly values: string;
  /** SELECT list over that: `deployment`, Redset's columns, `bad_columns` and `raw`. */
  readonly columns: string;
}

/** `soundTimes` says that every time is known to be a believable one. */
export function coercedColumns(
  file: string,
  columns: FileColumns,
  deployment: DeploymentSource,
  soundTimes = false,
): CoercedColumns {
  const names = [...columns.keys()];
  // In two steps, because DuckDB holds memory for every expression: a value is computed once and referred to three times.
  const valueOf = (name: string): string => identifier(`${unusedPrefix(names)}${name}`);
  const coercions = REDSET_COLUMNS.map((column) => ({
    name: column.name,
    ...coercionOf(file, column, columns, soundTimes),
  }));
  const known = DEPLOYMENTS.map(quoted).join(', ');
  const deploymentSql =
    deployment === 'column' ? `CASE WHEN deployment IN (${known}) THEN deployment END` : quoted(deployment);
  const bad: { name: string; test: string }[] = coercions.flatMap(({ name, bad: test }) =>
    test === undefined ? [] : [{ name, test: test(valueOf(name)) }],
  );
  if (deployment === 'column') bad.unshift({ name: 'deployment', test: `${valueOf('deployment')} IS NULL` });
  // One flat test decides for almost every row that neither the list of names nor the copy is needed.
  const anyBad = bad.map(({ test }) => test).join(' OR ');
  const badNames = bad.map(({ name, test }) => `CASE WHEN ${test} THEN ${quoted(name)} END`).join(', ');
  const original = names.map((name) => `${identifier(name)} := ${identifier(name)}`).join(', ');
  const whenBad = (value: string): string =>
    bad.length === 0 ? 'CAST(NULL AS VARCHAR)' : `CASE WHEN ${anyBad} THEN ${value} END`;
  return {
    values: [
      ...names.map(identifier),
      `${deploymentSql} AS ${valueOf('deployment')}`,
      ...coercions.map(({ name, value }) => `${value} AS ${valueOf(name)}`),
    ].join(', '),
    columns: [
      ...['deployment', ...coercions.map(({ name }) => name)].map((name) => `${valueOf(name)} AS ${name}`),
      `${whenBad(`concat_ws(',', ${badNames})`)} AS bad_columns`,
      `${whenBad(`CAST(to_json(struct_pack(${original})) AS VARCHAR)`)} AS raw`,
    ].join(', '),
  };
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
