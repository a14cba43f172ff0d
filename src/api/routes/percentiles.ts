import { z } from 'zod';
import { SpillwayError } from '../../errors.ts';
import type { HotStore } from '../../hot-store/hot-store.ts';
import type { Metric } from '../../metrics/metric.ts';
import { readShare } from '../../metrics/metric.ts';
import { addMicros, MICROS_PER_DAY, MICROS_PER_HOUR, parseTime } from '../../model/time.ts';
import { readHourLines } from '../hour-lines.ts';
import { inOrder } from '../in-order.ts';
import { PROBLEM_RESPONSES, TAGS } from '../openapi.ts';
import type { Api, ApiOptions } from '../options.ts';
import { excerpt } from '../problem.ts';
import { refreshIfOpen } from '../provisional.ts';
import type { HourRange } from '../range.ts';
import { hourRange, rangeBody, rangeParameters, rangeSchema } from '../range.ts';
import { cell, int64, integerParameter, time } from '../schemas.ts';
import { sendJson } from '../send.ts';
import type { KeyFilter, SeriesQuestion } from '../series.ts';
import { groupKeys, keyFilters, metricNamed, splitValues } from '../series.ts';
import type { Scalar } from '../series-groups.ts';
import { answeredGroups, scalarCell, sumCell } from '../series-groups.ts';
import { planOf } from '../series-plan.ts';
import { fetchSums } from '../sums.ts';

/** The metric whose rows are counts in buckets of time, and what its columns mean. */
const [METRIC, PHASE, BUCKET, COUNT] = ['latency', 'phase', 'bucket', 'queries'] as const;
const DEFAULT_QUANTILES = '0.5,0.9,0.95,0.99';
const MOST_QUANTILES = 20;

/** Loose: any other parameter is a filter on the key of that name. */
const percentilesQuery = z.looseObject({
  ...rangeParameters,
  q: z
    .string()
    .default(DEFAULT_QUANTILES)
    .describe(`Which ones: up to ${MOST_QUANTILES} numbers above 0 and up to 1, with commas between.`),
  phase: z.string().default('execution').describe('`execution`, or `total`: compile, queue and execution together.'),
  group: z.string().default('').describe('Keys to tell apart besides the time, with commas between: `instance_id`.'),
  grain: z
    .enum(['hour', 'day', 'all'])
    .default('all')
    .describe('One row per hour, per UTC day, or for all of the range.'),
  limit: integerParameter(1, 100_000, 10_000, 'Rows returned at most, the earliest ones.'),
});
const OWN = Object.keys(percentilesQuery.shape);

/** The answer of `GET /api/percentiles`. */
export const percentilesBody = z.object({
  ...rangeSchema,
  grain: z.enum(['hour', 'day', 'all']),
  phase: z.string(),
  group: z.array(z.string()),
  filters: z.record(z.string(), z.array(z.string())).describe('The values asked for, by key.'),
  q: z.array(z.number()),
  truncated: z.boolean().describe('There are more rows than `limit`.'),
  rows: z
    .array(
      z.object({
        hour: time.nullable().describe('Start of the hour or day; null for all of the range.'),
        keys: z.record(z.string(), cell),
        n: int64.describe('Executed queries.'),
        ms: z.array(z.number().nullable()).describe('For each of `q` the duration of rank ceil(q n), within 5 %.'),
        state: z.enum(['open', 'final']),
        revision: z.int(),
      }),
    )
    .describe('In order of time and keys; a time without executed queries has no row.'),
});

export type PercentilesBody = z.output<typeof percentilesBody>;
type PercentileRow = PercentilesBody['rows'][number];

