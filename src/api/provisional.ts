import { addMicros, MICROS_PER_HOUR } from '../model/time.ts';
import type { ApiOptions } from './options.ts';
import type { HourRange } from './range.ts';

/**
 * Brings the rollups of open hours up to date if the range holds any. Hours become final in order: up to the latest
 * final one there is nothing provisional.
 */
export async function refreshIfOpen(options: Pick<ApiOptions, 'status' | 'store'>, range: HourRange): Promise<void> {
  const { lastFinal } = options.status().processor;
  const allFinal =
    range.to !== undefined && lastFinal !== undefined && range.to <= addMicros(lastFinal, MICROS_PER_HOUR);
  if (!allFinal) await options.store.refreshLive();
}

/**
 * Brings the rollups of open hours up to date if `sql` can read any: a statement cannot read a metric without naming
 * it. The store sees to it that this happens no more often than it can afford.
 */
export async function refreshIfRead(options: Pick<ApiOptions, 'metrics' | 'store'>, sql: string): Promise<void> {
  const text = sql.toLowerCase();
  if (options.metrics.some((metric) => text.includes(metric.name))) await options.store.refreshLive();
}
