import { useMemo } from 'react';
import { buildModel } from '../charts/build-model.ts';
import type { ChartHour, ChartPalette } from '../charts/chart-input.ts';
import type { ChartMetric } from '../charts/chart-metric.ts';
import type { ChartModel } from '../charts/chart-model.ts';
import type { HourLine, LiveState, PanelData, TimeRange } from '../live/live-state.ts';
import { useLive } from '../live/use-live.ts';
import { usePalette } from '../theme/use-palette.ts';
import { useViewPart } from '../view-state/use-view.ts';
import type { ViewState } from '../view-state/view-state.ts';

/** What a panel is drawn from. */
export interface PanelState {
  /** Undefined until the first figures have come. */
  readonly data: PanelData | undefined;
  readonly model: ChartModel | undefined;
  readonly hours: readonly ChartHour[];
  readonly zoom: TimeRange | undefined;
  readonly asTable: boolean;
  readonly filtered: boolean;
  readonly palette: ChartPalette;
}

const NONE: readonly string[] = [];

/** The figures of one metric as its panel shows them; a message about another metric changes nothing here. */
export function usePanel(metric: ChartMetric): PanelState {
  const { name } = metric;
  const data = useLive((live) => live.panels[name]);
  const window = useLive((live) => live.window);
  const lines = useLive(hourLines);
  const view = useViewPart((all) => partOf(all, name));
  const palette = usePalette();
  const { unit, hidden, zoom, hour } = view;
  const hours = useMemo(() => lines.map(hourOfLine), [lines]);
  const [from, to] = [window?.from, window?.to];
  const model = useMemo(() => {
    if (data === undefined) return undefined;
    const range = from === undefined || to === undefined ? undefined : { from, to };
    return buildModel({ metric, data, hours, window: range, palette, view: { unit, hidden, zoom, hour } });
  }, [metric, data, hours, from, to, palette, unit, hidden, zoom, hour]);
  return { data, model, hours, zoom, palette, asTable: view.asTable, filtered: view.filtered };
}

function partOf(view: ViewState, metric: string) {
  const { unit, hidden, zoom, hour, tables, filters, tier } = view;
  return {
    ...{ zoom, hour, unit: unit[metric], hidden: hidden[metric] ?? NONE },
    asTable: tables.includes(metric),
    filtered: tier !== undefined || Object.keys(filters).length > 0,
  };
}

/** What charts need of the hours, as text: the same while they only count on, which happens all the time. */
function hourLines({ hours }: LiveState): readonly string[] {
  return hours.map(
    ({ hour, state, revision, counted }) => `${hour} ${state} ${revision} ${counted === 0 ? '' : 'counted'}`,
  );
}

function hourOfLine(line: string): ChartHour {
  const [hour = '', state = '', revision = '', counted] = line.split(' ');
  return { hour, state: state as HourLine['state'], revision: Number(revision), counted: counted === 'counted' };
}
