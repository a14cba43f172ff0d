import { partitionOf } from '../bus/bus.ts';
import type { Session } from '../engine/session.ts';
import { numberOf, textOf } from '../engine/session.ts';
import { identifier, quoted, timestamp } from '../engine/sql.ts';
import type { Manifest } from '../model/manifest.ts';
import { CLEAN_COLUMNS, cleanSql, fieldSql, hourSql, lateSql, reasonSql, watermarkSql } from './judgement.ts';
import { sentDigest } from './raw-content.ts';
import { settleContested } from './repeats.ts';
import type { RunState } from './run-state.ts';
import type { Span } from './spans.ts';

/*
 * Tables of the recount, all in one in-memory DuckDB:
 *
 *   placed     (instance, partition)        grows with the instances of the trace
 *   records    the records sent for the rows of the span under work, each with what can be told of it alone
 *   contested  the records of the span that share their key, with the fate of each
 *   counted    the clean events of the span that came on time and are counted; takes the place of the two before
 *   amended    late events of the span that the run has folded into their hour, with the revision that did
 *
 * and what outlives a span:
 *
 *   judged            (hour, partition, fate, reason, field, fault, sure, records)   grows with the hours of the run
 *   late_expected     clean late events                                              grows with the late events
 *   rejected_expected (hour, partition, reason, field, digest, records)              grows with the rejected records
 */

/** Creates the tables that outlive a span. */
export async function prepareRecount(session: Session): Promise<void> {
  const clean = CLEAN_COLUMNS.map(({ name, type }) => `${identifier(name)} ${type}`).join(', ');
  await session.run(`
    CREATE TABLE placed (instance VARCHAR, partition INTEGER);
    CREATE TABLE judged (hour TIMESTAMP, partition INTEGER, fate VARCHAR, reason VARCHAR, field VARCHAR, fault VARCHAR,
      sure BOOLEAN, records BIGINT);
    CREATE TABLE late_expected (${clean}, partition INTEGER, watermark BIGINT, sure BOOLEAN, is_counted BOOLEAN);
    CREATE TABLE rejected_expected (hour TIMESTAMP, partition INTEGER, reason VARCHAR, field VARCHAR, digest VARCHAR, records BIGINT);
    CREATE TABLE amended (${clean}, revision INTEGER);
    CREATE TABLE left_out (hour TIMESTAMP, metric VARCHAR);
    CREATE VIEW receipts_expected AS
      SELECT hour, partition, ${['counted', 'duplicate', 'rejected', 'late'].map((fate) => `${sumOf(`fate = '${fate}'`)} AS ${fate}`).join(', ')},
        ${sumOf("fate = 'late' AND sure")} AS late_for_sure
      FROM judged GROUP BY hour, partition`);
}

const sumOf = (condition: string): string => `coalesce(sum(records) FILTER (${condition}), 0)::BIGINT`;

/** What a recount needs to know of the run. */
export type RecountPlan = Pick<RunState, 'surelySent' | 'amended'> & { readonly manifest: Manifest };

/** Recounts the staged records of one span. Returns how many there were and how many of them are counted as events. */
export async function recountSpan(
  session: Session,
  staged: string,
  span: Span,
  plan: RecountPlan,
): Promise<{ readonly records: number; readonly counted: number }> {
  await loadRecords(session, staged, plan.manifest);
  await settleContested(session, plan.manifest);
  await session.run(`INSERT INTO judged BY NAME ${judgedSql(plan)}`);
  await session.run(`INSERT INTO rejected_expected BY NAME ${rejectedSql}`);
  const sums = await session.row(`
    SELECT count(*) AS records, count(*) FILTER (late) AS late, count(*) FILTER (reason IS NULL AND NOT late)
      - (SELECT count(*) FILTER (fate <> 'counted') FROM contested) AS counted FROM records`);
  if (numberOf(sums.late) > 0) await expectLate(session, plan);
  if (plan.amended) await loadAmended(session, span);
  await takeCounted(session, plan.manifest);
  return { records: numberOf(sums.records), counted: numberOf(sums.counted) };
}

async function loadRecords(session: Session, staged: string, manifest: Manifest): Promise<void> {
  const file = `read_parquet(${quoted(staged)})`;
  await placeInstances(session, file, manifest.partitions);
  await session.run(`
    CREATE OR REPLACE TABLE records AS
    SELECT sent.* EXCLUDE (bad_columns, raw, route), deployment || '-' || instance_id AS instance, placed.partition,
      ${hourSql(manifest)} AS hour, ${reasonSql(manifest)} AS reason,
      CASE WHEN reason IS NOT NULL THEN ${fieldSql(manifest)} END AS field, ${sentDigest()} AS digest,
      ${watermarkSql(manifest)} AS watermark, reason IS NULL AND ${lateSql(manifest, 'watermark')} AS late
    FROM ${file} AS sent LEFT JOIN placed ON placed.instance IS NOT DISTINCT FROM sent.route`);
}

