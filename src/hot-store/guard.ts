import type { DuckDBConnection, DuckDBPreparedStatement } from '@duckdb/node-api';
import { StatementType } from '@duckdb/node-api';
import type { Session } from '../engine/session.ts';
import { textOf } from '../engine/session.ts';
import { quoted } from '../engine/sql.ts';
import { messageOf, SpillwayError } from '../errors.ts';
import { PUBLIC_TABLES } from '../model/public-tables.ts';
import { JsonColumns } from './cells.ts';
import type { ColumnResult, QueryOptions } from './hot-store.ts';

const PUBLIC_HINT = `tables: ${PUBLIC_TABLES.join(', ')} and one per metric (spillway metrics)`;
const DEFAULT_MAX_ROWS = 1_000_000;
const DEFAULT_TIMEOUT_MS = 60_000;

/**
 * Runs one user's statement: exactly one SELECT over the public names, in a read-only transaction, with a limit of rows
 * and of time. That it reaches no file, network or setting is the database's own configuration as well (external access
 * off, configuration locked).
 */
export async function guardedQuery(
  session: Session,
  sql: string,
  publicNames: ReadonlySet<string>,
  options: QueryOptions,
): Promise<ColumnResult> {
  const maxRows = options.maxRows ?? DEFAULT_MAX_ROWS;
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  await refuseUnlessKnown(session, sql, publicNames);
  return await session.exclusive(async (connection) => {
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      connection.interrupt();
    }, timeoutMs);
    try {
      return await runSelect(connection, sql, maxRows);
    } catch (error) {
      if (timedOut) {
        throw new SpillwayError('QUERY_TIMEOUT', `query: no answer within ${timeoutMs} ms`, {
          hint: 'ask for fewer hours, or allow more time',
        });
      }
      if (error instanceof SpillwayError) throw error;
      throw new SpillwayError('QUERY_INVALID', `query: ${messageOf(error).split('\n')[0]}`, {
        cause: error,
        hint: PUBLIC_HINT,
      });
    } finally {
      clearTimeout(timer);
    }
  });
}

async function runSelect(connection: DuckDBConnection, sql: string, maxRows: number): Promise<ColumnResult> {
  let statement: DuckDBPreparedStatement | undefined;
  await connection.run('BEGIN TRANSACTION READ ONLY');
  try {
    statement = await prepareSelect(sql, (text) => connection.extractStatements(text));
    const result = await statement.stream();
    const columns = result.columnNames().map((name, index) => ({ name, type: result.columnType(index).toString() }));
    const json = new JsonColumns(columns.length);
    while (json.size <= maxRows) {
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) break;
      json.add(chunk);
    }
    return { columns, cells: json.first(maxRows), size: Math.min(json.size, maxRows), truncated: json.size > maxRows };
  } finally {
    // Until it is destroyed, a prepared statement keeps the memory of its last execution, hash tables included.
    statement?.destroySync();
    await connection.run('ROLLBACK').catch(() => undefined);
  }
}

function refuseStatement(found: string): SpillwayError {
  return new SpillwayError('QUERY_INVALID', `query: expected exactly one SELECT, found ${found}`, {
    hint: 'the store is read-only from here',
  });
}

interface Extracted {
  readonly count: number;
  prepare(index: number): Promise<DuckDBPreparedStatement>;
}

async function prepareSelect(
  sql: string,
  extract: (sql: string) => Promise<Extracted>,
): Promise<DuckDBPreparedStatement> {
  const statements = await extract(sql);
  if (statements.count !== 1)
    throw refuseStatement(statements.count === 0 ? 'no statement' : `${statements.count} statements`);
  const statement = await statements.prepare(0);
  if (statement.statementType !== StatementType.SELECT)
    throw refuseStatement(StatementType[statement.statementType] ?? 'another statement');
  if (statement.parameterCount > 0) throw refuseStatement('a statement with parameters');
  return statement;
}

/** Table functions that read nothing but their arguments. */
const PURE_TABLE_FUNCTIONS: ReadonlySet<string> = new Set(['unnest', 'range', 'generate_series']);

