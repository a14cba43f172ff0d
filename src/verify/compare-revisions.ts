import type { Session } from '../engine/session.ts';
import { quoted } from '../engine/sql.ts';
import type { Metric } from '../metrics/metric.ts';
import type { Manifest } from '../model/manifest.ts';
import { compareCounts, noneWrong } from './compare.ts';
import type { VerifyCheck } from './report.ts';
import { plural } from './report.ts';
import type { RunState } from './run-state.ts';
import { dayName, tableSql } from './snapshot.ts';

interface RevisionOptions {
  readonly manifest: Manifest;
  readonly metrics: readonly Metric[];
  readonly snapshotDir: string;
  readonly state: RunState;
}

/**
 * Checks which revision is current, and that ledger, tables and hours agree on it. That the rows of a metric carry the
 * revision of its file is compared with the rows themselves.
 */
export async function compareRevisions(session: Session, options: RevisionOptions): Promise<VerifyCheck[]> {
  const scope = plural(options.state.finalHours, 'final hour');
  return [
    await hourRevisions(session, options, scope),
    await amendedHours(session, scope),
    await failures(session, options, scope),
    await ledgerEntries(session, options),
    await ledgerRows(session, options, scope),
  ];
}

function datasets({ manifest, metrics }: RevisionOptions): readonly string[] {
  return [...(manifest.keep === 'all' ? ['events'] : []), ...metrics.map(({ name }) => name)];
}

/** An hour's revision is the last one that anything in it was written in; what has no rows may have left no file of it. */
async function hourRevisions(session: Session, options: RevisionOptions, scope: string): Promise<VerifyCheck> {
  const names = datasets(options);
  return await noneWrong(session, {
    check: 'revisions: hours',
    scope,
    keys: ['hour'],
    values: ['revision', 'latest_file', 'latest_amended'],
    all: 'final_hours',
    wrong: `SELECT * FROM (
        SELECT hour, final_hours.revision, max(files.revision) AS latest_file, count(files.dataset) AS files, any_value(latest_amended) AS latest_amended
        FROM final_hours LEFT JOIN current_files AS files USING (hour)
          LEFT JOIN (SELECT hour, max(revision) AS latest_amended FROM late_events GROUP BY hour) AS late USING (hour)
        GROUP BY hour, final_hours.revision)
      WHERE NOT coalesce(revision >= 1 AND revision >= greatest(latest_file, latest_amended, 1)
        AND (files < ${names.length} OR revision = latest_file), false)`,
    expected: 'the latest revision of its files and of its amended events',
  });
}

/** What an amended hour has taken in is in everything that was computed of it, but for a metric that failed over it. */
async function amendedHours(session: Session, scope: string): Promise<VerifyCheck> {
  const failed = '(hour, dataset) IN (SELECT (hour, metric) FROM metric_failures)';
  return await noneWrong(session, {
    check: 'revisions: amended hours',
    scope,
    keys: ['hour', 'dataset'],
    values: ['revision', 'amended_in'],
    all: 'current_files',
    wrong: `SELECT hour, dataset, current_files.revision, amended_in FROM current_files
      JOIN (SELECT hour, max(revision) AS amended_in FROM late_events GROUP BY hour) AS amended USING (hour)
      WHERE current_files.revision < amended_in AND NOT ${failed}`,
    expected: 'a file of the revision that took in the late events, or of a later one',
  });
}

