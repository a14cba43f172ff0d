import type { Cell, Session } from '../engine/session.ts';
import { identifier, quoted } from '../engine/sql.ts';
import { messageOf } from '../errors.ts';
import type { HotStore, JsonCell } from '../hot-store/hot-store.ts';
import type { DeriveContext, Metric } from '../metrics/metric.ts';
import { deriveValues } from '../metrics/metric.ts';
import type { EventTime } from '../model/time.ts';
import { addMicros, isoTime, MICROS_PER_HOUR } from '../model/time.ts';
import type { FoundFile } from './archived.ts';
import { readingFiles } from './archived.ts';
import type { MetricSums } from './routes/revisions.ts';
import type { SeriesQuestion } from './series.ts';
import { seriesContext } from './series-context.ts';
import type { Plan } from './series-plan.ts';
import { HOURS_COLUMN, planOf } from './series-plan.ts';
import type { SeriesRow } from './series-rows.ts';
import { exactNumber } from './series-rows.ts';

/** What a file holds, or why that cannot be told. */
export type FileSums = Pick<MetricSums, 'measures' | 'derived'> | { readonly problem: string };

/** The sums of each file by its path, every file read once; what has a problem already is left out. */
export async function readSums(
  store: HotStore,
  hour: EventTime,
  shown: readonly { readonly metric: Metric; readonly files: readonly (FoundFile | undefined)[] }[],
): Promise<ReadonlyMap<string, FileSums>> {
  const sums = new Map<string, FileSums>();
  const wanted = shown.flatMap(({ metric, files }) =>
    [...new Set(files)].flatMap((file) => (file === undefined || file.problem !== undefined ? [] : [{ metric, file }])),
  );
  if (wanted.length === 0) return sums;
  const targets = wanted.map(({ file }) => file.target);
  await readingFiles(targets, async (session) => {
    for (const { metric, file } of wanted) sums.set(file.path, await sumsOf(store, session, { metric, hour, file }));
  });
  return sums;
}

interface Asked {
  readonly metric: Metric;
  readonly hour: EventTime;
  readonly file: FoundFile;
}

/** Sums a file as `GET /api/metrics/:name/series` sums the store. */
async function sumsOf(store: HotStore, session: Session, { metric, hour, file }: Asked): Promise<FileSums> {
  const range = { from: hour, to: addMicros(hour, MICROS_PER_HOUR) };
  const question: SeriesQuestion = { metric, range, grain: 'hour', group: [], filters: [], derived: true, limit: 1 };
  const plan = planOf(question);
  const context = await seriesContext(store, question, plan);
  const found = await session
    .rows(fileSql(metric, plan, file.target))
    .catch((error: unknown) => problemOf(error, file));
  if ('problem' in found) return found;
  const rows = found.map((row): SeriesRow => {
    const cells = Object.entries(row).map(([name, cell]) => [name, jsonCell(cell)]);
    return { ...Object.fromEntries(cells), hour: isoTime(hour), [HOURS_COLUMN]: 1 };
  });
  return total(metric, rows, context(rows));
}

function problemOf(error: unknown, { target, path }: FoundFile): { readonly problem: string } {
  const [reason = ''] = messageOf(error).replaceAll(target, path).split('\n');
  const other = reason.startsWith('Binder Error');
  return {
    problem: other ? 'the file was written by another definition of the metric' : `reading the file: ${reason}`,
  };
}

function fileSql(metric: Metric, plan: Plan, target: string): string {
  const keys = plan.keys.map(identifier);
  const measures = metric.measures.map(({ name }) => `CAST(sum(${identifier(name)}) AS BIGINT) AS ${identifier(name)}`);
  const group = keys.length === 0 ? '' : `GROUP BY ${keys.join(', ')}`;
  return `SELECT ${[...keys, ...measures].join(', ')}
    FROM read_parquet(${quoted(target)}, hive_partitioning = false) ${group} HAVING count(*) > 0`;
}

function total(metric: Metric, rows: readonly SeriesRow[], context: DeriveContext<JsonCell>): FileSums {
  const [sum] = deriveValues(metric, rows, ['hour'], context);
  if (sum === undefined) return { measures: null, derived: null };
  const measures = Object.entries(sum.measures).map(([name, value]) => [name, exactNumber(value)] as const);
  return { measures: Object.fromEntries(measures), derived: { ...sum.derived } };
}

/** Keys are only told apart by these, and integers come as text, which loses no digit. */
function jsonCell(cell: Cell): JsonCell {
  return cell === null || typeof cell === 'boolean' || typeof cell === 'number' ? cell : String(cell);
}
