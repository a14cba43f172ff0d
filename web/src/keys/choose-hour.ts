import type { HourLine } from '../live/live-state.ts';

/**
 * The hour beside the chosen one, or beside the latest where none is chosen. After the latest one nothing is chosen any
 * more: the page follows the film again. Null where there is no such hour.
 */
export function hourBeside(
  hours: readonly HourLine[],
  chosen: string | undefined,
  direction: -1 | 1,
): string | undefined | null {
  const latest = hours.length - 1;
  const found = chosen === undefined ? latest : hours.findIndex(({ hour }) => hour === chosen);
  // A link may choose an hour that is no longer in view: from there one comes to the end that is nearer.
  const outside = chosen !== undefined && chosen < (hours[0]?.hour ?? '') ? -1 : latest + 1;
  const next = (found >= 0 ? found : outside) + direction;
  if (next > latest) return chosen === undefined ? null : undefined;
  return hours[next]?.hour ?? null;
}