/** Longest statement of which the verdict is kept, and how many are. */
const [KEPT_LENGTH, KEPT] = [10_000, 500];
const ALLOWED = new WeakMap<ReadonlySet<string>, Set<string>>();

/** The verdict depends on nothing but the text, and whoever watches a run asks the same every second. */
async function refuseUnlessKnown(session: Session, sql: string, publicNames: ReadonlySet<string>): Promise<void> {
  const allowed = ALLOWED.get(publicNames) ?? new Set();
  ALLOWED.set(publicNames, allowed);
  if (allowed.has(sql)) return;
  await refuseOtherTables(session, sql, publicNames);
  if (sql.length > KEPT_LENGTH) return;
  const [oldest] = allowed;
  if (allowed.size >= KEPT && oldest !== undefined) allowed.delete(oldest);
  allowed.add(sql);
}

/**
 * Refuses what is no SELECT and every table that is not a public name. Text that DuckDB cannot parse passes: preparing it
 * gives the better message.
 */
async function refuseOtherTables(session: Session, sql: string, publicNames: ReadonlySet<string>): Promise<void> {
  const row = await session.row(`SELECT CAST(json_serialize_sql(${quoted(sql)}) AS VARCHAR) AS tree`);
  const tree: unknown = JSON.parse(textOf(row.tree));
  if (tree !== null && typeof tree === 'object' && Reflect.get(tree, 'error_type') === 'not implemented') {
    throw refuseStatement('another statement');
  }
  if (statementsOf(tree) === 0) throw refuseStatement('no statement');
  const found = { tables: new Set<string>(), functions: new Set<string>(), withNames: new Set<string>() };
  collect(tree, found);
  const refuse = (what: string, hint: string): SpillwayError =>
    new SpillwayError('QUERY_INVALID', `query: ${what}`, { hint });
  for (const name of found.functions) {
    if (!PURE_TABLE_FUNCTIONS.has(name)) throw refuse(`the table function ${name} cannot be used here`, PUBLIC_HINT);
  }
  for (const name of found.withNames) {
    // Out of the clause's scope such a name would be a file's.
    if (/[./\\:]/.test(name))
      throw refuse(`WITH cannot name a table ${name} here`, 'choose a name without punctuation');
  }
  for (const name of found.tables) {
    if (!publicNames.has(name) && !found.withNames.has(name))
      throw refuse(`there is no public table ${name}`, PUBLIC_HINT);
  }
}

function statementsOf(tree: unknown): number | undefined {
  const statements: unknown = tree !== null && typeof tree === 'object' ? Reflect.get(tree, 'statements') : undefined;
  return Array.isArray(statements) ? statements.length : undefined;
}

/** Walks DuckDB's serialized syntax tree: https://duckdb.org/docs/stable/data/json/sql_to_and_from_json */
function collect(node: unknown, found: { tables: Set<string>; functions: Set<string>; withNames: Set<string> }): void {
  if (Array.isArray(node)) {
    for (const child of node) collect(child, found);
    return;
  }
  if (node === null || typeof node !== 'object') return;
  const field = (name: string): unknown => Reflect.get(node, name);
  if (field('type') === 'BASE_TABLE') {
    const parts = [field('catalog_name'), field('schema_name'), field('table_name')].filter(
      (part) => part !== '' && part !== undefined,
    );
    found.tables.add(parts.join('.').toLowerCase());
  }
  const call = field('function');
  if (field('type') === 'TABLE_FUNCTION' && call !== null && typeof call === 'object') {
    found.functions.add(String(Reflect.get(call, 'function_name')).toLowerCase());
  }
  const withClause = field('cte_map');
  if (withClause !== null && typeof withClause === 'object') {
    const entries: unknown = Reflect.get(withClause, 'map');
    for (const entry of Array.isArray(entries) ? entries : [])
      found.withNames.add(String(Reflect.get(Object(entry), 'key')).toLowerCase());
  }
  for (const child of Object.values(node)) collect(child, found);
}
