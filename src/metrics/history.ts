import { timestamp } from '../engine/sql.ts';
import type { EventTime } from '../model/time.ts';
import { MICROS_PER_HOUR } from '../model/time.ts';

/** A fingerprint that was not executed for longer than this is forgotten. */
export const MEMORY_HOURS = 168;
/** Hours of history kept besides, so that a late event of any of these hours can be judged by what its hour knew. */
export const AMENDABLE_HOURS = 168;

/** Where history stands and what it is brought forward with. */
export interface HistoryInputs {
  /** SELECT of the clean events of `hours`. */
  readonly events: string;
  /** Hours to be computed, ascending. Every hour between the first and the last that has events is among them. */
  readonly hours: readonly EventTime[];
  /** Table of what was known after each earlier hour: hour, instance_id, feature_fingerprint, runs, sum_ln_execution. */
  readonly fingerprints: string;
  /** Table of the busy time that queries carried into later hours: hour, instance_id, busy_ms. */
  readonly carried: string;
  /** End of the run: nothing is carried beyond it. */
  readonly to: EventTime;
}

/** Temporary tables that `historySql` makes in its session. */
export const HISTORY_TABLES = {
  /** What metrics read: KNOWN_COLUMNS and CARRIED_COLUMNS. */
  known: 'temp.known',
  carried: 'temp.carried',
  /** What the hours add to history. */
  learned: 'temp.learned',
  carriedOver: 'temp.carried_over',
} as const;

const LEARNED =
  'hour TIMESTAMP, instance_id VARCHAR, feature_fingerprint VARCHAR, runs BIGINT, sum_ln_execution BIGINT';
const CARRIED = 'hour TIMESTAMP, instance_id VARCHAR, busy_ms BIGINT';

/** The tables in a store that hold history, each row appended once: `known` before an hour is the latest row before it. */
export const HISTORY_COLUMNS = { fingerprints: LEARNED, carried: CARRIED } as const;

/** What metrics read of them, for some of the hours or for all: `where` is a WHERE clause over `hour`. */
export function historyRelations(where = ''): { readonly known: string; readonly carried: string } {
  return {
    known: `SELECT * FROM ${HISTORY_TABLES.known} ${where}`,
    carried: `SELECT * FROM ${HISTORY_TABLES.carried} ${where}`,
  };
}

/** Makes the tables empty, for metrics that read them where there are no hours. */
export const EMPTY_HISTORY: string = `CREATE OR REPLACE TEMP TABLE known (${LEARNED});
  CREATE OR REPLACE TEMP TABLE carried (${CARRIED})`;

/**
 * SQL that computes what the hours know and what they add, several hours in one go with the same result as one by one.
 *
 * A fingerprint's life is the chain of its hours with no gap above `MEMORY_HOURS`; what is known before an hour is the
 * sum over the earlier hours of its chain. Aborted runs keep a fingerprint alive and add nothing to its sums.
 */
export function historySql(inputs: HistoryInputs): string {
  return `${fingerprintSql(inputs)}; ${carriedSql(inputs)}`;
}

