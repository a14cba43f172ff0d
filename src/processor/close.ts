import type { Archive, WrittenFile } from '../archive/archive.ts';
import type { Session } from '../engine/session.ts';
import { numberOf } from '../engine/session.ts';
import { identifier, timestamp } from '../engine/sql.ts';
import { messageOf } from '../errors.ts';
import type { ClosedHour, HotStore } from '../hot-store/hot-store.ts';
import { closingTable, createClosingTable, PUBLIC_EVENT_COLUMNS } from '../hot-store/hot-store.ts';
import type { Metric, Relations } from '../metrics/metric.ts';
import { rollupColumnList, rollupSql } from '../metrics/metric.ts';
import type { EventTime } from '../model/time.ts';
import { eventTime, isoTime, MICROS_PER_DAY } from '../model/time.ts';
import type { Logger } from '../observe/logger.ts';
import type { Clock } from '../time/clock.ts';

export interface CloserParts {
  readonly store: HotStore;
  readonly archive: Archive;
  readonly clock: Clock;
  readonly logger: Logger;
}

const FIRST_REVISION = 1;
const EVENTS_ORDER = 'instance_id, arrival_timestamp, query_id';

/**
 * Makes hours final, on a session of its own beside the arriving batches:
 *
 *     compute every metric -> write archive files, fsync, rename -> one transaction -> current.json
 *
 * Safe to repeat at any point: before the transaction nothing counts (files without a ledger entry are removed at the
 * next start), after it everything does (`current.json` is written again at the next start).
 */
export async function closeHours(
  parts: CloserParts,
  hours: readonly EventTime[],
  watermark: EventTime,
): Promise<readonly ClosedHour[]> {
  const { store, logger } = parts;
  const span = { first: hours.map(isoTime)[0], hours: hours.length };
  logger.debug({ ...span, step: 'compute' }, 'closing');
  const failures = await computeRollups(store.closingSession(), store.metrics, hours);
  logger.debug({ ...span, step: 'archive' }, 'closing');
  const files = await writeFiles(parts, hours);
  const finalizedAt = parts.clock.now();
  const closed = hours.map((hour) => ({
    hour,
    revision: FIRST_REVISION,
    watermark,
    finalizedAt,
    files: files.filter((file) => file.hour === hour).map((file) => ({ ...file, state: 'local' as const })),
    failures: failures.filter((failure) => failure.hour === hour),
  }));
  logger.debug({ ...span, step: 'commit' }, 'closing');
  await store.finalize(closed);
  logger.debug({ ...span, step: 'publish' }, 'closing');
  await publishDays(parts, hours);
  logger.info({ ...span, step: 'done', failures }, 'closed');
  return closed;
}

/** Writes `current.json` of every day that the hours lie in, from the ledger. */
export async function publishDays(parts: CloserParts, hours: readonly EventTime[]): Promise<void> {
  const days = new Set(hours.map((hour) => Math.floor(hour / MICROS_PER_DAY) * MICROS_PER_DAY));
  const final = await parts.store.finalHours();
  for (const day of days) {
    const inDay = final.filter(({ hour }) => hour >= day && hour < day + MICROS_PER_DAY).map(({ hour }) => hour);
    const files = await parts.store.archiveFiles(isoTime(eventTime(day)).slice(0, 10));
    await parts.archive.publish(eventTime(day), inDay, files);
  }
}

interface MetricFailure {
  readonly hour: EventTime;
  readonly metric: string;
  readonly reason: string;
}

/**
 * Computes every metric of the hours into their closing tables. A metric that fails marks only itself, and only the hours in
 * which it fails: it is tried again hour by hour, so that a result never depends on which hours were closed together.
 */
async function computeRollups(
  session: Session,
  metrics: readonly Metric[],
  hours: readonly EventTime[],
): Promise<MetricFailure[]> {
  const failures: MetricFailure[] = [];
  for (const metric of metrics) {
    await session.run(createClosingTable(metric));
    const insert = (of: readonly EventTime[]): Promise<void> =>
      session.run(`INSERT INTO ${closingTable(metric)} ${rollupSql(metric, relationsOf(of))}`);
    const failed = await insert(hours).then(
      () => [],
      () => hours,
    );
    for (const hour of failed) {
      await insert([hour]).catch((error: unknown) => {
        failures.push({ hour, metric: metric.name, reason: messageOf(error).split('\n')[0] ?? 'unknown' });
      });
    }
  }
  return failures;
}

function relationsOf(hours: readonly EventTime[]): Relations {
  const inHours = `WHERE hour IN (${hours.map(timestamp).join(', ')})`;
  return {
    events: `SELECT ${PUBLIC_EVENT_COLUMNS} FROM store.events ${inHours}`,
    known: `SELECT * FROM temp.known ${inHours}`,
    carried: `SELECT * FROM temp.carried ${inHours}`,
  };
}

async function writeFiles(parts: CloserParts, hours: readonly EventTime[]): Promise<WrittenFile[]> {
  const session = parts.store.closingSession();
  const datasets = [
    { dataset: 'events', source: 'store.events', columns: PUBLIC_EVENT_COLUMNS, order: EVENTS_ORDER },
    ...parts.store.metrics.map((metric) => ({
      dataset: metric.name,
      source: closingTable(metric),
      columns: rollupColumnList(metric),
      order: metric.keys.map(({ name }) => identifier(name)).join(', '),
    })),
  ];
  const files: WrittenFile[] = [];
  for (const { dataset, source, columns, order } of datasets) {
    const filled = new Set(await hoursWithRows(session, source, hours));
    // An hour without rows has no file; `current.json` names the hour all the same.
    for (const hour of hours.filter((candidate) => filled.has(candidate))) {
      const sql = `SELECT ${columns} FROM ${source} WHERE hour = ${timestamp(hour)} ORDER BY ${order}`;
      files.push(await parts.archive.write(session, { hour, dataset, revision: FIRST_REVISION, sql }));
    }
  }
  return files;
}

async function hoursWithRows(session: Session, source: string, hours: readonly EventTime[]): Promise<EventTime[]> {
  const rows = await session.rows(
    `SELECT DISTINCT epoch_us(hour) AS hour FROM ${source} WHERE hour IN (${hours.map(timestamp).join(', ')})`,
  );
  return rows.map((row) => eventTime(numberOf(row.hour)));
}
