import { joinValues } from './values.ts';
import { DEFAULT_VIEW, type ViewState } from './view-state.ts';

/** Parameters of the stream itself; a key of that name cannot be filtered by. */
const RESERVED = ['hours', 'hour', 'tier', 'since'];

/**
 * What a view asks of the live stream, as the query of `GET /api/live`. Views that differ only in how figures are shown
 * ask the same.
 */
export function liveQuestion({ hours, hour, tier, filters, where }: ViewState): string {
  const query = new URLSearchParams();
  if (hours !== DEFAULT_VIEW.hours) query.set('hours', String(hours));
  if (hour !== undefined) query.set('hour', hour);
  if (tier !== undefined) query.set('tier', tier);
  for (const [key, values] of sorted(filters)) {
    if (values.length > 0 && !RESERVED.includes(key)) query.set(key, joinValues([...values].sort()));
  }
  for (const [key, value] of sorted(where)) query.set(key, joinValues([value]));
  return query.toString();
}

function sorted<T>(of: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(of).sort(([a], [b]) => (a < b ? -1 : 1));
}
