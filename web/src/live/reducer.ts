import type {
  HoursMessage,
  KpiRows,
  LIVE_EVENTS,
  PanelRows,
  PanelsMessage,
  ProblemMessage,
  RunMessage,
  StatusMessage,
} from '../../../src/api/live/messages.ts';
import type { HourLine, KpiData, LiveState, PanelData, TimeRange } from './live-state.ts';
import { replacedRows, rowsWithin, within } from './rows.ts';

/** A message of the stream with the name of its event. */
export type LiveMessage =
  | { readonly event: 'run'; readonly data: RunMessage }
  | { readonly event: 'status'; readonly data: StatusMessage }
  | { readonly event: 'hours'; readonly data: HoursMessage }
  | { readonly event: 'panels'; readonly data: PanelsMessage }
  | { readonly event: 'problem'; readonly data: ProblemMessage };

export type LiveEvent = keyof typeof LIVE_EVENTS;

export const NOTHING_KNOWN: LiveState = {
  connection: { state: 'connecting' },
  run: undefined,
  status: undefined,
  hours: [],
  window: undefined,
  hour: undefined,
  panels: {},
  kpis: {},
  problem: undefined,
  replaced: 0,
};

const DAY_MS = 24 * 3_600_000;

/**
 * The state after a message. What a message does not change stays the same object; hours that have left the window are
 * gone, so that the state is never larger than the window.
 */
export function reduce(state: LiveState, message: LiveMessage): LiveState {
  switch (message.event) {
    case 'run':
      return withRun(state, message.data);
    case 'status':
      return { ...state, status: message.data };
    case 'hours':
      return withHours(state, message.data);
    case 'panels':
      return withPanels(state, message.data);
    case 'problem':
      return { ...state, problem: message.data };
  }
}

/** Another run makes everything void; the same one, on a new connection, may only say something else of itself. */
function withRun(state: LiveState, run: RunMessage): LiveState {
  const { run: before } = state;
  if (before === undefined) return { ...state, run };
  if (before.run !== run.run) {
    return { ...NOTHING_KNOWN, connection: state.connection, run, replaced: state.replaced + 1 };
  }
  return JSON.stringify(before) === JSON.stringify(run) ? state : { ...state, run };
}

function withHours(state: LiveState, { reset, hours }: HoursMessage): LiveState {
  const named = new Set(hours.map(({ hour }) => hour));
  const kept = reset ? [] : state.hours.filter(({ hour }) => !named.has(hour));
  const merged = [...kept, ...hours].sort((a, b) => (a.hour < b.hour ? -1 : 1));
  return { ...state, hours: linesOf(merged, state.window) };
}

function withPanels(state: LiveState, message: PanelsMessage): LiveState {
  const { reset, window, hour } = message;
  const panels = reset ? {} : slid(state.panels, window);
  const kpis = reset ? {} : slid(state.kpis, withDayBefore(window));
  return {
    ...state,
    window: sameRange(state.window, window) ? state.window : window,
    hour: hour ?? undefined,
    hours: linesOf(state.hours, window),
    panels: withChanges(panels, message.panels, (before, change) => panelOf(before, change, window)),
    kpis: withChanges(kpis, message.kpis, (before, change) => kpiOf(before, change, withDayBefore(window))),
    problem: undefined,
  };
}

function panelOf(before: PanelData | undefined, change: PanelRows, range: TimeRange): PanelData {
  const { whole: _whole, hours: _hours, ...rest } = change;
  return { ...rest, ...replacedRows(before, change, range) };
}

function kpiOf(before: KpiData | undefined, change: KpiRows, range: TimeRange): KpiData {
  const { whole: _whole, hours: _hours, ...rest } = change;
  return { ...rest, ...replacedRows(before, change, range) };
}

/** The same object where nothing is changed. */
function withChanges<T, C>(
  before: Readonly<Record<string, T>>,
  changes: Readonly<Record<string, C>>,
  change: (before: T | undefined, change: C) => T,
): Readonly<Record<string, T>> {
  const changed = Object.entries(changes).map(([name, one]) => [name, change(before[name], one)] as const);
  return changed.length === 0 ? before : { ...before, ...Object.fromEntries(changed) };
}

/** Without the rows of hours that are not in `range` any more; what loses none stays the same object. */
function slid<T extends PanelData | KpiData>(
  before: Readonly<Record<string, T>>,
  range: TimeRange,
): Readonly<Record<string, T>> {
  const entries = Object.entries(before).map(([name, data]) => {
    const rows = rowsWithin(data, range);
    return [name, rows === data.rows ? data : { ...data, rows }] as const;
  });
  return entries.every(([name, data]) => data === before[name]) ? before : Object.fromEntries(entries);
}

/** The lines of the hours in view and of the day before. */
function linesOf(hours: readonly HourLine[], window: TimeRange | undefined): readonly HourLine[] {
  if (window === undefined) return hours;
  const range = withDayBefore(window);
  return hours.every(({ hour }) => within(hour, range)) ? hours : hours.filter(({ hour }) => within(hour, range));
}

/** Figures of the top row are compared with the same hour of the day before. */
function withDayBefore({ from, to }: TimeRange): TimeRange {
  return { from: new Date(Date.parse(from) - DAY_MS).toISOString().replace('.000Z', 'Z'), to };
}

function sameRange(a: TimeRange | undefined, b: TimeRange): boolean {
  return a?.from === b.from && a.to === b.to;
}
