import type { XAXisComponentOption, YAXisComponentOption } from 'echarts';
import { formatBare } from '../format/units.ts';
import { axisText, valueAxisOption } from './axes.ts';
import { barSeries } from './bar-series.ts';
import type { Series, Slot, SlotsModel } from './chart-model.ts';
import { type Drawing, type DrawingState, evenStops, type Size } from './drawing.ts';
import { rankMark } from './rank-text.ts';
import { axisOf } from './slots-drawing.ts';

const NAMES_SHARE = 0.5;
const NAMES_MOST_PX = 190;
const NUMBERS_PX = 88;
const BOTTOM_PX = 24;
const STEP_PX = 90;

/** Lying bars: names on the left, the sum and the change of rank at the end of each. */
export function drawLying(model: SlotsModel, size: Size, { extent }: DrawingState): Drawing {
  const names = Math.min(NAMES_MOST_PX, Math.round(size.width * NAMES_SHARE));
  const plot = {
    ...{ x: names, y: 4 },
    width: Math.max(30, size.width - names - NUMBERS_PX),
    height: Math.max(40, size.height - BOTTOM_PX - 4),
  };
  const axis = axisOf(model, plot.width, extent, STEP_PX);
  const visible = model.series.filter(({ hidden }) => !hidden);
  const bars = barSeries(model, visible, axis);
  const last = bars.at(-1);
  if (last !== undefined && (model.stacked || visible.length === 1)) last.label = endLabel(model, visible);
  return {
    option: {
      animation: false,
      grid: { left: plot.x, top: plot.y, width: plot.width, height: plot.height, outerBoundsMode: 'none' },
      xAxis: [valueAxisOption(model.palette, axis) as XAXisComponentOption],
      yAxis: [namesAxis(model, names)],
      series: bars,
    },
    ...{ plot, along: 'y', band: plot.height / Math.max(1, model.slots.length), rows: undefined },
    stops: evenStops(plot.y, plot.height, model.slots.length),
    extent: { min: axis.min, max: axis.max },
  };
}

function namesAxis({ palette, slots }: SlotsModel, width: number): YAXisComponentOption {
  return {
    ...{ type: 'category', inverse: true, data: slots.map(({ key }) => key) },
    axisLine: { lineStyle: { color: palette.edge }, onZero: false },
    axisTick: { show: false },
    axisLabel: {
      ...{ ...axisText(palette), color: palette.text, width: width - 12, overflow: 'truncate', ellipsis: '…' },
      ...{ interval: 0, hideOverlap: true },
      formatter: (_: string, i: number) => slots[i]?.short ?? '',
    },
  };
}

/** The sum of what is shown, and how the rank has changed. */
function endLabel({ palette, slots, group }: SlotsModel, visible: readonly Series[]) {
  return {
    ...{ show: true, position: 'right' as const, distance: 6, ...axisText(palette), color: palette.text },
    rich: { change: axisText(palette) },
    formatter: ({ dataIndex }: { dataIndex: number }) => {
      const total = visible.reduce((sum, { values }) => sum + (values[dataIndex] ?? 0), 0);
      const change = changeOf(slots[dataIndex]);
      const text = formatBare(total, group.unit);
      return change === '' ? text : `${text}  {change|${change}}`;
    },
  };
}

function changeOf(slot: Slot | undefined): string {
  return slot?.rank === undefined ? '' : rankMark(slot.rank);
}
