import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { refreshIfRead } from '../api/provisional.ts';
import type { StatusBody } from '../api/routes/status.ts';
import { nearest } from '../config/nearest.ts';
import type { Settings } from '../config/schema.ts';
import { messageOf, SpillwayError } from '../errors.ts';
import type { HotStore, QueryResult } from '../hot-store/hot-store.ts';
import type { Owner } from '../hot-store/owner.ts';
import { isAlive, readOwner, removeOwner } from '../hot-store/owner.ts';
import type { Manifest } from '../model/manifest.ts';
import type { Clock } from '../time/clock.ts';
import type { MetricShape } from '../verify/diff.ts';
import { runNames, runPaths, shownPath } from './layout.ts';
import { answers, ownerClient, unreachable } from './owner-client.ts';

/** Reads one run, beside its owner or alone. */
export interface RunReader {
  readonly run: string;
  /** Whom is asked; undefined if this process opened the store itself. */
  readonly owner: Owner | undefined;
  /** One read-only SELECT over the public tables. Throws QUERY_INVALID, also for a result above `MAX_RESULT_ROWS`. */
  query(sql: string): Promise<QueryResult>;
  /** Writes the named tables as Parquet files into `dir`, a folder inside the run's own, all from one moment. */
  snapshot(names: readonly string[], dir: string): Promise<void>;
  manifest(): Promise<Manifest>;
  /** What decides the tables of the run's metrics. */
  metrics(): Promise<readonly MetricShape[]>;
  /** Where the run stands, now. */
  status(): Promise<StatusBody>;
  close(): Promise<void>;
}

export type ReaderSettings = Pick<Settings, 'dataDir' | 'archive' | 'memoryMb'>;

/** What one answer over HTTP can carry; a larger result is refused rather than cut in silence. */
export const MAX_RESULT_ROWS = 100_000;
const QUERY_TIMEOUT_MS = 600_000;
/** How long a busy owner may take to show that it is there. */
const PROBE_MS = 5_000;
/** A run that is just starting, or ending, holds its store without an owner.json for a moment. */
const SETTLE_MS = 10_000;
const RETRY_MS = 200;

/**
 * Finds the way to a run: its owner if one lives and answers, else the store itself. An owner.json whose process is
 * gone is removed. Throws RUN_NOT_FOUND, OWNER_UNREACHABLE, or what opening the store throws.
 */
export async function openRunReader(
  settings: ReaderSettings,
  run: string,
  cwd: string,
  clock: Clock,
): Promise<RunReader> {
  const { dir, store } = runPaths(settings, run);
  if (!existsSync(store)) throw runNotFound(settings, run, cwd);
  const deadline = clock.monotonicMs() + SETTLE_MS;
  for (;;) {
    const owner = readOwner(dir);
    if (owner !== undefined && (await isLive(owner, dir))) return ownerReader(run, owner);
    try {
      return storeReader(run, await openStore(dir, settings, clock));
    } catch (error) {
      if (!isLocked(error)) throw error;
      if (clock.monotonicMs() >= deadline)
        throw owner === undefined ? held(run, error) : unreachable(owner, 'no answer', error);
    }
    await clock.sleep(RETRY_MS);
  }
}

/** The live owner of a run, if it has one that answers. */
export async function liveOwner(dir: string): Promise<Owner | undefined> {
  const owner = readOwner(dir);
  return owner !== undefined && (await isLive(owner, dir)) ? owner : undefined;
}

/** No such run, with the nearest that there is. */
export function runNotFound(settings: Pick<Settings, 'dataDir'>, run: string, cwd: string): SpillwayError {
  const known = runNames(settings.dataDir);
  const near = nearest(run, known);
  const hint =
    known.length === 0
      ? 'spillway run --trace PATH starts one; --data-dir names the folder it is in'
      : near === undefined
        ? `runs there: ${known.join(', ')}`
        : `did you mean --run ${near}?`;
  return new SpillwayError('RUN_NOT_FOUND', `there is no run ${run} in ${shownPath(settings.dataDir, cwd)}`, { hint });
}

async function isLive(owner: Owner, dir: string): Promise<boolean> {
  // In a container a restarted process often has its predecessor's id: an owner.json that names us is not ours.
  if (owner.pid === process.pid || !isAlive(owner.pid)) {
    removeOwner(dir, owner);
    return false;
  }
  return await answers(owner, PROBE_MS);
}

function ownerReader(run: string, owner: Owner): RunReader {
  const client = ownerClient(owner);
  return {
    run,
    owner,
    query: async (sql) => whole(await client.query(sql, { maxRows: MAX_RESULT_ROWS, timeoutMs: QUERY_TIMEOUT_MS })),
    snapshot: client.snapshot,
    manifest: client.manifest,
    metrics: client.metrics,
    status: client.status,
    close: async () => undefined,
  };
}

function storeReader(run: string, store: HotStore): RunReader {
  return {
    run,
    owner: undefined,
    query: async (sql) => {
      await refreshIfRead({ store, metrics: store.metrics }, sql);
      return whole(await store.query(sql, { maxRows: MAX_RESULT_ROWS, timeoutMs: QUERY_TIMEOUT_MS }));
    },
    snapshot: async (names, dir) => {
      await store.refreshLive();
      await store.snapshot(names, dir);
    },
    manifest: async () => store.manifest,
    metrics: async () => store.metrics,
    status: async () => {
      const [{ idleStatus }, { statusOf }] = await Promise.all([
        import('./idle-status.ts'),
        import('../api/routes/status.ts'),
      ]);
      return await statusOf(store, await idleStatus(store));
    },
    close: () => store.close(),
  };
}

/** Opens a run's store in this process. */
export async function openStore(dir: string, { memoryMb }: ReaderSettings, clock: Clock): Promise<HotStore> {
  const { openDuckDBStore } = await import('../hot-store/duckdb.ts');
  return await openDuckDBStore({ dir, writable: [], memoryMb, threads: availableParallelism(), clock });
}

function whole(result: QueryResult): QueryResult {
  if (!result.truncated) return result;
  throw new SpillwayError('QUERY_INVALID', `the result has more than ${MAX_RESULT_ROWS.toLocaleString('en-US')} rows`, {
    hint: 'add LIMIT or aggregate; all events are in the archive as Parquet files',
  });
}

/** DuckDB lets one process at a time open a file. */
export function isLocked(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (at.message.includes('Could not set lock')) return true;
  }
  return error instanceof SpillwayError && error.code === 'RUN_OWNED';
}

function held(run: string, error: unknown): SpillwayError {
  const pid = /PID (\d+)/.exec(messageOf(error))?.[1];
  return new SpillwayError(
    'RUN_OWNED',
    `run ${run} is held by ${pid === undefined ? 'another process' : `process ${pid}`}`,
    {
      hint: `it may be starting or stopping: try again${pid === undefined ? '' : `, or stop it: kill ${pid}`}`,
      cause: error,
    },
  );
}
