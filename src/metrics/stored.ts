import type { Metric, Panel } from './metric.ts';

/** A metric as a store keeps it: an earlier release may not have known how to say everything about its panel. */
type StoredMetric = Omit<Metric, 'panel' | 'kpi'> & { readonly panel?: StoredPanel } & Partial<Pick<Metric, 'kpi'>>;
type StoredPanel = Pick<Panel, 'chart' | 'x' | 'y' | 'series' | 'top'> & Partial<Panel>;

/** Metrics as JSON in a store's meta data; what is missing is what a head means that does not say it. */
export function metricsFromJson(text: string): Metric[] {
  // Written by a store of this schema version, which checked them before.
  const stored = JSON.parse(text) as StoredMetric[];
  return stored.map(({ panel, ...metric }) => ({ kpi: [], ...metric, panel: panel && withDefaults(panel) }));
}

function withDefaults(panel: StoredPanel): Panel {
  const defaults = { where: {}, stack: false, scale: 'linear', over: 'range', caption: [] } as const;
  return { ...defaults, spread: undefined, fit: undefined, ...panel };
}
