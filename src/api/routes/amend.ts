import { z } from 'zod';
import type { EventTime } from '../../model/time.ts';
import { isoTime } from '../../model/time.ts';
import { OWNER_ONLY, PROBLEM_RESPONSES, TAGS } from '../openapi.ts';
import type { Amendment, Api, ApiOptions } from '../options.ts';
import { time, timeParameter } from '../schemas.ts';
import { sendJson } from '../send.ts';

const amendRequest = z.strictObject({
  from: timeParameter('First hour.'),
  to: timeParameter('End, exclusive.'),
});
/** The answer of `POST /api/amend`: the hours that have a new revision. */
export const amendBody = z.array(
  z.object({
    hour: time,
    revision: z.int().describe('Revision of the hour from now on.'),
    amended: z.int().describe('Late events that are counted now.'),
    lateDuplicate: z.int().describe('Late events whose key was counted already.'),
  }),
);

export type AmendBody = z.output<typeof amendBody>;

/** `POST /api/amend`. */
export function amendRoutes(api: Api, options: ApiOptions): void {
  const schema = {
    tags: [TAGS.run],
    summary: 'Fold late events into their hours',
    description:
      'Computes each final hour of the range for which late events wait once more, as a new revision. Other hours and history do not change.',
    security: OWNER_ONLY,
    body: amendRequest,
    response: { 200: amendBody, ...PROBLEM_RESPONSES },
  };
  api.post('/api/amend', { schema }, async (request, reply) => {
    const range: { from: EventTime; to: EventTime } = request.body;
    return sendJson(reply, bodyOfAmendments(await options.amend(range)));
  });
}

/** Amended hours as they leave the process. */
export function bodyOfAmendments(amended: readonly Amendment[]): AmendBody {
  return amended.map(({ hour, ...rest }) => ({ hour: isoTime(hour), ...rest }));
}
