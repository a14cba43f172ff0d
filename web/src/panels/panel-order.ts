import type { MetricDefinition } from '../../../src/api/routes/metrics.ts';
import { type ChartMetric, isChartMetric } from '../charts/chart-metric.ts';

/** What comes first, and in which order. */
const FIRST = [
  'spill',
  'result_cache',
  'top_tables',
  'compile_joins',
  'utilization',
  'latency',
  'workload',
  'bottlenecks',
  'repetition',
];

/** The metrics that have a panel, in the order of the page: the known ones first, then others by name. */
export function panelOrder(metrics: readonly MetricDefinition[]): readonly ChartMetric[] {
  const place = ({ name }: ChartMetric) => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);
  return metrics.filter(isChartMetric).sort((a, b) => place(a) - place(b) || (a.name < b.name ? -1 : 1));
}
