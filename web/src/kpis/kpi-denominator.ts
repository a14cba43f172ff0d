import type { MetricDefinition } from '../../../src/api/routes/metrics.ts';
import { numberOf, words } from '../format/cells.ts';
import { formatCount } from '../format/numbers.ts';
import type { PanelData } from '../live/live-state.ts';
import type { KpiSource } from './kpi-order.ts';

/** What is known of one figure in one hour. */
export interface KpiCell {
  readonly value: number | null;
  /** First measure of the metric in that hour. */
  readonly n: number | null;
  /** How many there are, of which the figure counts or is a share. */
  readonly of: number | null;
}

/** Of what the figure is a part, in words; undefined where it is not a part of anything. */
export function denominatorText(source: KpiSource, cell: KpiCell, hour: string, panel: PanelData | undefined) {
  const { metric, kpi } = source;
  if (kpi.count !== null) return cell.of === null ? undefined : `of ${formatCount(cell.of)} ${nounOf(kpi.count)}`;
  const [first] = metric.measures;
  const derived = metric.derived.find(({ name }) => name === kpi.value);
  if (derived === undefined || first === undefined) return undefined;
  const whole = wholeOf(metric, derived.expr);
  if (whole === undefined) return cell.n === null ? undefined : `n = ${formatCount(cell.n)} ${first.unit}`;
  const size = cell.of ?? (whole === first.name ? cell.n : fromPanel(source, whole, hour, panel));
  if (size !== null) return `of ${formatCount(size)} ${words(whole)}`;
  return derived.note ?? `of ${words(whole)}`;
}

/** The measure `b` of a value that is `a / b`. */
function wholeOf(metric: MetricDefinition, expr: string): string | undefined {
  const [, whole] = /^\s*\w+\s*\/\s*(\w+)\s*$/.exec(expr) ?? [];
  return metric.measures.some(({ name }) => name === whole) ? whole : undefined;
}

/** A measure of the hour from the rows of the metric's own panel, where these show all of it. */
function fromPanel({ metric, kpi }: KpiSource, measure: string, hour: string, panel: PanelData | undefined) {
  if (panel === undefined || metric.panel?.x !== 'hour' || panel.shown !== null) return null;
  if (JSON.stringify(panel.where) !== JSON.stringify(kpi.where)) return null;
  const [hours, values] = [panel.columns.indexOf('hour'), panel.columns.indexOf(measure)];
  if (values < 0) return null;
  const cells = panel.rows.filter((row) => row[hours] === hour).map((row) => numberOf(row[values]));
  return cells.length === 0 || cells.includes(null) ? null : cells.reduce<number>((sum, cell) => sum + (cell ?? 0), 0);
}

/** What the values of a key are called: `instance_id` is "instances". */
export function nounOf(key: string): string {
  const noun = words(key.replace(/_id$/, ''));
  if (/(s|x|ch|sh)$/.test(noun)) return `${noun}es`;
  return /[^aeiou]y$/.test(noun) ? `${noun.slice(0, -1)}ies` : `${noun}s`;
}
