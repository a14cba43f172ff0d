import { formatClock } from '../format/time.ts';
import type { ChartModel } from './chart-model.ts';
import { hourAt } from './place.ts';
import { tipOf } from './tip.ts';

const MOST_VALUES = 4;

/** What a chart has at an hour that another one points at, on one line; undefined if it does not show the hour. */
export function readout(model: ChartModel, slot: number): string | undefined {
  const hour = hourAt(model, slot);
  const tip = hour === undefined || model.kind === 'heat' ? undefined : tipOf(model, { slot, row: undefined });
  if (hour === undefined || tip === undefined) return undefined;
  const [sum] = tip.lines.filter(({ id }) => id === '=');
  const others = tip.lines.filter(({ id }) => id !== '=');
  const shown = (sum === undefined ? others : [sum, ...others]).slice(0, MOST_VALUES);
  const values = shown.map(({ name, value }) => `${name.replace(/, of .*$/, '')} ${value}`).join(' · ');
  const state = tip.state === undefined || tip.state.kind === 'final' ? '' : ` (${tip.state.text})`;
  return `${formatClock(hour)}${state}: ${values}`;
}
