import { formatClock, formatHour, HOUR_MS, isoOf, msOf } from '../format/time.ts';
import type { TimeRange } from '../live/live-state.ts';
import type { ChartHour } from './chart-input.ts';
import type { Slot } from './chart-model.ts';

/** More hours than any view has: a wrong window must not fill the memory. */
const MOST_HOURS = 24 * 366;

/** One place on the axis for every hour of the window, or of the part of it that is shown, rows or none. */
export function hourSlots(
  window: TimeRange | undefined,
  zoom: TimeRange | undefined,
  hours: readonly ChartHour[],
): readonly Slot[] {
  if (window === undefined) return [];
  const { from, to } = shownRange(window, zoom);
  const lines = new Map(hours.map((line) => [line.hour, line]));
  const slots: Slot[] = [];
  for (let at = msOf(from); at < msOf(to) && slots.length < MOST_HOURS; at += HOUR_MS) {
    const hour = isoOf(at);
    const line = lines.get(hour);
    const state = line?.state ?? 'ahead';
    slots.push({
      key: hour,
      label: formatHour(hour),
      short: formatClock(hour),
      hour: { hour, state, revision: line?.revision ?? 0, known: state === 'final' || line?.counted === true },
      rank: undefined,
    });
  }
  return slots;
}

/** The part of the window that a zoom leaves; all of it if it leaves nothing. */
export function shownRange(window: TimeRange, zoom: TimeRange | undefined): TimeRange {
  if (zoom === undefined) return window;
  const from = Math.max(msOf(window.from), msOf(zoom.from));
  const to = Math.min(msOf(window.to), msOf(zoom.to));
  return from < to ? { from: isoOf(from), to: isoOf(to) } : window;
}

/** Neighbouring places of open hours, as first and last index. */
export function openRuns(slots: readonly Slot[]): readonly (readonly [first: number, last: number])[] {
  const runs: [number, number][] = [];
  slots.forEach(({ hour }, i) => {
    if (hour?.state !== 'open') return;
    const last = runs.at(-1);
    if (last !== undefined && last[1] === i - 1) last[1] = i;
    else runs.push([i, i]);
  });
  return runs;
}
