import type { Cell } from '../../../src/api/live/messages.ts';
import { NO_VALUE, numberOf } from '../format/cells.ts';
import type { Change } from '../format/change.ts';
import { changeOf, countChange, judgement } from '../format/change.ts';
import { formatCount } from '../format/numbers.ts';
import { formatClock, formatDay, formatHour, HOUR_MS, isoOf, msOf } from '../format/time.ts';
import { formatValue } from '../format/units.ts';
import type { HourLine, KpiData, PanelData, TimeRange } from '../live/live-state.ts';
import type { KpiCell } from './kpi-denominator.ts';
import { denominatorText } from './kpi-denominator.ts';
import type { KpiSource } from './kpi-order.ts';
import type { SparkPoint } from './spark-path.ts';

/** A figure of the top row, ready to be drawn. */
export interface KpiView {
  readonly id: string;
  readonly label: string;
  /** The hour that the value is of: `14:00`, with the day if it was chosen from another day than the latest hour's. */
  readonly hourText: string;
  readonly value: string;
  /** `of 4,210 reads`. */
  readonly denominator: string | undefined;
  readonly change: KpiChange | undefined;
  /** Why there is no change. */
  readonly noChange: string | undefined;
  /** `15:00 so far 41,230`. */
  readonly soFar: string | undefined;
  readonly spark: readonly SparkPoint[];
  readonly sparkText: (value: number) => string;
  /** Filters that do not apply to it. */
  readonly ignored: readonly string[];
}

export interface KpiChange extends Change {
  readonly judgement: 'good' | 'bad' | undefined;
  /** The hour that it is compared with: `Mon 11 Mar 14:00`. */
  readonly than: string;
}

/** The hour that the top row shows. */
export interface KpiHour {
  readonly hour: string;
  readonly state: HourLine['state'];
  readonly chosen: boolean;
  /** The latest hour with a line: its day is the one that needs no saying. */
  readonly latest: string;
}

/**
 * The chosen hour, or else the latest final one: a part of an hour beside whole ones would look like a fall. Undefined
 * while there is neither.
 */
export function kpiHour(hours: readonly HourLine[], chosen: string | undefined): KpiHour | undefined {
  const latest = hours.at(-1)?.hour;
  if (latest === undefined) return undefined;
  const line =
    chosen === undefined ? hours.findLast(({ state }) => state === 'final') : hours.find(({ hour }) => hour === chosen);
  if (line !== undefined) return { hour: line.hour, state: line.state, chosen: chosen !== undefined, latest };
  return chosen === undefined ? undefined : { hour: chosen, state: 'open', chosen: true, latest };
}

/** The same hour of the day before. */
export function dayBefore(hour: string): string {
  return isoOf(msOf(hour) - 24 * HOUR_MS);
}

/** `14:00`, or `Mon 11 Mar 14:00` where a chosen hour is of another day than the latest one. */
export function hourText({ hour, latest, state, chosen }: KpiHour): string {
  // Past midnight, too, the clock alone says which the latest final hour is: a longer text would move the whole row.
  const isClear = formatDay(hour) === formatDay(latest) || (!chosen && msOf(latest) - msOf(hour) < 24 * HOUR_MS);
  const text = isClear ? formatClock(hour) : formatHour(hour);
  return state === 'open' ? `${text} so far` : text;
}

/** What the figures of one row have in common. */
export interface KpiContext {
  readonly hours: readonly HourLine[];
  readonly window: TimeRange | undefined;
  readonly at: KpiHour | undefined;
}

