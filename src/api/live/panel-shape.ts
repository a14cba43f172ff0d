import type { Metric, Panel } from '../../metrics/metric.ts';
import type { EventTime } from '../../model/time.ts';
import { addMicros, MICROS_PER_HOUR } from '../../model/time.ts';
import type { HourWindow } from './live-question.ts';
import type { PanelQuestion } from './panel-question.ts';

/** How many values of a panel's series are shown where its file does not say. */
const MOST_SERIES = 50;
const MOST_IN_HEATMAP = 400;
/** How many values of a panel's axis are shown where its file does not say. */
const MOST_ON_AXIS = 400;

/** Which rows a panel consists of. */
export interface PanelShape {
  readonly panel: Panel;
  /** Whether there is a row for each hour; else they are sums over `range`. */
  readonly byHour: boolean;
  /** Keys besides the hour that its rows tell apart: those on the axis first. */
  readonly group: readonly string[];
  /** The key of which only the largest values are shown, and how many at most. */
  readonly limits: readonly { readonly key: string; readonly most: number }[];
  /** Rows are ranked, and so many of them are shown. */
  readonly ranked: number | undefined;
  /** Columns after the keys. */
  readonly measures: readonly string[];
  readonly derived: readonly string[];
  /** Whether each row says its state and revision. */
  readonly states: boolean;
}

/** The shape of a metric's panel. */
export function panelShape(metric: Metric, panel: Panel): PanelShape {
  const named = [...new Set([panel.x, panel.series])].filter((key) => key !== undefined);
  const byHour = named.includes('hour');
  const group = named.filter((key) => key !== 'hour');
  const heatmap = panel.chart === 'heatmap';
  const measures = metric.measures.map(({ name }) => name);
  const derived = metric.derived.map(({ name }) => name);
  const drawn = (names: readonly string[]): string[] => names.filter((name) => panel.y.includes(name));
  return {
    panel,
    byHour,
    group,
    limits: limitsOf(panel, byHour, group, heatmap ? MOST_IN_HEATMAP : MOST_SERIES),
    ranked: byHour ? undefined : panel.top,
    // A heatmap has very many rows and draws one number of each: the rest would only take time.
    measures: heatmap ? [...new Set([...measures.slice(0, 1), ...drawn(measures)])] : measures,
    derived: heatmap ? drawn(derived) : derived,
    states: !heatmap,
  };
}

function limitsOf(
  { x, top }: Panel,
  byHour: boolean,
  group: readonly string[],
  mostSeries: number,
): PanelShape['limits'] {
  if (byHour) return group.map((key) => ({ key, most: top ?? mostSeries }));
  if (top !== undefined) return [];
  return group.map((key) => ({ key, most: key === x ? MOST_ON_AXIS : mostSeries }));
}

/** The hours that a panel's rows are of; undefined where it shows one hour and there is none yet. */
export function rangeOf({ panel, byHour }: PanelShape, question: PanelQuestion): HourWindow | undefined {
  const { live, window, latest } = question;
  if (byHour || (panel.over === 'range' && live.hour === undefined)) return window;
  const hour = live.hour ?? latest;
  return hour === undefined ? undefined : oneHour(hour);
}

export function oneHour(hour: EventTime): HourWindow {
  return { from: hour, to: addMicros(hour, MICROS_PER_HOUR) };
}
