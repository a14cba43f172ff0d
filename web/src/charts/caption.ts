import { NBSP } from '../format/cells.ts';
import { formatValue } from '../format/units.ts';
import type { PanelData } from '../live/live-state.ts';
import { type ChartMetric, countField, fieldLabel, fieldOf } from './chart-metric.ts';

/** What a panel says of everything shown together: `r = 0.52`, `slope 0.307 nats per join`, `n = 133,754 queries`. */
export function captionParts(metric: ChartMetric, { caption }: PanelData): readonly string[] {
  const count = countField(metric)?.name;
  return metric.panel.caption.flatMap((name) => {
    const field = fieldOf(metric, name);
    const value = caption[name];
    if (field === undefined || value === undefined) return [];
    const text = formatValue(value, field.unit);
    if (field.unit === 'r') return [`r${NBSP}=${NBSP}${text}`];
    if (name === count) return [`n${NBSP}=${NBSP}${text}`];
    return [`${fieldLabel(field)} ${text}`];
  });
}
