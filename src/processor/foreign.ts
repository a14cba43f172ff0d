import type { PartitionProgress } from '../hot-store/hot-store.ts';
import type { Manifest } from '../model/manifest.ts';
import type { EventTime } from '../model/time.ts';
import { addMicros, eventTime, MICROS_PER_MS } from '../model/time.ts';
import { usableTimes } from './checks.ts';

/*
 * Time in a run without a replay. Its producers send neither `begin` nor `seq`, and nobody says what is complete; the
 * events themselves do, within bounds:
 *
 *     watermark of a partition = latest time of its events - max_disorder, and never before the run's start - max_disorder
 *     front                    = the highest watermark of the partitions with such events
 *     an event beyond front + max_ahead is not believed: it is rejected and moves nothing
 *     a partition with nothing waiting is lifted to front - max_ahead, so that an idle one holds nothing open for ever
 */

/** What a run assumes of such producers; times and spans in microseconds. */
export interface ForeignRules {
  /** Where every partition's watermark starts. */
  readonly start: EventTime;
  /** An event outside [first, end) is rejected anyway and moves nothing. */
  readonly usable: { readonly first: EventTime; readonly end: EventTime };
  readonly maxDisorder: number;
  readonly maxAhead: number;
}

/** The rules of a run. */
export function foreignRules(manifest: Pick<Manifest, 'from' | 'to' | 'sanity' | 'foreign'>): ForeignRules {
  const maxDisorder = manifest.foreign.maxDisorderMs * MICROS_PER_MS;
  return {
    start: addMicros(manifest.from, -maxDisorder),
    usable: usableTimes(manifest.sanity, manifest),
    maxDisorder,
    maxAhead: manifest.foreign.maxAheadMs * MICROS_PER_MS,
  };
}

/** A partition that has events, none of them from a replay. */
export function isForeign(p: PartitionProgress): boolean {
  return !p.replayed && p.nextOffset - p.firstOffset > p.controls;
}

/**
 * The highest watermark of the foreign partitions, the start while there is none. One that has ended does not count: its
 * `end` says that nothing more comes in it, and nothing of the others.
 */
export function frontOf(progress: readonly PartitionProgress[], rules: ForeignRules): EventTime {
  const telling = progress.filter((p) => isForeign(p) && !p.ended);
  const watermarks = telling.map(({ watermark }) => watermark ?? rules.start);
  return eventTime(Math.max(rules.start, ...watermarks));
}

/**
 * What the time of a foreign event does: the watermark that it sets in its partition, should that be higher than the one
 * there is; `ahead` if it is too far beyond the front to be believed; undefined if it is no time of the run. `micros` is
 * NaN for an event without a time.
 */
export function watermarkOf(micros: number, front: EventTime, rules: ForeignRules): EventTime | 'ahead' | undefined {
  const { usable, maxAhead, maxDisorder } = rules;
  if (!(micros >= usable.first && micros < usable.end)) return undefined;
  return micros > front + maxAhead ? 'ahead' : eventTime(micros - maxDisorder);
}

/**
 * The watermark that each partition is lifted to at the end of a batch, undefined where it stays as it is. `waiting`
 * partitions have more records on the bus: they are behind, not idle. Where a replay writes, nothing is lifted.
 */
export function liftedTo(
  progress: readonly PartitionProgress[],
  waiting: readonly number[],
  rules: ForeignRules,
): (EventTime | undefined)[] {
  const isForeignRun = progress.some(isForeign) && !progress.some(({ replayed }) => replayed);
  const lift = addMicros(frontOf(progress, rules), -rules.maxAhead);
  return progress.map((p) => {
    if (!isForeignRun || p.ended || waiting.includes(p.partition)) return undefined;
    return lift > (p.watermark ?? rules.start) ? lift : undefined;
  });
}
