import type { CustomSeriesOption, LineSeriesOption, ScatterSeriesOption } from 'echarts/charts';
import { axisText, HOURS_PX, RIGHT_PX, VALUES_PX, valueAxisOption } from './axes.ts';
import type { Point, PointSeries, ScatterModel } from './chart-model.ts';
import type { Box, Drawing, DrawingState, Size } from './drawing.ts';
import { drawn } from './hour-marks.ts';
import { markerOf } from './patterns.ts';
import { linearAxis, logAxis, type ValueAxis } from './value-axis.ts';

const TOP_PX = 8;
const NAME_PX = 14;
const STEP_PX = 34;
const LOG_STEP_PX = 24;
const X_STEP_PX = 40;
const LEAST_PX = 5;
const MOST_PX = 16;
const FIT_POINTS = 60;
const RANGE_PX = 10;

/** Points whose size says how many they stand for, ranges behind them and the fitted line. */
export function drawScatter(model: ScatterModel, size: Size, { extent }: DrawingState): Drawing {
  const { palette, xs } = model;
  const plot = {
    ...{ x: VALUES_PX, y: TOP_PX },
    width: Math.max(40, size.width - VALUES_PX - RIGHT_PX),
    height: Math.max(40, size.height - TOP_PX - HOURS_PX - NAME_PX),
  };
  const visible = model.series.filter(({ hidden }) => !hidden);
  const y = valueAxis(model, visible, plot, extent);
  const x = keyAxis(xs, plot.width);
  const toX = (value: number) => plot.x + ((value - x.min) / (x.max - x.min)) * plot.width;
  const toY = (value: number) => plot.y + ((y.max - y.at(value)) / (y.max - y.min)) * plot.height;
  return {
    option: {
      animation: false,
      grid: { left: plot.x, top: plot.y, width: plot.width, height: plot.height, outerBoundsMode: 'none' },
      xAxis: [xAxisOption(model, x)],
      yAxis: [valueAxisOption(palette, y)],
      series: [...ranges(visible, toX, toY), ...fitLine(model, x, y), ...points(model, visible, y)],
    },
    ...{ plot, along: 'x', band: 0, rows: undefined },
    stops: xs.map(toX),
    extent: { min: y.min, max: y.max },
  };
}

interface KeyAxis {
  readonly min: number;
  readonly max: number;
  readonly interval: number;
}

/** Whole numbers, with half a step of air at either end. */
function keyAxis(xs: readonly number[], width: number): KeyAxis {
  const [low, high] = [xs[0] ?? 0, xs.at(-1) ?? 0];
  const { ticks } = linearAxis({
    ...{ unit: '', low, high: Math.max(high, low + 1), fromZero: false, before: undefined },
    steps: Math.max(2, Math.floor(width / X_STEP_PX)),
  });
  const step = Math.max(1, Math.round((ticks[1] ?? 1) - (ticks[0] ?? 0)));
  const air = Math.max(0.5, (high - low) * 0.03);
  return { min: low - air, max: high + air, interval: step };
}

function xAxisOption({ palette, xLabel }: ScatterModel, { min, max, interval }: KeyAxis) {
  const ticks = wholeTicks(min, max, interval);
  return {
    ...valueAxisOption(palette, { min, max, base: min, ticks, at: (value) => value, label: String }),
    name: xLabel,
    nameLocation: 'middle' as const,
    nameGap: 26,
    nameTextStyle: axisText(palette),
    axisLine: { show: true, onZero: false, lineStyle: { color: palette.edge } },
    splitLine: { show: false },
  };
}

function wholeTicks(min: number, max: number, step: number): number[] {
  const ticks: number[] = [];
  for (let tick = Math.ceil(min / step) * step; tick <= max; tick += step) ticks.push(tick);
  return ticks;
}

function valueAxis(
  model: ScatterModel,
  visible: readonly PointSeries[],
  plot: Box,
  before: DrawingState['extent'],
): ValueAxis {
  const values = visible.flatMap(({ points: all }) => all.flatMap(({ y, low, high }) => [y, low ?? y, high ?? y]));
  const shown = model.log ? values.filter((value) => value > 0) : values;
  const [low, high] = [Math.min(...shown), Math.max(...shown)].map((end) => (Number.isFinite(end) ? end : 0));
  const wish = { unit: model.group.unit, low: low ?? 0, high: high ?? 0, fromZero: true, before };
  const steps = Math.max(2, Math.floor(plot.height / (model.log ? LOG_STEP_PX : STEP_PX)));
  const hasZero = values.some((value) => value <= 0);
  return model.log ? logAxis({ ...wish, steps }, hasZero) : linearAxis({ ...wish, steps });
}

function points(model: ScatterModel, visible: readonly PointSeries[], axis: ValueAxis): ScatterSeriesOption[] {
  const most = Math.max(1, ...visible.flatMap(({ points: all }) => all.map(({ n }) => n ?? 0)));
  return visible.map(({ id, swatch, points: all }) => ({
    ...{ type: 'scatter', id, silent: true, z: 5, symbol: markerOf(swatch, model.palette.panel).symbol, clip: false },
    data: all.map(({ x, y }) => [x, axis.at(y)]),
    symbolSize: (_: unknown, { dataIndex }: { dataIndex: number }) => pointSize(all[dataIndex], most),
    itemStyle: { color: swatch.line, borderColor: model.palette.panel, borderWidth: 1, opacity: 1 },
    emphasis: { disabled: true },
  }));
}

/** The area of a point grows with what it stands for; the smallest can still be seen. */
function pointSize(point: Point | undefined, most: number): number {
  const share = Math.max(0, point?.n ?? most) / most;
  return Math.max(LEAST_PX, MOST_PX * Math.sqrt(share));
}

/** From low to high, as wide bars behind the points. */
function ranges(
  visible: readonly PointSeries[],
  toX: (value: number) => number,
  toY: (value: number) => number,
): CustomSeriesOption[] {
  const shapes = visible.flatMap(({ swatch, points: all }) =>
    all.flatMap(({ x, low, high }) => {
      if (low === null || high === null) return [];
      const [top, bottom] = [toY(high), toY(low)];
      const shape = { x: toX(x) - RANGE_PX / 2, y: top, width: RANGE_PX, height: Math.max(1, bottom - top), r: 2 };
      return [{ type: 'rect', shape, style: { fill: swatch.line, opacity: 0.3 }, silent: true }];
    }),
  );
  return shapes.length === 0 ? [] : [drawn('ranges', shapes, 2)];
}

/** y = exp(intercept + slope x) - 1, from the first x to the last, inside the plot. */
function fitLine({ fit, palette, xs }: ScatterModel, x: KeyAxis, y: ValueAxis): LineSeriesOption[] {
  if (fit === undefined || xs.length < 2) return [];
  const [from, to] = [xs[0] ?? x.min, xs.at(-1) ?? x.max];
  const data = Array.from({ length: FIT_POINTS + 1 }, (_, i) => {
    const at = from + ((to - from) * i) / FIT_POINTS;
    return [at, y.at(Math.exp(fit.intercept + fit.slope * at) - 1)];
  });
  return [
    {
      ...{ type: 'line', id: 'fit', data, silent: true, showSymbol: false, z: 6, clip: true },
      lineStyle: { color: palette.text, width: 1.5, type: 'solid' },
      emphasis: { disabled: true },
    },
  ];
}
