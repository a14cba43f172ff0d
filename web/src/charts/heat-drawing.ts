import type { YAXisComponentOption } from 'echarts';
import { axisText, FONT_PX, HOURS_PX, RIGHT_PX, slotAxis, TOP_PX } from './axes.ts';
import type { HeatModel, HeatRow } from './chart-model.ts';
import { type Box, type CellShapes, type Drawing, type DrawingState, evenStops, type Size } from './drawing.ts';
import { type HeatScale, heatScale } from './heat-scale.ts';
import { hourMarks } from './hour-marks.ts';

const NAMES_PX = 112;
const NAMES_SHARE = 0.32;
export const ROW_PX = 15;
const MOST_ROW_PX = 32;
const GAP_FROM_PX = 6;
const MARK_FROM_PX = 5;
const MARK_MOST_PX = 7;

/** Rows that fit the height at a size that can be read; all of them, however thin, where that is asked for. */
export function visibleRows(
  rows: number,
  height: number,
  { firstRow, allRows }: Pick<DrawingState, 'firstRow' | 'allRows'>,
): NonNullable<Drawing['rows']> {
  const fitting = Math.max(1, Math.floor(height / ROW_PX));
  const count = allRows ? rows : Math.min(rows, fitting);
  const first = Math.max(0, Math.min(firstRow, rows - count));
  return { first, count, height: Math.min(MOST_ROW_PX, height / Math.max(1, count)) };
}

/** Axes and hours of the rows in sight; the cells are too many for ECharts and painted by `paint-cells.ts`. */
export function drawHeat(model: HeatModel, size: Size, state: DrawingState): Drawing {
  const { palette, slots, rows } = model;
  const height = Math.max(ROW_PX, size.height - TOP_PX - HOURS_PX);
  const seen = visibleRows(rows.length, height, state);
  const shown = rows.slice(seen.first, seen.first + seen.count);
  const names = Math.min(NAMES_PX, Math.round(size.width * NAMES_SHARE));
  const plot: Box = {
    ...{ x: names, y: TOP_PX },
    width: Math.max(40, size.width - names - RIGHT_PX),
    height: Math.max(1, seen.height * seen.count),
  };
  const scale = heatScale(palette, model);
  return {
    option: {
      animation: false,
      grid: { left: plot.x, top: plot.y, width: plot.width, height: plot.height, outerBoundsMode: 'none' },
      xAxis: [slotAxis(palette, slots, plot.width)],
      yAxis: [namesAxis(model, shown, names, seen.height)],
      series: hourMarks(palette, slots, model.chosen, plot, true),
    },
    cells: cellShapes(model, shown, plot, scale),
    ...{ plot, along: 'x', band: plot.width / Math.max(1, slots.length), rows: seen },
    stops: evenStops(plot.x, plot.width, slots.length),
    extent: undefined,
  };
}

function namesAxis(
  { palette }: HeatModel,
  shown: readonly HeatRow[],
  width: number,
  rowPx: number,
): YAXisComponentOption {
  const every = Math.max(1, Math.ceil((FONT_PX + 2) / rowPx));
  return {
    ...{ type: 'category', inverse: true, data: shown.map(({ key }) => key) },
    axisLine: { show: false },
    axisTick: { show: false },
    axisLabel: {
      ...{ ...axisText(palette), width: width - 10, overflow: 'truncate', ellipsis: '…' },
      interval: (i: number) => i % every === 0,
      formatter: (_: string, i: number) => shown[i]?.label ?? '',
    },
  };
}

/** Rectangles of the cells by colour, in whole pixels; neighbours that touch are one. */
function cellShapes(model: HeatModel, shown: readonly HeatRow[], plot: Box, scale: HeatScale): CellShapes {
  const columns = model.slots.length;
  const edge = (i: number) => Math.round(plot.x + (i * plot.width) / Math.max(1, columns));
  const line = (i: number) => Math.round(plot.y + (i * plot.height) / Math.max(1, shown.length));
  const gapX = plot.width / Math.max(1, columns) >= GAP_FROM_PX ? 1 : 0;
  const gapY = plot.height / Math.max(1, shown.length) >= GAP_FROM_PX ? 1 : 0;
  const rects: number[][] = scale.bins.map(() => []);
  shown.forEach(({ values }, r) => {
    const [top, height] = [line(r), Math.max(1, line(r + 1) - line(r) - gapY)];
    for (let c = 0; c < columns; ) {
      const bin = binAt(values[c], scale);
      const start = c;
      do c += 1;
      while (gapX === 0 && c < columns && binAt(values[c], scale) === bin);
      if (bin >= 0) rects[bin]?.push(edge(start), top, Math.max(1, edge(c) - edge(start) - gapX), height);
    }
  });
  const colours = scale.bins.map(({ colour }, bin) => ({ colour, rects: rects[bin] ?? [] }));
  return { colours, marks: flagMarks(model, shown, plot) };
}

function binAt(value: number | null | undefined, scale: HeatScale): number {
  return value === null || value === undefined ? -1 : scale.binOf(value);
}

/** A ring on every cell that has a flag, in the colours of text and surface, so that it stands out on every cell. */
function flagMarks({ palette, slots }: HeatModel, shown: readonly HeatRow[], plot: Box): CellShapes['marks'] {
  const [width, height] = [plot.width / Math.max(1, slots.length), plot.height / Math.max(1, shown.length)];
  const size = Math.min(MARK_MOST_PX, Math.max(MARK_FROM_PX, Math.min(width, height) - 3));
  const points: number[] = [];
  shown.forEach(({ flags }, r) => {
    flags.forEach((flag, c) => {
      if (flag !== undefined) points.push(plot.x + (c + 0.5) * width, plot.y + (r + 0.5) * height);
    });
  });
  return { points, size, fill: palette.panel, stroke: palette.text };
}
