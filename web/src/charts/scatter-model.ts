import { formatKey, numberOf } from '../format/cells.ts';
import type { ChartInput } from './chart-input.ts';
import { countField, fieldLegend, groupShown } from './chart-metric.ts';
import type { Point, PointSeries, ScatterModel } from './chart-model.ts';
import { columnReader } from './rows.ts';
import { keyName, noun } from './slot-names.ts';

/** Points over a key of numbers; a row without x or y is none. */
export function scatterModel(input: ChartInput): ScatterModel {
  const { metric, data, palette, view } = input;
  const { panel } = metric;
  const group = groupShown(metric, view.unit);
  const series = seriesOf(input);
  const xs = new Set(series.flatMap(({ points }) => points.map(({ x }) => x)));
  const isFirst = group.fields[0]?.name === panel.y[0];
  const fit = isFirst && panel.fit !== null ? fitOf(panel.fit, data.caption) : undefined;
  return {
    ...{ kind: 'scatter', metric, palette, group, series, fit },
    log: panel.scale === 'log',
    xLabel: noun(panel.x ?? ''),
    xs: [...xs].sort((a, b) => a - b),
    empty: xs.size === 0,
  };
}

function seriesOf(input: ChartInput): readonly PointSeries[] {
  const { metric, data, palette, view } = input;
  const { panel } = metric;
  const [field] = groupShown(metric, view.unit).fields;
  if (field === undefined) return [];
  const isFirst = field.name === panel.y[0];
  const [xs, ys, kinds] = [panel.x, field.name, panel.series].map((name) => columnReader(data, name));
  const [low, high, n] = [
    columnReader(data, isFirst ? panel.spread?.[0] : undefined),
    columnReader(data, isFirst ? panel.spread?.[1] : undefined),
    columnReader(data, countField(metric)?.name),
  ];
  const byKind = new Map<string, Point[]>();
  for (const row of data.rows) {
    const [x, y] = [numberOf(xs?.(row)), numberOf(ys?.(row))];
    if (x === null || y === null) continue;
    const kind = panel.series === null ? '' : formatKey(kinds?.(row));
    const point = { x, y, low: numberOf(low(row)), high: numberOf(high(row)), n: numberOf(n(row)) };
    byKind.set(kind, [...(byKind.get(kind) ?? []), point]);
  }
  const names = [...byKind.keys()].sort();
  const swatches =
    panel.series === null ? palette.coloursOf('y', [field.name]) : palette.coloursOf(panel.series, names);
  return names.flatMap((name, i) => {
    const swatch = swatches[i];
    if (swatch === undefined) return [];
    const id = panel.series === null ? field.name : name;
    const label = panel.series === null ? fieldLegend(field) : keyName(metric, panel.series, name);
    return [{ id, label, swatch, hidden: view.hidden.includes(id), points: byKind.get(name) ?? [] }];
  });
}

function fitOf(
  names: { readonly slope: string; readonly intercept: string },
  caption: Readonly<Record<string, number | null>>,
): ScatterModel['fit'] {
  const [slope, intercept] = [caption[names.slope], caption[names.intercept]];
  return typeof slope === 'number' && typeof intercept === 'number' ? { slope, intercept } : undefined;
}
