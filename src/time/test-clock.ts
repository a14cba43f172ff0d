import type { WallTime } from '../model/time.ts';
import { wallTime } from '../model/time.ts';
import type { Clock } from './clock.ts';

/** A clock that stands still until it is told to move. */
export interface TestClock extends Clock {
  /** Moves the clock and wakes every sleeper whose time has come, in order. */
  advance(ms: number): Promise<void>;
}

/** A clock for tests, standing at `start`. */
export function testClock(start: WallTime = wallTime(0)): TestClock {
  let elapsed = 0;
  let sleepers: { at: number; wake: () => void }[] = [];
  const yieldToOthers = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    now: () => wallTime(start + elapsed),
    monotonicMs: () => elapsed,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) return resolve();
        sleepers.push({ at: elapsed + ms, wake: resolve });
        signal?.addEventListener('abort', () => resolve(), { once: true });
      }),
    advance: async (ms) => {
      const end = elapsed + ms;
      for (;;) {
        const next = sleepers.filter((s) => s.at <= end).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        elapsed = Math.max(elapsed, next.at);
        sleepers = sleepers.filter((s) => s !== next);
        next.wake();
        await yieldToOthers();
      }
      elapsed = end;
      await yieldToOthers();
    },
  };
}
