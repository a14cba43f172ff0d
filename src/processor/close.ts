import type { Archive } from '../archive/archive.ts';
import { timestamp } from '../engine/sql.ts';
import type { ClosedHour, HotStore } from '../hot-store/hot-store.ts';
import { PUBLIC_EVENT_COLUMNS } from '../hot-store/hot-store.ts';
import type { Relations } from '../metrics/metric.ts';
import { AMENDABLE_HOURS, historyRelations, historySql, MEMORY_HOURS } from '../metrics/metric.ts';
import type { EventTime } from '../model/time.ts';
import { addMicros, dayOf, isoTime, MICROS_PER_DAY, MICROS_PER_HOUR } from '../model/time.ts';
import type { Logger } from '../observe/logger.ts';
import type { Clock } from '../time/clock.ts';
import { completedDays, computeDays, rowsWith } from './days.ts';
import { writeFiles } from './files.ts';
import type { RollupMaker } from './rollups.ts';

export interface CloserParts {
  readonly store: HotStore;
  readonly archive: Archive;
  readonly rollups: RollupMaker;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Final hours whose clean events stay in the store. */
  readonly hotHours: number;
}

const FIRST_REVISION = 1;

/**
 * Makes hours final, on a session of its own beside the arriving batches:
 *
 *     history -> every metric -> day sums -> archive files, fsync, rename -> one transaction -> current.json
 *
 * Safe to repeat at any point: before the transaction nothing counts (files without a ledger entry are removed at the
 * next start), after it everything does (`current.json` is written again at the next start).
 */
export async function closeHours(
  parts: CloserParts,
  hours: readonly EventTime[],
  watermark: EventTime,
): Promise<readonly ClosedHour[]> {
  const { store, logger, rollups } = parts;
  const { manifest, metrics } = store;
  const session = store.closingSession();
  const span = { first: hours.map(isoTime)[0], hours: hours.length };
  const last = hours.at(-1);
  if (last === undefined) return [];
  logger.debug({ ...span, step: 'compute' }, 'closing');
  const history = { hours, fingerprints: 'store.fingerprints', carried: 'store.carried', to: manifest.to };
  await session.run(historySql({ ...history, events: openEvents(hours) }));
  const failures = await rollups.compute(session, metrics, hours, relationsOf);
  const days = completedDays(hours, manifest);
  const newHours = hours.map((hour) => ({ hour, revision: FIRST_REVISION }));
  failures.push(...(await computeDays(session, metrics, days, manifest, rowsWith(newHours))));
  logger.debug({ ...span, step: 'archive' }, 'closing');
  const events = manifest.keep === 'all' ? 'store.events' : undefined;
  const files = await writeFiles(parts.archive, session, { hours: newHours, metrics, events });
  const finalizedAt = parts.clock.now();
  const closed = newHours.map(({ hour, revision }) => ({
    hour,
    revision,
    watermark,
    finalizedAt,
    files: files.filter((file) => file.hour === hour),
    failures: failures.filter((failure) => failure.hour === hour),
  }));
  logger.debug({ ...span, step: 'commit' }, 'closing');
  const eventsFrom = keptFrom(last, manifest.keep === 'all' ? parts.hotHours : 0);
  await store.finalize({
    hours: closed,
    days,
    eventsFrom,
    historyFrom: keptFrom(last, MEMORY_HOURS + AMENDABLE_HOURS),
  });
  logger.debug({ ...span, step: 'publish' }, 'closing');
  await publishDays(parts, hours);
  logger.info({ ...span, step: 'done', failures }, 'closed');
  return closed;
}

/** The first of the `count` hours that end with `last`. */
export function keptFrom(last: EventTime, count: number): EventTime {
  return addMicros(last, (1 - count) * MICROS_PER_HOUR);
}

/** Writes `current.json` of every day that the hours lie in, from the ledger. */
export async function publishDays(
  parts: Pick<CloserParts, 'store' | 'archive'>,
  hours: readonly EventTime[],
): Promise<void> {
  const final = await parts.store.finalHours();
  for (const day of new Set(hours.map(dayOf))) {
    const inDay = final.filter(({ hour }) => hour >= day && hour < day + MICROS_PER_DAY).map(({ hour }) => hour);
    const files = await parts.store.archiveFiles(isoTime(day).slice(0, 10));
    await parts.archive.publish(day, inDay, files);
  }
}

function openEvents(hours: readonly EventTime[]): string {
  return `SELECT ${PUBLIC_EVENT_COLUMNS} FROM store.events WHERE hour IN (${hours.map(timestamp).join(', ')})`;
}

function relationsOf(hours: readonly EventTime[]): Relations {
  const inHours = `WHERE hour IN (${hours.map(timestamp).join(', ')})`;
  return { events: openEvents(hours), ...historyRelations(inHours) };
}
