import type { Session } from '../engine/session.ts';
import { identifier, timestamp } from '../engine/sql.ts';
import type { ArchiveFile, HourRow, MetricFailure } from '../hot-store/hot-store.ts';
import {
  closingTable,
  createRecomputedTable,
  EVENT_COLUMNS,
  PUBLIC_EVENT_COLUMNS,
  recomputedTable,
} from '../hot-store/hot-store.ts';
import type { Metric, Relations } from '../metrics/metric.ts';
import {
  EMPTY_HISTORY,
  HISTORY_COLUMNS,
  HISTORY_TABLES,
  historyRelations,
  historySql,
  MEMORY_HOURS,
} from '../metrics/metric.ts';
import type { EventTime } from '../model/time.ts';
import { dayOf } from '../model/time.ts';
import { requireRawEvents } from './amend.ts';
import type { CloserParts } from './close.ts';
import { keptFrom, publishDays } from './close.ts';
import { computeDays, writtenDays } from './days.ts';
import { writeFiles } from './files.ts';

/** What a recomputation came to. */
export interface Recomputed {
  readonly hours: number;
  readonly rows: number;
  readonly failures: readonly MetricFailure[];
}

const EVENTS = 'temp.recomputing_events';
const ON_TIME = `SELECT * FROM ${EVENTS} e ANTI JOIN store.late_events l ON l."partition" = e."partition" AND l."offset" = e."offset"`;
const HISTORY = { fingerprints: 'temp.recomputing_fingerprints', carried: 'temp.recomputing_carried' } as const;

/**
 * Computes metrics for every final hour from the archive, with the definitions given, and makes them the run's own: all
 * rows, sums by day and files in one transaction at the end, so that an interruption changes nothing. Metrics with
 * history are computed over a history made anew, hour by hour. The store must be opened again afterwards.
 */
export async function recomputeMetrics(
  parts: CloserParts,
  metrics: readonly Metric[],
  onProgress?: (done: number, total: number) => void,
): Promise<Recomputed> {
  const { store, archive, logger } = parts;
  requireRawEvents(store, 'recomputing a metric');
  const session = store.closingSession();
  const hours = await store.finalHours();
  const walk = new Walk(
    parts,
    session,
    metrics,
    Map.groupBy(await store.archiveFiles(), ({ hour }) => hour),
  );
  await walk.begin();
  const recomputed: { hour: EventTime; revision: number; files: ArchiveFile[]; failures: MetricFailure[] }[] = [];
  for (const [index, row] of hours.entries()) {
    recomputed.push(await walk.hour(row));
    onProgress?.(index + 1, hours.length);
  }
  const days = await writtenDays(
    session,
    hours.map(({ hour }) => hour),
    store.manifest,
  );
  const dayFailures = await walk.days(days);
  for (const row of recomputed) row.failures.push(...dayFailures.filter(({ hour }) => hour === row.hour));
  logger.debug({ metrics: metrics.map(({ name }) => name), step: 'commit' }, 'recomputing');
  await store.redefine(metrics, recomputed);
  await publishDays({ store, archive }, [...new Set(hours.map(({ hour }) => dayOf(hour)))]);
  const failures = recomputed.flatMap((row) => row.failures);
  logger.info({ metrics: metrics.map(({ name }) => name), hours: hours.length, failures, step: 'done' }, 'recomputed');
  const rows = recomputed.flatMap((row) => row.files).reduce((sum, file) => sum + file.rows, 0);
  return { hours: hours.length, rows, failures };
}

/** Goes over the final hours in their order. */
class Walk {
  readonly #parts: CloserParts;
  readonly #session: Session;
  readonly #metrics: readonly Metric[];
  /** Current files of each hour. */
  readonly #files: ReadonlyMap<EventTime, readonly ArchiveFile[]>;
  readonly #withHistory: boolean;

