import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Session } from '../engine/session.ts';
import { Engine } from '../engine/session.ts';
import { quoted } from '../engine/sql.ts';
import type { Metric } from '../metrics/metric.ts';
import type { Manifest } from '../model/manifest.ts';
import type { Clock } from '../time/clock.ts';
import { systemClock } from '../time/clock.ts';
import type { Trace } from '../trace/trace.ts';
import { compareArchiveFiles } from './archive-files.ts';
import { compareDays, prepareDays } from './compare-days.ts';
import { compareFaults } from './compare-faults.ts';
import { compareHours } from './compare-hours.ts';
import { compareLate } from './compare-late.ts';
import { comparePartitions, compareReceipts } from './compare-receipts.ts';
import { compareRejected } from './compare-rejected.ts';
import { compareRevisions } from './compare-revisions.ts';
import { RollupComparison } from './compare-rollups.ts';
import { prepareHistory, recountHistory } from './history.ts';
import { requireSameInputs } from './identity.ts';
import type { KeptEvents } from './raw-events.ts';
import { compareRawEvents } from './raw-events.ts';
import { prepareRecount, recountSpan } from './recount.ts';
import type { VerifyCheck, VerifyReport } from './report.ts';
import { plural } from './report.ts';
import type { RunState } from './run-state.ts';
import { loadState, prepareHours, readState } from './run-state.ts';
import { openSource } from './source.ts';
import { hoursIn } from './spans.ts';

export type { KeptEvents } from './raw-events.ts';
export type { Difference, VerifyCheck, VerifyReport, VerifyTotals } from './report.ts';
export { snapshotNames } from './snapshot.ts';

/** Records recounted at a time: enough to keep DuckDB's threads busy, few enough for any machine. */
const DEFAULT_SPAN_ROWS = 400_000;

/** How far a verification has come. */
export interface VerifyProgress {
  readonly hoursDone: number;
  readonly hoursTotal: number;
  readonly recordsDone: number;
}

export interface VerifyOptions {
  readonly trace: Trace;
  /** Of the run under test, as its store has it. */
  readonly manifest: Manifest;
  readonly metrics: readonly Metric[];
  /** Holds one Parquet file per name of `snapshotNames`, all written from one snapshot of the store. */
  readonly snapshotDir: string;
  /** The run's part of the archive, whose files are read too; undefined leaves them out. */
  readonly archiveDir?: string;
  /** Clean events by hour, of a run that keeps rollups only. */
  readonly keptEvents?: readonly KeptEvents[];
  /** Megabytes for the recount's own DuckDB. */
  readonly memoryMb: number;
  readonly threads: number;
  /** Where records are staged and DuckDB spills; a folder of its own is made inside and removed. */
  readonly tempDir: string;
  readonly clock?: Clock;
  readonly onProgress?: (progress: VerifyProgress) => void;
  /** Records recounted at a time; the result does not depend on it. */
  readonly spanRows?: number;
}

/**
 * Recounts a run from its trace, its manifest and the ledger of its faults alone and compares the outcome with a snapshot
 * of its store: the hours, every receipt, every partition's balance, every late and rejected record, revisions and archive
 * files, and every metric of every final hour and day row for row. It shares no code with the processor and never looks at
 * the rejected or late records to find out what to expect; only which late events an amended hour has taken in is told by
 * the store. A run may go on meanwhile: open hours are left out.
 *
 * Throws MANIFEST_MISMATCH or METRIC_CHANGED if trace or metrics are not those of the run, and IO if the snapshot cannot
 * be read. A difference is never thrown: it is in the report.
 */
export async function verifyRun(options: VerifyOptions): Promise<VerifyReport> {
  const clock = options.clock ?? systemClock;
  const started = clock.monotonicMs();
  requireSameInputs(options.manifest, options.trace.identity, options.metrics);
  await mkdir(options.tempDir, { recursive: true });
  const dir = await mkdtemp(join(resolve(options.tempDir), 'verify-'));
  const engine = await Engine.open(':memory:', {
    memoryMb: options.memoryMb,
    threads: options.threads,
    tempDir: join(dir, 'spill'),
  });
  try {
    const session = await engine.session();
    try {
      const report = await verifyIn(session, { ...options, clock, dir, snapshotDir: resolve(options.snapshotDir) });
      return { ...report, totals: { ...report.totals, elapsedMs: Math.round(clock.monotonicMs() - started) } };
    } finally {
      session.close();
    }
  } finally {
    engine.close();
    await rm(dir, { recursive: true, force: true });
  }
}

