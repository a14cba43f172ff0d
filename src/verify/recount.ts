import { partitionOf } from '../bus/bus.ts';
import type { Session } from '../engine/session.ts';
import { numberOf, textOf } from '../engine/session.ts';
import { quoted } from '../engine/sql.ts';
import type { Manifest } from '../model/manifest.ts';
import { cleanSql, RECORD_ORDER, reasonSql } from './judgement.ts';

/*
 * Tables of the recount, all in one in-memory DuckDB:
 *
 *   placed     (instance, partition)        grows with the instances of the trace
 *   records    coerced records of the span under work, each with hour, instance, partition and reason
 *   contested  the records of the span that share their key, with the fate of each
 *   receipts_expected (hour, partition, counted, duplicate, rejected, late)   grows with the hours of the run
 */

/** Creates the tables that outlive a span. */
export async function prepareRecount(session: Session): Promise<void> {
  await session.run(`
    CREATE TABLE placed (instance VARCHAR, partition INTEGER);
    CREATE TABLE receipts_expected
      (hour TIMESTAMP, partition INTEGER, counted BIGINT, duplicate BIGINT, rejected BIGINT, late BIGINT)`);
}

/** Recounts the staged records of one span. Returns how many there were and how many of them are counted as events. */
export async function recountSpan(
  session: Session,
  staged: string,
  manifest: Manifest,
): Promise<{ readonly records: number; readonly counted: number }> {
  await loadRecords(session, staged, manifest);
  await settleContested(session, manifest);
  await session.run(`INSERT INTO receipts_expected BY NAME ${receiptsSql}`);
  const sums = await session.row(`
    SELECT count(*) AS records, count(*) FILTER (reason IS NULL)
      - (SELECT count(*) FILTER (fate <> 'counted') FROM contested) AS counted FROM records`);
  return { records: numberOf(sums.records), counted: numberOf(sums.counted) };
}

async function loadRecords(session: Session, staged: string, manifest: Manifest): Promise<void> {
  const file = `read_parquet(${quoted(staged)})`;
  await placeInstances(session, file, manifest.partitions);
  await session.run(`
    CREATE OR REPLACE TABLE records AS
    SELECT sent.* EXCLUDE (bad_columns, raw), date_trunc('hour', arrival_timestamp) AS hour,
      placed.partition, ${reasonSql(manifest)} AS reason
    FROM ${file} AS sent LEFT JOIN placed ON placed.instance IS NOT DISTINCT FROM sent.instance`);
}

/** Computes the partition of instances that were not met before. A record without an instance goes to partition 0. */
async function placeInstances(session: Session, file: string, partitions: number): Promise<void> {
  const unknown = await session.rows(`SELECT DISTINCT instance FROM ${file} EXCEPT SELECT instance FROM placed`);
  if (unknown.length === 0) return;
  const values = unknown.map(({ instance = null }) =>
    instance === null ? '(NULL, 0)' : `(${quoted(textOf(instance))}, ${partitionOf(textOf(instance), partitions)})`,
  );
  await session.run(`INSERT INTO placed VALUES ${values.join(', ')}`);
}

/**
 * Decides which of several records with one key (hour, instance, query) is counted. They are taken in the order of
 * replay; `held` is the record that is counted so far. One with the same content is a duplicate; of two with different
 * content the smaller one is held and the other rejected as a conflict. Whichever it is, the number held stays one.
 */
async function settleContested(session: Session, manifest: Manifest): Promise<void> {
  const contested = `
    SELECT records.*, records.rowid AS id FROM records
    JOIN (SELECT hour, instance, query_id FROM records WHERE reason IS NULL GROUP BY ALL HAVING count(*) > 1) AS shared
    USING (hour, instance, query_id) WHERE reason IS NULL`;
  const key = 'PARTITION BY hour, instance, query_id';
  await session.run(`
    CREATE OR REPLACE TABLE contested AS
    WITH raw AS MATERIALIZED (${contested}),
    place AS (SELECT id, row_number() OVER (${key} ORDER BY ${RECORD_ORDER}) AS place FROM raw),
    clean AS (${cleanSql('SELECT * FROM raw', manifest.sanity, 'id')}),
    ranked AS (
      SELECT id, hour, instance_id, query_id, partition, place,
        dense_rank() OVER (PARTITION BY hour, instance_id, query_id ORDER BY ${RECORD_ORDER}) AS content
      FROM clean JOIN place USING (id)),
    held AS (
      SELECT *, min(content) OVER (PARTITION BY hour, instance_id, query_id ORDER BY place
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS held FROM ranked)
    SELECT id, hour, partition,
      CASE WHEN held IS NULL THEN 'counted' WHEN held = content THEN 'duplicate' ELSE 'rejected' END AS fate,
      row_number() OVER (PARTITION BY hour, instance_id, query_id ORDER BY content, place) = 1 AS stays
    FROM held`);
}

/** Receipts of the span. Without faults the replay keeps the order of arrival, so no record is late. */
const receiptsSql = `
  SELECT hour, partition, sum(counted)::BIGINT AS counted, sum(duplicate)::BIGINT AS duplicate,
    sum(rejected)::BIGINT AS rejected, 0 AS late
  FROM (
    SELECT hour, partition, count(*) FILTER (reason IS NULL) AS counted, 0 AS duplicate,
      count(*) FILTER (reason IS NOT NULL) AS rejected
    FROM records GROUP BY ALL
    UNION ALL
    SELECT hour, partition, -count(*) FILTER (fate <> 'counted'), count(*) FILTER (fate = 'duplicate'),
      count(*) FILTER (fate = 'rejected')
    FROM contested GROUP BY ALL)
  GROUP BY hour, partition`;

/** The clean events of the span, as the public table `events` has them; `hours` selects the hours that are wanted. */
export function countedEventsSql(manifest: Manifest, hours: string): string {
  return cleanSql(
    `SELECT * FROM records WHERE reason IS NULL AND hour IN (${hours})
      AND rowid NOT IN (SELECT id FROM contested WHERE NOT stays)`,
    manifest.sanity,
  );
}
