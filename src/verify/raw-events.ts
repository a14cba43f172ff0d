import type { Session } from '../engine/session.ts';
import { numberOf } from '../engine/session.ts';
import { identifier } from '../engine/sql.ts';
import type { EventTime } from '../model/time.ts';
import { isoTime } from '../model/time.ts';
import { CLEAN_COLUMNS } from './judgement.ts';
import type { Difference, VerifyCheck } from './report.ts';
import { checkOf } from './report.ts';

/** How many clean events the store keeps of an hour; read after the snapshot, because a copy of them would be large. */
export interface KeptEvents {
  readonly hour: EventTime;
  readonly events: number;
}

/**
 * Of a run that keeps rollups only, nothing of a final hour may hold a raw event: no event, no file of events, no content
 * of a late event, no raw form of a rejected record.
 */
export async function compareRawEvents(session: Session, kept: readonly KeptEvents[]): Promise<VerifyCheck> {
  const final = 'hour IN (SELECT hour FROM final_hours)';
  const content = CLEAN_COLUMNS.filter(({ name }) => name !== 'hour').map(({ name }) => identifier(name));
  const counts = await session.row(`SELECT
    (SELECT count(*) FROM late_events WHERE ${final} AND coalesce(${content.map((name) => `CAST(${name} AS VARCHAR)`).join(', ')}) IS NOT NULL) AS late_events,
    (SELECT count(*) FROM rejected WHERE NOT is_blank) AS rejected,
    (SELECT count(*) FROM archive_files WHERE dataset = 'events') AS archive_files`);
  const hours = await session.rows('SELECT epoch_us(hour) AS hour FROM final_hours');
  const finalHours = new Set(hours.map((row) => numberOf(row.hour)));
  const events = kept.filter(({ hour, events }) => finalHours.has(hour) && events > 0);
  const found: Difference[] = [
    ...['late_events', 'rejected', 'archive_files'].map((table) => extra({ table }, numberOf(counts[table]))),
    ...events.map(({ hour, events }) => extra({ table: 'events', hour: isoTime(hour) }, events)),
  ].filter(({ found }) => found?.rows !== 0);
  const rows = found.reduce((sum, difference) => sum + Number(difference.found?.rows), 0);
  return checkOf('raw events: none kept', 'final hours', 0, rows, found);
}

function extra(key: Difference['key'], rows: number): Difference {
  return { problem: 'extra', key, expected: undefined, found: { rows } };
}
