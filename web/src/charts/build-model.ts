import type { ChartInput } from './chart-input.ts';
import { groupShown } from './chart-metric.ts';
import type { ChartModel } from './chart-model.ts';
import { heatModel } from './heat-model.ts';
import { scatterModel } from './scatter-model.ts';
import { slotsModel } from './slots-model.ts';

/**
 * What a panel shows, in the form that its metric asks for. A form that lacks a key it needs becomes the next best: a
 * heatmap without rows or places a table, points over what are no numbers a line.
 */
export function buildModel(input: ChartInput): ChartModel {
  const { metric } = input;
  const { chart, x, series } = metric.panel;
  if (chart === 'heatmap' && x !== null && series !== null) return heatModel(input);
  if (chart === 'scatter' && x !== null) {
    const isNumber = metric.keys.some(({ name, type }) => name === x && type === 'BIGINT');
    return isNumber ? scatterModel(input) : slotsModel(input, 'line');
  }
  if (chart === 'line' || chart === 'area' || chart === 'bars') return slotsModel(input, chart);
  const group = groupShown(metric, input.view.unit);
  return { kind: 'table', metric, palette: input.palette, group, empty: input.data.rows.length === 0 };
}