/** `GET /api/percentiles`. */
export function percentileRoutes(api: Api, options: ApiOptions): void {
  const schema = {
    tags: [TAGS.metrics],
    summary: 'How long queries take',
    description:
      'Any percentiles of the time that executed queries take, over any hours and instances together, from the counts of the metric `latency`. Durations are counted in buckets ([DDSketch](https://doi.org/10.14778/3352063.3352135)): each value is within 5 % of the true one. Any other query parameter is a filter on the key of that name, as for the series.',
    querystring: percentilesQuery,
    response: { 200: percentilesBody, ...PROBLEM_RESPONSES },
  };
  api.get('/api/percentiles', { schema }, async (request, reply) => {
    const { from, to, q, phase, group, grain, limit, ...others } = request.query;
    const quantiles = quantilesOf(q);
    const metric = withQuantiles(metricNamed(options.metrics, METRIC), quantiles);
    const [range, groups] = [hourRange({ from, to }), groupsOf(metric, group)];
    const filters = filtersOf(metric, others);
    const fixed = keyFilters(metric, { [PHASE]: phase.replaceAll(/[\\,]/g, '\\$&') });
    const question = { metric, range, grain, group: groups, filters: [...filters, ...fixed], derived: true, limit };
    await refreshIfOpen(options, range);
    const rows = await rowsOf(options.store, question);
    return sendJson(reply, {
      ...rangeBody(range),
      ...{ grain, phase, group: groups },
      filters: Object.fromEntries(filters.map(({ key, values }) => [key.name, values.map(({ text }) => text)])),
      q: quantiles.map(Number),
      ...{ truncated: rows.length > limit, rows: rows.slice(0, limit) },
    });
  });
}

function quantilesOf(text: string): readonly string[] {
  const quantiles = splitValues(text).map((one) => one.trim());
  const wrong = quantiles.find((one) => readShare(one) === undefined);
  if (wrong === undefined && quantiles.length <= MOST_QUANTILES) return quantiles;
  const expected = `query parameter "q": expected up to ${MOST_QUANTILES} numbers above 0 and up to 1`;
  const found = wrong === undefined ? `${quantiles.length} numbers` : excerpt(wrong);
  throw new SpillwayError('REQUEST_INVALID', `${expected}, found ${found}`, { hint: `write q=${DEFAULT_QUANTILES}` });
}

/** The metric with these percentiles in the place of its own. */
function withQuantiles(metric: Metric, quantiles: readonly string[]): Metric {
  return {
    ...metric,
    derived: quantiles.map((q, i) => ({
      ...{ name: `q${i}`, expr: `quantile(${BUCKET}, ${COUNT}, ${q})` },
      ...{ unit: 'ms', note: undefined },
    })),
  };
}

function groupsOf(metric: Metric, text: string): readonly string[] {
  const group = groupKeys(metric, text);
  const wrong = group.find((name) => name === PHASE || name === BUCKET);
  if (wrong === undefined) return group;
  const message = `query parameter "group": expected keys of queries, found "${wrong}"`;
  throw new SpillwayError('REQUEST_INVALID', message, {
    hint: wrong === PHASE ? 'ask for one with "phase"' : 'leave it out',
  });
}

function filtersOf(metric: Metric, others: Readonly<Record<string, unknown>>): readonly KeyFilter[] {
  const filters = keyFilters(metric, others, OWN);
  if (!filters.some(({ key }) => key.name === BUCKET)) return filters;
  throw new SpillwayError(
    'REQUEST_INVALID',
    `query string: a percentile is of all buckets, found a filter "${BUCKET}"`,
    {
      hint: 'leave it out',
    },
  );
}

async function rowsOf(store: HotStore, question: SeriesQuestion): Promise<readonly PercentileRow[]> {
  const { metric, group, range, grain } = question;
  const plan = planOf(question);
  const [table, lines] = [await fetchSums(store, question, plan), await readHourLines(store, [range])];
  const by = [...(grain === 'all' ? [] : ['hour']), ...group];
  const { table: groups, kept } = answeredGroups(metric, table, by, plan, {});
  const keys = by.map((name) => groups.key(name).map(scalarCell));
  const counts = groups.measure(COUNT);
  const values = metric.derived.map(({ name }) => groups.derived(name));
  return inOrder(keys, kept).map((i) => {
    const cells = new Map(by.map((name, place) => [name, keys[place]?.[i] ?? null]));
    const hour = cells.get('hour');
    return {
      hour: typeof hour === 'string' ? hour : null,
      keys: Object.fromEntries(group.map((name) => [name, cells.get(name) ?? null])),
      n: sumCell(counts[i] ?? null) ?? 0,
      ms: values.map((column) => column[i] ?? null),
      ...lines.over(timeOf(hour, question)),
    };
  });
}

/** The part of the range that a row is of. */
function timeOf(hour: Scalar | undefined, { range, grain }: SeriesQuestion): HourRange {
  const from = typeof hour === 'string' ? parseTime(hour) : undefined;
  if (from === undefined) return range;
  const to = addMicros(from, grain === 'day' ? MICROS_PER_DAY : MICROS_PER_HOUR);
  return {
    from: range.from !== undefined && range.from > from ? range.from : from,
    to: range.to !== undefined && range.to < to ? range.to : to,
  };
}
