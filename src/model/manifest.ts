import type { Slots, Weights } from './scoring.ts';
import type { EventTime } from './time.ts';

/** What a trace is made of, so that a run can tell whether it is given the same one again. */
export interface TraceIdentity {
  /** Sorted by name; names relative to the trace's root, so that a moved trace stays the same. */
  readonly files: readonly TraceFileIdentity[];
  readonly rows: number;
}

export interface TraceFileIdentity {
  readonly name: string;
  readonly bytes: number;
  readonly rows: number;
  /** SHA-256 of the file's Parquet footer, hexadecimal. It covers every chunk's offset, size and statistics. */
  readonly footerSha256: string;
}

/** Limits of the sanity checks; durations in milliseconds. */
export interface SanityLimits {
  /** Longest believable compile, queue or execution duration. */
  readonly maxDurationMs: number;
  /** Cap longer durations at the limit instead of rejecting the record. */
  readonly cap: boolean;
  /** How far outside the run's range a time may lie before it is rejected. */
  readonly rangeSlackMs: number;
}

/** What is assumed of producers that send neither watermarks nor `seq`. */
export interface ForeignLimits {
  /** How much later than a later event an event may come and still be on time, milliseconds of event time. */
  readonly maxDisorderMs: number;
  /**
   * An event further beyond the highest watermark is rejected and never moves one, and an idle partition is lifted to no
   * further behind it, milliseconds of event time.
   */
  readonly maxAheadMs: number;
}

/** What a run keeps of its hours once they are final: everything, or rollups and receipts only. */
export type Keep = 'all' | 'rollups';

/**
 * Everything that decides a run's results, fixed when the run is created and carried as the value of each partition's
 * `begin` record. Speed, batch sizes and display are not part of it: they may change freely.
 */
export interface Manifest {
  readonly version: 1;
  readonly run: string;
  readonly trace: TraceIdentity;
  /** First hour of the run, inclusive. */
  readonly from: EventTime;
  /** End of the run, exclusive; a full hour. */
  readonly to: EventTime;
  /** Inside form (`provisioned-96`), sorted; null means all. */
  readonly instances: readonly string[] | null;
  /** What is injected, as `faultsText` writes it; `none` for an undisturbed run. */
  readonly faults: string;
  readonly faultSeed: number;
  readonly partitions: number;
  readonly latenessMs: number;
  /** Event time between two watermarks of a partition. */
  readonly watermarkIntervalMs: number;
  readonly sanity: SanityLimits;
  readonly foreign: ForeignLimits;
  readonly keep: Keep;
  readonly slots: Slots;
  readonly weights: Weights;
  /** SHA-256 of each metric's definition, by name. */
  readonly metrics: Readonly<Record<string, string>>;
  /** Version of the total order (`trace/order.ts`). */
  readonly orderVersion: number;
}

/** The first field in which two manifests differ, with both values as JSON; undefined if they are the same. */
export function manifestDifference(
  a: Manifest,
  b: Manifest,
): { readonly field: string; readonly was: string; readonly is: string } | undefined {
  const fields = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  for (const field of fields) {
    const [was, is] = [canonical(Reflect.get(a, field)), canonical(Reflect.get(b, field))];
    if (was !== is) return { field, was, is };
  }
  return undefined;
}

/** JSON with sorted keys, so that equal values are equal texts. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, v: unknown) =>
    v !== null && typeof v === 'object' && !Array.isArray(v)
      ? Object.fromEntries(Object.entries(v).sort(([x], [y]) => (x < y ? -1 : 1)))
      : v,
  );
}
