import { timestamp } from '../engine/sql.ts';
import type { HotStore, JsonCell } from '../hot-store/hot-store.ts';
import type { EventTime } from '../model/time.ts';
import type { LedgerFile } from './archived.ts';
import { asObjects } from './range.ts';
import { noSuchHour } from './routes/hours.ts';
import type { HourRevision, RevisionsBody } from './routes/revisions.ts';

/** What an hour's late events came to in one revision. */
export type LateCounts = Pick<HourRevision, 'amended' | 'late_duplicate' | 'maxLateByMs'>;

/** What the store knows of an hour's revisions. */
export interface HourLedger {
  readonly state: RevisionsBody['state'];
  readonly revision: number;
  /** Wall time of closing, ISO-8601. */
  readonly finalizedAt: string | null;
  /** Superseded ones included, in order of their revisions. */
  readonly files: readonly LedgerFile[];
  /** By the revision in which they were looked at. */
  readonly late: ReadonlyMap<number, LateCounts>;
  /** Why a metric was not computed the last time, by its name. */
  readonly failures: ReadonlyMap<string, string>;
}

/** Reads what the store knows of an hour. Throws NOT_FOUND if the run has no such hour. */
export async function readLedger(store: HotStore, hour: EventTime): Promise<HourLedger> {
  const ofHour = `WHERE hour = ${timestamp(hour)}`;
  const [line] = await rowsOf(store, `SELECT state, revision, finalized_at FROM hours ${ofHour}`);
  if (line === undefined) throw noSuchHour(store, hour);
  const revision = Number(line.revision);
  // What is being amended meanwhile belongs to a revision that is not there yet.
  const upToNow = `${ofHour} AND revision <= ${revision}`;
  const failures = await rowsOf(store, `SELECT metric, reason FROM metric_failures ${ofHour}`);
  return {
    state: line.state === 'final' || line.state === 'skipped' ? line.state : 'open',
    revision,
    finalizedAt: typeof line.finalized_at === 'string' ? line.finalized_at : null,
    files: await readFiles(store, upToNow),
    late: await readLate(store, upToNow),
    failures: new Map(failures.map((row) => [String(row.metric), String(row.reason)])),
  };
}

async function readFiles(store: HotStore, where: string): Promise<LedgerFile[]> {
  const columns = 'dataset, revision, path, "rows", bytes';
  const rows = await rowsOf(store, `SELECT ${columns} FROM archive_files ${where} ORDER BY revision, dataset`);
  return rows.map((row) => ({
    dataset: String(row.dataset),
    revision: Number(row.revision),
    path: String(row.path),
    rows: Number(row.rows),
    bytes: Number(row.bytes),
  }));
}

async function readLate(store: HotStore, where: string): Promise<Map<number, LateCounts>> {
  const counts = `count(*) FILTER (fate = 'amended') AS amended, count(*) FILTER (fate = 'late_duplicate') AS late_duplicate`;
  const sql = `SELECT revision, ${counts}, max(late_by_ms) AS late_by_ms FROM late_events ${where} AND fate <> 'late' GROUP BY revision`;
  const rows = await rowsOf(store, sql);
  return new Map(
    rows.map((row) => [
      Number(row.revision),
      {
        amended: Number(row.amended),
        late_duplicate: Number(row.late_duplicate),
        maxLateByMs: row.late_by_ms === null ? null : Number(row.late_by_ms),
      },
    ]),
  );
}

async function rowsOf(store: HotStore, sql: string): Promise<Readonly<Record<string, JsonCell>>[]> {
  const { columns, rows } = await store.query(sql);
  return asObjects(columns, rows);
}
