import { changeOf } from '../format/change.ts';
import { formatCount } from '../format/numbers.ts';
import { formatRatio } from '../format/ratio.ts';
import type { HourLine } from '../live/live-state.ts';
import type { KpiContext, KpiView } from './kpi-model.ts';
import { compared, hourText, soFar, sparkOf } from './kpi-model.ts';

/** Everything that was received for an hour, whatever became of it. */
export function receivedOf({ counted, late, rejected, duplicate }: HourLine): number {
  return Number(counted) + Number(late) + Number(rejected) + Number(duplicate);
}

/** The share of rejected records in an hour; of all instances, whatever is filtered. */
export function rejectedKpi(context: KpiContext, filters: readonly string[]): KpiView {
  const shareOf = (line: HourLine): number | null => {
    const received = receivedOf(line);
    return received === 0 ? null : Number(line.rejected) / received;
  };
  const said = (line: HourLine): string => `${formatCount(line.rejected)} of ${formatCount(receivedOf(line))} records`;
  return runKpi({ id: 'rejected', unit: 'ratio', figureOf: shareOf, write: formatRatio, said }, context, filters);
}

/** Late events of an hour; of all instances, whatever is filtered. */
export function lateKpi(context: KpiContext, filters: readonly string[]): KpiView {
  const figureOf = (line: HourLine): number | null => (receivedOf(line) === 0 ? null : Number(line.late));
  const said = (line: HourLine): string => `of ${formatCount(receivedOf(line))} records`;
  return runKpi({ id: 'late', unit: 'events', figureOf, write: formatCount, said }, context, filters);
}

interface RunFigure {
  readonly id: 'rejected' | 'late';
  readonly unit: string;
  readonly figureOf: (line: HourLine) => number | null;
  readonly write: (value: number) => string;
  readonly said: (line: HourLine) => string;
}

function runKpi(figure: RunFigure, context: KpiContext, filters: readonly string[]): KpiView {
  const { id, unit, figureOf, write, said } = figure;
  const lines = new Map(context.hours.map((line) => [line.hour, line]));
  const value = (hour: string): number | null => {
    const line = lines.get(hour);
    return line === undefined ? null : figureOf(line);
  };
  const { at } = context;
  const now = at === undefined ? null : value(at.hour);
  const line = at === undefined ? undefined : lines.get(at.hour);
  return {
    id,
    label: id,
    hourText: at === undefined ? '' : hourText(at),
    value: now === null ? '–' : write(now),
    denominator: line === undefined ? undefined : said(line),
    ...compared(at, now, value, (a, b) => changeOf(a, b, unit), 'lower'),
    soFar: soFar(context, (hour) => {
      const part = value(hour);
      return part === null ? undefined : write(part);
    }),
    spark: sparkOf(context, value),
    sparkText: write,
    ignored: filters,
  };
}
