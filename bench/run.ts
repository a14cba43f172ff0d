import type { Speed } from '../src/model/status.ts';
import type { Logger } from '../src/observe/logger.ts';
import { silentLogger } from '../src/observe/logger.ts';
import type { Pipeline } from '../src/pipeline.ts';
import { startPipeline } from '../src/pipeline.ts';
import { systemClock } from '../src/time/clock.ts';
import type { BenchOptions, BenchPlace } from './case.ts';

const WEEK_MS = 7 * 86_400_000;
const DAY_MS = 86_400_000;

/** Plays a trace at full speed to its last final hour, as `spillway run --speed max` does, and hands over the run. */
export async function playToEnd(options: BenchOptions, place: BenchPlace): Promise<Pipeline> {
  return await play(options, place, { speed: 'max', logger: silentLogger });
}

/** Plays a trace to its last final hour and hands over the run. */
export async function play(
  options: BenchOptions,
  place: BenchPlace,
  { speed, logger }: { readonly speed: Speed; readonly logger: Logger },
): Promise<Pipeline> {
  const { trace, dir } = place;
  if (trace === undefined) throw new Error('a run needs a trace');
  const pipeline = await startPipeline(
    {
      trace,
      dataDir: dir,
      run: 'bench',
      partitions: 4,
      latenessMs: 600_000,
      sanity: { maxDurationMs: WEEK_MS, cap: false, rangeSlackMs: DAY_MS },
      pace: { speed },
      memoryMb: options.memoryMb,
    },
    { clock: systemClock, logger },
  );
  await pipeline.finished;
  return pipeline;
}

/** One number from the run's public tables. */
export async function numberFrom({ store }: Pick<Pipeline, 'store'>, sql: string): Promise<number> {
  const { rows } = await store.query(sql);
  return Number(rows[0]?.[0]);
}
