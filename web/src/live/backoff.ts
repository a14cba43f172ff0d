const SHORTEST_MS = 500;
const LONGEST_MS = 8_000;

/**
 * Wall milliseconds until the next attempt after so many that came to nothing: twice as long each time, up to 8 s, and
 * not the same for every page, so that a server that is back is not asked by all at once. `random` is from 0 to 1.
 */
export function retryDelayMs(failures: number, random: number): number {
  const delay = Math.min(LONGEST_MS, SHORTEST_MS * 2 ** Math.min(failures, 16));
  return Math.max(SHORTEST_MS, delay * (0.5 + 0.5 * random));
}
