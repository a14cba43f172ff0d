import { HOURS_PX, RIGHT_PX, slotAxis, TOP_PX, VALUES_PX, valueAxisOption } from './axes.ts';
import { barSeries } from './bar-series.ts';
import type { Series, SlotsModel } from './chart-model.ts';
import { type Drawing, type DrawingState, evenStops, type Size } from './drawing.ts';
import { hourMarks } from './hour-marks.ts';
import { lineSeries } from './line-series.ts';
import { linearAxis, logAxis, type ValueAxis } from './value-axis.ts';

const STEP_PX = 34;
const LOG_STEP_PX = 24;

/** Lines, areas and standing bars. */
export function drawSlots(model: SlotsModel, size: Size, { extent }: DrawingState): Drawing {
  const { palette, slots, form } = model;
  const plot = {
    ...{ x: VALUES_PX, y: TOP_PX },
    width: Math.max(40, size.width - VALUES_PX - RIGHT_PX),
    height: Math.max(40, size.height - TOP_PX - HOURS_PX),
  };
  const axis = axisOf(model, plot.height, extent);
  const visible = model.series.filter(({ hidden }) => !hidden);
  const series = form === 'bars' ? barSeries(model, visible, axis) : lineSeries(model, visible, axis, plot.width);
  return {
    option: {
      animation: false,
      grid: { left: plot.x, top: plot.y, width: plot.width, height: plot.height, outerBoundsMode: 'none' },
      xAxis: [slotAxis(palette, slots, plot.width)],
      yAxis: [valueAxisOption(palette, axis)],
      series: [...series, ...hourMarks(palette, slots, model.chosen, plot)],
    },
    ...{ plot, along: 'x', band: plot.width / Math.max(1, slots.length), rows: undefined },
    stops: evenStops(plot.x, plot.width, slots.length),
    extent: { min: axis.min, max: axis.max },
  };
}

/** The axis of a model's values over so many pixels. */
export function axisOf(
  model: SlotsModel,
  length: number,
  before: DrawingState['extent'],
  stepPx = model.log ? LOG_STEP_PX : STEP_PX,
): ValueAxis {
  const { low, high, hasZero } = rangeOf(model);
  const steps = Math.max(2, Math.floor(length / stepPx));
  const wish = { unit: model.group.unit, low, high, before, steps, fromZero: model.form !== 'line' };
  return model.log ? logAxis(wish, hasZero) : linearAxis(wish);
}

/** Smallest and largest length that is drawn; on a logarithmic axis the smallest above zero. */
function rangeOf(model: SlotsModel): { readonly low: number; readonly high: number; readonly hasZero: boolean } {
  const visible = model.series.filter(({ hidden }) => !hidden);
  const ends = model.stacked ? stackEnds(model, visible) : visible.flatMap(({ values }) => values);
  let [low, high, hasZero] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, false];
  for (const value of ends) {
    if (value === null) continue;
    if (value <= 0) hasZero = true;
    if (value > high) high = value;
    if (value < low && (!model.log || value > 0)) low = value;
  }
  return { low: Number.isFinite(low) ? low : 0, high: Number.isFinite(high) ? high : 0, hasZero };
}

function stackEnds({ slots }: SlotsModel, visible: readonly Series[]): number[] {
  return slots.flatMap((_, i) => {
    let [up, down] = [0, 0];
    for (const { values } of visible) {
      const value = values[i] ?? 0;
      if (value > 0) up += value;
      else down += value;
    }
    return [up, down];
  });
}
