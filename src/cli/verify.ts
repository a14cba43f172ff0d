import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Settings } from '../config/schema.ts';
import { settingInfo } from '../config/schema.ts';
import { missing } from '../config/settings.ts';
import type { Manifest } from '../model/manifest.ts';
import { eventTime } from '../model/time.ts';
import { TRACE_MEMORY_SHARE } from '../trace/trace.ts';
import type { KeptEvents, VerifyReport } from '../verify/verify.ts';
import type { Call, Command } from './command.ts';
import { isSet, JSON_OPTION } from './command.ts';
import { EXIT } from './io.ts';
import { runPaths } from './layout.ts';
import type { RunReader } from './run-reader.ts';
import { openRunReader } from './run-reader.ts';

export const verify: Command = {
  name: 'verify',
  summary: 'Recount a run from its trace and compare every number.',
  details:
    'Shares no code with the processor. Works beside a live run: open hours are left out. Exits 3 if anything differs.',
  options: JSON_OPTION,
  examples: ['spillway verify --trace ./trace --data-dir ./data'],
  async run(call) {
    const { io, settings } = call;
    const { trace } = settings;
    if (trace === undefined) throw missing(settingInfo('trace'), 'there is nothing to recount from');
    const report = await inRunFolder(call, (dir) => recount(call, trace, dir));
    if (isSet(call, 'json')) io.stdout.write(`${JSON.stringify(report)}\n`);
    else io.stdout.write((await import('../verify/format-report.ts')).formatReport(report));
    return report.ok ? EXIT.done : EXIT.difference;
  },
};

/** Copies what the run's store says, lets go of it, and recounts the trace. */
async function recount(call: Call, trace: string, dir: string): Promise<VerifyReport> {
  const { io, settings } = call;
  const [{ loadMetrics }, { verifyRun, snapshotNames }] = await Promise.all([
    import('../metrics/load.ts'),
    import('../verify/verify.ts'),
  ]);
  // A run left them out too; if it did not, their absence is found.
  const metrics = await loadMetrics(
    settings.metricsDir === undefined ? {} : { user: settings.metricsDir },
    ({ name, reason }) => io.stderr.write(`metric ${name} is left out: ${reason}\n`),
  );
  const snapshotDir = join(dir, 'snapshot');
  const { manifest, keptEvents } = await copyState(call, snapshotNames(metrics), snapshotDir);
  const opened = await openForVerify(settings, trace, call);
  try {
    return await verifyRun({
      trace: opened,
      manifest,
      metrics,
      snapshotDir,
      archiveDir: runPaths(settings, settings.run).archive,
      keptEvents,
      memoryMb: Math.round(settings.memoryMb * (1 - TRACE_MEMORY_SHARE)),
      threads: availableParallelism(),
      tempDir: dir,
      clock: io.clock,
      onProgress: ({ hoursDone, hoursTotal }) => progress(call, `recounting: ${hoursDone} of ${hoursTotal} hours`),
    });
  } catch (error) {
    const { explainTraceFailure } = await import('../trace/damage.ts');
    throw await explainTraceFailure(trace, error);
  } finally {
    progress(call, '');
    await opened.close();
  }
}

interface RunCopy {
  readonly manifest: Manifest;
  readonly keptEvents: readonly KeptEvents[];
}

async function copyState(call: Call, names: readonly string[], dir: string): Promise<RunCopy> {
  const { io, settings } = call;
  const reader = await openRunReader(settings, settings.run, io.cwd, io.clock);
  try {
    const manifest = await reader.manifest();
    await reader.snapshot(names, dir);
    // After the snapshot: what is gone from a final hour by then does not come back.
    return { manifest, keptEvents: manifest.keep === 'all' ? [] : await countEvents(reader) };
  } finally {
    await reader.close();
  }
}

async function countEvents(reader: RunReader): Promise<KeptEvents[]> {
  const { rows } = await reader.query('SELECT epoch_us(hour), count(*) FROM events GROUP BY hour');
  return rows.map(([hour, events]) => ({ hour: eventTime(Number(hour)), events: Number(events) }));
}

async function openForVerify(settings: Settings, trace: string, call: Call) {
  const { openTrace } = await import('../trace/open.ts');
  const { deployment, dataDir, memoryMb } = settings;
  return await openTrace({
    path: trace,
    ...(deployment === undefined ? {} : { deployment }),
    cacheDir: join(dataDir, 'cache'),
    memoryMb: Math.round(memoryMb * TRACE_MEMORY_SHARE),
    // One thing is done at a time here, so all cores may do it.
    threads: availableParallelism(),
    onProgress: (what) => progress(call, what),
  });
}

/** Gives `work` a folder inside the run's own, which is the only place that an owner writes to, and removes it. */
async function inRunFolder<T>(call: Call, work: (dir: string) => Promise<T>): Promise<T> {
  const { io, settings } = call;
  // Opening a reader tells first, and better, that there is no such run.
  await (await openRunReader(settings, settings.run, io.cwd, io.clock)).close();
  const dir = mkdtempSync(join(runPaths(settings, settings.run).dir, 'verify-'));
  const remove = (): void => rmSync(dir, { recursive: true, force: true });
  const stopAtExit = io.atExit(remove);
  try {
    return await work(dir);
  } finally {
    stopAtExit();
    remove();
  }
}

/** One line that is written over; only for people who watch. */
function progress({ io }: Call, text: string): void {
  if (io.stderr.isTTY) io.stderr.write(`\r\u001b[K${text}`);
}