/** Computes the partition of instances that were not met before. A record without an instance goes to partition 0. */
async function placeInstances(session: Session, file: string, partitions: number): Promise<void> {
  const unknown = await session.rows(
    `SELECT DISTINCT route AS instance FROM ${file} EXCEPT SELECT instance FROM placed`,
  );
  if (unknown.length === 0) return;
  const values = unknown.map(({ instance = null }) =>
    instance === null ? '(NULL, 0)' : `(${quoted(textOf(instance))}, ${partitionOf(textOf(instance), partitions)})`,
  );
  await session.run(`INSERT INTO placed VALUES ${values.join(', ')}`);
}

/** How many records of the span have which fate: all by what can be told of each alone, the contested ones corrected. */
function judgedSql({ surelySent }: RecountPlan): string {
  return `
    SELECT hour, partition, fate, reason, field, fault, sure, sum(records)::BIGINT AS records FROM (
      SELECT hour, partition, CASE WHEN reason IS NOT NULL THEN 'rejected' WHEN late THEN 'late' ELSE 'counted' END AS fate,
        reason, field, fault, late AND ${surelySent} AS sure, count(*) AS records
      FROM records GROUP BY ALL
      UNION ALL
      SELECT hour, partition, 'counted', NULL, NULL, sent_fault, false, -count(*) FROM contested GROUP BY ALL
      UNION ALL
      SELECT hour, partition, fate, CASE WHEN fate = 'rejected' THEN 'conflict' END, NULL, fault, false, count(*)
      FROM contested GROUP BY ALL)
    GROUP BY ALL HAVING sum(records) <> 0`;
}

/** The field of a conflict depends on which record it met, and is left out. */
const rejectedSql = `
  SELECT hour, partition, reason, field, digest, count(*) AS records FROM records WHERE reason IS NOT NULL GROUP BY ALL
  UNION ALL
  SELECT hour, partition, reason, NULL, ${sentDigest()}, count(*) FROM (
    SELECT records.* REPLACE ('conflict' AS reason), NULL AS raw FROM records
    WHERE rowid IN (SELECT id FROM contested WHERE fate = 'rejected')) GROUP BY ALL`;

/** Notes the late events of the span, each with whether an event of its key was on time and is counted. */
async function expectLate(session: Session, { manifest, surelySent }: RecountPlan): Promise<void> {
  const key = 'hour, instance, query_id';
  const carried = ['watermark', 'sure', 'is_counted'];
  await session.run(`INSERT INTO late_expected BY NAME
    SELECT * EXCLUDE ("offset") FROM (${cleanSql(
      `SELECT *, ${surelySent} AS sure,
        (${key}) IN (SELECT (${key}) FROM records WHERE reason IS NULL AND NOT late) AS is_counted FROM records WHERE late`,
      manifest.sanity,
      carried,
    )})`);
}

/**
 * Which late events an amended hour has taken in only the store can tell. That it chose rightly is checked elsewhere; an
 * event that was never sent is not taken in here, whatever the store says.
 */
async function loadAmended(session: Session, span: Span): Promise<void> {
  const columns = CLEAN_COLUMNS.map(({ name }) => identifier(name));
  const same = columns.map((name) => `sent.${name} IS NOT DISTINCT FROM kept.${name}`).join(' AND ');
  await session.run(`CREATE OR REPLACE TABLE amended AS
    SELECT ${columns.map((name) => `sent.${name}`).join(', ')}, kept.revision
    FROM (SELECT * FROM late_expected WHERE hour >= ${timestamp(span.from)} AND hour < ${timestamp(span.to)}) AS sent
    JOIN (SELECT * FROM late_events WHERE fate = 'amended') AS kept
      ON sent.hour = kept.hour AND sent.query_id = kept.query_id AND ${same}
    QUALIFY row_number() OVER (PARTITION BY sent.hour, sent.instance_id, sent.query_id ORDER BY kept.revision) = 1`);
}

/** Leaves of the span's records the clean events that came on time and are counted, as every metric reads them. */
async function takeCounted(session: Session, manifest: Manifest): Promise<void> {
  const events = cleanSql(
    `SELECT * FROM records WHERE reason IS NULL AND NOT late
      AND rowid NOT IN (SELECT id FROM contested WHERE fate <> 'counted')`,
    manifest.sanity,
  );
  await session.run(`
    CREATE OR REPLACE TABLE counted AS SELECT * EXCLUDE (partition, "offset") FROM (${events});
    DROP TABLE records; DROP TABLE contested`);
}
