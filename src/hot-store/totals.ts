import type { HotStore } from './hot-store.ts';

/** How many records of a run have which fate. */
export interface FateTotals {
  readonly counted: number;
  readonly late: number;
  readonly rejected: number;
  readonly duplicate: number;
}

/** Sums of all receipts; not of `hours`, because rejected records may belong to none. */
export async function fateTotals(store: Pick<HotStore, 'query'>): Promise<FateTotals> {
  const { rows } = await store.query(`
    SELECT CAST(coalesce(sum(counted), 0) AS BIGINT), CAST(coalesce(sum(late + late_after), 0) AS BIGINT),
      CAST(coalesce(sum(rejected + rejected_after), 0) AS BIGINT), CAST(coalesce(sum(duplicate), 0) AS BIGINT) FROM receipts`);
  const [counted = 0, late = 0, rejected = 0, duplicate = 0] = (rows[0] ?? []).map(Number);
  return { counted, late, rejected, duplicate };
}

/** Metrics that failed on a closed hour, with the reason of the latest one. */
export async function failedMetrics(store: Pick<HotStore, 'query'>): Promise<Record<string, string>> {
  const { rows } = await store.query('SELECT metric, arg_max(reason, hour) FROM metric_failures GROUP BY metric');
  return Object.fromEntries(rows.map(([metric, reason]) => [String(metric), String(reason)]));
}
