import { stat } from 'node:fs/promises';
import type { StatusBody } from '../api/routes/status.ts';
import { messageOf } from '../errors.ts';
import { isLeftBehind } from '../hot-store/owner.ts';
import { parseTime } from '../model/time.ts';
import type { Call } from './command.ts';
import type { DiskUse } from './disk-use.ts';
import { diskUse } from './disk-use.ts';
import type { HourCounts } from './hour-counts.ts';
import { hourCounts } from './hour-counts.ts';
import { runPaths } from './layout.ts';
import type { RunReader } from './run-reader.ts';
import { openRunReader } from './run-reader.ts';

/** What `status` and `runs` say of one run. */
export interface RunReport extends StatusBody {
  readonly hours: HourCounts;
  /** When its store was made, ISO-8601; null where the file system does not tell. */
  readonly created: string | null;
  /** The process that holds the run; null if none does. */
  readonly owner: {
    readonly pid: number;
    readonly address: string;
    readonly startedAt: string;
    /** What started it was killed, and it goes on. */
    readonly leftBehind: boolean;
  } | null;
  readonly disk: DiskUse;
}

/** A run that could not be asked, and why. */
export interface FailedReport {
  readonly run: string;
  readonly error: string;
}

/** Asks one run. Throws what opening it throws. */
export async function runReport({ io, settings }: Pick<Call, 'io' | 'settings'>, run: string): Promise<RunReport> {
  const paths = runPaths(settings, run);
  const reader = await openRunReader(settings, run, io.cwd, io.clock);
  try {
    const body = await reader.status();
    const [created, disk] = [await createdAt(paths.store), await diskUse(paths)];
    return { ...body, hours: hoursOf(body), created, owner: ownerOf(reader), disk };
  } finally {
    await reader.close();
  }
}

/** The same of several runs: one that is broken must not hide the others. */
export async function tryReport(call: Pick<Call, 'io' | 'settings'>, run: string): Promise<RunReport | FailedReport> {
  try {
    return await runReport(call, run);
  } catch (error) {
    return { run, error: messageOf(error) };
  }
}

/** Where a run stands, in a word. */
export type RunState = 'failed' | 'done' | 'served' | 'stopped' | 'playing' | 'paused' | 'starting' | 'ended';

export function runState({ replay, processor, owner }: RunReport): RunState {
  if (processor.state === 'failed') return 'failed';
  if (processor.state === 'done') return 'done';
  if (owner === null) return 'stopped';
  return replay.state === 'idle' ? 'served' : replay.state;
}

function ownerOf({ owner }: RunReader): RunReport['owner'] {
  if (owner === undefined) return null;
  const { pid, address, startedAt } = owner;
  return { pid, address, startedAt, leftBehind: isLeftBehind(owner) };
}

function hoursOf({ replay, processor }: StatusBody): HourCounts {
  const micros = (text: string): number => parseTime(text) ?? 0;
  return hourCounts({
    at: micros(replay.at),
    to: micros(replay.to),
    notFinal: processor.openHours,
    final: processor.finalHours,
  });
}

async function createdAt(file: string): Promise<string | null> {
  const { birthtimeMs } = await stat(file);
  return birthtimeMs > 0 ? new Date(birthtimeMs).toISOString() : null;
}