/** The part of fingerprints: `known` and what hours add to it. */
export function fingerprintSql({ events, hours, fingerprints }: Omit<HistoryInputs, 'carried' | 'to'>): string {
  const [first] = hours;
  if (first === undefined) throw new RangeError('history of no hours');
  const memory = `INTERVAL ${MEMORY_HOURS} hour`;
  const start = timestamp(first);
  return `CREATE OR REPLACE TEMP TABLE lives AS
    WITH seen AS MATERIALIZED (
      SELECT hour, instance_id, feature_fingerprint, count(*) FILTER (NOT was_aborted) AS runs,
        coalesce(sum(ln_execution) FILTER (NOT was_aborted), 0) AS sum_ln
      FROM (${events}) WHERE NOT was_cached AND feature_fingerprint IS NOT NULL GROUP BY ALL),
    earlier AS (
      SELECT instance_id, feature_fingerprint, max(hour) AS hour, arg_max(runs, hour) AS runs, arg_max(sum_ln_execution, hour) AS sum_ln
      FROM ${fingerprints} SEMI JOIN (SELECT DISTINCT instance_id, feature_fingerprint FROM seen) USING (instance_id, feature_fingerprint)
      WHERE hour < ${start} AND hour >= ${start} - ${memory} GROUP BY ALL),
    timeline AS (
      SELECT hour, instance_id, feature_fingerprint, runs, sum_ln, true AS is_seen FROM seen
      UNION ALL SELECT hour, instance_id, feature_fingerprint, runs, sum_ln, false FROM earlier),
    gaps AS (
      SELECT *, hour - lag(hour) OVER life > ${memory} IS NOT FALSE AS is_new FROM timeline
      WINDOW life AS (PARTITION BY instance_id, feature_fingerprint ORDER BY hour)),
    chains AS (
      SELECT *, sum(is_new::INTEGER) OVER (PARTITION BY instance_id, feature_fingerprint ORDER BY hour) AS chain FROM gaps)
    SELECT hour, instance_id, feature_fingerprint, is_seen, is_new, CAST(runs AS BIGINT) AS own_runs, CAST(sum_ln AS BIGINT) AS own_sum_ln,
      CAST(sum(runs) OVER so_far AS BIGINT) AS runs, CAST(sum(sum_ln) OVER so_far AS BIGINT) AS sum_ln_execution
    FROM chains WINDOW so_far AS (PARTITION BY instance_id, feature_fingerprint, chain ORDER BY hour);
    CREATE OR REPLACE TEMP TABLE known AS SELECT hour, instance_id, feature_fingerprint, runs - own_runs AS runs,
      sum_ln_execution - own_sum_ln AS sum_ln_execution FROM temp.lives WHERE is_seen AND NOT is_new;
    CREATE OR REPLACE TEMP TABLE learned AS SELECT hour, instance_id, feature_fingerprint, runs, sum_ln_execution
      FROM temp.lives WHERE is_seen ORDER BY hour;
    DROP TABLE temp.lives`;
}

/**
 * The part of busy time. A query executes from arrival (whole milliseconds) + queue + compile on for its execution time; what of it lies in
 * later hours than its own is carried into each of them.
 */
export function carriedSql({ events, hours, carried, to }: Omit<HistoryInputs, 'fingerprints'>): string {
  const hourMs = MICROS_PER_HOUR / 1000;
  const list = hours.map(timestamp).join(', ');
  return `CREATE OR REPLACE TEMP TABLE carried_over AS
    WITH executed AS (
      SELECT instance_id, epoch_ms(hour) + ${hourMs} AS own_end,
        epoch_ms(date_trunc('millisecond', arrival_timestamp)) + queue_duration_ms + compile_duration_ms AS starts,
        execution_duration_ms AS lasts
      FROM (${events}) WHERE NOT was_cached),
    beyond AS (
      SELECT instance_id, starts, starts + lasts AS ends, unnest(range(
        greatest(own_end, epoch_ms(date_trunc('hour', make_timestamp(starts * 1000)))), least(starts + lasts, ${to / 1000}), ${hourMs})) AS hour_ms
      FROM executed WHERE lasts > 0 AND starts + lasts > own_end)
    SELECT make_timestamp(hour_ms * 1000) AS hour, instance_id,
      CAST(sum(least(ends, hour_ms + ${hourMs}) - greatest(starts, hour_ms)) AS BIGINT) AS busy_ms
    FROM beyond GROUP BY ALL;
    CREATE OR REPLACE TEMP TABLE carried AS SELECT hour, instance_id, CAST(sum(busy_ms) AS BIGINT) AS busy_ms
      FROM (SELECT hour, instance_id, busy_ms FROM ${carried} WHERE hour IN (${list})
        UNION ALL SELECT hour, instance_id, busy_ms FROM temp.carried_over WHERE hour IN (${list})) GROUP BY ALL`;
}
