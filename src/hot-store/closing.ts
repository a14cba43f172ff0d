import { identifier, quoted, timestamp } from '../engine/sql.ts';
import type { Metric } from '../metrics/metric.ts';
import { HISTORY_TABLES, rollupColumnList } from '../metrics/metric.ts';
import { MICROS_PER_MS } from '../model/time.ts';
import type { ClosedHour, Closing, Revision } from './hot-store.ts';
import {
  AMENDED_FATES,
  closingDayTable,
  closingTable,
  createMetricViews,
  createRollupTables,
  dayTable,
  EVENT_COLUMNS,
  recomputedTable,
} from './tables.ts';

/*
 * The statements of the two transactions that change what is final. They take over what the closing session has left in
 * its temporary tables.
 */

/** Defines metrics anew. `meta` holds the texts of the manifest and of all metrics as they are from then on. */
export function redefineSql(
  metrics: readonly Metric[],
  hours: readonly RevisedHour[],
  meta: { readonly manifest: string; readonly metrics: string },
): string[] {
  const list = hours.map(({ hour }) => timestamp(hour)).join(', ');
  return [
    ...metrics.flatMap((metric) => [
      ...[metric.name, dayTable(metric)].flatMap((name) => [
        `DROP VIEW IF EXISTS main.${identifier(name)}`,
        `DROP TABLE IF EXISTS rollups.${identifier(name)}`,
      ]),
      ...createRollupTables(metric),
      `INSERT INTO rollups.${identifier(metric.name)} SELECT * FROM ${recomputedTable(metric)}`,
      insertDays(metric),
    ]),
    ...createMetricViews(metrics),
    `UPDATE store.meta SET value = ${quoted(meta.manifest)} WHERE name = 'manifest'`,
    `UPDATE store.meta SET value = ${quoted(meta.metrics)} WHERE name = 'metrics'`,
    ...(hours.length === 0
      ? []
      : [
          `UPDATE store.hours SET revision = ${revisionSql(hours)} WHERE hour IN (${list})`,
          ...insertFiles(hours),
          ...forgetFailures(list, metrics, hours),
          ...insertFailures(hours),
        ]),
  ];
}

type RevisedHour = Revision['hours'][number];

/** Makes hours final. */
export function finalizeSql(closing: Closing, metrics: readonly Metric[]): string[] {
  const { hours, days, eventsFrom, historyFrom } = closing;
  const list = hours.map(({ hour }) => timestamp(hour)).join(', ');
  const final = `hour IN (SELECT hour FROM store.hours WHERE state = 'final')`;
  return [
    ...metrics.map((metric) => insertRollups(metric, revisionSql(hours))),
    ...(days.length === 0 ? [] : metrics.map(insertDays)),
    `INSERT INTO store.fingerprints SELECT * FROM ${HISTORY_TABLES.learned}`,
    `INSERT INTO store.carried SELECT * FROM ${HISTORY_TABLES.carriedOver}`,
    `DELETE FROM store.fingerprints WHERE hour < ${timestamp(historyFrom)}`,
    `DELETE FROM store.carried WHERE hour < ${timestamp(historyFrom)}`,
    freezeReceipts(list),
    `DELETE FROM store.hours WHERE hour IN (${list})`,
    `INSERT INTO store.hours VALUES ${hours.map(hourRow).join(', ')}`,
    // Whole hours, by a range: DuckDB finds them without reading the others, and gives their space back.
    `DELETE FROM store.events WHERE hour < ${timestamp(eventsFrom)} AND ${final}`,
    ...insertFiles(hours),
    ...insertFailures(hours),
  ];
}

/** Replaces what final hours hold. */
export function reviseSql({ hours, metrics, days, amended }: Revision): string[] {
  const revision = revisionSql(hours);
  const list = hours.map(({ hour }) => timestamp(hour)).join(', ');
  return [
    ...metrics.flatMap((metric) => [
      `DELETE FROM rollups.${identifier(metric.name)} WHERE hour IN (${list})`,
      insertRollups(metric, revision),
    ]),
    ...(days.length === 0 ? [] : metrics.flatMap((metric) => replaceDays(metric, days.map(timestamp)))),
    `UPDATE store.hours SET revision = ${revision} WHERE hour IN (${list})`,
    ...(amended === undefined ? [] : settleLate(revisionSql(hours, 'l.hour'), timestamp(amended.eventsFrom))),
    ...insertFiles(hours),
    ...forgetFailures(list, metrics, hours),
    ...insertFailures(hours),
  ];
}