type Work = VerifyOptions & { readonly clock: Clock; readonly dir: string };

async function verifyIn(session: Session, work: Work): Promise<VerifyReport> {
  const { manifest, metrics, snapshotDir } = work;
  const hours = hoursIn(manifest);
  await confine(session, work);
  await prepareHours(session, manifest);
  await prepareRecount(session);
  await prepareHistory(session);
  const columns = await loadState(session, snapshotDir);
  if (!columns.equal) return reportOf(manifest, [columns], { hours, finalHours: 0, ended: false }, NOTHING_RECOUNTED);
  await prepareDays(session);
  const state = await readState(session, manifest);
  const rollups = metrics.map(
    (metric) => new RollupComparison({ session, metric, dir: snapshotDir, clock: work.clock }),
  );
  for (const rollup of rollups) await rollup.begin();
  const recounted = await recount(session, work, state, rollups);
  const checks = [
    columns,
    ...(await compareHours(session, manifest, hours)),
    ...(await compareReceipts(session, manifest, state)),
    ...(await comparePartitions(session, manifest)),
    ...(await compareRecords(session, work, state)),
    ...(await compareRevisions(session, { manifest, metrics, snapshotDir, state })),
    ...(work.archiveDir === undefined ? [] : [await compareArchiveFiles(session, resolve(work.archiveDir))]),
  ];
  for (const rollup of rollups) {
    checks.push(rollup.check(plural(state.finalHours, 'final hour')));
    checks.push(await compareDays(session, rollup.metric, snapshotDir));
  }
  const rowsCompared = rollups.reduce((sum, rollup) => sum + rollup.rowsCompared, 0);
  return reportOf(manifest, checks, { hours, ...state }, { ...recounted, rowsCompared });
}

/** The records that are not simply counted, and what of the others may not be kept. */
async function compareRecords(session: Session, work: Work, state: RunState): Promise<VerifyCheck[]> {
  const { manifest } = work;
  return [
    ...(await compareFaults(session, manifest, state)),
    ...(await compareLate(session, manifest, state)),
    ...(await compareRejected(session, manifest, state)),
    ...(manifest.keep === 'rollups' ? [await compareRawEvents(session, work.keptEvents ?? [])] : []),
  ];
}

/** Metric SQL may come from anybody: in this database no statement reaches any file but those of this verification. */
async function confine(session: Session, work: Work): Promise<void> {
  await session.run(`SET preserve_insertion_order = false`);
  await session.run(`SET allowed_directories = [${quoted(work.dir)}, ${quoted(work.snapshotDir)}]`);
  await session.run('SET enable_external_access = false');
  await session.run('SET lock_configuration = true');
}

const NOTHING_RECOUNTED = { records: 0, counted: 0, rowsCompared: 0 };

/** Goes over the trace span by span; only counts, what is not counted, history and the comparisons' sums outlive one. */
async function recount(
  session: Session,
  work: Work,
  state: RunState,
  rollups: readonly RollupComparison[],
): Promise<{ records: number; counted: number }> {
  const { trace, manifest, onProgress } = work;
  const range = { from: manifest.from, to: state.to };
  const total = { records: 0, counted: 0 };
  const withHistory = work.metrics.some(({ history }) => history);
  if (range.from >= range.to) return total;
  const source = await openSource(trace, manifest, work.dir);
  try {
    const spans = source.spans(range, work.spanRows ?? DEFAULT_SPAN_ROWS);
    for (const [index, span] of spans.entries()) {
      // Records without a time come before all others, and are whole only when nothing can follow.
      const staged = await source.stage(span, index === 0 && state.ended);
      const sums = await recountSpan(session, staged, span, { manifest, ...state });
      total.records += sums.records;
      total.counted += sums.counted;
      if (withHistory) await recountHistory(session, span, manifest);
      for (const rollup of rollups) await rollup.span(span, state.amended);
      onProgress?.({
        hoursDone: hoursIn({ from: range.from, to: span.to }),
        hoursTotal: hoursIn(range),
        recordsDone: total.records,
      });
    }
    return total;
  } finally {
    await source.close();
  }
}

function reportOf(
  manifest: Manifest,
  checks: readonly VerifyCheck[],
  state: { hours: number; finalHours: number; ended: boolean },
  recounted: { records: number; counted: number; rowsCompared: number },
): VerifyReport {
  const { hours, finalHours, ended } = state;
  return {
    run: manifest.run,
    ok: checks.every((check) => check.equal),
    checks,
    totals: { hours, finalHours, ended, ...recounted, elapsedMs: 0 },
  };
}
