import { join } from 'node:path';
import type { Archive } from '../../src/archive/archive.ts';
import { fileName, hourFolder } from '../../src/archive/layout.ts';
import type { Bus } from '../../src/bus/bus.ts';
import type { HotStore } from '../../src/hot-store/hot-store.ts';
import type { Metric } from '../../src/metrics/metric.ts';
import type { Manifest } from '../../src/model/manifest.ts';
import type { Speed } from '../../src/model/status.ts';
import { silentLogger } from '../../src/observe/logger.ts';
import type { Processor } from '../../src/processor/processor.ts';
import { startProcessor } from '../../src/processor/processor.ts';
import type { Replay } from '../../src/replay/replay.ts';
import { startReplay } from '../../src/replay/replayer.ts';
import type { Clock } from '../../src/time/clock.ts';
import { systemClock } from '../../src/time/clock.ts';
import { openTrace } from '../../src/trace/open.ts';
import type { Trace } from '../../src/trace/trace.ts';
import { openTestStore } from './store.ts';
import type { Tables } from './tables.ts';
import { tables } from './tables.ts';

export interface FlowOptions {
  readonly dataDir: string;
  readonly manifest: Manifest;
  readonly metrics: readonly Metric[];
  readonly bus: Bus;
  /** What is played; without a trace only what the bus holds is processed. */
  readonly trace?: Trace;
  readonly speed?: Speed;
  readonly batchRows?: number;
  /** Default one that writes nothing. */
  readonly archive?: Archive;
  readonly clock?: Clock;
}

/** A run put together by hand, with a bus of the test's own. */
export interface Flow {
  readonly store: HotStore;
  readonly processor: Processor;
  readonly replay: Replay | undefined;
  /** Resolves once the processor is done or stopped. */
  readonly finished: Promise<'done' | 'stopped'>;
  /** Stops both sides after the batch under way and closes the store. */
  stop(): Promise<void>;
}

/** Opens a trace for a test; the caller closes it. */
export async function openTestTrace(path: string, dataDir: string): Promise<Trace> {
  return await openTrace({ path, cacheDir: join(dataDir, 'cache'), memoryMb: 256, threads: 1 });
}

/** Starts processor and replay where the store and the bus are. */
export async function startFlow(options: FlowOptions): Promise<Flow> {
  const { dataDir, manifest, metrics, bus, trace, clock = systemClock, archive = noArchive() } = options;
  const store = await openTestStore(dataDir, { manifest, metrics, clock });
  const consumer = bus.consumer((await store.progress()).map(({ nextOffset }) => nextOffset));
  const batch = options.batchRows === undefined ? {} : { batchRows: options.batchRows };
  const processor = await startProcessor({ store, consumer, archive, clock, logger: silentLogger, ...batch });
  const pace = { speed: options.speed ?? 'max' };
  const replay =
    trace === undefined ? undefined : startReplay({ trace, manifest, producer: bus.producer(), pace, clock });
  const finished = Promise.all([processor.finished, replay?.finished]).then(([how]) => how);
  // Whoever stops a flow need not wait for its end.
  finished.catch(() => undefined);
  return {
    store,
    processor,
    replay,
    finished,
    stop: async () => {
      replay?.stop();
      processor.stop();
      await Promise.allSettled([replay?.finished, processor.finished]);
      await store.close();
    },
  };
}

/** Runs a flow to its end and tells what it came to. */
export async function finishFlow(options: FlowOptions): Promise<Tables> {
  const flow = await startFlow(options);
  try {
    await flow.finished;
    return await tables(flow.store);
  } finally {
    await flow.stop();
  }
}

/** An archive that names files but writes none: for tests that look elsewhere. */
export function noArchive(): Archive {
  let count = 0;
  return {
    write: async (_session, { hour, dataset, revision }) => {
      const sha256 = String(count++).padStart(64, '0');
      const path = `${hourFolder(dataset, hour)}/${fileName(revision, sha256)}`;
      return { hour, dataset, revision, path, rows: 0, bytes: 0, sha256 };
    },
    relation: () => Promise.reject(new Error('this archive holds nothing')),
    publish: async () => {},
    removeOrphans: async () => [],
  };
}
