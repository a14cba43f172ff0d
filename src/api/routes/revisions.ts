import { z } from 'zod';
import { PROBLEM_RESPONSES, TAGS } from '../openapi.ts';
import type { Api, ApiOptions } from '../options.ts';
import { readRevisions } from '../revisions.ts';
import { int64, integerParameter, time, timeParameter } from '../schemas.ts';
import { sendJson } from '../send.ts';
import { requireFullHour } from './hours.ts';

/** What one revision of an hour held of one metric. */
const metricSums = z.object({
  revision: z
    .int()
    .nullable()
    .describe(
      'Revision in which its file was written: the latest one up to this. Null without a file: it had no rows.',
    ),
  path: z.string().nullable().describe("The file, below the run's part of the archive."),
  rows: z.int(),
  measures: z
    .record(z.string(), int64.nullable())
    .nullable()
    .describe('Summed over all other keys; null without rows.'),
  derived: z
    .record(z.string(), z.number().nullable())
    .nullable()
    .describe('Computed after summing; null where a denominator is 0.'),
  problem: z.string().nullable().describe('Why there is nothing to show, or why it was not computed anew.'),
});

const revision = z.object({
  revision: z.int(),
  made: z
    .enum(['closed', 'amended', 'recomputed'])
    .describe('By closing the hour, by folding late events into it, or by computing metrics anew.'),
  madeAt: time
    .nullable()
    .describe('Wall time: of closing, else when its files were written; null if none of these is there.'),
  amended: z.int().describe('Late events that are counted from this revision on.'),
  late_duplicate: z.int().describe('Late events of which it was found that their key was counted already.'),
  maxLateByMs: z.number().nullable().describe('The most that one of these was late, event time; null without any.'),
  events: z.int().nullable().describe('Events counted in all; null where rollups only are kept, or there are none.'),
  metrics: z.record(z.string(), metricSums),
});

/** The answer of `GET /api/hours/:hour/revisions`. */
export const revisionsBody = z.object({
  hour: time.describe('Start of the hour.'),
  state: z.enum(['open', 'final', 'skipped']),
  revision: z.int().describe('The current one; 0 while open.'),
  earlier: z.int().describe('Earlier revisions that are not shown, because of `limit`.'),
  revisions: z.array(revision).describe('Oldest first; none while the hour is open.'),
});

export type RevisionsBody = z.output<typeof revisionsBody>;
export type HourRevision = RevisionsBody['revisions'][number];
export type MetricSums = z.output<typeof metricSums>;

/** `GET /api/hours/:hour/revisions`. */
export function revisionRoutes(api: Api, options: ApiOptions): void {
  const schema = {
    tags: [TAGS.hours],
    summary: 'The revisions of one hour, side by side',
    description:
      'What each revision held of every metric, summed over all keys but the hour, read from the files of the archive; and what the revision came from.',
    params: z.object({ hour: timeParameter('Start of the hour.') }),
    querystring: z.strictObject({ limit: integerParameter(1, 100, 10, 'Revisions at most, the latest ones.') }),
    response: { 200: revisionsBody, ...PROBLEM_RESPONSES },
  };
  api.get('/api/hours/:hour/revisions', { schema }, async (request, reply) => {
    const { hour } = request.params;
    requireFullHour(hour);
    return sendJson(reply, await readRevisions(options, hour, request.query.limit));
  });
}
