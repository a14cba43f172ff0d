import { SpillwayError } from '../errors.ts';
import type { Metric } from '../metrics/metric.ts';
import type { Faults } from '../model/faults.ts';
import { faultsText, NO_FAULTS } from '../model/faults.ts';
import type { ForeignLimits, Keep, Manifest, SanityLimits } from '../model/manifest.ts';
import { manifestDifference } from '../model/manifest.ts';
import type { Slots, Weights } from '../model/scoring.ts';
import { DEFAULT_SLOTS, DEFAULT_WEIGHTS } from '../model/scoring.ts';
import type { EventTime } from '../model/time.ts';
import { addMicros, ceilHour, eventTime, hourOf, isoTime, MICROS_PER_HOUR } from '../model/time.ts';
import type { Trace } from '../trace/trace.ts';
import { ORDER_VERSION } from '../trace/trace.ts';

/** What a user says of a run's results; all else is found in trace and metrics. */
export interface ManifestSpec {
  /** File, glob or folder of Redset-format Parquet. */
  readonly trace: string;
  readonly run: string;
  /** First and last instant; default the trace's own. Rounded down and up to full hours. */
  readonly from?: EventTime;
  readonly to?: EventTime;
  /** Inside form (`provisioned-96`); default all. */
  readonly instances?: readonly string[];
  readonly partitions: number;
  readonly latenessMs: number;
  readonly sanity: SanityLimits;
  /** What to inject; default nothing. */
  readonly faults?: Faults;
  readonly faultSeed?: number;
  readonly foreign?: ForeignLimits;
  /** Default `all`. */
  readonly keep?: Keep;
  readonly slots?: Slots;
  readonly weights?: Weights;
}

/** Event time between two watermarks: at 60x one a second. */
const WATERMARK_INTERVAL_MS = 60_000;
const DEFAULT_FAULT_SEED = 1;
const DEFAULT_FOREIGN: ForeignLimits = { maxDisorderMs: 300_000, maxAheadMs: 3_600_000 };
/** A range longer than this comes from a damaged timestamp rather than from a warehouse: 5 years of hours. */
const MAX_HOURS = 5 * 366 * 24;

/**
 * Fixes everything that decides a run's results. Throws TRACE_INVALID, TRACE_RANGE or CONFIG_INVALID if there can be no
 * such run.
 */
export function buildManifest(options: ManifestSpec, trace: Trace, metrics: readonly Metric[]): Manifest {
  const { first, last } = trace;
  if (first === undefined || last === undefined) {
    throw new SpillwayError(
      'TRACE_INVALID',
      `trace ${options.trace}: column arrival_timestamp: expected times, found none that can be read`,
      {
        hint: 'the column must hold TIMESTAMP or ISO-8601 text',
      },
    );
  }
  const from = hourOf(options.from ?? first);
  const to = ceilHour(options.to ?? addMicros(last, 1));
  const hours = (to - from) / MICROS_PER_HOUR;
  if (hours <= 0) {
    throw new SpillwayError(
      'TRACE_RANGE',
      `from ${isoTime(from)} to ${isoTime(to)}: expected a range of at least an hour`,
      {
        hint: `the trace covers ${isoTime(first)} to ${isoTime(last)}`,
      },
    );
  }
  if (hours > MAX_HOURS) {
    throw new SpillwayError(
      'TRACE_RANGE',
      `trace ${options.trace}: ${isoTime(first)} to ${isoTime(last)} is ${hours} hours: a timestamp is damaged`,
      {
        hint: 'give --from and --to',
      },
    );
  }
  const known = new Set(trace.instances.map(({ key }) => key));
  const unknown = options.instances?.find((instance) => !known.has(instance));
  if (unknown !== undefined) {
    throw new SpillwayError('CONFIG_INVALID', `instances: ${unknown} does not occur in the trace`, {
      hint: 'write instances as provisioned-96 or serverless-12',
    });
  }
  refuseStall(options, { from, to });
  const faults = faultsText(options.faults ?? NO_FAULTS);
  return {
    version: 1,
    run: options.run,
    trace: trace.identity,
    from,
    to,
    instances: options.instances === undefined ? null : [...new Set(options.instances)].sort(),
    faults,
    // Without faults the seed decides nothing, and must not keep a run from going on.
    faultSeed: faults === 'none' ? 0 : (options.faultSeed ?? DEFAULT_FAULT_SEED),
    partitions: options.partitions,
    latenessMs: options.latenessMs,
    watermarkIntervalMs: WATERMARK_INTERVAL_MS,
    sanity: options.sanity,
    foreign: options.foreign ?? DEFAULT_FOREIGN,
    keep: options.keep ?? 'all',
    slots: options.slots ?? DEFAULT_SLOTS,
    weights: options.weights ?? DEFAULT_WEIGHTS,
    metrics: Object.fromEntries(metrics.map(({ name, hash }) => [name, hash])),
    orderVersion: ORDER_VERSION,
  };
}

