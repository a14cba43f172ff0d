/** What a panel must show, as somebody would ask for it in SQL: none of the code that computes panels is used. */
export interface PanelSql {
  readonly metric: string;
  /** The panel's heading. */
  readonly title: string;
  /** Columns that tell its rows apart. */
  readonly keys: readonly string[];
  /** A SELECT whose columns are named as the panel's. */
  readonly select: string;
  /** Relative difference that a column may have; 1e-9, for the order of adding up, unless said. */
  readonly within?: Readonly<Record<string, number>>;
  /** Only so many rows are shown, those with the most of a column. */
  readonly top?: { readonly rows: number; readonly by: string };
}

/** Whole hours, ISO-8601; `to` is exclusive. */
export interface Hours {
  readonly from: string;
  readonly to: string;
}

/** Percentiles come from buckets whose bounds are 5 % to either side of what they stand for. */
const BUCKET = 0.0501;

/** The nine built-in panels for the hours in view; `hour` is the one that panels over one hour show. */
export function panelSql(hours: Hours, hour: string): PanelSql[] {
  const inView = `hour >= TIMESTAMP '${plain(hours.from)}' AND hour < TIMESTAMP '${plain(hours.to)}'`;
  const arrived = inView.replaceAll('hour ', 'arrival_timestamp ');
  return [
    {
      metric: 'workload',
      title: 'Workload',
      keys: ['hour', 'query_type'],
      select: `SELECT hour, query_type, ${sums('queries', 'aborted', 'cached', 'queued_queries', 'compile_ms', 'queue_ms', 'execution_ms', 'mbytes_scanned', 'unknown_bytes')},
        ${ratio('aborted', 'queries')} AS abort_rate, ${ratio('compile_ms', 'queries')} AS mean_compile_ms,
        ${ratio('queue_ms', 'queries')} AS mean_queue_ms, ${ratio('execution_ms', 'queries')} AS mean_execution_ms
        FROM workload WHERE ${inView} GROUP BY hour, query_type`,
    },
    {
      metric: 'spill',
      title: 'Spill',
      keys: ['hour', 'query_type'],
      select: `SELECT hour, query_type, ${sums('queries', 'spilled_queries', 'mbytes_spilled', 'spilled_execution_ms')},
        ${ratio('spilled_queries', 'queries')} AS spill_rate, ${ratio('mbytes_spilled', 'spilled_queries')} AS mean_mbytes_spilled
        FROM spill WHERE ${inView} GROUP BY hour, query_type`,
    },
    {
      metric: 'result_cache',
      title: 'Result cache',
      keys: ['hour'],
      select: `SELECT hour, ${sums('queries', 'reads', 'cached')},
        ${ratio('cached', 'reads')} AS hit_rate_of_reads, ${ratio('cached', 'queries')} AS hit_rate_of_queries
        FROM result_cache WHERE ${inView} GROUP BY hour`,
    },
    {
      metric: 'top_tables',
      title: 'Top tables',
      keys: ['table_id', 'instance_id'],
      select: `SELECT table_id, instance_id, reads, writes, reads + writes AS accesses
        FROM top_tables WHERE hour = TIMESTAMP '${plain(hour)}'`,
      top: { rows: 10, by: 'accesses' },
    },
    {
      metric: 'compile_joins',
      title: 'Compile time and joins',
      keys: ['num_joins'],
      select: `SELECT num_joins, ${sums('queries', 'zero_compile', 'compile_ms', 'sum_ln', 'sum_ln_sq')},
        ${ratio('compile_ms', 'queries')} AS mean_compile_ms,
        exp(sum(sum_ln) / nullif(sum(queries) - sum(zero_compile), 0) / 1000) - 1 AS geometric_mean_compile_ms
        FROM compile_joins WHERE ${inView} GROUP BY num_joins`,
    },
    {
      metric: 'latency',
      title: 'Latency',
      keys: ['hour'],
      select: `SELECT date_trunc('hour', arrival_timestamp) AS hour, count(*) AS queries,
        ${[50, 90, 95, 99].map((p) => `list_sort(list(execution_duration_ms))[ceil(count(*) * ${p} / 100)::INT] AS p${p}`).join(', ')}
        FROM events WHERE NOT was_cached AND ${arrived} GROUP BY ALL`,
      within: { p50: BUCKET, p90: BUCKET, p95: BUCKET, p99: BUCKET },
    },
    {
      metric: 'bottlenecks',
      title: 'Bottlenecks',
      keys: ['hour', 'class'],
      select: `SELECT hour, class, ${sums('queries', 'queue_ms', 'execution_ms')},
        sum(queries) / sum(sum(queries)) OVER (PARTITION BY hour) AS share_of_queries,
        sum(execution_ms) / nullif(sum(sum(execution_ms)) OVER (PARTITION BY hour), 0) AS share_of_execution,
        ${ratio('queue_ms', 'queries')} AS mean_queue_ms, ${ratio('execution_ms', 'queries')} AS mean_execution_ms
        FROM bottlenecks WHERE ${inView} GROUP BY hour, class`,
    },
    {
      metric: 'repetition',
      title: 'Repetition',
      keys: ['hour'],
      select: `SELECT hour, ${sums('queries', 'repeated')}, ${ratio('repeated', 'queries')} AS repetition_rate
        FROM repetition WHERE ${inView} GROUP BY hour`,
    },
    {
      metric: 'utilization',
      title: 'Utilization',
      keys: ['hour', 'instance_id'],
      select: utilization(inView),
    },
  ];
}

/** The published formula of the score, with its usual weights and five slots. */
function utilization(inView: string): string {
  return `WITH parts AS (
      SELECT hour, instance_id, queries,
        coalesce(greatest(0, queue_ms / nullif(queue_ms + compile_ms + execution_ms, 0)), 0) AS q,
        coalesce(greatest(0, spilled_execution_ms / nullif(execution_ms, 0)), 0) AS s,
        coalesce(greatest(0, 1 - expected_ms / nullif(compared_ms, 0)), 0) AS p,
        least(1, greatest(0, busy_ms / (3600000 * 5))) AS c
      FROM utilization WHERE ${inView})
    SELECT hour, instance_id, queries, 0.3 * q + 0.2 * s + 0.3 * p + 0.2 * c AS score,
      (0.3 * q + 0.2 * s + 0.3 * p + 0.2 * c >= 0.6 OR (c >= 1 AND q > 0.1))::INT AS oversubscribed
    FROM parts`;
}

function sums(...columns: readonly string[]): string {
  return columns.map((column) => `sum(${column}) AS ${column}`).join(', ');
}

/** Of sums; null where there is nothing to divide by. */
function ratio(part: string, whole: string): string {
  return `sum(${part}) / nullif(sum(${whole}), 0)`;
}

/** A time as DuckDB reads it. */
function plain(iso: string): string {
  return iso.replace('T', ' ').replace('Z', '');
}
