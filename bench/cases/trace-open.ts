import { join } from 'node:path';
import { Engine } from '../../src/engine/session.ts';
import { quoted } from '../../src/engine/sql.ts';
import { systemClock } from '../../src/time/clock.ts';
import { openTrace } from '../../src/trace/open.ts';
import type { BenchCase, BenchOptions } from '../case.ts';

export const traceOpen: BenchCase = {
  name: 'trace-open',
  question:
    'How long does it take to open a trace in order of time, one that must be ordered first, and that one again?',
  needsTrace: true,
  measure: async (options, { trace, dir }) => {
    if (trace === undefined) throw new Error('opening needs a trace');
    const shuffled = join(dir, 'provisioned.parquet');
    await shuffle(join(trace, 'provisioned', 'full.parquet'), shuffled, options);
    return [
      { name: 'in order', unit: 's', value: await secondsToOpen(trace, dir, options) },
      { name: 'in no order, first time', unit: 's', value: await secondsToOpen(shuffled, dir, options) },
      { name: 'in no order, again', unit: 's', value: await secondsToOpen(shuffled, dir, options) },
    ];
  },
};

async function secondsToOpen(path: string, dir: string, { memoryMb }: BenchOptions): Promise<number> {
  const startMs = systemClock.monotonicMs();
  const trace = await openTrace({
    path,
    cacheDir: join(dir, 'cache'),
    memoryMb: Math.round(memoryMb * 0.35),
    threads: 1,
  });
  const seconds = (systemClock.monotonicMs() - startMs) / 1_000;
  await trace.close();
  return seconds;
}

/** Writes the rows of a file in no order of time, with times in nanoseconds, as pandas would. */
async function shuffle(from: string, to: string, { memoryMb }: BenchOptions): Promise<void> {
  const engine = await Engine.open(':memory:', { memoryMb, threads: 2, tempDir: `${to}.spill` });
  const session = await engine.session();
  try {
    await session.run(`COPY (SELECT * REPLACE (CAST(arrival_timestamp AS TIMESTAMP_NS) AS arrival_timestamp)
      FROM read_parquet(${quoted(from)}) ORDER BY hash(query_id)) TO ${quoted(to)} (FORMAT parquet, COMPRESSION zstd)`);
  } finally {
    session.close();
    engine.close();
  }
}
