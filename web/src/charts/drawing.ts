import type { XAXisComponentOption, YAXisComponentOption } from 'echarts';
import type { BarSeriesOption, CustomSeriesOption, LineSeriesOption, ScatterSeriesOption } from 'echarts/charts';
import type { GridComponentOption } from 'echarts/components';
import type { ComposeOption } from 'echarts/core';
import type { Extent } from './value-axis.ts';

export type { BarSeriesOption, CustomSeriesOption, LineSeriesOption, ScatterSeriesOption };
export type ChartSeries = BarSeriesOption | CustomSeriesOption | LineSeriesOption | ScatterSeriesOption;

/** What ECharts is given; series and axes always as lists. */
export type ChartOption = Omit<ComposeOption<ChartSeries | GridComponentOption>, 'xAxis' | 'yAxis' | 'series'> & {
  readonly xAxis: XAXisComponentOption[];
  readonly yAxis: YAXisComponentOption[];
  readonly series: ChartSeries[];
};

/** Pixels, from the upper left corner of the chart. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Cells and marks in pixels of the chart: lists of numbers, since there are tens of thousands. */
export interface CellShapes {
  /** Of each colour x, y, width and height, one rectangle after the other. */
  readonly colours: readonly { readonly colour: string; readonly rects: readonly number[] }[];
  /** Middles, x and y. */
  readonly marks: {
    readonly points: readonly number[];
    readonly size: number;
    readonly fill: string;
    readonly stroke: string;
  };
}

/** A chart as it is drawn at a size. */
export interface Drawing {
  readonly option: ChartOption;
  /** What is painted behind it. */
  readonly cells?: CellShapes;
  /** Where values are drawn. */
  readonly plot: Box;
  /** Along which side the places lie. */
  readonly along: 'x' | 'y';
  /** Middle of each place, pixels along that side. */
  readonly stops: readonly number[];
  /** Width of a place; 0 where places are points. */
  readonly band: number;
  /** Rows of cells that are drawn, from the top; empty for charts without. */
  readonly rows: { readonly first: number; readonly count: number; readonly height: number } | undefined;
  /** For the next drawing. */
  readonly extent: Extent | undefined;
}

/** What a drawing needs to know of the one before it, and of how the user has moved it. */
export interface DrawingState {
  readonly extent: Extent | undefined;
  /** Of a heatmap: the row at the top, and whether all rows are shown at once. */
  readonly firstRow: number;
  readonly allRows: boolean;
}

export const FIRST_DRAWING: DrawingState = { extent: undefined, firstRow: 0, allRows: false };

/** Pixels of a saved image for each of the chart's. */
export const IMAGE_SCALE = 2;

/** The place whose middle is nearest; -1 without places. */
export function nearestStop(stops: readonly number[], at: number): number {
  let best = -1;
  let distance = Number.POSITIVE_INFINITY;
  stops.forEach((stop, i) => {
    if (Math.abs(stop - at) >= distance) return;
    distance = Math.abs(stop - at);
    best = i;
  });
  return best;
}

/** Middles of evenly spaced places. */
export function evenStops(start: number, length: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => start + ((i + 0.5) * length) / count);
}
