import { openLocalArchive } from './archive/local.ts';
import { createMemoryBus } from './bus/memory.ts';
import { runFolders } from './config/folders.ts';
import { SpillwayError } from './errors.ts';
import { openDuckDBStore } from './hot-store/duckdb.ts';
import type { HotStore } from './hot-store/hot-store.ts';
import type { Refusal } from './metrics/load.ts';
import { loadMetrics } from './metrics/load.ts';
import type { Metric } from './metrics/metric.ts';
import type { Faults } from './model/faults.ts';
import { faultsText, NO_FAULTS } from './model/faults.ts';
import type { ForeignLimits, Keep, Manifest, SanityLimits } from './model/manifest.ts';
import { manifestDifference } from './model/manifest.ts';
import type { Deployment } from './model/redset.ts';
import type { Slots, Weights } from './model/scoring.ts';
import { DEFAULT_SLOTS, DEFAULT_WEIGHTS } from './model/scoring.ts';
import type { RunStatus, Speed } from './model/status.ts';
import type { EventTime } from './model/time.ts';
import { addMicros, ceilHour, eventTime, hourOf, isoTime, MICROS_PER_HOUR } from './model/time.ts';
import type { Logger } from './observe/logger.ts';
import type { AmendedHour } from './processor/amend.ts';
import { startProcessor } from './processor/processor.ts';
import type { Replay } from './replay/replay.ts';
import { startReplay } from './replay/replayer.ts';
import type { Clock } from './time/clock.ts';
import { explainTraceFailure } from './trace/damage.ts';
import { openTrace } from './trace/open.ts';
import type { Trace } from './trace/trace.ts';
import { ORDER_VERSION, TRACE_MEMORY_SHARE } from './trace/trace.ts';

/** What a run is made from. What decides its results goes into its manifest. */
export interface PipelineOptions {
  /** File, glob or folder of Redset-format Parquet. */
  readonly trace: string;
  /** Deployment of files that do not say it themselves. */
  readonly deployment?: Deployment;
  /** Folder that holds every run's store, archive and cache. */
  readonly dataDir: string;
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
  /** Final hours whose clean events the hot store keeps; default 48. No part of the manifest. */
  readonly hotHours?: number;
  /** Fold late events in once the watermark is so far past their hour; default `off`. No part of the manifest. */
  readonly amendAfterMs?: number | 'off';
  /** Folder of all runs' archives; default `<dataDir>/archive`. */
  readonly archive?: string;
  /** A folder with more metric files. */
  readonly metricsDir?: string;
  /** Speed of the film. With `fillUntil`, everything before that instant is played at `max` first. */
  readonly pace: { readonly speed: Speed; readonly fillUntil?: EventTime };
  /** Megabytes for all DuckDBs of this process together; resident memory is higher by 200 to 400 MB. */
  readonly memoryMb: number;
  /** Events in one transaction when the processor is behind; has no influence on results. */
  readonly batchRows?: number;
}

/** Parts that differ between a real process and a test. */
export interface PipelineParts {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told in words when starting takes a while. */
  readonly onProgress?: (what: string) => void;
}

/** A live run. */
export interface Pipeline {
  readonly store: HotStore;
  readonly metrics: readonly Metric[];
  readonly replay: Replay;
  status(): RunStatus;
  /** Folds the late events of final hours in [from, to) into these. Throws NO_RAW_EVENTS. */
  amend(range: { readonly from: EventTime; readonly to: EventTime }): Promise<readonly AmendedHour[]>;
  /** Resolves `done` when every hour of the run is final, `stopped` after `stop()`; rejects on a failure. */
  readonly finished: Promise<'done' | 'stopped'>;
  /** Stops replay and processor after the batch under way and closes store and trace. Safe to call twice. */
  stop(): Promise<void>;
}

/** Event time between two watermarks: at 60x one a second. */
const WATERMARK_INTERVAL_MS = 60_000;
const DEFAULT_FAULT_SEED = 1;
const DEFAULT_FOREIGN: ForeignLimits = { maxDisorderMs: 300_000, maxAheadMs: 3_600_000 };
/** A range longer than this comes from a damaged timestamp rather than from a warehouse: 5 years of hours. */
const MAX_HOURS = 5 * 366 * 24;
/** Events on the bus before the replay waits: enough that neither side idles, little enough to be cheap. */
const BUS_ROWS = 100_000;
/** Reading, ingesting and closing run side by side as statements; more threads in each would only wait for each other. */
const ENGINE_THREADS = 1;

/**
 * Starts a run, or continues it: trace -> replay -> bus -> processor -> hot store and archive. The same options continue
 * an interrupted run; options that would change its results are refused with MANIFEST_MISMATCH.
 */