/** A metric that failed has no rows of the revision in which it failed. A day's sums fail on the last hour of the day. */
async function failures(session: Session, { manifest, metrics }: RevisionOptions, scope: string): Promise<VerifyCheck> {
  const [hourly, daily] = [metrics.map(({ name }) => name), metrics.map(dayName)].map(
    (names) => names.map(quoted).join(', ') || 'NULL',
  );
  return await noneWrong(session, {
    check: 'metric failures',
    scope,
    keys: ['hour', 'metric'],
    values: ['reason', 'file_revision', 'hour_revision'],
    all: 'metric_failures',
    wrong: `SELECT hour, metric, reason, file_revision, hour_revision FROM (
        SELECT metric_failures.*, files.revision AS file_revision, files.rows AS file_rows, final_hours.revision AS hour_revision,
          count(*) OVER (PARTITION BY metric_failures.hour, metric) AS times,
          hour + INTERVAL 1 HOUR = least(date_trunc('day', hour) + INTERVAL 1 DAY, make_timestamp(${manifest.to})) AS ends_day
        FROM metric_failures LEFT JOIN final_hours USING (hour)
          LEFT JOIN current_files AS files ON files.hour = metric_failures.hour AND files.dataset = metric)
      WHERE times > 1 OR NOT coalesce(CASE WHEN hour_revision IS NULL THEN false
        WHEN metric IN (${hourly}) THEN file_revision IS NULL OR file_revision < hour_revision OR file_rows = 0
        WHEN metric IN (${daily}) THEN ends_day END, false)`,
    expected: 'once, for a final hour, and no rows of its revision',
  });
}

/** Each entry of the ledger is of a final hour and a known dataset, and its path says where, which revision and what. */
async function ledgerEntries(session: Session, options: RevisionOptions): Promise<VerifyCheck> {
  const known = datasets(options).map(quoted).join(', ') || 'NULL';
  const folder = `CASE dataset WHEN 'events' THEN 'events' ELSE 'rollups/' || dataset END`;
  const path = `${folder} || strftime(hour, '/date=%Y-%m-%d/hh=%H/r') || revision || '-' || sha256[:12] || '.parquet'`;
  return await noneWrong(session, {
    check: 'archive: ledger',
    scope: 'all revisions',
    keys: ['hour', 'dataset', 'revision'],
    values: ['path', 'rows', 'bytes', 'sha256', 'state'],
    all: 'archive_files',
    wrong: `SELECT * FROM (
        SELECT archive_files.*, final_hours.revision AS hour_revision,
          count(*) OVER (PARTITION BY archive_files.hour, dataset, archive_files.revision) AS times
        FROM archive_files LEFT JOIN final_hours USING (hour))
      WHERE times > 1 OR NOT coalesce(dataset IN (${known}) AND revision BETWEEN 1 AND hour_revision AND rows >= 0 AND bytes > 0
        AND state IN ('local', 'uploaded') AND sha256 SIMILAR TO '[0-9a-f]{64}' AND path = ${path}, false)`,
    expected: 'an entry of a final hour, once, under the path of its content',
  });
}

/** As many rows as the ledger says, and a file wherever there are rows. */
async function ledgerRows(session: Session, options: RevisionOptions, scope: string): Promise<VerifyCheck> {
  const { manifest, metrics, snapshotDir } = options;
  const rollups = metrics.map(
    ({ name }) => `SELECT hour, ${quoted(name)} AS dataset, count(*) AS records FROM ${tableSql(snapshotDir, name)}
      WHERE hour IN (SELECT hour FROM final_hours) GROUP BY hour`,
  );
  const events = [
    `SELECT hour, 'events' AS dataset, sum(records) AS records FROM judged
      WHERE fate = 'counted' AND hour IN (SELECT hour FROM final_hours) GROUP BY hour`,
    `SELECT late_events.hour, 'events', count(*) FROM late_events JOIN current_files AS files
      ON files.hour = late_events.hour AND files.dataset = 'events' AND late_events.revision <= files.revision
      WHERE fate = 'amended' GROUP BY late_events.hour`,
  ];
  const expected = [...(manifest.keep === 'all' ? events : []), ...rollups].join(' UNION ALL ');
  return await compareCounts(
    session,
    { check: 'archive: rows', scope },
    {
      keys: ['hour', 'dataset'],
      expected: expected === '' ? "SELECT NULL::TIMESTAMP AS hour, '' AS dataset, 0 AS records LIMIT 0" : expected,
      found: 'SELECT hour, dataset, rows AS records FROM current_files',
    },
  );
}
