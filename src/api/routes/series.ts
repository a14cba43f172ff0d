import { z } from 'zod';
import type { Metric } from '../../metrics/metric.ts';
import { PROBLEM_RESPONSES, TAGS } from '../openapi.ts';
import type { Api, ApiOptions } from '../options.ts';
import { refreshIfOpen } from '../provisional.ts';
import { hourRange, rangeBody, rangeParameters, rangeSchema } from '../range.ts';
import { cell, integerParameter } from '../schemas.ts';
import { sendJson } from '../send.ts';
import { groupKeys, keyFilters, metricNamed } from '../series.ts';
import { seriesRows } from '../series-rows.ts';

/** Loose: any other parameter is a filter on the metric's key of that name. */
const seriesQuery = z.looseObject({
  ...rangeParameters,
  grain: z.enum(['hour', 'day']).default('hour').describe('One row per hour or per UTC day.'),
  group: z
    .string()
    .default('')
    .describe('Keys to tell apart besides the time, with commas between; measures are summed over all others.'),
  derived: z.enum(['true', 'false']).default('true').describe('Whether derived values are computed.'),
  limit: integerParameter(1, 100_000, 10_000, 'Rows returned at most, the earliest ones.'),
});

/** The answer of `GET /api/metrics/:name/series`. */
export const seriesBody = z.object({
  metric: z.string(),
  grain: z.enum(['hour', 'day']),
  ...rangeSchema,
  group: z.array(z.string()),
  filters: z.record(z.string(), z.array(z.string())).describe('The values asked for, by key.'),
  truncated: z.boolean().describe('There are more rows than `limit`.'),
  rows: z
    .array(z.record(z.string(), cell))
    .describe(
      'In order of time and keys: `hour` (start of the hour or day), the keys of `group`, the measures, the derived values (null where a denominator is 0), `state` (`open` while an hour of it may still change, else `final`) and `revision` (the highest of its hours).',
    ),
});

export type SeriesBody = z.output<typeof seriesBody>;

/** `GET /api/metrics/:name/series`. */
export function seriesRoutes(api: Api, options: ApiOptions): void {
  const schema = {
    tags: [TAGS.metrics],
    summary: 'A metric over time',
    description:
      "Sums of the metric's measures for each hour or day, and what derives from them after summing. Any other query parameter is a filter on the key of that name: `instance_id=provisioned-1,provisioned-2`; repeat it or put commas between values, and write a comma inside a value as `\\,`. Units are in `GET /api/metrics`. A time without events has no row.",
    params: z.object({ name: z.string().describe('Name of the metric.') }),
    querystring: seriesQuery,
    response: { 200: seriesBody, ...PROBLEM_RESPONSES },
  };
  api.get('/api/metrics/:name/series', { schema }, async (request, reply) => {
    const question = questionOf(metricNamed(options.metrics, request.params.name), request.query);
    await refreshIfOpen(options, question.range);
    const { rows, truncated } = await seriesRows(options.store, question);
    const filters = question.filters.map(({ key, values }) => [key.name, values.map(({ text }) => text)]);
    return sendJson(reply, {
      metric: question.metric.name,
      grain: question.grain,
      ...rangeBody(question.range),
      group: question.group,
      filters: Object.fromEntries(filters),
      truncated,
      rows,
    });
  });
}

function questionOf(metric: Metric, query: z.output<typeof seriesQuery>) {
  const { from, to, grain, group, derived, limit, ...others } = query;
  return {
    metric,
    range: hourRange({ from, to }),
    grain,
    group: groupKeys(metric, group),
    filters: keyFilters(metric, others),
    derived: derived === 'true',
    limit,
  };
}