export async function startPipeline(options: PipelineOptions, parts: PipelineParts): Promise<Pipeline> {
  const { clock, logger } = parts;
  const folders = runFolders(options, options.run);
  const traceMemoryMb = Math.round(options.memoryMb * TRACE_MEMORY_SHARE);

  const { metrics, refused } = await usableMetrics(options, parts);
  const trace = await openTrace({
    path: options.trace,
    ...(options.deployment === undefined ? {} : { deployment: options.deployment }),
    cacheDir: folders.cache,
    memoryMb: traceMemoryMb,
    threads: ENGINE_THREADS,
    onProgress: (what) => {
      logger.info({}, what);
      parts.onProgress?.(what);
    },
  });
  return await orClose(trace, async () => {
    const manifest = buildManifest(options, trace, metrics);
    const store = await openDuckDBStore({
      dir: folders.dir,
      writable: [folders.archive],
      create: { manifest, metrics },
      memoryMb: options.memoryMb - traceMemoryMb,
      threads: ENGINE_THREADS,
      clock,
    });
    return await orClose(store, () => {
      refuseOtherManifest(store.manifest, manifest);
      return connect(options, parts, trace, store, refused);
    });
  });
}

/** The run's metrics, and why files of the user's folder are left out, by metric. */
async function usableMetrics(
  { metricsDir }: PipelineOptions,
  { logger, onProgress }: PipelineParts,
): Promise<{ metrics: readonly Metric[]; refused: Readonly<Record<string, string>> }> {
  const refusals: Refusal[] = [];
  const metrics = await loadMetrics(metricsDir === undefined ? {} : { user: metricsDir }, (refusal) => {
    refusals.push(refusal);
    logger.warn({ metric: refusal.name, reason: refusal.reason }, 'a metric is left out');
    onProgress?.(`metric ${refusal.name} is left out: ${refusal.reason}`);
  });
  // A file that takes the name of another metric must not make that one look broken.
  const shown = ({ name, file }: Refusal): string => (metrics.some((metric) => metric.name === name) ? file : name);
  return { metrics, refused: Object.fromEntries(refusals.map((refusal) => [shown(refusal), refusal.reason])) };
}

/** Starts both ends of the bus where the store left off. */
async function connect(
  options: PipelineOptions,
  parts: PipelineParts,
  trace: Trace,
  store: HotStore,
  refused: Readonly<Record<string, string>>,
): Promise<Pipeline> {
  const { clock, logger } = parts;
  const { archiveRoot } = runFolders(options, options.run);
  const archive = await openLocalArchive(archiveRoot, options.run);
  const positions = await store.progress();
  const bus = createMemoryBus({ positions, capacityRows: BUS_ROWS });
  const consumer = bus.consumer(positions.map(({ nextOffset }) => nextOffset));
  const batchRows = options.batchRows === undefined ? {} : { batchRows: options.batchRows };
  const { hotHours, amendAfterMs } = options;
  const processor = await startProcessor({
    ...{ store, consumer, archive, clock, logger, ...batchRows },
    ...(hotHours === undefined ? {} : { hotHours }),
    ...(amendAfterMs === undefined ? {} : { amendAfterMs }),
  });
  const replay = startReplay({ trace, manifest: store.manifest, producer: bus.producer(), pace: options.pace, clock });
  return handle({
    store,
    metrics: store.metrics,
    replay: explained(replay, options.trace),
    processor,
    refused,
    close: [() => bus.close(), () => store.close(), () => trace.close()],
  });
}

/** Runs `work`; if it fails, closes what it would have owned. */
async function orClose<T>(resource: { close(): Promise<void> }, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await resource.close();
    throw error;
  }
}

interface Running {
  readonly store: HotStore;
  readonly metrics: readonly Metric[];
  readonly replay: Replay;
  readonly processor: Awaited<ReturnType<typeof startProcessor>>;
  /** Why metrics were left out. */
  readonly refused: Readonly<Record<string, string>>;
  /** In order. */
  readonly close: readonly (() => Promise<void>)[];
}

/** A replay that fails because a file is damaged says which, instead of what the database said. */
function explained(replay: Replay, trace: string): Replay {
  const finished = replay.finished.catch(async (error: unknown) => {
    throw await explainTraceFailure(trace, error);
  });
  return { ...replay, finished };
}

function handle(running: Running): Pipeline {
  const { store, metrics, replay, processor, refused, close } = running;
  const ended = Promise.all([replay.finished, processor.finished]);
  const finished = ended.then(([, how]) => how);
  // One side's failure stops the other, so that nothing waits for a partner that is gone.
  ended.catch(() => {
    replay.stop();
    processor.stop();
  });
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    replay.stop();
    processor.stop();
    await Promise.allSettled([replay.finished, processor.finished]);
    for (const step of close) await step();
  };
  const processorStatus = (): RunStatus['processor'] => {
    const status = processor.status();
    return { ...status, failedMetrics: { ...refused, ...status.failedMetrics } };
  };
  return {
    store,
    metrics,
    replay,
    finished,
    amend: (range) => processor.amend(range),
    status: () => ({ run: store.run, replay: replay.status(), processor: processorStatus() }),
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

function buildManifest(options: PipelineOptions, trace: Trace, metrics: readonly Metric[]): Manifest {
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
function refuseStall({ faults, partitions }: PipelineOptions, { from, to }: { from: EventTime; to: EventTime }): void {
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

/** A run goes on only as what it was created as. */
function refuseOtherManifest(existing: Manifest, wanted: Manifest): void {
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
