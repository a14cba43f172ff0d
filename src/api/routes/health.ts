import { z } from 'zod';
import { messageOf } from '../../errors.ts';
import type { HotStore } from '../../hot-store/hot-store.ts';
import type { RunStatus } from '../../model/status.ts';
import { PROBLEM_RESPONSES, TAGS } from '../openapi.ts';
import type { Api, ApiOptions } from '../options.ts';
import { PROBLEM_TYPE, problem, problemSchema } from '../problem.ts';

const check = z.object({
  name: z.enum(['store', 'replay', 'processor']),
  ready: z.boolean(),
  detail: z.string().describe('What was found.'),
});
const healthBody = z.object({ status: z.literal('ok') });
const readyBody = z.object({ ready: z.literal(true), checks: z.array(check) });
const notReadyBody = problemSchema.extend({ checks: z.array(check) });

export type ReadyBody = z.output<typeof readyBody>;
type Check = z.output<typeof check>;

/** `GET /healthz` and `GET /readyz`. */
export function healthRoutes(api: Api, options: ApiOptions): void {
  const alive = {
    tags: [TAGS.run],
    summary: 'Is the process alive?',
    description: 'Answers as long as the process can answer at all; looks at nothing else.',
    response: { 200: healthBody, ...PROBLEM_RESPONSES },
  };
  api.get('/healthz', { schema: alive }, () => ({ status: 'ok' as const }));

  const ready = {
    tags: [TAGS.run],
    summary: 'Can it do its work?',
    description:
      'The store answers, the replay has started and the processor has not failed. 503 names what is not ready.',
    response: {
      200: readyBody,
      503: { description: 'Not ready.', content: { 'application/problem+json': { schema: notReadyBody } } },
      '4xx': PROBLEM_RESPONSES['4xx'],
    },
  };
  api.get('/readyz', { schema: ready }, async (_request, reply) => {
    const checks = [await storeCheck(options.store), ...runChecks(options.status())];
    const failed = checks.filter((one) => !one.ready);
    if (failed.length === 0) return { ready: true as const, checks };
    const detail = failed.map((one) => `${one.name}: ${one.detail}`).join('; ');
    const body = { ...problem(503, 'NOT_READY', detail, 'try again in a moment; the log says more'), checks };
    return reply.code(503).type(PROBLEM_TYPE).send(body);
  });
}

async function storeCheck(store: HotStore): Promise<Check> {
  try {
    await store.progress();
    return { name: 'store', ready: true, detail: 'answers' };
  } catch (error) {
    return { name: 'store', ready: false, detail: messageOf(error) };
  }
}

function runChecks(status: RunStatus): Check[] {
  const { replay, processor } = status;
  return [
    { name: 'replay', ready: replay.state !== 'starting', detail: replay.state },
    { name: 'processor', ready: processor.state !== 'failed', detail: processor.state },
  ];
}
