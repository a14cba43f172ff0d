import type { TimeRange } from '../live/live-state.ts';

/** A name that says what a file holds: `spillway-spill-20240311T15-20240312T15.csv`. */
export function fileName(metric: string, { from, to }: TimeRange, ending: string): string {
  return `spillway-${metric}-${hour(from)}-${hour(to)}.${ending}`;
}

function hour(iso: string): string {
  return iso.slice(0, 13).replaceAll('-', '');
}
