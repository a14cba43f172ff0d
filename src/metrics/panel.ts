import { fault } from './fault.ts';
import type { MetricFile } from './head.ts';
import type { KeyColumn, Panel } from './metric.ts';
import { didYouMean } from './names.ts';

/** Checks that every name in the panel exists. Throws MetricFault. */
export function checkPanel({ head, headLine }: MetricFile, keys: readonly KeyColumn[]): Panel | undefined {
  const { panel } = head;
  if (panel === undefined) return undefined;
  const keyNames = keys.map(({ name }) => name);
  const values = [...Object.keys(head.measures), ...Object.keys(head.derived ?? {})];
  for (const field of ['x', 'series'] as const) {
    const name = panel[field];
    if (name === undefined || keyNames.includes(name)) continue;
    fault(
      headLine(['panel', field]),
      `panel.${field} names "${name}", which is not a key${didYouMean(name, keyNames)}`,
    );
  }
  panel.y.forEach((name, i) => {
    if (values.includes(name)) return;
    fault(
      headLine(['panel', 'y', i]),
      `panel.y names "${name}", which is neither a measure nor a derived value${didYouMean(name, values)}`,
    );
  });
  return { chart: panel.chart, x: panel.x, y: panel.y, series: panel.series, top: panel.top };
}
