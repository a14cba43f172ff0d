import { z } from 'zod';
import type { HotStore, JsonCell } from '../../hot-store/hot-store.ts';
import { slotsOf } from '../../model/scoring.ts';
import { PROBLEM_RESPONSES, TAGS } from '../openapi.ts';
import type { Api, ApiOptions } from '../options.ts';
import { refreshIfOpen } from '../provisional.ts';
import type { HourRange } from '../range.ts';
import { hourRange, rangeBody, rangeConditions, rangeParameters, rangeSchema } from '../range.ts';
import { int64, time } from '../schemas.ts';
import { sendJson } from '../send.ts';
import { metricNamed } from '../series.ts';

/** The metric that counts every query, and of what. */
const [METRIC, COUNT] = ['workload', 'queries'] as const;

/** The answer of `GET /api/instances`. */
export const instancesBody = z.object({
  ...rangeSchema,
  instances: z
    .array(
      z.object({
        instance_id: z.string(),
        tier: z.string().describe('`provisioned` or `serverless`: the first part of the id.'),
        slots: z.int().describe('Queries that it works on at once before others queue.'),
        queries: int64.describe('Queries in the range, cache hits included.'),
        lastHour: time.nullable().describe('The latest hour of the run in which it had queries; null without any.'),
      }),
    )
    .describe('All of the run, with or without queries in the range, in the order of tier and number.'),
});

export type InstancesBody = z.output<typeof instancesBody>;

/** `GET /api/instances`. */
export function instanceRoutes(api: Api, options: ApiOptions): void {
  const schema = {
    tags: [TAGS.metrics],
    summary: 'Every instance of the run',
    description: 'Those that the run was restricted to, else all that have had queries so far.',
    querystring: z.strictObject(rangeParameters),
    response: { 200: instancesBody, ...PROBLEM_RESPONSES },
  };
  api.get('/api/instances', { schema }, async (request, reply) => {
    const range = hourRange(request.query);
    // Also where the range is all final: the latest hour with queries may be an open one.
    await refreshIfOpen(options, { from: undefined, to: undefined });
    metricNamed(options.metrics, METRIC);
    return sendJson(reply, { ...rangeBody(range), instances: await instancesOf(options.store, range) });
  });
}

async function instancesOf(store: HotStore, range: HourRange): Promise<InstancesBody['instances']> {
  const { manifest } = store;
  const inRange = rangeConditions(range).join(' AND ') || 'true';
  const { rows } =
    await store.query(`SELECT instance_id, CAST(coalesce(sum(${COUNT}) FILTER (WHERE ${inRange}), 0) AS BIGINT),
      max(hour) FILTER (WHERE ${COUNT} > 0)
    FROM ${METRIC} WHERE instance_id IS NOT NULL GROUP BY instance_id`);
  const seen = new Map(rows.map(([id, queries, hour]) => [String(id), { queries, hour }]));
  const ids = [...new Set([...(manifest.instances ?? []), ...seen.keys()])].sort(compareIds);
  return ids.map((id) => {
    const { queries = 0, hour = null } = seen.get(id) ?? {};
    return {
      instance_id: id,
      tier: id.replace(/-[^-]*$/, ''),
      slots: slotsOf(manifest.slots, id),
      queries: countOf(queries),
      lastHour: hour === null ? null : String(hour),
    };
  });
}

function countOf(cell: JsonCell): number | string {
  return typeof cell === 'number' ? cell : String(cell);
}

/** `provisioned-9` comes before `provisioned-10`. */
function compareIds(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