/** A stall must happen: what is said to be injected is injected. */
function refuseStall({ faults, partitions }: ManifestSpec, { from, to }: { from: EventTime; to: EventTime }): void {
  const stall = faults?.stall;
  if (stall === undefined) return;
  if (stall.partition >= partitions) {
    throw new SpillwayError(
      'CONFIG_INVALID',
      `faults: the stall names partition ${stall.partition}, but there are ${partitions}: 0 to ${partitions - 1}`,
      { hint: 'name one of these, or give more --partitions' },
    );
  }
  const start = 'at' in stall.from ? stall.from.at : addMicros(from, stall.from.sinceStart);
  if (start < to && addMicros(start, stall.micros) > from) return;
  throw new SpillwayError(
    'CONFIG_INVALID',
    `faults: the stall begins at ${isoTime(start)} and is not within the run, ${isoTime(from)} to ${isoTime(to)}`,
    { hint: 'T is the start of the run: partition:1@T+6h+30m begins six hours after it' },
  );
}

/** Says which metrics differ, and how the run can be brought to the definitions as they are now. */
function metricsChanged(existing: Manifest, wanted: Manifest): SpillwayError {
  const names = [...new Set([...Object.keys(existing.metrics), ...Object.keys(wanted.metrics)])].sort();
  const gone = names.filter((name) => wanted.metrics[name] === undefined);
  const added = names.filter((name) => existing.metrics[name] === undefined);
  const differs = (name: string): boolean => existing.metrics[name] !== wanted.metrics[name];
  const changed = names.filter((name) => differs(name) && !gone.includes(name) && !added.includes(name));
  const parts = [
    ...(changed.length === 0 ? [] : [`${changed.join(', ')} defined differently`]),
    ...(added.length === 0 ? [] : [`${added.join(', ')} added`]),
    ...(gone.length === 0 ? [] : [`${gone.join(', ')} missing`]),
  ];
  const hint =
    gone.length > 0
      ? 'name the folder they are in with --metrics, or choose another --run'
      : `spillway recompute --run ${existing.run} --metric ${[...changed, ...added].join(',')} computes them from the archive; or choose another --run`;
  return new SpillwayError(
    'METRIC_CHANGED',
    `run ${existing.run}: its metrics are not those it was made with: ${parts.join('; ')}`,
    { hint },
  );
}

/** Faults are the one field that commands differ in by themselves: the hint is what to type. */
function faultsChanged(existing: Manifest, wanted: Manifest): SpillwayError {
  const [was, is] = [existing, wanted].map(({ faults, faultSeed }) =>
    existing.faults === wanted.faults ? `fault seed ${faultSeed}` : `faults ${faults}`,
  );
  const isPlain =
    existing.faults === 'none' || (existing.faults !== wanted.faults && existing.faultSeed === DEFAULT_FAULT_SEED);
  const seed = isPlain ? '' : ` --fault-seed ${existing.faultSeed}`;
  return new SpillwayError('MANIFEST_MISMATCH', `run ${existing.run}: it was made with ${was}, now it is given ${is}`, {
    hint: `go on with --faults ${existing.faults}${seed}, choose another --run, or begin anew after spillway reset --run ${existing.run}`,
  });
}

/** A run goes on only as what it was created as: throws MANIFEST_MISMATCH or METRIC_CHANGED, naming what differs. */
export function requireSameManifest(existing: Manifest, wanted: Manifest): void {
  const difference = manifestDifference(existing, wanted);
  if (difference === undefined) return;
  const { field } = difference;
  if (field === 'metrics') throw metricsChanged(existing, wanted);
  const shown = (text: string): string =>
    field === 'from' || field === 'to'
      ? isoTime(eventTime(Number(text)))
      : text.length > 120
        ? `${text.slice(0, 120)}...`
        : text;
  if (field === 'faults' || field === 'faultSeed') throw faultsChanged(existing, wanted);
  const [was, is] = [shown(difference.was), shown(difference.is)];
  throw new SpillwayError('MANIFEST_MISMATCH', `run ${existing.run}: ${field} was ${was}, now it is ${is}`, {
    hint: `continue with the same ${field}, or choose another --run`,
  });
}