/** A metric's figure. `panel` is its panel's rows, where there are any. */
export function kpiView(
  source: KpiSource,
  data: KpiData | undefined,
  panel: PanelData | undefined,
  context: KpiContext,
): KpiView {
  const { metric, kpi } = source;
  const unit = unitOf(source);
  const cells = cellsByHour(data);
  const write = (cell: KpiCell | undefined): string => valueText(source, cell?.value ?? null, unit);
  const { at } = context;
  const now = at === undefined ? undefined : cells.get(at.hour);
  const change = (a: Cell, b: Cell) => (kpi.count === null ? changeOf(a, b, unit) : countChange(a, b));
  return {
    id: source.id,
    label: kpi.label,
    hourText: at === undefined ? '' : hourText(at),
    value: write(now),
    denominator: at === undefined || now === undefined ? undefined : denominatorText(source, now, at.hour, panel),
    ...compared(at, now?.value ?? null, (hour) => cells.get(hour)?.value ?? null, change, kpi.better),
    soFar: soFar(context, (hour) => (cells.get(hour) === undefined ? undefined : write(cells.get(hour)))),
    spark: sparkOf(context, (hour) => cells.get(hour)?.value ?? null),
    sparkText: (value) => valueText(source, value, unit),
    ignored: data === undefined ? [] : data.ignored.filter((key) => key !== metric.name),
  };
}

/** Change against the same hour of the day before, or why there is none. */
export function compared(
  at: KpiHour | undefined,
  value: number | null,
  figureOf: (hour: string) => number | null,
  change: (now: Cell, before: Cell) => Change | undefined,
  better: 'lower' | 'higher' | null,
): Pick<KpiView, 'change' | 'noChange'> {
  if (at === undefined) return { change: undefined, noChange: 'no final hour yet' };
  if (at.state === 'open') return { change: undefined, noChange: 'still open, not compared' };
  const before = dayBefore(at.hour);
  const changed = value === null ? undefined : change(value, figureOf(before));
  if (value === null) return { change: undefined, noChange: 'no data for this hour' };
  if (changed === undefined) return { change: undefined, noChange: 'no data for yesterday' };
  return {
    change: { ...changed, judgement: judgement(changed, better), than: formatHour(before) },
    noChange: undefined,
  };
}

/** The open hour in which the film is, beside the final one. */
export function soFar({ hours, at }: KpiContext, write: (hour: string) => string | undefined): string | undefined {
  if (at?.chosen === true) return undefined;
  const open = hours.findLast(({ hour, state }) => state === 'open' && write(hour) !== undefined);
  return open === undefined ? undefined : `${formatClock(open.hour)} so far ${write(open.hour)}`;
}

/** One point per hour of the window. */
export function sparkOf({ hours, window }: KpiContext, figureOf: (hour: string) => number | null): SparkPoint[] {
  if (window === undefined) return [];
  const states = new Map(hours.map(({ hour, state }) => [hour, state]));
  const [from, to] = [msOf(window.from), msOf(window.to)];
  const last = Math.max(1, Math.round((to - from) / HOUR_MS) - 1);
  const points: SparkPoint[] = [];
  for (let ms = from; ms < to; ms += HOUR_MS) {
    const hour = isoOf(ms);
    points.push({ x: points.length / last, value: figureOf(hour), open: states.get(hour) === 'open' });
  }
  return points;
}

function cellsByHour(data: KpiData | undefined): Map<string, KpiCell> {
  const cells = new Map<string, KpiCell>();
  if (data === undefined) return cells;
  const place = (name: string): number => data.columns.indexOf(name);
  const [hour, value, n, of] = [place('hour'), place('value'), place('n'), place('of')];
  for (const row of data.rows)
    cells.set(String(row[hour]), { value: numberOf(row[value]), n: numberOf(row[n]), of: numberOf(row[of]) });
  return cells;
}

function unitOf({ metric, kpi }: KpiSource): string {
  return [...metric.measures, ...metric.derived].find(({ name }) => name === kpi.value)?.unit ?? '';
}

/** The unit is left out where it is what the figure is called. */
function valueText({ kpi }: KpiSource, value: number | null, unit: string): string {
  if (value === null) return NO_VALUE;
  return kpi.count !== null || unit === kpi.label ? formatCount(Math.round(value)) : formatValue(value, unit);
}
