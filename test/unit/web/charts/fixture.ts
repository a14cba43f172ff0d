import type { Cell } from '../../../../src/api/live/messages.ts';
import type { ChartHour, ChartInput, ChartPalette, ChartView } from '../../../../web/src/charts/chart-input.ts';
import type { ChartMetric, PanelDefinition } from '../../../../web/src/charts/chart-metric.ts';
import type { PanelData } from '../../../../web/src/live/live-state.ts';
import { coloursOf, SURFACES } from '../../../../web/src/theme/palette.ts';

export const PALETTE: ChartPalette = {
  ...SURFACES.light,
  scheme: 'light',
  coloursOf: (kind, values) => coloursOf(kind, values, 'light'),
};

export const VIEW: ChartView = { unit: undefined, hidden: [], zoom: undefined, hour: undefined };

const PANEL: PanelDefinition = {
  ...{ chart: 'line', x: 'hour', y: [], series: null, top: null, where: {}, stack: false, scale: 'linear' },
  ...{ over: 'range', caption: [], spread: null, fit: null },
};

const measure = (name: string, unit: string, note: string | null = null) => ({ name, unit, note });
const derived = (name: string, expr: string, unit: string, note: string | null = null) => ({ name, expr, unit, note });

type Parts = Pick<ChartMetric, 'name' | 'keys' | 'measures'> & Partial<Omit<ChartMetric, 'panel'>>;

/** A metric as `GET /api/metrics` has it. */
export function metricOf(parts: Parts, panel: Partial<PanelDefinition>): ChartMetric {
  return {
    ...{ title: parts.name, question: 'How much?', description: null, derived: [], kpi: [], history: false },
    ...{ sql: 'SELECT 1', hash: '0', failure: null },
    ...parts,
    panel: { ...PANEL, ...panel },
  };
}

const HOUR = { name: 'hour', type: 'TIMESTAMP' } as const;
const INSTANCE = { name: 'instance_id', type: 'VARCHAR' } as const;

/** Bars stacked by type, in two units. */
export const SPILL = metricOf(
  {
    name: 'spill',
    title: 'Spill',
    keys: [HOUR, INSTANCE, { name: 'query_type', type: 'VARCHAR' }],
    measures: [measure('queries', 'queries'), measure('spilled_queries', 'queries'), measure('mbytes_spilled', 'MB')],
    derived: [derived('spill_rate', 'spilled_queries / queries', 'ratio', 'of all queries')],
  },
  { chart: 'bars', y: ['mbytes_spilled', 'spilled_queries'], series: 'query_type', stack: true },
);

/** Two shares with different denominators. */
export const CACHE = metricOf(
  {
    name: 'result_cache',
    title: 'Result cache',
    keys: [HOUR, INSTANCE],
    measures: [measure('queries', 'queries'), measure('reads', 'queries'), measure('cached', 'queries')],
    derived: [
      derived('hit_rate_of_reads', 'cached / reads', 'ratio', 'of executed selects plus cache hits'),
      derived('hit_rate_of_queries', 'cached / queries', 'ratio', 'of all queries'),
    ],
  },
  { chart: 'line', y: ['hit_rate_of_reads', 'hit_rate_of_queries'] },
);

/** Two shares that add up to all, each of its own. */
export const BOTTLENECKS = metricOf(
  {
    name: 'bottlenecks',
    title: 'Bottlenecks',
    keys: [HOUR, INSTANCE, { name: 'class', type: 'VARCHAR' }],
    measures: [measure('queries', 'queries'), measure('execution_ms', 'ms')],
    derived: [
      derived('share_of_queries', 'share(queries, class)', 'ratio', 'of the queries of all classes'),
      derived('share_of_execution', 'share(execution_ms, class)', 'ratio'),
    ],
  },
  { chart: 'area', y: ['share_of_queries', 'share_of_execution'], series: 'class', stack: true },
);

