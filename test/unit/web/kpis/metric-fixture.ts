import type { MetricDefinition } from '../../../../src/api/routes/metrics.ts';
import type { Kpi, KpiSource } from '../../../../web/src/kpis/kpi-order.ts';
import type { HourLine, KpiData, PanelData } from '../../../../web/src/live/live-state.ts';

/** A metric with these parts, and otherwise as small as can be. */
export function metric(name: string, parts: Partial<MetricDefinition> = {}): MetricDefinition {
  return {
    name,
    title: name,
    question: `${name}?`,
    description: null,
    keys: [
      { name: 'hour', type: 'TIMESTAMP' },
      { name: 'instance_id', type: 'VARCHAR' },
    ],
    measures: [{ name: 'queries', unit: 'queries', note: null }],
    derived: [],
    panel: null,
    kpi: [],
    history: false,
    sql: 'SELECT 1',
    hash: '',
    failure: null,
    ...parts,
  };
}

export function kpi(parts: Partial<Kpi>): Kpi {
  return { label: 'queries', value: 'queries', better: null, where: {}, count: null, ...parts };
}

/** The first figure of a metric. */
export function sourceOf(of: MetricDefinition): KpiSource {
  const [first] = of.kpi;
  if (first === undefined) throw new Error(`metric ${of.name} has no figure`);
  return { id: `${of.name}.0`, metric: of, kpi: first };
}

/** A line over the hours. */
export const PANEL: NonNullable<MetricDefinition['panel']> = {
  chart: 'line',
  x: 'hour',
  y: ['queries'],
  series: null,
  top: null,
  where: {},
  stack: false,
  scale: 'linear',
  over: 'range',
  caption: [],
  spread: null,
  fit: null,
};

/** Share of reads that were cache hits: a ratio whose denominator is not the first measure. */
export const CACHE = metric('result_cache', {
  measures: [
    { name: 'queries', unit: 'queries', note: null },
    { name: 'reads', unit: 'queries', note: 'executed selects plus cache hits' },
    { name: 'cached', unit: 'queries', note: 'cache hits' },
  ],
  derived: [
    { name: 'hit_rate_of_reads', expr: 'cached / reads', unit: 'ratio', note: 'of executed selects plus cache hits' },
  ],
  panel: { ...PANEL, y: ['hit_rate_of_reads'] },
  kpi: [kpi({ label: 'cache hits', value: 'hit_rate_of_reads', better: 'higher' })],
});

/** Rows of a figure: `hour`, `value`, `n` and, where given, `of`. */
export function kpiData(
  rows: readonly (readonly [hour: string, value: number | null, n: number, of?: number])[],
): KpiData {
  return {
    columns: ['hour', 'value', 'n', 'of'],
    rows: rows.map(([hour, value, n, of = null]) => [hour, value, n, of]),
    ignored: [],
  };
}

export function panelData(
  columns: readonly string[],
  rows: PanelData['rows'],
  parts: Partial<PanelData> = {},
): PanelData {
  const over = { from: '2024-03-11T15:00:00Z', to: '2024-03-12T15:00:00Z' };
  return {
    columns,
    rows,
    over,
    where: {},
    choices: {},
    ignored: [],
    shown: null,
    caption: {},
    problem: null,
    ...parts,
  };
}

/** Hours of 11 and 12 March up to 14:00, the last `open` of them open. */
export function hourLines(open = 1, parts: Partial<HourLine> = {}): HourLine[] {
  const first = Date.parse('2024-03-11T00:00:00Z');
  return Array.from({ length: 39 }, (_, i) => ({
    hour: new Date(first + i * 3_600_000).toISOString().replace('.000Z', 'Z'),
    state: i < 39 - open ? 'final' : 'open',
    revision: i < 39 - open ? 1 : 0,
    watermark: null,
    finalized_at: null,
    counted: 90_000,
    late: 0,
    rejected: 0,
    duplicate: 0,
    ...parts,
  }));
}
