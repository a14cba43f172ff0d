import type { HourRevision, MetricSums } from '../../../src/api/routes/revisions.ts';
import { wholeOf } from '../format/cells.ts';

/** A measure of a metric in two revisions. */
export interface MeasureDiff {
  readonly metric: string;
  readonly measure: string;
  readonly before: bigint | undefined;
  readonly after: bigint | undefined;
  readonly difference: bigint;
}

/** What one revision changed against the one before. */
export interface RevisionDiff {
  readonly before: HourRevision;
  readonly after: HourRevision;
  readonly changed: readonly MeasureDiff[];
  /** Metrics of which every measure is the same. */
  readonly unchanged: readonly string[];
  /** Why a metric of the later revision was not computed anew, or cannot be shown. */
  readonly problems: readonly { readonly metric: string; readonly problem: string }[];
}

/** The last two revisions side by side; undefined where there is only one. */
export function lastChange(revisions: readonly HourRevision[]): RevisionDiff | undefined {
  const [before, after] = revisions.slice(-2);
  return before === undefined || after === undefined ? undefined : diffOf(before, after);
}

function diffOf(before: HourRevision, after: HourRevision): RevisionDiff {
  const names = [...new Set([...Object.keys(before.metrics), ...Object.keys(after.metrics)])].sort();
  const diffs = names.map((metric) => ({
    metric,
    changed: measureDiffs(metric, before.metrics[metric], after.metrics[metric]),
  }));
  return {
    before,
    after,
    changed: diffs.flatMap(({ changed }) => changed),
    unchanged: diffs.filter(({ changed }) => changed.length === 0).map(({ metric }) => metric),
    problems: names.flatMap((metric) => {
      const problem = after.metrics[metric]?.problem ?? null;
      return problem === null ? [] : [{ metric, problem }];
    }),
  };
}

function measureDiffs(metric: string, before: MetricSums | undefined, after: MetricSums | undefined): MeasureDiff[] {
  const names = new Set([...Object.keys(before?.measures ?? {}), ...Object.keys(after?.measures ?? {})]);
  return [...names].flatMap((measure) => {
    const [from, to] = [wholeOf(before?.measures?.[measure] ?? null), wholeOf(after?.measures?.[measure] ?? null)];
    if (from === to) return [];
    // Without rows a measure is nothing: no rows before and 12 now is a difference of 12.
    return [{ metric, measure, before: from, after: to, difference: (to ?? 0n) - (from ?? 0n) }];
  });
}

/** How a revision came about. */
export function madeWords({ made, amended, late_duplicate }: HourRevision): string {
  if (made === 'closed') return 'closing the hour';
  if (made === 'recomputed') return 'computing metrics anew from the archive';
  const known = late_duplicate === 0 ? '' : `; ${late_duplicate} more had been counted already`;
  return `folding in ${amended} late ${amended === 1 ? 'event' : 'events'}${known}`;
}
