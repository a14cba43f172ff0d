import type { Row, Session } from '../engine/session.ts';
import { numberOf, textOf } from '../engine/session.ts';
import { EVENT_COLUMNS } from '../hot-store/hot-store.ts';
import type { Keep } from '../model/manifest.ts';
import { displaceSql } from './exceptions.ts';

/** Leaves the records `b` of a batch that have no verdict yet. */
export const WITHOUT_VERDICT = 'ANTI JOIN temp.verdicts v ON v."partition" = b."partition" AND v."offset" = b."offset"';

/** What makes two events the same content, in the replay's total order: every clean column but its place in the log. */
const CONTENT = [
  'arrival_timestamp',
  ...EVENT_COLUMNS.map(({ name }) => name).filter(
    (name) =>
      ![
        'hour',
        'instance_id',
        'deployment',
        'query_id',
        'arrival_timestamp',
        'is_read',
        'partition',
        'offset',
      ].includes(name),
  ),
];
/** The replay's total order of events with one key, as ORDER BY. */
export const CONTENT_ORDER: string = CONTENT.map((name) => `${name} ASC NULLS FIRST`).join(', ');
/** In Redset's order, for naming the field in which two records of the same key differ. */
const COMPARED = EVENT_COLUMNS.map(({ name }) => name).filter((name) => CONTENT.includes(name));

/**
 * Finds events with the key (hour, instance, query) of an event that is already counted, in this batch or in an open
 * hour. The same content again is a `duplicate`; other content is a `conflict`, of which the smaller in total order stays
 * counted, whichever came first. `withVerdicts` says that some records of the batch have a verdict already. Writes
 * verdicts for the others, takes events out again that a smaller one displaces, and returns how many there were of each.
 */
export async function settleRepeats(
  session: Session,
  cleanColumns: string,
  withVerdicts: boolean,
  keep: Keep,
): Promise<{ verdicts: number; evicted: number }> {
  const unjudged = withVerdicts ? WITHOUT_VERDICT : '';
  const survivors = `SELECT date_trunc('hour', arrival_timestamp) AS hour, deployment || '-' || instance_id AS instance_id, query_id
    FROM temp.batch b ${unjudged}`;
  const oldest = "(SELECT date_trunc('hour', min(arrival_timestamp)) FROM temp.batch)";
  const found = await session.row(`INSERT INTO temp.repeats
    WITH survivors AS MATERIALIZED (${survivors})
    SELECT hour, instance_id, query_id FROM survivors GROUP BY ALL HAVING count(*) > 1
    UNION SELECT hour, instance_id, query_id FROM survivors
      SEMI JOIN (SELECT hour, instance_id, query_id FROM store.events WHERE hour >= ${oldest}) USING (hour, instance_id, query_id)`);
  if (numberOf(found.Count) === 0) return { verdicts: 0, evicted: 0 };
  const candidates = `SELECT ${cleanColumns} FROM temp.batch b ${unjudged}`;
  const rows = await session.rows(settleSql(candidates));
  const evicted = rows.filter((row) => row.was_counted === true);
  const fresh = rows.filter((row) => row.was_counted !== true);
  for (const row of evicted) await evict(session, row, keep);
  if (fresh.length > 0) {
    const values = fresh.map((row) => {
      const detail = row.detail === null ? 'NULL' : `'${textOf(row.detail)}'`;
      return `(${numberOf(row.partition)}, ${numberOf(row.offset)}, '${textOf(row.fate)}', ${detail})`;
    });
    await session.run(`INSERT INTO temp.verdicts VALUES ${values.join(', ')}`);
  }
  return { verdicts: fresh.length, evicted: evicted.length };
}

/**
 * Per key, in the order of arrival: a record equal to the smallest before it is a duplicate; one that is larger, or that
 * a smaller one displaces later, is a conflict; the first of the smallest is the one that counts. A conflict names the
 * field in which the record differs from the one that was counted when it came or that displaced it, and so the same one
 * however the records are cut into batches.
 */
function settleSql(candidates: string): string {
  const key = 'hour, instance_id, query_id';
  const differs = COMPARED.map((name) => `WHEN w.${name} IS DISTINCT FROM r.${name} THEN 'conflict:${name}'`).join(' ');
  return `WITH involved AS (
      SELECT *, true AS was_counted FROM store.events SEMI JOIN temp.repeats USING (${key})
      UNION ALL SELECT *, false FROM (${candidates}) SEMI JOIN temp.repeats USING (${key})),
    ranked AS (
      SELECT *, dense_rank() OVER (PARTITION BY ${key} ORDER BY ${CONTENT_ORDER}) AS content,
        row_number() OVER (PARTITION BY ${key} ORDER BY was_counted DESC, "offset") AS arrival FROM involved),
    judged AS (
      SELECT *, min(content) OVER (PARTITION BY ${key} ORDER BY arrival ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS smallest_before,
        smallest_before IS NULL OR content < smallest_before AS took_over FROM ranked),
    opposed AS (
      SELECT *, CASE WHEN took_over THEN lead(content) OVER (PARTITION BY ${key}, took_over ORDER BY arrival) ELSE smallest_before END AS opponent
      FROM judged),
    contents AS (SELECT * FROM judged QUALIFY row_number() OVER (PARTITION BY ${key}, content ORDER BY arrival) = 1)
    SELECT r."partition", r."offset", r.was_counted,
      CASE WHEN r.content = r.smallest_before THEN 'duplicate' ELSE 'rejected' END AS fate,
      CASE WHEN r.content IS DISTINCT FROM r.smallest_before THEN CASE ${differs} END END AS detail
    FROM opposed r JOIN contents w ON w.hour = r.hour AND w.instance_id = r.instance_id AND w.query_id = r.query_id AND w.content = r.opponent
    ORDER BY r."partition", r."offset"`;
}

/** Takes a counted event out of its open hour, because a smaller one with its key has come. */
async function evict(session: Session, row: Row, keep: Keep): Promise<void> {
  const where = `"partition" = ${numberOf(row.partition)} AND "offset" = ${numberOf(row.offset)}`;
  await session.run(displaceSql(where, textOf(row.detail).split(':')[1] ?? '', keep));
}
