import type { CustomSeriesOption } from 'echarts/charts';
import { FONT } from './axes.ts';
import type { ChartPalette } from './chart-input.ts';
import type { Slot } from './chart-model.ts';
import type { Box } from './drawing.ts';
import { openRuns } from './hour-slots.ts';

const HATCH_GAP_PX = 6;
const MARK_PX = 7;

/** Above everything that is drawn. */
const Z = 10;

type Shape = Record<string, unknown>;

/**
 * What hours say of themselves, over the values: open ones are hatched, amended ones have a mark below the axis, the
 * chosen one a frame. Nothing for charts whose places are no hours, unless there must `always` be a series.
 */
export function hourMarks(
  palette: ChartPalette,
  slots: readonly Slot[],
  chosen: number,
  plot: Box,
  always = false,
): CustomSeriesOption[] {
  const width = plot.width / Math.max(1, slots.length);
  const left = (i: number) => plot.x + i * width;
  const shapes: Shape[] = [];
  for (const [first, last] of openRuns(slots)) {
    shapes.push(...openBand(palette, { ...plot, x: left(first), width: (last - first + 1) * width }, plot));
  }
  slots.forEach(({ hour }, i) => {
    if (hour !== undefined && hour.revision > 1) shapes.push(amendedMark(palette, left(i) + width / 2, width, plot));
  });
  if (chosen >= 0) shapes.push(chosenFrame(palette, { ...plot, x: left(chosen), width }));
  return shapes.length === 0 && !always ? [] : [drawn('hour-marks', shapes)];
}

/** A series that draws finished shapes, whose pixels are known. */
export function drawn(id: string, shapes: readonly Shape[], z = Z): CustomSeriesOption {
  return {
    ...{ type: 'custom', id, silent: true, clip: false, animation: false, z, coordinateSystem: 'cartesian2d' },
    data: [[0, 0]],
    renderItem: () => ({ type: 'group' as const, children: shapes as never[] }),
  };
}

/** Lines from the lower left to the upper right, as a path. */
export function hatchPath({ x, y, width, height }: Box, gap = HATCH_GAP_PX): string {
  const parts: string[] = [];
  // The lines stand still while the band grows.
  const start = Math.floor((x - height) / gap) * gap;
  for (let foot = start; foot < x + width; foot += gap) {
    const from = Math.max(foot, x);
    const to = Math.min(foot + height, x + width);
    if (from >= to) continue;
    parts.push(`M${px(from)} ${px(y + height - (from - foot))}L${px(to)} ${px(y + height - (to - foot))}`);
  }
  return parts.join('');
}

function openBand(palette: ChartPalette, band: Box, plot: Box): Shape[] {
  const end = band.x + band.width;
  const label = band.width > 50 ? 'open: provisional' : 'open';
  return [
    { type: 'rect', shape: box(band), style: { fill: palette.panel, opacity: 0.25 }, silent: true },
    {
      type: 'path',
      shape: { pathData: hatchPath(band) },
      style: { stroke: palette.muted, fill: 'none', lineWidth: 1, opacity: 0.55 },
      silent: true,
    },
    {
      type: 'text',
      style: {
        ...{ text: label, x: Math.min(end, plot.x + plot.width), y: plot.y - 4, fill: palette.muted, font: FONT },
        ...{ align: 'right', verticalAlign: 'bottom' },
      },
      silent: true,
    },
  ];
}

function amendedMark(palette: ChartPalette, x: number, width: number, plot: Box): Shape {
  const half = Math.min(MARK_PX, Math.max(4, width)) / 2;
  const top = plot.y + plot.height + 2;
  return {
    type: 'polygon',
    shape: {
      points: [
        [x, top],
        [x + half, top + MARK_PX],
        [x - half, top + MARK_PX],
      ],
    },
    style: { fill: palette.text },
    silent: true,
  };
}

function chosenFrame(palette: ChartPalette, frame: Box): Shape {
  return {
    type: 'rect',
    shape: box(frame),
    style: { fill: 'none', stroke: palette.accent, lineWidth: 1.5 },
    silent: true,
  };
}

function box({ x, y, width, height }: Box): Box {
  return { x, y, width, height };
}

function px(value: number): number {
  return Math.round(value * 10) / 10;
}
