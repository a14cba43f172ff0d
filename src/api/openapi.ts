import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Api } from './options.ts';
import { problemSchema } from './problem.ts';
import { sendJson } from './send.ts';

/** Swagger UI styles its elements inline; it needs nothing from anywhere else. */
const DOCS_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const DESCRIPTION = `Hourly answers of one run, each with its receipt.

- Times are ISO-8601 in UTC. A time without a zone is read as UTC.
- Fields that are columns of a public table have the column's name; 64-bit integers are numbers up to 2^53 and strings
  beyond, so that no digit is lost.
- Hours that are still open are provisional and say so (\`state\`).
- Requests other than GET need \`Content-Type: application/json\` and the owner's token, which stands in \`owner.json\`
  beside the run's store.
- Whatever is refused or fails is answered with \`application/problem+json\`.`;

/** What a route may answer instead of success; the same for all. */
export const PROBLEM_RESPONSES = {
  '4xx': {
    description: 'Refused: the request names what is wrong with it.',
    content: { 'application/problem+json': { schema: problemSchema } },
  },
  '5xx': {
    description: 'Failed, or not possible now.',
    content: { 'application/problem+json': { schema: problemSchema } },
  },
};

/** Sections of the documentation. */
export const TAGS = {
  run: 'Run',
  replay: 'Replay',
  metrics: 'Metrics',
  hours: 'Hours and receipts',
  sql: 'SQL',
} as const;

/** Marks a route as one that needs the owner's token. */
export const OWNER_ONLY = [{ ownerToken: [] }];

/** Documents every route declared after it: JSON at `/api/openapi.json`, a page at `/api/docs`. */
export async function registerOpenApi(api: Api): Promise<void> {
  await api.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Spillway', description: DESCRIPTION, version: '1' },
      servers: [{ url: '/' }],
      tags: Object.values(TAGS).map((name) => ({ name })),
      components: { securitySchemes: { ownerToken: { type: 'http', scheme: 'bearer' } } },
    },
    transform: jsonSchemaTransform,
  });
  await api.register(swaggerUi, {
    routePrefix: '/api/docs',
    staticCSP: DOCS_POLICY,
    theme: { title: 'Spillway API' },
  });
  const description = 'This description as JSON.';
  const schema = { hide: true, description, response: { 200: z.looseObject({}) } };
  api.get('/api/openapi.json', { schema }, async (_request, reply) => sendJson(reply, api.swagger()));
}
