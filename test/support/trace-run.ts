import assert from 'node:assert/strict';
import type { Bus } from '../../src/bus/bus.ts';
import { createMemoryBus } from '../../src/bus/memory.ts';
import type { Speed } from '../../src/model/status.ts';
import { TRACE_FROM, TRACE_TO } from './arbitrary-trace.ts';
import { partitionOfRow } from './event-chunk.ts';
import { openTestTrace, startFlow } from './flow.ts';
import { makeManifest } from './manifest.ts';
import { builtInMetrics } from './metrics.ts';
import type { Expected } from './oracle.ts';
import { expectedOf, inTotalOrder } from './oracle.ts';
import { randomBelow, seededRandom } from './random.ts';
import { createShuffledBus } from './shuffled-bus.ts';
import type { Tables } from './tables.ts';
import { tables } from './tables.ts';
import { withTempDir } from './temp-dir.ts';
import { writeTrace } from './trace-file.ts';
import type { Shape, TraceRow } from './trace-row.ts';

/** How a trace is run. None of it may have any influence on what the run comes to. */
export interface Way {
  readonly shape?: Shape;
  /** Seed by which the rows are spread over files, in any order; undefined for one file in the order given. */
  readonly files?: number;
  readonly partitions?: number;
  /** Seed by which a bus mixes partitions and cuts batches; undefined for the memory bus. */
  readonly shuffle?: number;
  /** Records that one batch of the shuffled bus has at most. */
  readonly batch?: number;
  /** Polls after which the processor, or both sides, are stopped and started again. */
  readonly stops?: readonly number[];
  readonly speed?: Speed;
  readonly watermarkIntervalMs?: number;
}

const DEFAULT_PARTITIONS = 3;

/** Runs the rows in the given way and compares what it comes to with the oracle. */
export async function assertRun(rows: readonly TraceRow[], way: Way): Promise<void> {
  const partitions = way.partitions ?? DEFAULT_PARTITIONS;
  const found = await withTempDir((dir) => runTrace(dir, rows, way));
  assert.deepEqual(comparable(found), comparable(await expectedOfTrace(rows, partitions)));
}

/** What the rows must come to when they are replayed in order: no record is late. */
export async function expectedOfTrace(rows: readonly TraceRow[], partitions: number): Promise<Expected> {
  const manifest = makeManifest({ from: TRACE_FROM, to: TRACE_TO, partitions });
  const sent = inTotalOrder(rows).map((row) => ({
    row,
    partition: partitionOfRow(row, partitions),
    watermark: undefined,
  }));
  return await expectedOf(sent, manifest, await builtInMetrics());
}

/** Rollups, hours and receipts. */
export function comparable(of: Tables | Expected): Pick<Tables, 'hours' | 'receipts' | 'rollups'> {
  return { hours: of.hours, receipts: of.receipts, rollups: of.rollups };
}

/** Runs the rows to the end, through as many stops as the way has. */
export async function runTrace(dir: string, rows: readonly TraceRow[], way: Way): Promise<Tables> {
  const { partitions = DEFAULT_PARTITIONS, stops = [] } = way;
  const interval = way.watermarkIntervalMs ?? 1_200_000;
  const path = await writeTrace(dir, rows, {
    ...(way.shape === undefined ? {} : { shape: way.shape }),
    ...(way.files === undefined ? {} : { fileOf: spreadBy(way.files) }),
  });
  const trace = await openTestTrace(path, dir);
  try {
    const range = { from: TRACE_FROM, to: TRACE_TO, partitions, watermarkIntervalMs: interval };
    const manifest = makeManifest({ ...range, trace: trace.identity });
    const bus = way.shuffle === undefined ? undefined : shuffledBus(partitions, way.shuffle, way.batch ?? 60);
    for (const polls of [...stops, Number.POSITIVE_INFINITY]) {
      const metrics = await builtInMetrics();
      const options = { dataDir: dir, manifest, metrics, trace, bus: bus ?? freshMemoryBus(partitions) };
      const flow = await startFlow(way.speed === undefined ? options : { ...options, speed: way.speed });
      const enough = Promise.withResolvers<void>();
      bus?.onPoll((poll) => {
        if (poll >= polls) enough.resolve();
      });
      await Promise.race([flow.finished, enough.promise]);
      const done = flow.processor.status().state === 'done' ? await tables(flow.store) : undefined;
      await flow.stop();
      if (done !== undefined) return done;
    }
    throw new Error('the last part of a run is not stopped');
  } finally {
    await trace.close();
  }
}

function shuffledBus(partitions: number, seed: number, maxRecords: number) {
  return createShuffledBus({ partitions, random: seededRandom(seed), maxRecords });
}

function freshMemoryBus(partitions: number): Bus {
  const position = { nextOffset: 0, lastSeq: -1, watermark: undefined, ended: false };
  return createMemoryBus({ positions: Array.from({ length: partitions }, () => position), capacityRows: 1_000 });
}

/** Puts each row into one of three files, by chance. */
function spreadBy(seed: number): () => string {
  const random = seededRandom(seed);
  return () => `part-${randomBelow(random, 3)}`;
}
