import type { Session } from '../engine/session.ts';
import { numberOf } from '../engine/session.ts';
import { identifier, timestamp } from '../engine/sql.ts';
import { SpillwayError } from '../errors.ts';
import type { ArchiveFile, HotStore, MetricFailure, WaitingHour } from '../hot-store/hot-store.ts';
import { AMENDED_FATES, EVENT_COLUMNS, PUBLIC_EVENT_COLUMNS } from '../hot-store/hot-store.ts';
import type { Metric } from '../metrics/metric.ts';
import { AMENDABLE_HOURS, historyRelations, historySql } from '../metrics/metric.ts';
import type { EventTime } from '../model/time.ts';
import { isoTime, MICROS_PER_HOUR } from '../model/time.ts';
import type { CloserParts } from './close.ts';
import { keptFrom, publishDays } from './close.ts';
import { computeDays, rowsWith, writtenDays } from './days.ts';
import { writeFiles } from './files.ts';
import { CONTENT_ORDER } from './repeats.ts';

/** A final hour that was computed once more, late events included. */
export interface AmendedHour {
  readonly hour: EventTime;
  readonly revision: number;
  /** Late events that are counted now. */
  readonly amended: number;
  /** Late events whose key was counted already. */
  readonly lateDuplicate: number;
}

/** Events of an hour as they stand in its archive file, and those of its late events that are counted now. */
const EVENTS = 'temp.amending_events';
const COLUMNS = EVENT_COLUMNS.map(({ name }) => identifier(name)).join(', ');

/** Throws NO_RAW_EVENTS if the run keeps no events from which an hour could be computed again. */
export function requireRawEvents(store: HotStore, purpose: string): void {
  if (store.manifest.keep === 'all') return;
  throw new SpillwayError('NO_RAW_EVENTS', `run ${store.run} keeps rollups only: ${purpose} needs its raw events`, {
    hint: 'a run with --keep all keeps them',
  });
}

/**
 * Folds the late events that wait into their hours, oldest hour first. Each hour gets a new revision, computed from its
 * archived events and its late ones; history and other hours do not change. Safe to repeat at any point, like closing.
 */
export async function amendHours(parts: CloserParts, waiting: readonly WaitingHour[]): Promise<readonly AmendedHour[]> {
  requireRawEvents(parts.store, 'amending an hour');
  const amended: AmendedHour[] = [];
  for (const hour of waiting) amended.push(await amendHour(parts, hour));
  return amended;
}

async function amendHour(parts: CloserParts, { hour, revision: current }: WaitingHour): Promise<AmendedHour> {
  const { store, archive, rollups, logger } = parts;
  const { manifest } = store;
  const session = store.closingSession();
  const revision = current + 1;
  logger.debug({ hour: isoTime(hour), revision, step: 'compute' }, 'amending');
  const before = (await store.archiveFiles(isoTime(hour).slice(0, 10))).filter((file) => file.hour === hour);
  await loadEvents(parts, session, before);
  const counts = await settleLate(session, hour);
  const last = (await store.finalHours()).at(-1)?.hour ?? hour;
  const { metrics, failures } = metricsOf(store, hour, last);
  const events = `SELECT ${PUBLIC_EVENT_COLUMNS} FROM ${EVENTS}`;
  await session.run(
    historySql({
      events,
      hours: [hour],
      fingerprints: 'store.fingerprints',
      carried: 'store.carried',
      to: manifest.to,
    }),
  );
  failures.push(...(await rollups.compute(session, metrics, [hour], () => ({ events, ...historyRelations() }))));
  const newHours = [{ hour, revision }];
  const failed = new Set(failures.map(({ metric }) => metric));
  const computed = metrics.filter(({ name }) => !failed.has(name));
  const days = await writtenDays(session, [hour], manifest);
  failures.push(...(await computeDays(session, computed, days, manifest, rowsWith(newHours))));
  logger.debug({ hour: isoTime(hour), revision, step: 'archive' }, 'amending');
  const files = await writeFiles(archive, session, {
    ...{ hours: newHours, metrics: computed },
    ...{ events: EVENTS, superseded: before },
  });
  logger.debug({ hour: isoTime(hour), revision, step: 'commit' }, 'amending');
  await store.revise({
    hours: [{ hour, revision, files, failures }],
    metrics: computed,
    days,
    amended: { eventsFrom: keptFrom(last, parts.hotHours) },
  });
  logger.debug({ hour: isoTime(hour), revision, step: 'publish' }, 'amending');
  await publishDays(parts, [hour]);
  logger.info({ hour: isoTime(hour), revision, step: 'done', ...counts, failures }, 'amended');
  return { hour, revision, ...counts };
}

/** The hour's events in their current revision: from the archive, because the store keeps the recent hours only. */
async function loadEvents({ archive }: CloserParts, session: Session, files: readonly ArchiveFile[]): Promise<void> {
  const file = files.find(({ dataset }) => dataset === 'events');
  const source = file === undefined ? '(FROM store.events LIMIT 0)' : await archive.relation(file);
  await session.run(`CREATE OR REPLACE TEMP TABLE amending_events AS SELECT ${COLUMNS} FROM ${source}`);
}

/** Gives each late event of the hour its fate and adds those that count to the hour's events. */
async function settleLate(session: Session, hour: EventTime): Promise<{ amended: number; lateDuplicate: number }> {
  const key = 'instance_id, query_id';
  await session.run(`CREATE OR REPLACE TEMP TABLE amended_fates AS
      SELECT "partition", "offset", CASE WHEN place = 1 AND NOT counted THEN 'amended' ELSE 'late_duplicate' END AS fate
      FROM (SELECT "partition", "offset", ${key}, row_number() OVER (PARTITION BY ${key} ORDER BY ${CONTENT_ORDER}, "offset") AS place,
          (${key}) IN (SELECT (${key}) FROM ${EVENTS}) AS counted
        FROM store.late_events WHERE hour = ${timestamp(hour)} AND fate = 'late');
    INSERT INTO ${EVENTS} SELECT ${COLUMNS} FROM store.late_events l
      SEMI JOIN (SELECT * FROM ${AMENDED_FATES} WHERE fate = 'amended') f ON f."partition" = l."partition" AND f."offset" = l."offset"`);
  const row =
    await session.row(`SELECT count(*) FILTER (fate = 'amended') AS amended, count(*) FILTER (fate <> 'amended') AS other
    FROM ${AMENDED_FATES}`);
  return { amended: numberOf(row.amended), lateDuplicate: numberOf(row.other) };
}

/** What an hour knew is kept for a while: later a metric with history keeps the rows that it has. */
function metricsOf(
  store: HotStore,
  hour: EventTime,
  last: EventTime,
): { metrics: Metric[]; failures: MetricFailure[] } {
  const age = (last - hour) / MICROS_PER_HOUR;
  if (age <= AMENDABLE_HOURS) return { metrics: [...store.metrics], failures: [] };
  const reason = `not amended: what the hour knew is kept for ${AMENDABLE_HOURS} hours, and it lies ${age} back`;
  return {
    metrics: store.metrics.filter(({ history }) => !history),
    failures: store.metrics.filter(({ history }) => history).map(({ name }) => ({ hour, metric: name, reason })),
  };
}
