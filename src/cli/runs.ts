import { nearest } from '../config/nearest.ts';
import { RUN_NAME, settingInfo } from '../config/schema.ts';
import { SpillwayError } from '../errors.ts';
import type { Call, Command } from './command.ts';
import { isSet, JSON_OPTION } from './command.ts';
import { deleteRuns, YES_OPTION } from './deletion.ts';
import { EXIT } from './io.ts';
import { runNames, shownPath } from './layout.ts';
import type { FailedReport, RunReport } from './run-report.ts';
import { runState, tryReport } from './run-report.ts';
import type { Style } from './style.ts';
import { styleOf } from './style.ts';
import type { TableColumn } from './table.ts';
import { table } from './table.ts';
import { bytes, count, minute } from './text.ts';

const ACTIONS = ['list', 'delete'] as const;

export const runs: Command = {
  name: 'runs',
  summary: 'List the runs of a data folder with their sizes, or delete some.',
  details:
    'Deleting a run deletes its store and its part of the archive; a run that is held is left alone. The trace stays.',
  arguments: [
    { usage: '[action]', about: 'list (default) or delete.' },
    { usage: '[names...]', about: 'The runs to delete.' },
  ],
  options: { ...JSON_OPTION, ...YES_OPTION },
  examples: ['spillway runs', 'spillway runs --json', 'spillway runs delete march april --yes'],
  async run(call) {
    const [action = 'list', ...names] = call.args;
    if (action === 'delete') return await deleteRuns(call, checkedNames(names));
    if (action === 'list') {
      if (names.length > 0) throw usage(`runs list takes no name, found ${names[0]}`, 'spillway status --run NAME');
      return await list(call);
    }
    const near = nearest(action, ACTIONS);
    throw usage(`runs has no action ${action}`, near === undefined ? 'list or delete' : `did you mean ${near}?`);
  },
};

/** Names become paths that are deleted: nothing but a name may pass. */
function checkedNames(names: readonly string[]): readonly string[] {
  const wrong = names.find((name) => !RUN_NAME.test(name));
  if (wrong !== undefined) {
    throw usage(`${wrong} is no name of a run`, `for example spillway runs delete ${settingInfo('run').example}`);
  }
  if (names.length > 0) return names;
  throw usage('runs delete needs the name of a run', 'spillway runs lists them');
}

async function list(call: Call): Promise<number> {
  const { io, settings } = call;
  if (isSet(call, 'yes')) throw usage('--yes is for delete', 'spillway runs delete NAME --yes');
  const reports: (RunReport | FailedReport)[] = [];
  for (const name of runNames(settings.dataDir)) reports.push(await tryReport(call, name));
  if (isSet(call, 'json')) {
    const lines = reports.map((report) => ('error' in report ? report : summary(report)));
    io.stdout.write(`${JSON.stringify(lines)}\n`);
  } else if (reports.length === 0) {
    io.stderr.write(`no runs in ${shownPath(settings.dataDir, io.cwd)}; spillway demo or spillway run starts one\n`);
  } else {
    io.stdout.write(listText(reports, styleOf(io.stdout, io.env), io.stdout.isTTY ? io.stdout.columns : undefined));
  }
  return reports.some((report) => 'error' in report) ? EXIT.failed : EXIT.done;
}

/** A run in figures. */
function summary(report: RunReport) {
  const { run, replay, processor, hours, faults, created, owner, disk, history } = report;
  return {
    run,
    state: runState(report),
    from: replay.from,
    to: replay.to,
    hours: hours.final + hours.open + hours.toCome,
    finalHours: hours.final,
    counted: processor.counted,
    faults,
    created,
    storeBytes: disk.storeBytes,
    historyBytes: history.bytes,
    archiveBytes: disk.archiveBytes,
    owner,
  };
}

interface Column extends TableColumn {
  readonly cell: (run: Summary) => string;
  /** Left out where it would say nothing of any run. */
  readonly optional?: boolean;
}

type Summary = ReturnType<typeof summary>;

const COLUMNS: readonly Column[] = [
  { name: 'run', align: 'left', cell: ({ run }) => run },
  { name: 'state', align: 'left', cell: ({ state }) => state },
  { name: 'from', align: 'left', cell: ({ from }) => minute(from) },
  { name: 'to', align: 'left', cell: ({ to }) => minute(to) },
  { name: 'final hours', align: 'right', cell: ({ finalHours, hours }) => `${count(finalHours)} of ${count(hours)}` },
  { name: 'events', align: 'right', cell: ({ counted }) => count(counted) },
  { name: 'store', align: 'right', cell: ({ storeBytes }) => bytes(storeBytes) },
  { name: 'history', align: 'right', cell: ({ historyBytes }) => bytes(historyBytes) },
  { name: 'archive', align: 'right', cell: ({ archiveBytes }) => bytes(archiveBytes) },
  { name: 'created', align: 'left', cell: ({ created }) => (created === null ? '' : minute(created)) },
  { name: 'owner', align: 'left', optional: true, cell: ({ owner }) => ownerText(owner) },
  { name: 'injected', align: 'left', optional: true, cell: ({ faults }) => (faults === 'none' ? '' : faults) },
];

function ownerText(owner: RunReport['owner']): string {
  return owner === null ? '' : `process ${owner.pid}${owner.leftBehind ? ', left behind' : ''}`;
}

/** One line per run; a run that could not be asked says why in a line of its own below. */
function listText(reports: readonly (RunReport | FailedReport)[], style: Style, columns: number | undefined): string {
  const told = reports.map((report) => ('error' in report ? undefined : summary(report)));
  const shown = COLUMNS.filter(
    ({ optional, cell }) => optional !== true || told.some((run) => run && cell(run) !== ''),
  );
  const rows = reports.map((report, i) => {
    const run = told[i];
    return run === undefined ? [report.run, style.red('broken')] : shown.map(({ cell }) => cell(run));
  });
  const errors = reports.flatMap((report) =>
    'error' in report ? [`${report.run}: ${style.red(report.error)}\n`] : [],
  );
  return [table(shown, rows, style, columns), ...errors].join('');
}

function usage(message: string, hint: string): SpillwayError {
  return new SpillwayError('USAGE', message, { hint });
}
