import { HOUR_MS, isoOf } from '../format/time.ts';

/** A stretch of event time, milliseconds since 1970. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Something to mark on the track. */
export interface Tick {
  readonly ms: number;
  /** Place on the track, 0 to 1. */
  readonly share: number;
  readonly iso: string;
}

const DAY_MS = 24 * HOUR_MS;
/** More would be a grey bar. */
const MOST_TICKS = 40;

/** Where a moment lies on the track, 0 to 1; what lies beyond an end is at that end. */
export function shareOf({ fromMs, toMs }: Span, ms: number): number {
  if (toMs <= fromMs) return 1;
  return Math.min(1, Math.max(0, (ms - fromMs) / (toMs - fromMs)));
}

/** The moment at a place of the track. */
export function momentAt({ fromMs, toMs }: Span, share: number): number {
  return Math.round(fromMs + Math.min(1, Math.max(0, share)) * (toMs - fromMs));
}

/** The start of the hour in which a moment lies. */
export function hourOf(ms: number): number {
  return Math.floor(ms / HOUR_MS) * HOUR_MS;
}

/** Midnights within the span; of a long one every second, seventh, ... so that there are at most 40. */
export function dayTicks(span: Span): Tick[] {
  const days = Math.ceil((span.toMs - span.fromMs) / DAY_MS);
  const step = [1, 2, 7, 14, 28].find((every) => days / every <= MOST_TICKS) ?? Math.ceil(days / MOST_TICKS);
  const ticks: Tick[] = [];
  for (let ms = Math.ceil(span.fromMs / DAY_MS) * DAY_MS; ms < span.toMs; ms += step * DAY_MS)
    ticks.push({ ms, share: shareOf(span, ms), iso: isoOf(ms) });
  return ticks;
}

/** Up to where all hours are final: the end of the latest one, or the start of the span where none is. */
export function finalUntil(span: Span, lastFinal: string | null): number {
  return lastFinal === null ? span.fromMs : Math.min(span.toMs, Date.parse(lastFinal) + HOUR_MS);
}
