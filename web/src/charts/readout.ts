import { formatClock } from '../format/time.ts';
import type { ChartModel } from './chart-model.ts';
import { hourAt } from './place.ts';
import { type TipLine, tipOf } from './tip.ts';

const MOST_VALUES = 4;

/** What a chart has at an hour that another one points at, on one line; undefined if it does not show the hour. */
export function readout(model: ChartModel, slot: number): string | undefined {
  const hour = hourAt(model, slot);
  const tip = hour === undefined || model.kind === 'heat' ? undefined : tipOf(model, { slot, row: undefined });
  if (hour === undefined || tip === undefined) return undefined;
  const sum = tip.lines.find(({ id }) => id === '=');
  const others = largestFirst(
    model,
    slot,
    tip.lines.filter(({ id }) => id !== '='),
  );
  const shown = (sum === undefined ? others : [sum, ...others]).slice(0, MOST_VALUES);
  const values = shown.map(({ name, value }) => `${name.replace(/, of .*$/, '')} ${value}`).join(' · ');
  const state = tip.state === undefined || tip.state.kind === 'final' ? '' : ` (${tip.state.kind})`;
  return `${formatClock(hour)}${state}: ${values}`;
}

/** Parts of a whole by their size; series that stand side by side as they are. */
function largestFirst(model: ChartModel, slot: number, lines: readonly TipLine[]): readonly TipLine[] {
  if (model.kind !== 'slots' || !model.stacked) return lines;
  const size = new Map(model.series.map(({ id, values }) => [id, values[slot] ?? 0]));
  return [...lines].sort((a, b) => (size.get(b.id) ?? 0) - (size.get(a.id) ?? 0));
}