function revisionSql(hours: readonly RevisedHour[], column = 'hour'): string {
  return `CASE ${column} ${hours.map((h) => `WHEN ${timestamp(h.hour)} THEN ${h.revision}`).join(' ')} END`;
}

function insertRollups(metric: Metric, revision: string): string {
  return `INSERT INTO rollups.${identifier(metric.name)} SELECT ${rollupColumnList(metric)}, ${revision} FROM ${closingTable(metric)}`;
}

function insertDays(metric: Metric): string {
  return `INSERT INTO rollups.${identifier(dayTable(metric))} SELECT * FROM ${closingDayTable(metric)}`;
}

function replaceDays(metric: Metric, days: readonly string[]): string[] {
  return [`DELETE FROM rollups.${identifier(dayTable(metric))} WHERE day IN (${days.join(', ')})`, insertDays(metric)];
}

/** What is known of a metric's failures is as new as its rows. */
function forgetFailures(list: string, metrics: readonly Metric[], hours: readonly RevisedHour[]): string[] {
  const names = [
    ...metrics.flatMap((metric) => [metric.name, dayTable(metric)]),
    ...hours.flatMap((h) => h.failures.map(({ metric }) => metric)),
  ];
  if (names.length === 0) return [];
  return [`DELETE FROM store.metric_failures WHERE hour IN (${list}) AND metric IN (${names.map(quoted).join(', ')})`];
}

/** Late events that are counted now stand among the hour's events like all others, as long as these are kept. */
function settleLate(revision: string, eventsFrom: string): string[] {
  const columns = EVENT_COLUMNS.map(({ name }) => identifier(name)).join(', ');
  const same = `f."partition" = l."partition" AND f."offset" = l."offset"`;
  return [
    `UPDATE store.late_events AS l SET fate = f.fate, revision = ${revision} FROM ${AMENDED_FATES} f WHERE ${same}`,
    `INSERT INTO store.events SELECT ${columns} FROM store.late_events l
      SEMI JOIN (SELECT * FROM ${AMENDED_FATES} WHERE fate = 'amended') f ON ${same} WHERE hour >= ${eventsFrom}`,
  ];
}

function hourRow({ hour, revision, watermark, finalizedAt }: ClosedHour): string {
  return `(${timestamp(hour)}, 'final', ${revision}, ${timestamp(watermark)}, make_timestamp(${finalizedAt * MICROS_PER_MS}))`;
}

function insertFiles(hours: readonly RevisedHour[]): string[] {
  const files = hours
    .flatMap((h) => h.files)
    .map((f) => {
      const names = [quoted(f.path), f.rows, f.bytes, quoted(f.sha256), quoted(f.state)].join(', ');
      return `(${timestamp(f.hour)}, ${quoted(f.dataset)}, ${f.revision}, ${names})`;
    });
  return files.length === 0 ? [] : [`INSERT INTO store.archive_files VALUES ${files.join(', ')}`];
}

function insertFailures(hours: readonly RevisedHour[]): string[] {
  const failures = hours
    .flatMap((h) => h.failures)
    .map((f) => `(${timestamp(f.hour)}, ${quoted(f.metric)}, ${quoted(f.reason)})`);
  return failures.length === 0 ? [] : [`INSERT INTO store.metric_failures VALUES ${failures.join(', ')}`];
}

/** Replaces the rows of these hours by one row per partition; what batches append later stands beside it. */
function freezeReceipts(hours: string): string {
  const where = `WHERE hour IN (${hours}) AND NOT frozen`;
  return `CREATE OR REPLACE TEMP TABLE freezing AS
      SELECT hour, r."partition", sum(counted) AS counted, sum(late) AS late, sum(rejected) AS rejected, sum(duplicate) AS duplicate,
        min(r.first_offset) AS first_offset, max(last_offset) AS last_offset, max(p.watermark) AS watermark, true AS frozen
      FROM store.receipts r JOIN store.progress p ON p."partition" = r."partition" ${where} GROUP BY hour, r."partition";
    DELETE FROM store.receipts ${where};
    INSERT INTO store.receipts SELECT * FROM freezing`;
}
