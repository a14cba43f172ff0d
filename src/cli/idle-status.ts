import type { HotStore } from '../hot-store/hot-store.ts';
import { failedMetrics, fateTotals } from '../hot-store/hot-store.ts';
import type { RunStatus } from '../model/status.ts';
import type { EventTime } from '../model/time.ts';
import { replayTime } from '../model/time.ts';

/** The status of a run that nothing plays: what its store says, and a film that stands where it was left. */
export async function idleStatus(store: HotStore): Promise<RunStatus> {
  const { manifest, run } = store;
  const [progress, final, open] = await Promise.all([store.progress(), store.finalHours(), store.openHours()]);
  const fates = await fateTotals(store);
  const watermarks = progress.map(({ watermark }) => watermark);
  const watermark = watermarks.includes(undefined) ? undefined : lowest(watermarks);
  const ended = progress.every((one) => one.ended);
  const sum = (read: (one: (typeof progress)[number]) => number): number =>
    progress.reduce((n, one) => n + read(one), 0);
  // The watermark that ends a partition lies behind the run's end by the lateness.
  const at = Math.min(watermark ?? manifest.from, manifest.to);
  return {
    run,
    replay: {
      state: ended ? 'ended' : 'idle',
      at: replayTime(at),
      from: manifest.from,
      to: manifest.to,
      speed: 0,
      speedReached: 0,
      driftMs: 0,
      remainingMs: undefined,
      eventsSent: 0,
      eventsPerSecond: 0,
    },
    processor: {
      state: ended && open.length === 0 ? 'done' : 'idle',
      ...fates,
      resent: sum(({ resent }) => resent),
      gaps: sum(({ gaps }) => gaps),
      eventsPerSecond: 0,
      watermark,
      partitions: progress,
      openHours: open.length,
      finalHours: final.length,
      lastFinal: final.at(-1)?.hour,
      lag: 0,
      failedMetrics: await failedMetrics(store),
    },
  };
}

function lowest(times: readonly (EventTime | undefined)[]): EventTime | undefined {
  return times.reduce((low, time) => (low === undefined || (time !== undefined && time < low) ? time : low), undefined);
}
