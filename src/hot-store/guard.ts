import { StatementType } from '@duckdb/node-api';
import type { DuckDBPreparedStatement } from '@duckdb/node-api';
import { SpillwayError, messageOf } from '../errors.ts';
import type { Session } from '../engine/session.ts';
import { toJsonCell } from './cells.ts';
import type { JsonCell, QueryOptions, QueryResult } from './hot-store.ts';

const DEFAULT_MAX_ROWS = 1_000_000;
const DEFAULT_TIMEOUT_MS = 60_000;

/**
 * Runs one user's statement: exactly one SELECT, in a read-only transaction, with a limit of rows and of time. That it
 * reaches no file, network or setting is the database's own configuration (external access off, configuration locked).
 */
export async function guardedQuery(session: Session, sql: string, options: QueryOptions): Promise<QueryResult> {
  const maxRows = options.maxRows ?? DEFAULT_MAX_ROWS;
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  return await session.exclusive(async (connection) => {
    let timedOut = false;
    let finished = false;
    const timer = setTimeout(() => {
      timedOut = true;
      if (!finished) connection.interrupt();
    }, timeoutMs);
    await connection.run('BEGIN TRANSACTION READ ONLY');
    try {
      const statement = await prepareSelect(sql, (text) => connection.extractStatements(text));
      const result = await statement.stream();
      const columns = result.columnNames().map((name, index) => ({ name, type: result.columnType(index).toString() }));
      const rows: JsonCell[][] = [];
      while (rows.length <= maxRows) {
        const chunk = await result.fetchChunk();
        if (chunk === null || chunk.rowCount === 0) break;
        for (const row of chunk.getRows()) rows.push(row.map(toJsonCell));
      }
      const truncated = rows.length > maxRows;
      return { columns, rows: truncated ? rows.slice(0, maxRows) : rows, truncated };
    } catch (error) {
      if (timedOut) {
        throw new SpillwayError('QUERY_TIMEOUT', `query: no answer within ${timeoutMs} ms`, { hint: 'ask for fewer hours, or allow more time' });
      }
      if (error instanceof SpillwayError) throw error;
      throw new SpillwayError('QUERY_INVALID', `query: ${messageOf(error).split('\n')[0]}`, {
        cause: error,
        hint: 'tables: hours, events, late_events, rejected, receipts, progress, archive_files and one per metric (spillway metrics)',
      });
    } finally {
      finished = true;
      clearTimeout(timer);
      await connection.run('ROLLBACK').catch(() => undefined);
    }
  });
}

interface Extracted {
  readonly count: number;
  prepare(index: number): Promise<DuckDBPreparedStatement>;
}

async function prepareSelect(sql: string, extract: (sql: string) => Promise<Extracted>): Promise<DuckDBPreparedStatement> {
  const statements = await extract(sql);
  const refuse = (found: string): SpillwayError =>
    new SpillwayError('QUERY_INVALID', `query: expected exactly one SELECT, found ${found}`, { hint: 'the store is read-only from here' });
  if (statements.count !== 1) throw refuse(statements.count === 0 ? 'no statement' : `${statements.count} statements`);
  const statement = await statements.prepare(0);
  if (statement.statementType !== StatementType.SELECT) throw refuse(StatementType[statement.statementType] ?? 'another statement');
  if (statement.parameterCount > 0) throw refuse('a statement with parameters');
  return statement;
}
