import type { Faults } from '../model/faults.ts';
import type { Manifest } from '../model/manifest.ts';
import type { ReplayTime } from '../model/time.ts';
import { addMicros, replayTime } from '../model/time.ts';

/** A partition that delivers nothing while the film is in [from, until), and then all of it in its own order. */
export interface Silence {
  readonly partition: number;
  readonly from: ReplayTime;
  readonly until: ReplayTime;
}

/** Where the film of a run ends: behind the run's end by the longest delay of an event, so that every record is out. */
export function filmEnd({ to }: Pick<Manifest, 'to'>, { disorderMicros }: Faults): ReplayTime {
  return replayTime(to + disorderMicros);
}

/** The stall of a run as a piece of its film; undefined if there is none. It is over just before the film is. */
export function silenceOf(manifest: Pick<Manifest, 'from' | 'to'>, faults: Faults): Silence | undefined {
  const { stall } = faults;
  if (stall === undefined) return undefined;
  const start = 'at' in stall.from ? stall.from.at : manifest.from + stall.from.sinceStart;
  const from = replayTime(start);
  const until = replayTime(Math.min(start + stall.micros, filmEnd(manifest, faults) - 1));
  return until > Math.max(from, manifest.from) ? { partition: stall.partition, from, until } : undefined;
}

/** SQL of the film's place at which a record is delivered, from its `partition` and `sent_at`. */
export function outAtSql(silence: Silence | undefined): string {
  if (silence === undefined) return 'sent_at';
  const { partition, from, until } = silence;
  return `CASE WHEN partition = ${partition} AND sent_at >= ${from} AND sent_at < ${until} THEN ${until} ELSE sent_at END`;
}

/** Up to where a silent partition's own order has been delivered once the film has come to `place`, `place` included. */
export function heardUntil({ from, until }: Silence, place: number): number {
  return place >= from && place < until ? addMicros(from, -1) : place;
}
