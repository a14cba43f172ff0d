import type { HourLine, PanelData, TimeRange } from '../live/live-state.ts';
import type { Surface, Swatch } from '../theme/palette.ts';
import type { ChartMetric } from './chart-metric.ts';

/** The colours of the page as it is drawn now. */
export interface ChartPalette extends Surface {
  readonly scheme: 'light' | 'dark';
  /** How values that are drawn together are drawn, in their order; kind is their key, or `y` for names of fields. */
  readonly coloursOf: (kind: string, values: readonly string[]) => readonly Swatch[];
}

/** What an hour's line has that a chart shows. */
export interface ChartHour extends Pick<HourLine, 'hour' | 'state' | 'revision'> {
  /** Whether anything has been counted in it. */
  readonly counted: boolean;
}

/** The parts of the view that decide how a panel is drawn. */
export interface ChartView {
  /** A group of `fieldGroups`; undefined for the first. */
  readonly unit: string | undefined;
  /** Series that are left out, by their id. */
  readonly hidden: readonly string[];
  /** The part of the window that is shown. */
  readonly zoom: TimeRange | undefined;
  /** The chosen hour. */
  readonly hour: string | undefined;
}

/** Everything that a chart is drawn from, but its size. */
export interface ChartInput {
  readonly metric: ChartMetric;
  readonly data: PanelData;
  readonly hours: readonly ChartHour[];
  readonly window: TimeRange | undefined;
  readonly palette: ChartPalette;
  readonly view: ChartView;
}
