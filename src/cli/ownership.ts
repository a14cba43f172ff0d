import { existsSync } from 'node:fs';
import { SpillwayError } from '../errors.ts';
import type { Owner } from '../hot-store/owner.ts';
import { isAlive, isLeftBehind, ownLaunchers, readOwner, removeOwner, writeOwner } from '../hot-store/owner.ts';
import type { Clock } from '../time/clock.ts';
import type { Io } from './io.ts';
import { runPaths } from './layout.ts';
import { unreachable } from './owner-client.ts';
import type { ReaderSettings } from './run-reader.ts';
import { isLocked, liveOwner, openStore } from './run-reader.ts';

/** A short-lived reader may hold the store for a moment. */
const SETTLE_MS = 10_000;
const RETRY_MS = 200;

/** Throws RUN_OWNED, naming the owner, if a live process holds the run. */
export async function refuseIfOwned(dir: string): Promise<void> {
  const owner = await liveOwner(dir);
  if (owner !== undefined) throw runOwned(owner);
}

export function runOwned(owner: Owner): SpillwayError {
  const who = `run ${owner.run} is held by process ${owner.pid} at ${owner.address}`;
  if (!isLeftBehind(owner)) {
    return new SpillwayError('RUN_OWNED', who, {
      hint: `status, query and verify work beside it; to stop it: Ctrl-C in its terminal, or kill ${owner.pid}`,
    });
  }
  return new SpillwayError('RUN_OWNED', `${who}, left behind when what started it was killed`, {
    hint: `stop it: kill ${owner.pid}`,
  });
}

/** Opens a run's store by `open`, waiting a moment for whoever holds it only shortly. */
export async function openOwned<T>(dir: string, clock: Clock, open: () => Promise<T>): Promise<T> {
  const deadline = clock.monotonicMs() + SETTLE_MS;
  for (;;) {
    try {
      return await open();
    } catch (error) {
      if (!isLocked(error)) throw error;
      await refuseIfOwned(dir);
      if (clock.monotonicMs() >= deadline) {
        const owner = readOwner(dir);
        throw owner !== undefined && isAlive(owner.pid)
          ? unreachable(owner, 'it holds the store all the same', error)
          : error;
      }
    }
    await clock.sleep(RETRY_MS);
  }
}

/** Throws if any process holds the run's store, whether or not it says so in an owner.json. */
export async function refuseIfHeld(settings: ReaderSettings, run: string, clock: Clock): Promise<void> {
  const { dir, store } = runPaths(settings, run);
  await refuseIfOwned(dir);
  if (!existsSync(store)) return;
  try {
    await openOwned(dir, clock, async () => await (await openStore(dir, settings, clock)).close());
  } catch (error) {
    // A store that is broken is held by nobody, and deleting it is what mends it.
    if (isLocked(error) || (error instanceof SpillwayError && error.code === 'OWNER_UNREACHABLE')) throw error;
  }
}

/** Writes owner.json for this process; the returned function removes it, and so does the process's end. */
export function announce(spec: { dir: string; run: string; address: string; token: string }, io: Io): () => void {
  const { dir, run, address, token } = spec;
  const startedAt = new Date(io.clock.now()).toISOString();
  writeOwner(dir, { pid: process.pid, address, token, run, startedAt, launchers: ownLaunchers() });
  const remove = (): void => removeOwner(dir, { pid: process.pid, startedAt });
  const stopAtExit = io.atExit(remove);
  return () => {
    stopAtExit();
    remove();
  };
}