  constructor(
    parts: CloserParts,
    session: Session,
    metrics: readonly Metric[],
    files: ReadonlyMap<EventTime, readonly ArchiveFile[]>,
  ) {
    this.#parts = parts;
    this.#session = session;
    this.#metrics = metrics;
    this.#files = files;
    this.#withHistory = metrics.some(({ history }) => history);
  }

  async begin(): Promise<void> {
    const session = this.#session;
    for (const metric of this.#metrics) await session.run(createRecomputedTable(metric));
    await session.run(`${EMPTY_HISTORY};
      CREATE OR REPLACE TEMP TABLE recomputing_fingerprints (${HISTORY_COLUMNS.fingerprints});
      CREATE OR REPLACE TEMP TABLE recomputing_carried (${HISTORY_COLUMNS.carried})`);
  }

  async hour({ hour, revision: before }: HourRow) {
    const { rollups, archive } = this.#parts;
    const revision = before + 1;
    const session = this.#session;
    await this.#load(hour);
    // The metrics see every event of the hour, history only those that were on time.
    if (this.#withHistory) await session.run(this.#history(`SELECT ${PUBLIC_EVENT_COLUMNS} FROM ${EVENTS}`, hour));
    const failures = await rollups.compute(session, this.#metrics, [hour], () => RELATIONS);
    if (this.#withHistory) await this.#learn(hour, before);
    // A metric that failed has left no rows.
    for (const metric of this.#metrics) {
      await session.run(`INSERT INTO ${recomputedTable(metric)} SELECT *, ${revision} FROM ${closingTable(metric)}`);
    }
    const files = await writeFiles(archive, session, {
      ...{ hours: [{ hour, revision }], metrics: this.#metrics },
      ...{ events: undefined, superseded: this.#files.get(hour) ?? [] },
    });
    return { hour, revision, files, failures };
  }

  /** Sums by day of what has been recomputed. */
  async days(days: readonly EventTime[]): Promise<MetricFailure[]> {
    const { manifest } = this.#parts.store;
    return await computeDays(
      this.#session,
      this.#metrics,
      days,
      manifest,
      (metric) => `SELECT * FROM ${recomputedTable(metric)}`,
    );
  }

  async #load(hour: EventTime): Promise<void> {
    const file = this.#files.get(hour)?.find(({ dataset }) => dataset === 'events');
    const source = file === undefined ? '(FROM store.events LIMIT 0)' : await this.#parts.archive.relation(file);
    const columns = EVENT_COLUMNS.map(({ name }) => identifier(name)).join(', ');
    await this.#session.run(`CREATE OR REPLACE TEMP TABLE recomputing_events AS SELECT ${columns} FROM ${source}`);
  }

  #history(events: string, hour: EventTime): string {
    return historySql({ events, hours: [hour], to: this.#parts.store.manifest.to, ...HISTORY });
  }

  async #learn(hour: EventTime, revision: number): Promise<void> {
    const session = this.#session;
    // Only an hour in its first revision has none but events that were on time.
    if (revision > 1) await session.run(this.#history(`SELECT ${PUBLIC_EVENT_COLUMNS} FROM (${ON_TIME})`, hour));
    await session.run(`INSERT INTO ${HISTORY.fingerprints} SELECT * FROM ${HISTORY_TABLES.learned};
      INSERT INTO ${HISTORY.carried} SELECT * FROM ${HISTORY_TABLES.carriedOver}`);
    if (hour !== dayOf(hour)) return;
    // Made anew once a day: rows deleted from a temporary table would stay in memory.
    await session.run(`CREATE OR REPLACE TEMP TABLE recomputing_fingerprints AS
        SELECT * FROM ${HISTORY.fingerprints} WHERE hour >= ${timestamp(keptFrom(hour, MEMORY_HOURS))};
      CREATE OR REPLACE TEMP TABLE recomputing_carried AS SELECT * FROM ${HISTORY.carried} WHERE hour > ${timestamp(hour)}`);
  }
}

const RELATIONS: Relations = {
  events: `SELECT ${PUBLIC_EVENT_COLUMNS} FROM ${EVENTS}`,
  ...historyRelations(),
};
