import type { Clock } from './clock.ts';

/**
 * Measures what a piece of work costs from now on, milliseconds of one core at most: the wall time that it takes, or what
 * the whole process has worked meanwhile where that is less. On a busy machine most of the wall time is waiting.
 */
export function measureEffort(clock: Clock): () => number {
  const wallMs = clock.monotonicMs();
  const cpuMs = clock.cpuMs?.();
  return () => {
    const worked = cpuMs === undefined ? undefined : clock.cpuMs?.();
    const tookMs = clock.monotonicMs() - wallMs;
    return worked === undefined || cpuMs === undefined ? tookMs : Math.min(tookMs, worked - cpuMs);
  };
}