/** Percentiles on a logarithmic axis. */
export const LATENCY = metricOf(
  {
    name: 'latency',
    title: 'Latency',
    keys: [HOUR, INSTANCE, { name: 'phase', type: 'VARCHAR' }],
    measures: [measure('queries', 'queries')],
    derived: [
      derived('p50', 'quantile(bucket, queries, 0.5)', 'ms', 'half of the queries took no longer'),
      derived('p99', 'quantile(bucket, queries, 0.99)', 'ms'),
    ],
  },
  { chart: 'line', y: ['p50', 'p99'], where: { phase: 'execution' }, scale: 'log' },
);

/** The largest of many, with ranks. */
export const TABLES = metricOf(
  {
    name: 'top_tables',
    title: 'Top tables',
    keys: [HOUR, INSTANCE, { name: 'table_id', type: 'BIGINT' }],
    measures: [measure('reads', 'queries'), measure('writes', 'queries')],
  },
  { chart: 'bars', x: 'table_id', y: ['reads', 'writes'], series: 'instance_id', top: 10, stack: true, over: 'hour' },
);

/** Points with ranges and a fitted line. */
export const JOINS = metricOf(
  {
    name: 'compile_joins',
    title: 'Compile time and joins',
    keys: [HOUR, INSTANCE, { name: 'num_joins', type: 'BIGINT' }],
    measures: [measure('queries', 'queries')],
    derived: [
      derived('typical_ms', 'exp(queries) - 1', 'ms'),
      derived('low_ms', 'exp(queries) - 1', 'ms'),
      derived('high_ms', 'exp(queries) - 1', 'ms'),
      derived('correlation', 'corr(num_joins, queries)', 'r'),
      derived('slope', 'slope(num_joins, queries)', 'nats per join'),
      derived('intercept', 'intercept(num_joins, queries)', 'nats'),
    ],
  },
  {
    ...{ chart: 'scatter', x: 'num_joins', y: ['typical_ms'], scale: 'log', spread: ['low_ms', 'high_ms'] },
    ...{ fit: { slope: 'slope', intercept: 'intercept' }, caption: ['correlation', 'slope', 'queries'] },
  },
);

/** Cells with a flag. */
export const UTILIZATION = metricOf(
  {
    name: 'utilization',
    title: 'Utilization',
    keys: [HOUR, INSTANCE],
    measures: [measure('queries', 'queries')],
    derived: [derived('score', 'queries / 10', 'ratio'), derived('oversubscribed', 'at_least(score, 0.6)', 'flag')],
  },
  { chart: 'heatmap', y: ['score', 'oversubscribed'], series: 'instance_id' },
);

/** `2024-03-12T10:00:00Z` and the hours after it. */
export function at(hour: number): string {
  return `2024-03-12T${String(hour).padStart(2, '0')}:00:00Z`;
}

/** Lines of the hours from 10:00 on: `f`inal, `a`mended, `o`pen, open and `e`mpty so far, or `s`kipped. */
export function hoursOf(states: string): ChartHour[] {
  return [...states].map((letter, i) => {
    const hour = at(10 + i);
    if (letter === 'o' || letter === 'e') return { hour, state: 'open', revision: 0, counted: letter === 'o' };
    if (letter === 's') return { hour, state: 'skipped', revision: 1, counted: false };
    return { hour, state: 'final', revision: letter === 'a' ? 2 : 1, counted: true };
  });
}

export function dataOf(
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
  more: Partial<PanelData> = {},
): PanelData {
  return {
    ...{ columns, rows, over: { from: at(10), to: at(14) }, where: {}, choices: {}, ignored: [], shown: null },
    ...{ caption: {}, problem: null, ...more },
  };
}

/** A chart of the hours 10:00 to 14:00, of which `states` have begun. */
export function inputOf(
  metric: ChartMetric,
  data: PanelData,
  states = 'fffo',
  view: Partial<ChartView> = {},
): ChartInput {
  const window = { from: at(10), to: at(14) };
  return { metric, data, hours: hoursOf(states), window, palette: PALETTE, view: { ...VIEW, ...view } };
}

/** Text without the spaces that do not break. */
export function plain(text: string | undefined): string | undefined {
  return text?.replaceAll('\u00a0', ' ');
}
