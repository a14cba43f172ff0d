import type { XAXisComponentOption, YAXisComponentOption } from 'echarts';
import { formatDay, HOUR_MS, msOf } from '../format/time.ts';
import type { ChartPalette } from './chart-input.ts';
import type { Slot } from './chart-model.ts';
import type { ValueAxis } from './value-axis.ts';

export const FONT_PX = 11;
export const FONT = `${FONT_PX}px system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif`;
/** Room for the values of an axis: the same on every chart, so that hours stand below each other. */
export const VALUES_PX = 56;
export const TOP_PX = 18;
export const HOURS_PX = 30;
export const RIGHT_PX = 12;

const HOUR_LABEL_PX = 64;
const DAY_LABEL_PX = 46;
const NUMBER_LABEL_PX = 28;
const HOUR_STEPS = [1, 2, 3, 6, 12, 24, 48, 96, 168];
const DAY_HOURS = 24;

const FAMILY = FONT.slice(FONT.indexOf(' ') + 1);
/** How text is set on a chart. */
export function axisText({ muted }: ChartPalette) {
  return { color: muted, fontSize: FONT_PX, fontFamily: FAMILY };
}

/** Axis of places, without a line of its own where `bare`. */
export function slotAxis(palette: ChartPalette, slots: readonly Slot[], width: number) {
  const shows = labelledSlots(slots, width);
  return {
    type: 'category' as const,
    data: slots.map(({ key }) => key),
    boundaryGap: true,
    axisLine: { lineStyle: { color: palette.edge }, onZero: false },
    axisTick: {
      show: true,
      alignWithLabel: true,
      interval: (i: number) => shows(i),
      lineStyle: { color: palette.edge },
    },
    axisLabel: {
      ...axisText(palette),
      margin: 13,
      hideOverlap: true,
      interval: (i: number) => shows(i),
      formatter: (_: string, i: number) => shortLabel(slots, i, width),
    },
    splitLine: { show: false },
    splitArea: { show: false },
  } satisfies XAXisComponentOption;
}

/** Axis of values. */
export function valueAxisOption(palette: ChartPalette, axis: ValueAxis) {
  const { min, max } = axis;
  // Not as steps: of a logarithmic axis these are not all the same.
  const customValues = [...axis.ticks];
  return {
    type: 'value' as const,
    ...{ min, max, startValue: axis.base },
    axisLine: { show: false },
    axisTick: { show: false, customValues },
    axisLabel: { ...axisText(palette), formatter: (tick: number) => axis.label(tick), customValues },
    splitLine: { lineStyle: { color: palette.grid } },
    minorTick: { show: false },
  } satisfies YAXisComponentOption;
}

/** Which places have a label: hours at full steps of the day as far as there is room, others evenly. */
export function labelledSlots(slots: readonly Slot[], width: number): (index: number) => boolean {
  const [first] = slots;
  if (first?.hour === undefined) {
    const step = Math.max(1, Math.ceil((slots.length * NUMBER_LABEL_PX) / Math.max(1, width)));
    return (i) => i % step === 0;
  }
  const step = hourStep(slots.length, width);
  const start = Math.round(msOf(first.key) / HOUR_MS);
  return (i) => (start + i) % step === 0;
}

/** Hours from label to label. */
function hourStep(hours: number, width: number): number {
  const fits = (step: number) => (hours / step) * (step < DAY_HOURS ? HOUR_LABEL_PX : DAY_LABEL_PX) <= width;
  return HOUR_STEPS.find(fits) ?? DAY_HOURS * 7;
}

/** A place on an axis: `06:00`, at midnight its day; where only days are named, the month only once. */
function shortLabel(slots: readonly Slot[], i: number, width: number): string {
  const slot = slots[i];
  if (slot === undefined) return '';
  if (slot.hour === undefined || (msOf(slot.key) / HOUR_MS) % DAY_HOURS !== 0) return slot.short;
  const day = formatDay(slot.key);
  const isNamed = i < DAY_HOURS || day.split(' ')[1] === '1' || hourStep(slots.length, width) < DAY_HOURS;
  return isNamed ? day : day.slice(0, day.lastIndexOf(' '));
}
