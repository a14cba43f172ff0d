import { openLocalArchive } from './archive/local.ts';
import { createMemoryBus } from './bus/memory.ts';
import { runFolders } from './config/folders.ts';
import { openDuckDBStore } from './hot-store/duckdb.ts';
import type { HotStore } from './hot-store/hot-store.ts';
import type { Refusal } from './metrics/load.ts';
import { loadMetrics } from './metrics/load.ts';
import type { Metric } from './metrics/metric.ts';
import type { Deployment } from './model/redset.ts';
import type { RunStatus, Speed } from './model/status.ts';
import type { EventTime } from './model/time.ts';
import { hourOf } from './model/time.ts';
import type { Logger } from './observe/logger.ts';
import type { AmendedHour } from './processor/amend.ts';
import { startProcessor } from './processor/processor.ts';
import type { ManifestSpec } from './replay/manifest.ts';
import { buildManifest, requireSameManifest } from './replay/manifest.ts';
import type { Replay } from './replay/replay.ts';
import { startReplay } from './replay/replayer.ts';
import type { Clock } from './time/clock.ts';
import { explainTraceFailure } from './trace/damage.ts';
import { openTrace } from './trace/open.ts';
import type { Trace } from './trace/trace.ts';
import { TRACE_MEMORY_SHARE } from './trace/trace.ts';

/** What a run is made from, and how it is played and kept. */
export interface PipelineOptions extends ManifestSpec {
  /** Deployment of files that do not say it themselves. */
  readonly deployment?: Deployment;
  /** Folder that holds every run's store, archive and cache. */
  readonly dataDir: string;
  /** Final hours whose clean events the hot store keeps; default 48. */
  readonly hotHours?: number;
  /** Fold late events in once the watermark is so far past their hour; default `off`. */
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
  /** The trace's hours up to the run's end: another run of the same trace may begin at any of them. */
  readonly traceRange: { readonly from: EventTime; readonly to: EventTime };
  /** Throws what another run of the same trace would be refused with: TRACE_RANGE, CONFIG_INVALID. */
  check(other: ManifestSpec): void;
  status(): RunStatus;
  /** Folds the late events of final hours in [from, to) into these. Throws NO_RAW_EVENTS. */
  amend(range: { readonly from: EventTime; readonly to: EventTime }): Promise<readonly AmendedHour[]>;
  /** Resolves `done` when every hour of the run is final, `stopped` after `stop()`; rejects on a failure. */
  readonly finished: Promise<'done' | 'stopped'>;
  /** Stops replay and processor after the batch under way and closes store and trace. Safe to call twice. */
  stop(): Promise<void>;
}

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
      requireSameManifest(store.manifest, manifest);
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
    trace,
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
  readonly trace: Trace;
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
  const { trace, store, metrics, replay, processor, refused, close } = running;
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
    traceRange: { from: hourOf(trace.first ?? store.manifest.from), to: store.manifest.to },
    check: (other) => void buildManifest(other, trace, metrics),
    amend: (range) => processor.amend(range),
    status: () => ({ run: store.run, replay: replay.status(), processor: processorStatus() }),
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}
