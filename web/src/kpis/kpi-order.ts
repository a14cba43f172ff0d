import type { MetricDefinition } from '../../../src/api/routes/metrics.ts';

export type Kpi = MetricDefinition['kpi'][number];

/** One figure of the top row and where its rows are found in the live state. */
export interface KpiSource {
  /** Metric and place in its `kpi`: `spill.0`. */
  readonly id: string;
  readonly metric: MetricDefinition;
  readonly kpi: Kpi;
}

/** The metrics that everybody has, in the order in which one reads them. */
const FIRST = ['workload', 'spill', 'result_cache', 'latency', 'utilization'];

/** All figures that metrics ask for: those of the metrics above first, then the users' own by name. */
export function kpiSources(metrics: readonly MetricDefinition[]): KpiSource[] {
  const place = ({ name }: MetricDefinition): number => (FIRST.indexOf(name) + FIRST.length + 1) % (FIRST.length + 1);
  return [...metrics]
    .sort((a, b) => place(a) - place(b) || a.name.localeCompare(b.name))
    .flatMap((metric) => metric.kpi.map((kpi, index) => ({ id: `${metric.name}.${index}`, metric, kpi })));
}
