import { formatClock, formatDay, HOUR_MS, isoOf, msOf } from '../format/time.ts';
import type { HourSlot } from './chart-model.ts';

/** The whole hour: `Tue 12 Mar 14:00–15:00 UTC`. */
export function wholeHour(hour: string): string {
  return `${formatDay(hour)} ${formatClock(hour)}–${formatClock(isoOf(msOf(hour) + HOUR_MS))} UTC`;
}

/** What an hour's numbers are worth. */
export function stateWords({ state, revision }: HourSlot): string {
  if (state === 'open') return 'open, provisional';
  if (state === 'ahead') return 'not reached yet';
  if (state === 'skipped') return 'skipped';
  return revision > 1 ? `final, amended (revision ${revision})` : 'final';
}
