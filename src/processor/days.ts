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

/** What the closing tables hold for one metric: these hours, each in its new revision. */
export interface NewHours {
  readonly hour: EventTime;
  readonly revision: number;
}

/**
 * Sums each metric over each of the days, the hours in the closing tables taking the place of those in the store. A sum
 * that fails (one that no BIGINT can hold) marks itself only, as `<metric>_day` on the day's last hour.
 */
export async function computeDays(
  session: Session,
  metrics: readonly Metric[],
  days: readonly EventTime[],
  run: Pick<Manifest, 'from' | 'to'>,
  newHours: (metric: Metric) => readonly NewHours[],
): Promise<MetricFailure[]> {
  const failures: MetricFailure[] = [];
  for (const metric of metrics) {
    await session.run(createClosingDayTable(metric));
    for (const day of days) {
      await session.run(daySql(metric, day, run, newHours(metric))).catch((error: unknown) => {
        const reason = messageOf(error).split('\n')[0] ?? 'unknown';
        failures.push({ hour: lastHourOf(day, run), metric: dayTable(metric), reason });
      });
    }
  }
  return failures;
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

function daySql(
  metric: Metric,
  day: EventTime,
  run: Pick<Manifest, 'from' | 'to'>,
  replaced: readonly NewHours[],
): string {
  const first = timestamp(eventTime(Math.max(day, run.from)));
  const within = `hour >= ${first} AND hour < ${timestamp(eventTime(Math.min(day + MICROS_PER_DAY, run.to)))}`;
  const list = replaced.map(({ hour }) => timestamp(hour)).join(', ') || 'NULL';
  const revision = `CASE hour ${replaced.map((h) => `WHEN ${timestamp(h.hour)} THEN ${h.revision}`).join(' ')} END`;
  const kept = `SELECT ${rollupColumnList(metric)}, revision FROM rollups.${identifier(metric.name)}
    WHERE ${within}${replaced.length === 0 ? '' : ` AND hour NOT IN (${list})`}`;
  const fresh = `SELECT ${rollupColumnList(metric)}, ${revision} FROM ${closingTable(metric)} WHERE ${within} AND hour IN (${list})`;
  const keys = metric.keys.slice(1).map(({ name }) => identifier(name));
  const sums = metric.measures.map(({ name }) => `CAST(sum(${identifier(name)}) AS BIGINT)`);
  return `INSERT INTO ${closingDayTable(metric)}
    SELECT ${[timestamp(day), ...keys, ...sums, 'max(revision)'].join(', ')}
    FROM (${replaced.length === 0 ? kept : `${kept} UNION ALL ${fresh}`}) ${keys.length === 0 ? 'HAVING count(*) > 0' : `GROUP BY ${keys.join(', ')}`}`;
}
