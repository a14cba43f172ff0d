import { SpillwayError } from '../errors.ts';
import type { HotStore } from '../hot-store/hot-store.ts';
import type { Clock } from '../time/clock.ts';

/** Stands before a store that is going to be closed while others may read it. */
export interface Gate {
  /** Does the work, unless the gate is closed. Throws NOT_READY then, also where closing interrupted the work. */
  pass<T>(work: () => Promise<T>): Promise<T>;
  /** Lets nobody in any more; resolves when all have left that were inside, or after so much wall time. */
  close(limitMs: number): Promise<void>;
}

/** A gate of a run, open. */
export function openGate(run: string, clock: Clock): Gate {
  const inside = new Set<Promise<unknown>>();
  let closed = false;
  const turnedAway = (cause?: unknown): SpillwayError =>
    new SpillwayError('NOT_READY', `run ${run} is being left, because the film goes on from another place`, {
      hint: 'try again in a moment',
      ...(cause === undefined ? {} : { cause }),
    });
  return {
    pass: async (work) => {
      if (closed) throw turnedAway();
      const working = work();
      inside.add(working);
      try {
        return await working;
      } catch (error) {
        throw closed ? turnedAway(error) : error;
      } finally {
        inside.delete(working);
      }
    },
    close: async (limitMs) => {
      closed = true;
      const enough = new AbortController();
      const left = Promise.allSettled(inside).then(() => enough.abort());
      await Promise.race([left, clock.sleep(limitMs, enough.signal)]);
      enough.abort();
    },
  };
}

/** A store as those see it who come through the gate. */
export function behindGate(store: HotStore, gate: Gate): HotStore {
  return {
    run: store.run,
    manifest: store.manifest,
    metrics: store.metrics,
    progress: () => gate.pass(() => store.progress()),
    ingest: (compute) => gate.pass(() => store.ingest(compute)),
    openHours: () => gate.pass(() => store.openHours()),
    closingSession: () => store.closingSession(),
    finalize: (closing) => gate.pass(() => store.finalize(closing)),
    revise: (revision) => gate.pass(() => store.revise(revision)),
    redefine: (metrics, hours) => gate.pass(() => store.redefine(metrics, hours)),
    waitingHours: () => gate.pass(() => store.waitingHours()),
    finalHours: () => gate.pass(() => store.finalHours()),
    archiveFiles: (day) => gate.pass(() => store.archiveFiles(day)),
    knownFiles: () => gate.pass(() => store.knownFiles()),
    refreshLive: () => gate.pass(() => store.refreshLive()),
    query: (sql, options) => gate.pass(() => store.query(sql, options)),
    queryColumns: (sql, options) => gate.pass(() => store.queryColumns(sql, options)),
    snapshot: (names, dir) => gate.pass(() => store.snapshot(names, dir)),
    size: () => gate.pass(() => store.size()),
    historySize: () => gate.pass(() => store.historySize()),
    close: () => store.close(),
  };
}
