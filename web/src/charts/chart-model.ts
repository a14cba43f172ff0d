import type { HourLine } from '../live/live-state.ts';
import type { Swatch } from '../theme/palette.ts';
import type { ChartPalette } from './chart-input.ts';
import type { ChartMetric, Field, FieldGroup } from './chart-metric.ts';
import type { Row } from './rows.ts';

/** What a chart shows, whatever its size: options, tooltip, legend and summary all speak of this. */
export type ChartModel = SlotsModel | ScatterModel | HeatModel | TableModel;

interface ModelBase {
  readonly metric: ChartMetric;
  readonly palette: ChartPalette;
  readonly group: FieldGroup;
  /** There is nothing to draw. */
  readonly empty: boolean;
}

/** Lines, areas and bars: series over places. */
export interface SlotsModel extends ModelBase {
  readonly kind: 'slots';
  readonly form: 'line' | 'area' | 'bars';
  /** Bars lie when their names need room. */
  readonly lying: boolean;
  readonly stacked: boolean;
  readonly log: boolean;
  readonly slots: readonly Slot[];
  /** Index of the chosen hour; -1 for none. */
  readonly chosen: number;
  /** In order; the first at the bottom of a stack. Hidden ones included. */
  readonly series: readonly Series[];
}

/** A place on the axis of keys. */
export interface Slot {
  /** Unique. */
  readonly key: string;
  readonly label: string;
  /** The same where there is little room and the axis or the panel says what it is. */
  readonly short: string;
  readonly hour: HourSlot | undefined;
  readonly rank: Rank | undefined;
}

export interface HourSlot {
  readonly hour: string;
  /** `ahead`: the film has not come to it. */
  readonly state: HourLine['state'] | 'ahead';
  readonly revision: number;
  /** Whether what has no row is nothing: an open hour that nothing has come from yet is not known to be empty. */
  readonly known: boolean;
}

export interface Rank {
  readonly now: number;
  /** In the hour or range before; null if it had none. */
  readonly before: number | null;
}

export interface Series {
  /** Unique, and the same while the panel shows the same. */
  readonly id: string;
  readonly label: string;
  /** What it is, in full. */
  readonly note: string | null;
  readonly field: Field;
  readonly swatch: Swatch;
  readonly hidden: boolean;
  /** By place; null is a gap. */
  readonly values: readonly (number | null)[];
  /** The row behind a value; undefined where there is none. */
  readonly rows: readonly (Row | undefined)[];
  /** What a value is computed from, in words: `1,393 of 4,210 reads`. */
  readonly detail: (slot: number) => string | undefined;
}

/** Points with ranges over numbers. */
export interface ScatterModel extends ModelBase {
  readonly kind: 'scatter';
  readonly log: boolean;
  readonly xLabel: string;
  readonly series: readonly PointSeries[];
  /** y = exp(intercept + slope x) - 1 */
  readonly fit: { readonly slope: number; readonly intercept: number } | undefined;
  /** Distinct x, ascending. */
  readonly xs: readonly number[];
}

export interface PointSeries {
  readonly id: string;
  readonly label: string;
  readonly swatch: Swatch;
  readonly hidden: boolean;
  readonly points: readonly Point[];
}

export interface Point {
  readonly x: number;
  readonly y: number;
  readonly low: number | null;
  readonly high: number | null;
  /** How many the point stands for. */
  readonly n: number | null;
}

/** Cells of rows and places. */
export interface HeatModel extends ModelBase {
  readonly kind: 'heat';
  readonly field: Field;
  readonly flags: readonly Field[];
  readonly slots: readonly Slot[];
  readonly chosen: number;
  readonly rows: readonly HeatRow[];
  /** Largest and smallest value of all cells. */
  readonly min: number;
  readonly max: number;
}

export interface HeatRow {
  readonly key: string;
  readonly label: string;
  readonly values: readonly (number | null)[];
  /** Names of the flags that a cell has; undefined for none. */
  readonly flags: readonly (readonly Field[] | undefined)[];
  readonly n: readonly (number | null)[];
  /** What the rows are in order of. */
  readonly weight: number;
}

export interface TableModel extends ModelBase {
  readonly kind: 'table';
}
