import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type DiffOptions, diffSchema, infosOf } from '../config/command-options.ts';
import { nearest } from '../config/nearest.ts';
import { RUN_NAME } from '../config/schema.ts';
import { resolveFlags } from '../config/settings.ts';
import { SpillwayError } from '../errors.ts';
import type { Manifest } from '../model/manifest.ts';
import type { DiffReport, DiffSide, MetricShape } from '../verify/diff.ts';
import type { Call, Command } from './command.ts';
import { isSet, JSON_OPTION } from './command.ts';
import { diffText } from './diff-text.ts';
import { EXIT } from './io.ts';
import { runPaths } from './layout.ts';
import { openProgress } from './progress.ts';
import type { ReaderSettings, RunReader } from './run-reader.ts';
import { openRunReader } from './run-reader.ts';
import { styleOf } from './style.ts';

export const diff: Command = {
  name: 'diff',
  summary: 'Compare two runs row by row.',
  details: [
    'Compares the final hours of every metric, their sums by day, and what each hour counted. When an hour became final and',
    'in which revision is not compared. Works beside live runs. Exits 3 if anything differs.',
  ].join(' '),
  arguments: [
    { usage: '[run-a]', about: 'A run of the data folder.' },
    { usage: '[run-b]', about: 'The run to compare it with; with --other-data-dir the same name by default.' },
  ],
  options: { ...infosOf(diffSchema), ...JSON_OPTION },
  examples: [
    'spillway diff march march-again',
    'spillway diff default --other-data-dir ./other-data --hours all',
    'spillway diff calm disturbed --only spill,workload --json',
  ],
  async run(call) {
    const { io } = call;
    const { json: _json, ...flags } = call.options;
    const options = resolveFlags(diffSchema, { flags, cwd: io.cwd });
    const [a, b] = runsOf(call, options);
    const runs: Pair<OpenedRun> = [await describe(call, a), await describe(call, b)];
    if (options.only !== undefined) checkNames(options.only, [...runs[0].metrics, ...runs[1].metrics]);
    const report = await withFolders(call, runs, (folders) => compare(call, options, runs, folders));
    if (isSet(call, 'json')) io.stdout.write(`${JSON.stringify(report)}\n`);
    else io.stdout.write(diffText(report, styleOf(io.stdout, io.env)));
    return report.equal ? EXIT.done : EXIT.difference;
  },
};

/** A run, and where it is. */
interface Place {
  readonly run: string;
  readonly settings: ReaderSettings;
}

interface OpenedRun extends Place {
  readonly manifest: Manifest;
  readonly metrics: readonly MetricShape[];
}

type Pair<T> = readonly [T, T];

function runsOf({ args, settings }: Call, { otherDataDir }: DiffOptions): Pair<Place> {
  const [a, b = otherDataDir === undefined ? undefined : a] = args;
  if (a === undefined || b === undefined) {
    throw new SpillwayError('USAGE', `diff needs two runs, found ${a ?? 'none'}`, {
      hint: 'for example spillway diff march april; spillway runs lists them',
    });
  }
  const wrong = [a, b].find((name) => !RUN_NAME.test(name));
  if (wrong !== undefined) throw new SpillwayError('USAGE', `${wrong} is no name of a run`);
  const other = otherDataDir === undefined ? settings : { ...settings, dataDir: otherDataDir, archive: undefined };
  return [
    { run: a, settings },
    { run: b, settings: other },
  ];
}

async function describe(call: Call, place: Place): Promise<OpenedRun> {
  return await withReader(call, place, async (reader) => {
    return { ...place, manifest: await reader.manifest(), metrics: await reader.metrics() };
  });
}

/** Opens a run's reader for no longer than `work` takes. Throws RUN_NOT_FOUND and the like. */
async function withReader<T>(
  { io }: Call,
  { run, settings }: Place,
  work: (reader: RunReader) => Promise<T>,
): Promise<T> {
  const reader = await openRunReader(settings, run, io.cwd, io.clock);
  try {
    return await work(reader);
  } finally {
    await reader.close();
  }
}

/** Gives `work` a folder inside each run's own, which is the only place that an owner writes to, and removes them. */
async function withFolders<T>(
  { io }: Call,
  [a, b]: Pair<Place>,
  work: (folders: Pair<string>) => Promise<T>,
): Promise<T> {
  const folders: string[] = [];
  const make = ({ run, settings }: Place): string => {
    const folder = mkdtempSync(join(runPaths(settings, run).dir, 'diff-'));
    folders.push(folder);
    return folder;
  };
  const remove = (): void => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  };
  const stopAtExit = io.atExit(remove);
  try {
    return await work([make(a), make(b)]);
  } finally {
    stopAtExit();
    remove();
  }
}

async function compare(
  call: Call,
  { only, hours, limit }: DiffOptions,
  [a, b]: Pair<OpenedRun>,
  [folderA, folderB]: Pair<string>,
): Promise<DiffReport> {
  const { diffNames, diffRuns } = await import('../verify/diff.ts');
  const progress = openProgress(call.io);
  /** Copies what the run's store says and lets go of it. */
  const copy = async (run: OpenedRun, folder: string): Promise<DiffSide> => {
    progress.update(`copying the tables of run ${run.run}`);
    const snapshotDir = join(folder, 'snapshot');
    await withReader(call, run, (reader) => reader.snapshot(diffNames(run.metrics, only), snapshotDir));
    return { manifest: run.manifest, metrics: run.metrics, snapshotDir };
  };
  try {
    const sides = { a: await copy(a, folderA), b: await copy(b, folderB) };
    progress.update('comparing');
    return await diffRuns({
      ...{ ...sides, ...(only === undefined ? {} : { only }), hours, examples: limit },
      ...{ memoryMb: call.settings.memoryMb, threads: availableParallelism(), tempDir: folderA },
    });
  } finally {
    progress.done();
  }
}

/** Throws USAGE for a name that stands for nothing in either run. */
function checkNames(only: readonly string[], metrics: readonly MetricShape[]): void {
  const known = ['hours', ...new Set(metrics.map(({ name }) => name))];
  const unknown = only.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const near = nearest(unknown, known);
  throw new SpillwayError('USAGE', `--only is ${unknown}: neither run has a metric of that name`, {
    hint: near === undefined ? `there are ${known.join(', ')}` : `did you mean ${near}?`,
  });
}
