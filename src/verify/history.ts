import type { Session } from '../engine/session.ts';
import { timestamp } from '../engine/sql.ts';
import type { Manifest } from '../model/manifest.ts';
import { MICROS_PER_HOUR, MICROS_PER_MS } from '../model/time.ts';
import type { Span } from './spans.ts';

/*
 * What hours know of the hours before them, recounted span by span in the order of time:
 *
 *   remembered  the state of each fingerprint after its last hour: what the next spans may have to know of it
 *   pending     busy milliseconds that queries of earlier hours put into hours to come
 *   known       what the hours of the span know, for metrics; `revision` is the first one in which the hour has such an event
 *   carried     the busy milliseconds that earlier hours put into the hours of the span, for metrics
 *
 * `remembered` grows with the fingerprints of the last 168 hours and `pending` with the instances, never with the trace.
 */

/** A fingerprint is known for so long after the hour in which it was last executed. */
const MEMORY = 'INTERVAL 168 HOUR';
const HOUR_MS = MICROS_PER_HOUR / MICROS_PER_MS;
const FINGERPRINT = 'instance_id, feature_fingerprint';
const EXECUTED = 'NOT was_cached AND feature_fingerprint IS NOT NULL';

/** Creates the tables, empty. */
export async function prepareHistory(session: Session): Promise<void> {
  const state =
    '(hour TIMESTAMP, instance_id VARCHAR, feature_fingerprint VARCHAR, runs BIGINT, sum_ln_execution BIGINT)';
  const busy = '(hour TIMESTAMP, instance_id VARCHAR, busy_ms BIGINT)';
  await session.run(`
    CREATE TABLE remembered ${state};
    CREATE TABLE known ${state.replace(')', ', revision INTEGER)')};
    CREATE TABLE pending ${busy};
    CREATE TABLE carried ${busy}`);
}

/**
 * Fills `known` and `carried` for the hours of the span from the events in `counted` and moves on to the span's end. Late
 * events are part of no history, but an amended hour asks what was known of theirs.
 */
export async function recountHistory(session: Session, span: Span, manifest: Manifest): Promise<void> {
  await session.run(fingerprintsSql(span));
  await session.run(busySql(span, manifest));
}

/**
 * A life of a fingerprint on an instance ends with a silence of more than 168 hours; what is known in an hour is the sum
 * over the earlier hours of the same life. Every executed run keeps it alive, only those that were not aborted add to it.
 */
function fingerprintsSql(span: Span): string {
  return `
    CREATE OR REPLACE TEMP TABLE visits AS
      SELECT hour, ${FINGERPRINT}, count(*) FILTER (NOT was_aborted) AS runs,
        coalesce(sum(ln_execution) FILTER (NOT was_aborted), 0) AS sum_ln
      FROM counted WHERE ${EXECUTED} GROUP BY ALL;
    CREATE OR REPLACE TEMP TABLE questions AS
      SELECT hour, ${FINGERPRINT}, 0 AS revision FROM visits
      UNION ALL
      SELECT hour, ${FINGERPRINT}, min(revision) FROM amended
      ANTI JOIN visits USING (hour, ${FINGERPRINT}) WHERE ${EXECUTED} GROUP BY ALL;
    CREATE OR REPLACE TEMP TABLE states AS
      WITH steps AS (
        SELECT hour, ${FINGERPRINT}, runs, sum_ln FROM visits
        UNION ALL
        SELECT hour, ${FINGERPRINT}, runs, sum_ln_execution FROM remembered
        SEMI JOIN (SELECT DISTINCT ${FINGERPRINT} FROM questions) USING (${FINGERPRINT})),
      breaks AS (
        SELECT *, hour > lag(hour) OVER (PARTITION BY ${FINGERPRINT} ORDER BY hour) + ${MEMORY} AS forgotten FROM steps),
      lives AS (
        SELECT *, count(*) FILTER (forgotten) OVER (PARTITION BY ${FINGERPRINT} ORDER BY hour) AS life FROM breaks)
      SELECT hour, ${FINGERPRINT}, CAST(sum(runs) OVER so_far AS BIGINT) AS runs, CAST(sum(sum_ln) OVER so_far AS BIGINT) AS sum_ln_execution
      FROM lives WINDOW so_far AS (PARTITION BY ${FINGERPRINT}, life ORDER BY hour);
    CREATE OR REPLACE TABLE known AS
      SELECT asked.hour, asked.instance_id, asked.feature_fingerprint, states.runs, states.sum_ln_execution, asked.revision
      FROM questions AS asked ASOF JOIN states ON asked.instance_id = states.instance_id
        AND asked.feature_fingerprint = states.feature_fingerprint AND asked.hour > states.hour
      WHERE asked.hour <= states.hour + ${MEMORY};
    CREATE OR REPLACE TABLE remembered AS
      SELECT * FROM remembered ANTI JOIN states USING (${FINGERPRINT}) WHERE hour + ${MEMORY} >= ${timestamp(span.to)}
      UNION ALL
      SELECT max(hour), ${FINGERPRINT}, arg_max(runs, hour), arg_max(sum_ln_execution, hour) FROM states
      GROUP BY ${FINGERPRINT} HAVING max(hour) + ${MEMORY} >= ${timestamp(span.to)};
    DROP TABLE visits; DROP TABLE questions; DROP TABLE states`;
}

