import type { WallTime } from '../model/time.ts';
import { wallTime } from '../model/time.ts';

/** Everything that may depend on the clock on the wall is given one of these; nothing else reads it. */
export interface Clock {
  /** Wall time now. */
  now(): WallTime;
  /** Milliseconds since an arbitrary start; never goes back. For durations. */
  monotonicMs(): number;
  /**
   * Milliseconds for which the processor has worked for this process, all threads together, since an arbitrary start; a
   * clock that is not the machine's need not tell.
   */
  cpuMs?(): number;
  /** Resolves after `ms` milliseconds of wall time, or at once when `signal` aborts. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => wallTime(Date.now()),
  monotonicMs: () => performance.now(),
  cpuMs: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  },
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal?.addEventListener('abort', done, { once: true });
    }),
};
