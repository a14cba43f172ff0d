import type { Manifest } from '../../src/model/manifest.ts';
import { startReplay } from '../../src/replay/replayer.ts';
import { systemClock } from '../../src/time/clock.ts';
import type { Trace } from '../../src/trace/trace.ts';
import { seededRandom } from './random.ts';
import type { LogRecord, ShuffledBus } from './shuffled-bus.ts';
import { createShuffledBus } from './shuffled-bus.ts';

export type Log = readonly LogRecord[];

/** A bus on which a run has been played to its end; what it holds already is not sent again. */
export async function playedTo(
  trace: Trace,
  manifest: Manifest,
  options: { readonly bus?: ShuffledBus; readonly reelRows?: number } = {},
): Promise<ShuffledBus> {
  const bus = options.bus ?? createShuffledBus({ partitions: manifest.partitions, random: seededRandom(1) });
  const rows = options.reelRows === undefined ? {} : { reelRows: options.reelRows };
  const pace = { speed: 'max' } as const;
  await startReplay({ trace, manifest, producer: bus.producer(), pace, clock: systemClock, ...rows }).finished;
  return bus;
}

/** A bus as a replay left it that died: of each log it holds as many records as `held` says. */
export function busOf(logs: readonly Log[], held: (log: Log, partition: number) => number): ShuffledBus {
  const bus = createShuffledBus({ partitions: logs.length, random: seededRandom(1) });
  for (const [partition, log] of logs.entries()) {
    for (const record of log.slice(0, held(log, partition))) bus.append(partition, record);
  }
  return bus;
}

/** What a partition's log says, without the numbers of its events and the manifest: equal for equal orders of delivery. */
export function saidBy(log: Log): unknown[] {
  // Behind partition, offset, seq and resent.
  const first = 4;
  return log.map((record) =>
    record.kind === 'event' ? record.event.values.slice(first) : [record.control.kind, record.control.watermark],
  );
}
