import { loadMetrics } from '../../src/metrics/load.ts';
import type { Metric } from '../../src/metrics/metric.ts';

let loaded: Promise<readonly Metric[]> | undefined;

/** The product's own metrics, loaded once: checking them takes longer than most tests. */
export function builtInMetrics(): Promise<readonly Metric[]> {
  loaded ??= loadMetrics();
  return loaded;
}

/** A metric small enough to be worked out in the head: queries and milliseconds of each user. */
export const LOAD = metricOf('load', 'count(*) AS queries, coalesce(sum(execution_duration_ms), 0) AS execution_ms');

/** A metric that loads, but fails on every event. */
export const BROKEN = metricOf('broken', "count(*) AS queries, sum(CAST('x' || query_id AS BIGINT)) AS execution_ms");

function metricOf(name: string, measures: string): Metric {
  return {
    name,
    file: `${name}.sql`,
    title: name,
    question: 'How much ran?',
    description: undefined,
    keys: [
      { name: 'hour', type: 'TIMESTAMP' },
      { name: 'instance_id', type: 'VARCHAR' },
      { name: 'user_id', type: 'BIGINT' },
    ],
    measures: [
      { name: 'queries', unit: 'queries', note: undefined },
      { name: 'execution_ms', unit: 'ms', note: undefined },
    ],
    derived: [],
    panel: undefined,
    kpi: [],
    history: false,
    sql: `SELECT hour, instance_id, user_id, ${measures} FROM events GROUP BY hour, instance_id, user_id`,
    hash: `${name}-1`,
  };
}
