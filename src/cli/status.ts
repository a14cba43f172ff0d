import { existsSync } from 'node:fs';
import type { StatusBody } from '../api/routes/status.ts';
import { messageOf } from '../errors.ts';
import { isLeftBehind } from '../hot-store/owner.ts';
import { parseTime } from '../model/time.ts';
import type { Call, Command } from './command.ts';
import { isSet, JSON_OPTION } from './command.ts';
import type { DiskUse } from './disk-use.ts';
import { diskUse } from './disk-use.ts';
import type { HourCounts } from './hour-counts.ts';
import { hourCounts } from './hour-counts.ts';
import { EXIT } from './io.ts';
import { runNames, runPaths, shownPath } from './layout.ts';
import { openRunReader, runNotFound } from './run-reader.ts';
import { statusText } from './status-text.ts';
import { styleOf } from './style.ts';

/** What `status` says of one run. */
export interface RunReport extends StatusBody {
  readonly hours: HourCounts;
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

export const status: Command = {
  name: 'status',
  summary: 'Say how far the runs are.',
  details: 'Every run of the data folder, or the one named.',
  options: JSON_OPTION,
  examples: ['spillway status', 'spillway status --run march --json'],
  async run(call) {
    const { io, settings, given } = call;
    const one = given.has('run');
    const names = one ? [settings.run] : runNames(settings.dataDir);
    if (one && !existsSync(runPaths(settings, settings.run).dir)) throw runNotFound(settings, settings.run, io.cwd);
    const reports: (RunReport | FailedReport)[] = [];
    for (const name of names) reports.push(one ? await reportOf(call, name) : await tryReport(call, name));
    if (isSet(call, 'json')) io.stdout.write(`${JSON.stringify(one ? reports[0] : reports)}\n`);
    else if (reports.length > 0) io.stdout.write(statusText(reports, styleOf(io.stdout, io.env)));
    else
      io.stderr.write(`no runs in ${shownPath(settings.dataDir, io.cwd)}; spillway demo or spillway run starts one\n`);
    return reports.some((report) => 'error' in report) ? EXIT.failed : EXIT.done;
  },
};

/** One run that is broken must not hide the others. */
async function tryReport(call: Call, run: string): Promise<RunReport | FailedReport> {
  try {
    return await reportOf(call, run);
  } catch (error) {
    return { run, error: messageOf(error) };
  }
}

async function reportOf({ io, settings }: Call, run: string): Promise<RunReport> {
  const reader = await openRunReader(settings, run, io.cwd, io.clock);
  try {
    const body = await reader.status();
    const { owner } = reader;
    return {
      ...body,
      hours: hoursOf(body),
      owner:
        owner === undefined
          ? null
          : { pid: owner.pid, address: owner.address, startedAt: owner.startedAt, leftBehind: isLeftBehind(owner) },
      disk: await diskUse(runPaths(settings, run)),
    };
  } finally {
    await reader.close();
  }
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
