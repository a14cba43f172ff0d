import { join } from 'node:path';
import { eventTime } from '../../src/model/time.ts';
import type { Pipeline } from '../../src/pipeline.ts';
import { openTrace } from '../../src/trace/open.ts';
import { snapshotNames, verifyRun } from '../../src/verify/verify.ts';

/** What `spillway verify` finds wrong with a run whose store is open here, one line for each check; empty if all is right. */
export async function verifyFaults(
  { store }: Pick<Pipeline, 'store'>,
  place: { readonly trace: string; readonly dataDir: string; readonly run: string },
): Promise<string[]> {
  const dir = join(place.dataDir, 'runs', place.run, `verify-${Math.random().toString(36).slice(2)}`);
  await store.refreshLive();
  await store.snapshot(snapshotNames(store.metrics), join(dir, 'snapshot'));
  const { rows } = await store.query('SELECT epoch_us(hour), count(*) FROM events GROUP BY hour');
  const limits = { memoryMb: 300, threads: 2 };
  const trace = await openTrace({ path: place.trace, cacheDir: join(place.dataDir, 'cache'), ...limits });
  try {
    const { checks } = await verifyRun({
      trace,
      manifest: store.manifest,
      metrics: store.metrics,
      snapshotDir: join(dir, 'snapshot'),
      archiveDir: join(place.dataDir, 'archive', place.run),
      keptEvents: rows.map(([hour, events]) => ({ hour: eventTime(Number(hour)), events: Number(events) })),
      tempDir: dir,
      ...limits,
    });
    return checks.filter(({ equal }) => !equal).map((check) => JSON.stringify(check));
  } finally {
    await trace.close();
  }
}
