import type { Archive } from '../archive/archive.ts';
import type { Session } from '../engine/session.ts';
import { numberOf } from '../engine/session.ts';
import { identifier, timestamp } from '../engine/sql.ts';
import type { ArchiveFile } from '../hot-store/hot-store.ts';
import { closingTable, PUBLIC_EVENT_COLUMNS } from '../hot-store/hot-store.ts';
import type { Metric } from '../metrics/metric.ts';
import { rollupColumnList } from '../metrics/metric.ts';
import type { EventTime } from '../model/time.ts';
import { eventTime } from '../model/time.ts';
import type { NewHours } from './days.ts';

const EVENTS_ORDER = 'instance_id, arrival_timestamp, query_id';

/** What is written of some hours. */
export interface HourFiles {
  readonly hours: readonly NewHours[];
  /** Their rows are in the closing tables. */
  readonly metrics: readonly Metric[];
  /** Table of the clean events, as stored; undefined if no raw event is kept. */
  readonly events: string | undefined;
  /** Files that these take the place of: where an hour has no rows any more, an empty one says so. */
  readonly superseded?: readonly ArchiveFile[];
}

/** Writes one file for each dataset and hour that has rows, or had some. `current.json` names every final hour all the same. */
export async function writeFiles(archive: Archive, session: Session, what: HourFiles): Promise<ArchiveFile[]> {
  const { hours, metrics, events, superseded = [] } = what;
  const datasets = [
    ...(events === undefined
      ? []
      : [{ dataset: 'events', source: events, columns: PUBLIC_EVENT_COLUMNS, order: EVENTS_ORDER }]),
    ...metrics.map((metric) => ({
      dataset: metric.name,
      source: closingTable(metric),
      columns: rollupColumnList(metric),
      order: metric.keys.map(({ name }) => identifier(name)).join(', '),
    })),
  ];
  const files: ArchiveFile[] = [];
  for (const { dataset, source, columns, order } of datasets) {
    const filled = await hoursWithRows(session, source, hours);
    for (const file of superseded) if (file.dataset === dataset) filled.add(file.hour);
    for (const { hour, revision } of hours) {
      if (!filled.has(hour)) continue;
      const sql = `SELECT ${columns} FROM ${source} WHERE hour = ${timestamp(hour)} ORDER BY ${order}`;
      const written = await archive.write(session, { hour, dataset, revision, sql });
      files.push({ ...written, state: 'local' });
    }
  }
  return files;
}

async function hoursWithRows(session: Session, source: string, hours: readonly NewHours[]): Promise<Set<EventTime>> {
  const list = hours.map(({ hour }) => timestamp(hour)).join(', ');
  const rows = await session.rows(`SELECT DISTINCT epoch_us(hour) AS hour FROM ${source} WHERE hour IN (${list})`);
  return new Set(rows.map((row) => eventTime(numberOf(row.hour))));
}
