import { z } from 'zod';
import type { Kpi, Metric, Panel } from '../../metrics/metric.ts';
import { CHARTS, OVERS, SCALES } from '../../metrics/metric.ts';
import { PROBLEM_RESPONSES, TAGS } from '../openapi.ts';
import type { Api, ApiOptions } from '../options.ts';

const oneValue = z.record(z.string(), z.string()).describe('The one value of a key that is meant, by key.');

const definition = z.object({
  name: z.string().describe("Name of the metric's table."),
  title: z.string(),
  question: z.string().describe('The question that it answers.'),
  description: z.string().nullable(),
  keys: z.array(z.object({ name: z.string(), type: z.enum(['BIGINT', 'VARCHAR', 'BOOLEAN', 'TIMESTAMP']) })),
  measures: z
    .array(z.object({ name: z.string(), unit: z.string(), note: z.string().nullable() }))
    .describe('Additive 64-bit integers: any coarser grain is their sum.'),
  derived: z
    .array(z.object({ name: z.string(), expr: z.string(), unit: z.string(), note: z.string().nullable() }))
    .describe(
      'Computed after summing; `expr` may use those before it. docs/metrics.md lists functions and parameters.',
    ),
  panel: z
    .object({
      chart: z.enum(CHARTS),
      x: z.string().nullable(),
      y: z.array(z.string()),
      series: z.string().nullable(),
      top: z.int().nullable().describe('How many values of `x` and `series` are shown unless asked otherwise.'),
      where: oneValue,
      stack: z.boolean().describe('Whether what `y` and `series` tell apart lies on top of each other.'),
      scale: z.enum(SCALES).describe('Axis of the values.'),
      over: z.enum(OVERS).describe('What is summed where the hour is not on the axis: all hours in view, or one.'),
      caption: z.array(z.string()).describe('Values of everything shown together, said below the chart.'),
      spread: z
        .tuple([z.string(), z.string()])
        .nullable()
        .describe('Derived values between which most of what the first `y` stands for lies.'),
      fit: z
        .object({ slope: z.string(), intercept: z.string() })
        .nullable()
        .describe('Derived values that draw the line ln(1 + y) = intercept + slope x.'),
    })
    .nullable(),
  kpi: z
    .array(
      z.object({
        label: z.string(),
        value: z.string().describe('A measure or derived value; with `count`, a flag.'),
        better: z.enum(['lower', 'higher']).nullable(),
        where: oneValue,
        count: z.string().nullable().describe('A key: how many of its values have the flag, of how many.'),
      }),
    )
    .describe("Figures of the dashboard's top row, each of one hour."),
  history: z.boolean().describe('Whether the SELECT also reads `known` and `carried`: what earlier hours left behind.'),
  sql: z.string().describe('SELECT over the events of an hour that computes it.'),
  hash: z.string().describe('SHA-256 of what decides the numbers.'),
  failure: z.string().nullable().describe('Why it failed on a closed hour, the last time; null if it never did.'),
});
const metricsBody = z.object({ metrics: z.array(definition) });

export type MetricDefinition = z.output<typeof definition>;
export type MetricsBody = z.output<typeof metricsBody>;

/** `GET /api/metrics`. */
export function metricRoutes(api: Api, options: ApiOptions): void {
  const schema = {
    tags: [TAGS.metrics],
    summary: 'What is measured',
    description: 'Every metric of the run with its keys, measures, derived values, units, panel and SQL.',
    response: { 200: metricsBody, ...PROBLEM_RESPONSES },
  };
  api.get('/api/metrics', { schema }, () => {
    const { failedMetrics } = options.status().processor;
    return { metrics: options.metrics.map((metric) => bodyOfMetric(metric, failedMetrics[metric.name])) };
  });
}

function bodyOfMetric(metric: Metric, failure: string | undefined): MetricDefinition {
  const { name, title, question, keys, measures, derived, panel, kpi, history, sql, hash } = metric;
  return {
    name,
    title,
    question,
    description: metric.description ?? null,
    keys: keys.map((key) => ({ ...key })),
    measures: measures.map((measure) => ({ ...measure, note: measure.note ?? null })),
    derived: derived.map((value) => ({ ...value, note: value.note ?? null })),
    panel: panel === undefined ? null : bodyOfPanel(panel),
    kpi: kpi.map(bodyOfKpi),
    history,
    sql,
    hash,
    failure: failure ?? null,
  };
}

function bodyOfPanel(panel: Panel): NonNullable<MetricDefinition['panel']> {
  const { x, y, series, top, where, caption, spread, fit, ...rest } = panel;
  return {
    ...rest,
    x: x ?? null,
    y: [...y],
    series: series ?? null,
    top: top ?? null,
    where: { ...where },
    caption: [...caption],
    spread: spread === undefined ? null : [...spread],
    fit: fit ?? null,
  };
}

function bodyOfKpi({ label, value, better, where, count }: Kpi): MetricDefinition['kpi'][number] {
  return { label, value, better: better ?? null, where: { ...where }, count: count ?? null };
}
