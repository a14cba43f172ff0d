import { join } from 'node:path';
import type { EventTime } from '../model/time.ts';
import { isoTime } from '../model/time.ts';
import type { FoundFile } from './archived.ts';
import { findFiles } from './archived.ts';
import type { ApiOptions } from './options.ts';
import type { HourLedger } from './revision-ledger.ts';
import { readLedger } from './revision-ledger.ts';
import type { FileSums } from './revision-sums.ts';
import { readSums } from './revision-sums.ts';
import type { HourRevision, MetricSums, RevisionsBody } from './routes/revisions.ts';

/** The revisions of an hour as the ledger and its files tell them, the latest `limit`. Throws NOT_FOUND. */
export async function readRevisions(
  options: Pick<ApiOptions, 'store' | 'metrics' | 'archiveRoot'>,
  hour: EventTime,
  limit: number,
): Promise<RevisionsBody> {
  // One of each for the whole answer: after a jump they are another run's.
  const { store, metrics, archiveRoot } = options;
  const known = await readLedger(store, hour);
  const files = await findFiles(join(archiveRoot, store.run), known.files);
  const all = [...new Set([...files.map(({ revision }) => revision), known.revision])].sort((a, b) => a - b);
  const numbers = known.state === 'open' ? [] : all.slice(-limit);
  const shown = metrics.map((metric) => ({
    metric,
    files: numbers.map((revision) => fileOf(files, metric.name, revision)),
  }));
  const sums = await readSums(store, hour, shown);
  return {
    hour: isoTime(hour),
    state: known.state,
    revision: known.revision,
    earlier: known.state === 'open' ? 0 : all.length - numbers.length,
    revisions: numbers.map((revision, index) => ({
      ...originOf(revision, known, files),
      metrics: Object.fromEntries(
        shown.map(({ metric, files: own }) => {
          const failure = revision === known.revision ? known.failures.get(metric.name) : undefined;
          return [metric.name, sumsBody(own[index], sums, failure)];
        }),
      ),
    })),
  };
}

/** The file that holds what a dataset was in a revision: one whose rows did not change has no file of its own. */
function fileOf(files: readonly FoundFile[], dataset: string, revision: number): FoundFile | undefined {
  return files.findLast((file) => file.dataset === dataset && file.revision <= revision);
}

const NO_LATE = { amended: 0, late_duplicate: 0, maxLateByMs: null };

function originOf(revision: number, known: HourLedger, files: readonly FoundFile[]): Omit<HourRevision, 'metrics'> {
  const late = known.late.get(revision);
  const made = revision === 1 ? 'closed' : late === undefined ? 'recomputed' : 'amended';
  const written = files.flatMap((file) =>
    file.revision === revision && file.writtenMs !== undefined ? [file.writtenMs] : [],
  );
  const lastWritten = written.length === 0 ? null : new Date(Math.max(...written)).toISOString();
  const madeAt = made === 'closed' ? known.finalizedAt : lastWritten;
  return { revision, made, madeAt, ...(late ?? NO_LATE), events: fileOf(files, 'events', revision)?.rows ?? null };
}

function sumsBody(
  file: FoundFile | undefined,
  sums: ReadonlyMap<string, FileSums>,
  failure: string | undefined,
): MetricSums {
  const nothing = { measures: null, derived: null };
  if (file === undefined) return { revision: null, path: null, rows: 0, ...nothing, problem: failure ?? null };
  const { revision, path, rows } = file;
  const of = sums.get(path) ?? { problem: file.problem ?? 'the file was not read' };
  if ('problem' in of) return { revision, path, rows, ...nothing, problem: of.problem };
  return { revision, path, rows, ...of, problem: failure ?? null };
}
