import { existsSync } from 'node:fs';
import type { Command } from './command.ts';
import { isSet, JSON_OPTION } from './command.ts';
import { EXIT } from './io.ts';
import { runNames, runPaths, shownPath } from './layout.ts';
import { runNotFound } from './run-reader.ts';
import type { FailedReport, RunReport } from './run-report.ts';
import { runReport, tryReport } from './run-report.ts';
import { statusText } from './status-text.ts';
import { styleOf } from './style.ts';

export const status: Command = {
  name: 'status',
  summary: 'Say how far the runs are.',
  details:
    'Every run of the data folder, or the one named; for each hour that is open, which partition holds it open and since when.',
  options: JSON_OPTION,
  examples: ['spillway status', 'spillway status --run march --json'],
  async run(call) {
    const { io, settings, given } = call;
    const one = given.has('run');
    const names = one ? [settings.run] : runNames(settings.dataDir);
    if (one && !existsSync(runPaths(settings, settings.run).dir)) throw runNotFound(settings, settings.run, io.cwd);
    const reports: (RunReport | FailedReport)[] = [];
    for (const name of names) reports.push(one ? await runReport(call, name) : await tryReport(call, name));
    const view = { style: styleOf(io.stdout, io.env), now: io.clock.now() };
    if (isSet(call, 'json')) io.stdout.write(`${JSON.stringify(one ? reports[0] : reports)}\n`);
    else if (reports.length > 0) io.stdout.write(statusText(reports, view));
    else
      io.stderr.write(`no runs in ${shownPath(settings.dataDir, io.cwd)}; spillway demo or spillway run starts one\n`);
    return reports.some((report) => 'error' in report) ? EXIT.failed : EXIT.done;
  },
};
