import { BATCH_COLUMNS } from '../bus/bus.ts';
import { identifier } from '../engine/sql.ts';
import { EVENT_COLUMNS } from '../hot-store/hot-store.ts';
import type { Keep } from '../model/manifest.ts';
import { MICROS_PER_MS } from '../model/time.ts';

/*
 * What is kept of records that are not counted. A run that keeps rollups only keeps where a record stood and what was
 * wrong with it, and nothing of what it said.
 */

/** Records of a batch `b` that have a verdict. */
const JUDGED = `temp.batch b JOIN (SELECT "partition" AS of_partition, "offset" AS at_offset, fate, detail FROM temp.verdicts) v
  ON v.of_partition = b."partition" AND v.at_offset = b."offset"`;
/** What a late event keeps of itself in any case. */
const PLACE: ReadonlySet<string> = new Set(['hour', 'partition', 'offset']);

/** Keeps the rejected records of a batch: `hour` places a record, `clean` makes an event of a sane one. */
export function keepRejectedSql(hour: string, clean: string, keep: Keep): string[] {
  const raw = keep === 'all' ? `coalesce(raw, ${sentJson()})` : 'NULL';
  return [
    `INSERT INTO store.rejected SELECT ${hour}, b."partition", b."offset", seq, ${reasonAndField()}, ${raw}
     FROM ${JUDGED} WHERE fate = 'rejected' AND detail NOT LIKE 'conflict:%'`,
    // In the same form as a counted event that is displaced later: which of them it is depends on where batches are cut.
    `INSERT INTO store.rejected SELECT hour, "partition", "offset", NULL, ${reasonAndField()}, ${conflictRaw(keep)}
     FROM (SELECT ${clean}, detail FROM ${JUDGED} WHERE fate = 'rejected' AND detail LIKE 'conflict:%')`,
  ];
}

/** Moves a counted event to the rejected records, because a smaller one with its key has come. */
export function displaceSql(where: string, field: string, keep: Keep): string {
  return `INSERT INTO store.rejected
      SELECT hour, "partition", "offset", NULL, 'conflict', '${field}', ${conflictRaw(keep)} FROM store.events WHERE ${where};
    INSERT INTO store.receipts SELECT hour, "partition", -1, 0, 1, 0, "offset", "offset", NULL, false FROM store.events WHERE ${where};
    DELETE FROM store.events WHERE ${where}`;
}

/** Keeps the late events of a batch; `seenWatermark` is the bound that each of them missed. */
export function keepLateSql(clean: string, seenWatermark: string, keep: Keep): string {
  const columns = EVENT_COLUMNS.map(({ name }) =>
    keep === 'all' || PLACE.has(name) ? identifier(name) : `NULL AS ${identifier(name)}`,
  );
  return `INSERT INTO store.late_events
    SELECT ${columns.join(', ')}, seen_watermark,
      CAST((epoch_us(seen_watermark) - epoch_us(arrival_timestamp)) // ${MICROS_PER_MS} AS BIGINT), 'late', NULL
    FROM (SELECT ${clean}, ${seenWatermark} AS seen_watermark FROM ${JUDGED} WHERE fate = 'late')`;
}

function reasonAndField(): string {
  return "string_split(detail, ':')[1], string_split(detail, ':')[2]";
}

/** The record as JSON in Redset's column names, for rejected records that did not come as bytes. */
function sentJson(): string {
  const first = BATCH_COLUMNS.findIndex(({ name }) => name === 'deployment');
  return json(BATCH_COLUMNS.slice(first, -2).map(({ name }) => name));
}

/** The clean event as JSON: a conflict was sane by itself. */
function conflictRaw(keep: Keep): string {
  const own = new Set(['hour', 'is_read', 'partition', 'offset']);
  return keep === 'all' ? json(EVENT_COLUMNS.map(({ name }) => name).filter((name) => !own.has(name))) : 'NULL';
}

function json(columns: readonly string[]): string {
  return `encode(CAST(to_json(struct_pack(${columns.map((name) => `${name} := ${name}`).join(', ')})) AS VARCHAR))`;
}
