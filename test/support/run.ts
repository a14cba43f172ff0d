import type { TestContext } from 'node:test';
import { silentLogger } from '../../src/observe/logger.ts';
import type { Pipeline, PipelineOptions } from '../../src/pipeline.ts';
import { startPipeline } from '../../src/pipeline.ts';
import { systemClock } from '../../src/time/clock.ts';
import { LIMITS } from './manifest.ts';
import type { Tables } from './tables.ts';
import { tables } from './tables.ts';

/** Options of a run; all but trace and data folder have a default. */
export type RunSpec = Partial<PipelineOptions> & Pick<PipelineOptions, 'trace' | 'dataDir'>;

/** Starts a run as a command would. The caller stops it. */
export async function startRun(spec: RunSpec): Promise<Pipeline> {
  const defaults = { run: 'default', partitions: 2, latenessMs: 600_000, sanity: LIMITS, memoryMb: 512, threads: 1 };
  return await startPipeline(
    { ...defaults, pace: { speed: 'max' }, ...spec },
    { clock: systemClock, logger: silentLogger },
  );
}

/** Runs to the end of the trace and tells what it came to. */
export async function runToEnd(spec: RunSpec): Promise<Tables> {
  const pipeline = await startRun(spec);
  try {
    await pipeline.finished;
    return await tables(pipeline.store);
  } finally {
    await pipeline.stop();
  }
}

/** Starts a run that is stopped when the test ends. */
export async function testRun(t: TestContext, spec: RunSpec): Promise<Pipeline> {
  const pipeline = await startRun(spec);
  t.after(() => pipeline.stop());
  return pipeline;
}
