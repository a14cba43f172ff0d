import { z } from 'zod';
import { PROBLEM_RESPONSES, TAGS } from '../openapi.ts';
import type { Api, ApiOptions } from '../options.ts';
import { sendJson } from '../send.ts';

const micros = z.int().describe('Microseconds since 1970-01-01 UTC.');

/** Loose: the manifest is passed on whole, so that its reader can compare it field by field with another. */
export const manifestBody = z.looseObject({
  version: z.literal(1),
  run: z.string(),
  trace: z.looseObject({ rows: z.int(), files: z.array(z.looseObject({ name: z.string(), rows: z.int() })) }),
  from: micros,
  to: micros,
  instances: z.array(z.string()).nullable().describe('Inside form (`provisioned-96`); null means all.'),
  faults: z.string().describe('What is injected; `none` for an undisturbed run.'),
  partitions: z.int(),
  latenessMs: z.int().describe('Milliseconds of event time after the end of an hour until it becomes final.'),
  metrics: z.record(z.string(), z.string()).describe("SHA-256 of each metric's definition."),
});

/** `GET /api/manifest`. */
export function manifestRoutes(api: Api, options: ApiOptions): void {
  const schema = {
    tags: [TAGS.run],
    summary: 'What decides the results of the run',
    description:
      'The manifest exactly as it was fixed when the run was created and as it stands on the bus; its times are therefore microseconds since 1970-01-01 UTC.',
    response: { 200: manifestBody, ...PROBLEM_RESPONSES },
  };
  api.get('/api/manifest', { schema }, async (_request, reply) => sendJson(reply, options.store.manifest));
}
