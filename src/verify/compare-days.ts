import type { Session } from '../engine/session.ts';
import { numberOf } from '../engine/session.ts';
import { identifier, quoted } from '../engine/sql.ts';
import type { Metric } from '../metrics/metric.ts';
import { comparePairs, rowsCheck } from './compare.ts';
import type { VerifyCheck } from './report.ts';
import { checkOf, plural } from './report.ts';
import { columnDifferences, columnList, dayName, dayTableColumns, tableSql } from './snapshot.ts';

/** Makes the table `days_over`: the days of which every hour within the run is final. */
export async function prepareDays(session: Session): Promise<void> {
  await session.run(`CREATE TABLE days_over AS
    SELECT date_trunc('day', run_hours.hour) AS day FROM run_hours LEFT JOIN final_hours USING (hour)
    GROUP BY 1 HAVING count(final_hours.hour) = count(*)`);
}

/**
 * Compares a metric's sums by day with the sum of its hourly rows, which are compared with the trace by themselves. A day
 * that is not over has none, and neither has one whose sums failed in the run.
 */
export async function compareDays(session: Session, metric: Metric, snapshotDir: string): Promise<VerifyCheck> {
  const check = `metric ${dayName(metric)}`;
  const columns = dayTableColumns(metric);
  const differences = await columnDifferences(session, snapshotDir, dayName(metric), columns);
  if (differences.length > 0) return checkOf(check, 'days', 'its columns', 'other columns', differences);
  // Whether the hourly rows can be summed is told where they are compared.
  const hourly = await columnDifferences(
    session,
    snapshotDir,
    metric.name,
    columns.filter(({ name }) => name !== 'day'),
  );
  if (hourly.length > 0) return checkOf(check, 'days', 'hourly rows', 'other columns', hourly);
  const failed = `SELECT date_trunc('day', hour) FROM metric_failures WHERE metric = ${quoted(dayName(metric))}`;
  const days = `SELECT day FROM days_over WHERE day NOT IN (${failed})`;
  const result = await comparePairs(session, {
    keys: columns.slice(0, metric.keys.length).map(({ name }) => name),
    values: columns.slice(metric.keys.length).map(({ name }) => name),
    expected: sumsSql(metric, snapshotDir, days),
    found: `SELECT ${columnList(columns.map(({ name }) => name))} FROM ${tableSql(snapshotDir, dayName(metric))}`,
  });
  const counts = await session.row(`SELECT count(*) AS days, (SELECT count(*) FROM days_over) AS over FROM (${days})`);
  const left = numberOf(counts.over) - numberOf(counts.days);
  const scope = `${plural(numberOf(counts.over), 'day')}${left === 0 ? '' : `, failed in ${left}`}`;
  return rowsCheck(check, scope, result);
}

/** The sums of the final hours; a sum that no BIGINT can hold is none. */
function sumsSql(metric: Metric, dir: string, days: string): string {
  const keys = metric.keys.filter(({ name }) => name !== 'hour').map(({ name }) => identifier(name));
  const sums = metric.measures.map(({ name }) => `TRY_CAST(sum(${identifier(name)}) AS BIGINT) AS ${identifier(name)}`);
  const list = ["date_trunc('day', hour) AS day", ...keys, ...sums, "'final' AS state", 'max(revision) AS revision'];
  return `SELECT ${list.join(', ')} FROM ${tableSql(dir, metric.name)}
    WHERE hour IN (SELECT hour FROM final_hours) AND date_trunc('day', hour) IN (${days})
    GROUP BY ${["date_trunc('day', hour)", ...keys].join(', ')}`;
}
