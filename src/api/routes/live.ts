import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Sink } from '../live/connection.ts';
import { LiveFeed } from '../live/feed.ts';
import { HOURS_IN_VIEW, parseLiveQuestion, TIERS } from '../live/live-question.ts';
import { PROBLEM_RESPONSES, TAGS } from '../openapi.ts';
import type { Api, ApiOptions } from '../options.ts';

/** Loose: any other parameter is a filter on a key, or a panel's choice. `parseLiveQuestion` checks all of them. */
const liveQuery = z.looseObject({
  hours: z
    .string()
    .optional()
    .meta({ enum: HOURS_IN_VIEW.map(String), default: '24', description: 'Hours in view.' }),
  hour: z
    .string()
    .optional()
    .describe('Start of the hour that panels show which do not run over time. Default: the latest with events.'),
  tier: z
    .string()
    .optional()
    .meta({ enum: [...TIERS], description: 'Only instances of this kind.' }),
  since: z
    .string()
    .optional()
    .describe('Id of the last event received, where the header `Last-Event-ID` cannot be sent.'),
});

const DESCRIPTION = `Server-sent events: \`run\`, \`status\` (every second), \`hours\`, \`panels\` and \`problem\`, as docs/api.md
describes them. A message names whole hours and replaces them. Any other query parameter is a filter on the key of that
name, for all metrics that have it, or \`<metric>.<key>\`, what a panel shows instead of what its file says.`;

/** `GET /api/live`. */
export function liveRoutes(api: Api, options: ApiOptions): void {
  const feed = new LiveFeed(options);
  // Before connections are closed: a stream that is ended tells its client that this is not an accident.
  api.addHook('preClose', async () => feed.close());
  const schema = {
    tags: [TAGS.run],
    summary: 'Everything that changes, as it changes',
    description: DESCRIPTION,
    querystring: liveQuery,
    response: {
      200: { description: 'A stream that does not end.', content: { 'text/event-stream': { schema: z.string() } } },
      ...PROBLEM_RESPONSES,
    },
  };
  api.get('/api/live', { schema, exposeHeadRoute: false }, (request, reply) => {
    const question = parseLiveQuestion(request.query, options.metrics);
    const header = request.headers['last-event-id'];
    const resume = typeof header === 'string' && header !== '' ? header : request.query.since;
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, {
      ...definedHeaders(reply.getHeaders()),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // A proxy in between must pass on what it gets.
      'x-accel-buffering': 'no',
    });
    const connection = feed.join(question, sinkOf(raw), resume);
    raw.on('drain', () => connection.drained());
    raw.on('close', () => feed.leave(connection));
    // The client is gone; `close` follows.
    raw.on('error', () => undefined);
  });
}

function sinkOf(raw: ServerResponse): Sink {
  return { write: (text) => raw.write(text), end: () => raw.end() };
}

function definedHeaders(headers: Readonly<Record<string, number | string | string[] | undefined>>) {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
