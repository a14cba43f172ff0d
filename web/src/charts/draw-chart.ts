import type { ChartModel, TableModel } from './chart-model.ts';
import type { Drawing, DrawingState, Size } from './drawing.ts';
import { drawHeat } from './heat-drawing.ts';
import { drawLying } from './lying-drawing.ts';
import { drawScatter } from './scatter-drawing.ts';
import { drawSlots } from './slots-drawing.ts';

export type DrawnModel = Exclude<ChartModel, TableModel>;

/** A model as ECharts draws it at a size. */
export function drawChart(model: DrawnModel, size: Size, state: DrawingState): Drawing {
  if (model.kind === 'scatter') return drawScatter(model, size, state);
  if (model.kind === 'heat') return drawHeat(model, size, state);
  return model.lying ? drawLying(model, size, state) : drawSlots(model, size, state);
}
