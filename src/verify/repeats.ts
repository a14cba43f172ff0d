import type { Session } from '../engine/session.ts';
import type { Manifest } from '../model/manifest.ts';
import { cleanSql, RECORD_ORDER } from './judgement.ts';

const KEY = 'hour, instance_id, query_id';

/**
 * Decides what becomes of each of several records with one key (hour, instance, query), and writes the table `contested`
 * (id, hour, partition, fate, sent_fault, fault).
 *
 * They are taken in the order of their partition's log; `held` is the content that is counted so far. The same content is
 * a duplicate. Of two contents the smaller one is held: the other record, whichever came first, is rejected as a conflict.
 * So in the end the first record of the smallest content is counted.
 *
 * Of records with equal content nothing tells which was sent on purpose a second time: `fault` gives the injected ones
 * among them to the duplicates first.
 */
export async function settleContested(session: Session, manifest: Manifest): Promise<void> {
  const passed = 'reason IS NULL AND NOT late';
  const contested = `
    SELECT records.*, records.rowid AS id FROM records
    JOIN (SELECT hour, instance, query_id FROM records WHERE ${passed} GROUP BY ALL HAVING count(*) > 1) AS shared
    USING (hour, instance, query_id) WHERE ${passed}`;
  const before = `(PARTITION BY ${KEY} ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)`;
  await session.run(`
    CREATE OR REPLACE TABLE contested AS
    WITH raw AS MATERIALIZED (${contested}),
    places AS (
      SELECT id, fault, row_number() OVER (PARTITION BY hour, instance, query_id ORDER BY sent_at, copy, ${RECORD_ORDER}) AS place
      FROM raw),
    clean AS (${cleanSql('SELECT * FROM raw', manifest.sanity, ['id'])}),
    ranked AS (
      SELECT id, ${KEY}, partition, place, fault, dense_rank() OVER (PARTITION BY ${KEY} ORDER BY ${RECORD_ORDER}) AS content
      FROM clean JOIN places USING (id)),
    held AS (SELECT *, min(content) OVER ${before} AS held FROM ranked),
    fated AS MATERIALIZED (
      SELECT *, CASE WHEN held = content THEN 'duplicate' WHEN content = 1 THEN 'counted' ELSE 'rejected' END AS fate FROM held),
    equals AS (
      SELECT *, row_number() OVER (PARTITION BY ${KEY}, content ORDER BY CASE fate WHEN 'duplicate' THEN 0 WHEN 'counted' THEN 1 ELSE 2 END, id) AS nth
      FROM fated),
    faults AS (
      SELECT ${KEY}, content, fault, row_number() OVER (PARTITION BY ${KEY}, content
        ORDER BY CASE WHEN fault = 'duplicate' THEN 0 WHEN fault IS NULL THEN 1 ELSE 2 END, id) AS nth
      FROM fated)
    SELECT equals.id, hour, equals.partition, equals.fate, equals.fault AS sent_fault, faults.fault
    FROM equals JOIN faults USING (${KEY}, content, nth)`);
}
