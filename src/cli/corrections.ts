import { availableParallelism } from 'node:os';
import type { Settings } from '../config/schema.ts';
import type { HotStore } from '../hot-store/hot-store.ts';
import type { Logger } from '../observe/logger.ts';
import type { AmendedHour } from '../processor/amend.ts';
import type { CloserParts } from '../processor/close.ts';
import type { Clock } from '../time/clock.ts';
import type { RunPaths } from './layout.ts';
import { openOwned } from './ownership.ts';

/** Corrects a run that no process plays: this process holds its store and archive until it is closed. */
export interface Corrections {
  readonly store: HotStore;
  readonly parts: CloserParts;
  /** Folds the late events of final hours in [from, to) into these. */
  amend(range: { readonly from: number; readonly to: number }): Promise<readonly AmendedHour[]>;
  close(): Promise<void>;
}

/** Opens the store and the archive of a run. Throws RUN_OWNED, STORE_VERSION, STORE_INVALID. */
export async function openCorrections(
  settings: Pick<Settings, 'memoryMb' | 'hotHours' | 'run'>,
  paths: RunPaths,
  clock: Clock,
  logger: Logger,
): Promise<Corrections> {
  const [{ openDuckDBStore }, { openLocalArchive }, { RollupMaker }, { amendHours }] = await Promise.all([
    import('../hot-store/duckdb.ts'),
    import('../archive/local.ts'),
    import('../processor/rollups.ts'),
    import('../processor/amend.ts'),
  ]);
  const { memoryMb, hotHours, run } = settings;
  const options = { dir: paths.dir, writable: [paths.archive], memoryMb, threads: availableParallelism(), clock };
  const store = await openOwned(paths.dir, clock, () => openDuckDBStore(options));
  const archive = await openLocalArchive(paths.archiveRoot, run);
  const parts = { store, archive, rollups: new RollupMaker({ clock }), clock, logger, hotHours };
  // One amendment at a time: they share a session and its tables.
  let last: Promise<unknown> = Promise.resolve();
  return {
    store,
    parts,
    amend: ({ from, to }) => {
      const work = last.then(async () => {
        const waiting = await store.waitingHours();
        return await amendHours(
          parts,
          waiting.filter(({ hour }) => hour >= from && hour < to),
        );
      });
      last = work.catch(() => undefined);
      return work;
    },
    close: () => store.close(),
  };
}
