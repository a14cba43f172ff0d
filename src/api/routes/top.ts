import { z } from 'zod';
import { nearest } from '../../config/nearest.ts';
import { SpillwayError } from '../../errors.ts';
import type { ExactSum, Metric } from '../../metrics/metric.ts';
import { isoTime } from '../../model/time.ts';
import { readHourLines } from '../hour-lines.ts';
import { PROBLEM_RESPONSES, TAGS } from '../openapi.ts';
import type { Api, ApiOptions } from '../options.ts';
import { excerpt } from '../problem.ts';
import { refreshIfOpen } from '../provisional.ts';
import type { HourWindow } from '../range.ts';
import { rangeBefore, rangeParameters, wholeRange } from '../range.ts';
import type { RankedGroup, Ranking, RankQuestion } from '../ranking.ts';
import { ranking } from '../ranking.ts';
import { cell, int64, integerParameter, time } from '../schemas.ts';
import { sendJson } from '../send.ts';
import type { KeyFilter } from '../series.ts';
import { groupKeys, keyFilters, metricNamed } from '../series.ts';
import { scalarCell, sumCell } from '../series-groups.ts';

/** Loose: any other parameter is a filter on the metric's key of that name. */
const topQuery = z.looseObject({
  ...rangeParameters,
  by: z
    .string()
    .optional()
    .describe("The measure or derived value that is the size. Default: the metric's first measure."),
  group: z.string().describe('Keys to tell apart, with commas between; measures are summed over all others.'),
  k: integerParameter(1, 1_000, 10, 'Groups returned at most, the largest ones.'),
});
const OWN = Object.keys(topQuery.shape);

const window = z.object({ from: time, to: time });

/** The answer of `GET /api/metrics/:name/top`. */
export const topBody = z.object({
  metric: z.string(),
  by: z.string(),
  group: z.array(z.string()),
  ...window.shape,
  before: window.describe('What `rank_before` is of: the range of equal length before.'),
  filters: z.record(z.string(), z.array(z.string())).describe('The values asked for, by key.'),
  state: z.enum(['open', 'final']).describe('`open` while an hour of the range may still change.'),
  groups: z.int().describe('How many groups there are in the range.'),
  total: int64.nullable().describe('The size of all groups together; null where sizes cannot be added up.'),
  rows: z.array(
    z.object({
      rank: z.int().describe('1 is the largest; equal sizes are in the order of their keys.'),
      rank_before: z.int().nullable().describe('Its rank in the range before; null without events there.'),
      share: z.number().nullable().describe('Its size of `total`; null where there is no such share.'),
      keys: z.record(z.string(), cell),
      measures: z.record(z.string(), int64.nullable()),
      derived: z.record(z.string(), z.number().nullable()).describe('Null where a denominator is 0.'),
    }),
  ),
});

export type TopBody = z.output<typeof topBody>;

/** `GET /api/metrics/:name/top`. */
export function topRoutes(api: Api, options: ApiOptions): void {
  const schema = {
    tags: [TAGS.metrics],
    summary: 'The largest of a metric',
    description:
      "Groups of a metric's rows over a range, the largest first, with the rank that each had in the range of equal length before. Any other query parameter is a filter on the key of that name, as for the series.",
    params: z.object({ name: z.string().describe('Name of the metric.') }),
    querystring: topQuery,
    response: { 200: topBody, ...PROBLEM_RESPONSES },
  };
  api.get('/api/metrics/:name/top', { schema }, async (request, reply) => {
    const { store, metrics } = options;
    const metric = metricNamed(metrics, request.params.name);
    const asked = questionOf(metric, request.query, store.manifest);
    await refreshIfOpen(options, asked.range);
    const lines = await readHourLines(store, [asked.range]);
    const question = { ...asked, hours: lines.begunIn(asked.range) };
    const { state } = lines.over(asked.range);
    return sendJson(reply, bodyOf(question, state, await ranking(store, question)));
  });
}

type TopQuestion = Omit<RankQuestion, 'hours' | 'filters'> & { readonly filters: readonly KeyFilter[] };

function questionOf(metric: Metric, query: z.output<typeof topQuery>, run: HourWindow): TopQuestion {
  const { from, to, by, group, k, ...others } = query;
  const range = wholeRange({ from, to }, run);
  return {
    metric,
    by: [sizeName(metric, by)],
    group: groupKeys(metric, group),
    filters: keyFilters(metric, others, OWN),
    top: k,
    range,
    before: rangeBefore(range),
  };
}

function sizeName(metric: Metric, by: string | undefined): string {
  const names = [...metric.measures, ...metric.derived].map(({ name }) => name);
  const name = by ?? names[0];
  if (name !== undefined && names.includes(name)) return name;
  const match = nearest(by ?? '', names);
  const known = `there are ${names.join(', ')}`;
  const message = `query parameter "by": expected a measure or derived value of ${metric.name}, found ${excerpt(by)}`;
  throw new SpillwayError('REQUEST_INVALID', message, {
    hint: match === undefined ? known : `did you mean "${match}"? ${known}`,
  });
}

function bodyOf(question: TopQuestion, state: TopBody['state'], { groups, all, total }: Ranking): TopBody {
  const { metric, by, group, range, before, filters } = question;
  return {
    metric: metric.name,
    by: by.join(),
    group: [...group],
    ...windowBody(range),
    before: windowBody(before),
    filters: Object.fromEntries(filters.map(({ key, values }) => [key.name, values.map(({ text }) => text)])),
    state,
    groups: all,
    total: sumCell(total),
    rows: groups.map((one) => ({
      rank: one.rank,
      rank_before: one.rankBefore,
      share: shareOf(metric, by, one, total),
      keys: Object.fromEntries(group.map((name, i) => [name, scalarCell(one.keys[i] ?? null)])),
      measures: Object.fromEntries(metric.measures.map(({ name }, i) => [name, sumCell(one.measures[i] ?? null)])),
      derived: Object.fromEntries(metric.derived.map(({ name }, i) => [name, one.derived[i] ?? null])),
    })),
  };
}

function windowBody({ from, to }: HourWindow): { from: string; to: string } {
  return { from: isoTime(from), to: isoTime(to) };
}

function shareOf(metric: Metric, by: readonly string[], { measures }: RankedGroup, total: ExactSum): number | null {
  const place = metric.measures.findIndex(({ name }) => by.includes(name));
  const size = measures[place] ?? null;
  return total === null || Number(total) === 0 ? null : Number(size ?? 0) / Number(total);
}
