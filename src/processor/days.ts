import type { Session } from '../engine/session.ts';
import { numberOf } from '../engine/session.ts';
import { identifier, timestamp } from '../engine/sql.ts';
import { messageOf } from '../errors.ts';
import type { MetricFailure } from '../hot-store/hot-store.ts';
import { closingDayTable, closingTable, createClosingDayTable, dayTable } from '../hot-store/hot-store.ts';
import type { Metric } from '../metrics/metric.ts';
import { rollupColumnList } from '../metrics/metric.ts';
import type { Manifest } from '../model/manifest.ts';
import type { EventTime } from '../model/time.ts';
import { addMicros, dayOf, eventTime, MICROS_PER_DAY, MICROS_PER_HOUR } from '../model/time.ts';

/** The days whose last hour within the run is one of `hours`: their sums can be written once these are final. */
export function completedDays(hours: readonly EventTime[], run: Pick<Manifest, 'from' | 'to'>): EventTime[] {
  return [...new Set(hours.filter((hour) => hour >= run.from && hour < run.to).map(dayOf))].filter((day) =>
    hours.includes(lastHourOf(day, run)),
  );
}

/** The last hour of a day that belongs to the run. */
export function lastHourOf(day: EventTime, run: Pick<Manifest, 'to'>): EventTime {
  return eventTime(Math.min(day + MICROS_PER_DAY, run.to) - MICROS_PER_HOUR);
}

/** What the closing tables hold: these hours, each in its new revision. */
export interface NewHours {
  readonly hour: EventTime;
  readonly revision: number;
}

/**
 * Sums each metric over each of the days into its `closingDayTable`; `rowsOf` selects its hourly rows with their
 * revision. A sum that fails (one that no BIGINT can hold) marks itself only, as `<metric>_day` on the day's last hour.
 */
export async function computeDays(
  session: Session,
  metrics: readonly Metric[],
  days: readonly EventTime[],
  run: Pick<Manifest, 'from' | 'to'>,
  rowsOf: (metric: Metric) => string,
): Promise<MetricFailure[]> {
  const failures: MetricFailure[] = [];
  for (const metric of metrics) {
    await session.run(createClosingDayTable(metric));
    for (const day of days) {
      await session.run(daySql(metric, day, run, rowsOf(metric))).catch((error: unknown) => {
        const reason = messageOf(error).split('\n')[0] ?? 'unknown';
        failures.push({ hour: lastHourOf(day, run), metric: dayTable(metric), reason });
      });
    }
  }
  return failures;
}

/** Hourly rows of a metric: those in the closing tables take the place of those in the store. */
export function rowsWith(hours: readonly NewHours[]): (metric: Metric) => string {
  const list = hours.map(({ hour }) => timestamp(hour)).join(', ');
  const revision = `CASE hour ${hours.map((h) => `WHEN ${timestamp(h.hour)} THEN ${h.revision}`).join(' ')} END`;
  return (
    metric,
  ) => `SELECT ${rollupColumnList(metric)}, revision FROM rollups.${identifier(metric.name)} WHERE hour NOT IN (${list})
    UNION ALL SELECT ${rollupColumnList(metric)}, ${revision} FROM ${closingTable(metric)} WHERE hour IN (${list})`;
}

/** Those of the days of `hours` that have been completed before. */
export async function writtenDays(
  session: Session,
  hours: readonly EventTime[],
  run: Pick<Manifest, 'from' | 'to'>,
): Promise<EventTime[]> {
  const days = [...new Set(hours.map(dayOf))].filter(
    (day) => addMicros(day, MICROS_PER_DAY) > run.from && day < run.to,
  );
  if (days.length === 0) return [];
  const last = days.map((day) => timestamp(lastHourOf(day, run)));
  const rows = await session.rows(
    `SELECT epoch_us(hour) AS hour FROM store.hours WHERE state = 'final' AND hour IN (${last.join(', ')}) ORDER BY hour`,
  );
  return rows.map((row) => dayOf(eventTime(numberOf(row.hour))));
}

function daySql(metric: Metric, day: EventTime, run: Pick<Manifest, 'from' | 'to'>, rows: string): string {
  const first = timestamp(eventTime(Math.max(day, run.from)));
  const end = timestamp(eventTime(Math.min(day + MICROS_PER_DAY, run.to)));
  const keys = metric.keys.slice(1).map(({ name }) => identifier(name));
  const sums = metric.measures.map(({ name }) => `CAST(sum(${identifier(name)}) AS BIGINT)`);
  return `INSERT INTO ${closingDayTable(metric)}
    SELECT ${[timestamp(day), ...keys, ...sums, 'max(revision)'].join(', ')} FROM (${rows})
    WHERE hour >= ${first} AND hour < ${end} ${keys.length === 0 ? 'HAVING count(*) > 0' : `GROUP BY ${keys.join(', ')}`}`;
}
