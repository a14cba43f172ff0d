import type { TestContext } from 'node:test';
import type { Session } from '../../src/engine/session.ts';
import { Engine } from '../../src/engine/session.ts';

/** A session of a DuckDB in memory, closed when the test ends. */
export async function openSession(t: TestContext): Promise<Session> {
  const engine = await Engine.open(':memory:', { memoryMb: 256, threads: 1 });
  const session = await engine.session();
  t.after(() => {
    session.close();
    engine.close();
  });
  return session;
}

/** Runs `work` with a session of a DuckDB in memory. */
export async function withSession<T>(work: (session: Session) => Promise<T>): Promise<T> {
  const engine = await Engine.open(':memory:', { memoryMb: 256, threads: 1 });
  const session = await engine.session();
  try {
    return await work(session);
  } finally {
    session.close();
    engine.close();
  }
}