/**
 * An executed query, an aborted one too, is busy from its arrival in whole milliseconds, its queue and its compilation on
 * for its execution. What of that lies in hours after its own is carried there, up to the end of the run.
 */
function busySql(span: Span, { to }: Manifest): string {
  const end = to / MICROS_PER_MS;
  const inSpan = `hour >= ${timestamp(span.from)} AND hour < ${timestamp(span.to)}`;
  return `
    INSERT INTO pending
      WITH beyond AS (
        SELECT instance_id, epoch_us(hour) // 1000 + ${HOUR_MS} AS next_hour,
          (epoch_us(arrival_timestamp) - epoch_us(hour)) // 1000 + CAST(queue_duration_ms AS HUGEINT) + compile_duration_ms - ${HOUR_MS} AS begins,
          execution_duration_ms AS lasts
        FROM counted
        -- As DOUBLE, because three of the longest durations there are have no sum; only few queries reach the next hour.
        WHERE NOT was_cached AND execution_duration_ms > 0 AND (epoch_us(arrival_timestamp) - epoch_us(hour)) // 1000
          + queue_duration_ms::DOUBLE + compile_duration_ms + execution_duration_ms > ${HOUR_MS}),
      long AS (
        SELECT instance_id, next_hour, next_hour + begins AS starts, least(next_hour + begins + lasts, ${end}) AS ends
        FROM beyond WHERE next_hour + begins < ${end}),
      touched AS (
        SELECT instance_id, starts, ends, unnest(generate_series(
          CAST(next_hour + greatest(0, starts - next_hour) // ${HOUR_MS} * ${HOUR_MS} AS BIGINT), CAST(ends AS BIGINT) - 1, ${HOUR_MS})) AS hour_ms
        FROM long)
      SELECT make_timestamp(hour_ms * 1000), instance_id,
        CAST(sum(least(ends, hour_ms + ${HOUR_MS}) - greatest(starts, hour_ms)) AS BIGINT)
      FROM touched GROUP BY hour_ms, instance_id;
    CREATE OR REPLACE TABLE carried AS
      SELECT hour, instance_id, CAST(sum(busy_ms) AS BIGINT) AS busy_ms FROM pending WHERE ${inSpan} GROUP BY ALL;
    CREATE OR REPLACE TABLE pending AS
      SELECT hour, instance_id, CAST(sum(busy_ms) AS BIGINT) AS busy_ms FROM pending WHERE hour >= ${timestamp(span.to)} GROUP BY ALL`;
}
