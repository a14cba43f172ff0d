import type { EventTime } from '../model/time.ts';
import { addMicros, hourOf, MICROS_PER_HOUR } from '../model/time.ts';

/** A span of event time, [from, to). */
export interface Span {
  readonly from: EventTime;
  readonly to: EventTime;
}

/**
 * Cuts a range of full hours into spans of full hours, at the hours in which the `cuts` of a trace lie. The spans leave
 * no hour out, the empty ones included: a store may hold rows where the trace has none. A span is larger than what lies
 * between two cuts by less than an hour, so memory depends on the busiest hour and never on the length of the trace.
 */
export function hourlySpans(range: Span, cuts: readonly EventTime[]): readonly Span[] {
  const inside = cuts.map(hourOf).filter((cut) => cut > range.from && cut < range.to);
  const starts = range.from < range.to ? [range.from, ...new Set(inside)] : [];
  return starts.map((from, index) => ({ from, to: starts[index + 1] ?? range.to }));
}

/** Number of full hours in a span. */
export function hoursIn(span: Span): number {
  return Math.max(0, Math.round((span.to - span.from) / MICROS_PER_HOUR));
}

/** The end of the hour that starts at `hour`. */
export function hourEnd(hour: EventTime): EventTime {
  return addMicros(hour, MICROS_PER_HOUR);
}
