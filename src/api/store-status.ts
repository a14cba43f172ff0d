import type { HotStore, PartitionProgress } from '../hot-store/hot-store.ts';
import type { LateStatus, OpenHour, StoreStatus } from '../model/status.ts';
import type { EventTime, ReplayTime } from '../model/time.ts';
import { addMicros, MICROS_PER_HOUR, MICROS_PER_MS } from '../model/time.ts';

/** Reads what only the store can tell; `at` is where the film is. */
export async function readStoreStatus(store: HotStore, at: ReplayTime): Promise<StoreStatus> {
  const [progress, hours, late, rejectedByReason, history] = await Promise.all([
    store.progress(),
    store.openHours(),
    readLate(store),
    readRejected(store),
    store.historySize(),
  ]);
  const { latenessMs } = store.manifest;
  return { openHours: openHours({ hours, progress, at, latenessMs }), late, rejectedByReason, history };
}

/**
 * The hours that have begun and are not final, each with the partitions it waits for. An hour has begun when the film or
 * any partition's watermark is past its start: a stalled partition holds back the film's place but not the others.
 */
export function openHours(run: {
  /** All hours that are not final, oldest first. */
  readonly hours: readonly EventTime[];
  readonly progress: readonly PartitionProgress[];
  readonly at: ReplayTime;
  readonly latenessMs: number;
}): OpenHour[] {
  const { hours, progress, at, latenessMs } = run;
  const reached = progress.reduce<number>((most, { watermark }) => Math.max(most, watermark ?? most), at);
  return hours
    .filter((hour) => hour < reached)
    .map((hour) => {
      const finalFrom = addMicros(hour, MICROS_PER_HOUR + latenessMs * MICROS_PER_MS);
      return { hour, finalFrom, heldBy: holders(progress, finalFrom) };
    });
}

/** The partitions whose watermark has not reached `finalFrom`, the one furthest behind first. */
function holders(progress: readonly PartitionProgress[], finalFrom: EventTime): OpenHour['heldBy'] {
  const place = ({ watermark }: { readonly watermark: EventTime | undefined }): number =>
    watermark ?? Number.NEGATIVE_INFINITY;
  return progress
    .filter((one) => place(one) < finalFrom)
    .map(({ partition, watermark, watermarkAt, ended }) => ({ partition, watermark, since: watermarkAt, ended }))
    .sort((a, b) => (place(a) === place(b) ? a.partition - b.partition : place(a) - place(b)));
}

async function readLate(store: HotStore): Promise<LateStatus> {
  const { rows } = await store.query(`
    SELECT count(*) FILTER (fate = 'late'), count(DISTINCT hour) FILTER (fate = 'late'),
      count(DISTINCT hour) FILTER (fate <> 'late') FROM late_events`);
  const [waiting = 0, waitingHours = 0, amendedHours = 0] = (rows[0] ?? []).map(Number);
  return { waiting, waitingHours, amendedHours, amendable: store.manifest.keep === 'all' };
}

async function readRejected(store: HotStore): Promise<Readonly<Record<string, number>>> {
  const { rows } = await store.query('SELECT reason, count(*) FROM rejected GROUP BY reason ORDER BY reason');
  return Object.fromEntries(rows.map(([reason, records]) => [String(reason), Number(records)]));
}
