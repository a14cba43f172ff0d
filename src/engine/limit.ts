import type { Clock } from '../time/clock.ts';
import type { Session } from './session.ts';

/** Thrown in the place of what an interrupted statement says. */
export class TimeLimitError extends Error {
  constructor(limitMs: number) {
    super(`took longer than ${limitMs / 1000} s`);
    this.name = 'TimeLimitError';
  }
}

/**
 * Runs statements of a session and interrupts them after `limitMs` of wall time with TimeLimitError. Nothing else may
 * run on the session meanwhile.
 */
export async function withTimeLimit<T>(
  session: Session,
  clock: Clock,
  limitMs: number,
  work: () => Promise<T>,
): Promise<T> {
  const done = new AbortController();
  let interrupted = false;
  const watch = clock.sleep(limitMs, done.signal).then(() => {
    if (done.signal.aborted) return;
    interrupted = true;
    session.connection.interrupt();
  });
  try {
    return await work();
  } catch (error) {
    if (interrupted) throw new TimeLimitError(limitMs);
    throw error;
  } finally {
    done.abort();
    await watch;
  }
}
