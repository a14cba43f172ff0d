import type { Session } from '../engine/session.ts';
import { Engine, textOf } from '../engine/session.ts';
import type { FunctionRules } from './functions.ts';
import { functionRules, SQL_VALUES } from './functions.ts';
import { createRelations } from './probe.ts';

/** What the checks of metric files need to know. */
export interface LoadContext {
  /** A database that holds what a metric reads, empty and with samples, and can reach nothing outside itself. */
  readonly session: Session;
  readonly rules: FunctionRules;
  /** SQL's reserved words. */
  readonly reserved: ReadonlySet<string>;
  /** Wall milliseconds for all checks of one file. */
  readonly timeLimitMs: number;
  close(): void;
}

/** Makes a database to check metrics in. */
export async function openLoadContext(timeLimitMs: number): Promise<LoadContext> {
  const engine = await Engine.open(':memory:', { memoryMb: 128, threads: 1 });
  const session = await engine.session();
  const close = (): void => {
    session.close();
    engine.close();
  };
  try {
    await createRelations(session);
    const words = await session.rows(
      `SELECT keyword_name AS word FROM duckdb_keywords() WHERE keyword_category IN ('reserved', 'type_function')`,
    );
    const reserved = new Set([...words.map((row) => textOf(row.word)), ...SQL_VALUES]);
    const rules = await functionRules(session);
    // Only now, because nothing can be set after it. What a metric must not do is refused by name; this is the wall behind.
    await session.run(`SET enable_external_access = false; SET lock_configuration = true`);
    return { session, rules, reserved, timeLimitMs, close };
  } catch (error) {
    close();
    throw error;
  }
}
