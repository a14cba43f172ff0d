import type { Archive } from '../../src/archive/archive.ts';
import type { HotStore } from '../../src/hot-store/hot-store.ts';
import { silentLogger } from '../../src/observe/logger.ts';
import type { CloserParts } from '../../src/processor/close.ts';
import { RollupMaker } from '../../src/processor/rollups.ts';
import type { Clock } from '../../src/time/clock.ts';
import { systemClock } from '../../src/time/clock.ts';
import { noArchive } from './flow.ts';

/** What closing and amending work with; an archive that writes nothing unless told otherwise. */
export function closerParts(
  store: HotStore,
  options: { archive?: Archive; clock?: Clock; hotHours?: number; timeLimitMs?: number } = {},
): CloserParts {
  const { archive = noArchive(), clock = systemClock, hotHours = 48, timeLimitMs } = options;
  const rollups = new RollupMaker({ clock: systemClock, ...(timeLimitMs === undefined ? {} : { timeLimitMs }) });
  return { store, archive, rollups, clock, logger: silentLogger, hotHours };
}
