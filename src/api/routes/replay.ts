import { z } from 'zod';
import { SpillwayError } from '../../errors.ts';
import { isoTime } from '../../model/time.ts';
import type { Replay } from '../../replay/replay.ts';
import { OWNER_ONLY, PROBLEM_RESPONSES, TAGS } from '../openapi.ts';
import type { Api, ApiOptions, JumpSpec } from '../options.ts';
import { timeParameter } from '../schemas.ts';
import { bodyOfReplay, replayBody } from './status.ts';

/** The fastest speed that is a number, as for `--speed`: faster than any machine plays. */
const FASTEST = 1e9;
const DEFAULT_LEAD_HOURS = 24;
/** Longest lead: as far back as any metric looks. */
const MOST_LEAD_HOURS = 168;

const SPEED_EXPECTED = 'expected "max" or a number above 0, at most 1e9';
const LEAD_EXPECTED = `expected a whole number from 0 to ${MOST_LEAD_HOURS}`;

const nothing = z.strictObject({}).describe('Nothing has to be said: `{}`.');
const speedRequest = z.strictObject({
  speed: z
    .union([z.literal('max'), z.number().positive(SPEED_EXPECTED).max(FASTEST, SPEED_EXPECTED)], SPEED_EXPECTED)
    .describe('Times real speed, or as fast as the consumers take it.'),
});
const jumpRequest = z.strictObject({
  to: timeParameter('Where the film goes on.'),
  leadHours: z
    .int(LEAD_EXPECTED)
    .min(0, LEAD_EXPECTED)
    .max(MOST_LEAD_HOURS, LEAD_EXPECTED)
    .default(DEFAULT_LEAD_HOURS)
    .describe('Hours before `to` that are played at full speed first, so that there is something to compare with.'),
});
/** The answer of `POST /api/replay/jump`: the film of the new run. */
export const jumpBody = replayBody.extend({ run: z.string().describe('The new run.') });

export type JumpRequest = z.input<typeof jumpRequest>;
export type JumpBody = z.output<typeof jumpBody>;

/** `POST /api/replay/play`, `/pause`, `/speed`, `/step` and `/jump`. Each answers with the film as it stands after it. */
export function replayRoutes(api: Api, options: ApiOptions): void {
  const film = (): ReturnType<typeof bodyOfReplay> => bodyOfReplay(controlsOf(options).status());

  api.post('/api/replay/play', { schema: PLAY }, () => {
    controlsOf(options).resume();
    return film();
  });
  api.post('/api/replay/pause', { schema: PAUSE }, () => {
    controlsOf(options).pause();
    return film();
  });
  api.post('/api/replay/speed', { schema: SPEED }, (request) => {
    controlsOf(options).setSpeed(request.body.speed);
    return film();
  });
  api.post('/api/replay/step', { schema: STEP }, () => {
    controlsOf(options).step();
    return film();
  });
  api.post('/api/replay/jump', { schema: JUMP }, async (request) => {
    const { run } = await jump(options, request.body);
    return { run, ...bodyOfReplay(options.controls?.status() ?? options.status().replay) };
  });
}

const common = { tags: [TAGS.replay], security: OWNER_ONLY };
const RESPONSE = { 200: replayBody, ...PROBLEM_RESPONSES };
const PLAY = {
  ...common,
  summary: 'Play',
  description: 'Goes on from where the film stands. Breaks off a step: the film plays on past the end of the hour.',
  body: nothing,
  response: RESPONSE,
};
const PAUSE = {
  ...common,
  summary: 'Pause',
  description: 'Holds the film where it is; what has been sent already is counted.',
  body: nothing,
  response: RESPONSE,
};
const SPEED = {
  ...common,
  summary: 'Change the speed',
  description: 'From where the film is. A paused film stays paused, a step is done first.',
  body: speedRequest,
  response: RESPONSE,
};
const STEP = {
  ...common,
  summary: 'Play to the end of the hour',
  description:
    'At full speed to the next full hour, and pauses there; in the last hour, to the end of the film. Answers at once: `state` is `paused` when it is done.',
  body: nothing,
  response: RESPONSE,
};
const JUMP = {
  ...common,
  summary: 'Go on from another place',
  description:
    'Stops the run where it is and goes on as a new run, with a name of its own, in the same process at the same address: filled at full speed from `leadHours` before `to` (not before the trace) up to it.',
  body: jumpRequest,
  response: { 200: jumpBody, ...PROBLEM_RESPONSES },
};

/** The film to control. Throws REPLAY_NOT_RUNNING if there is none, or it is over. */
function controlsOf(options: ApiOptions): Replay {
  const { controls, store } = options;
  if (controls === undefined) {
    throw new SpillwayError('REPLAY_NOT_RUNNING', `run ${store.run} is only served: there is no film to control`, {
      hint: 'go on with it by the command that made it, `spillway run` or `spillway demo`',
    });
  }
  const { state } = controls.status();
  if (state !== 'ended' && state !== 'stopped' && state !== 'idle') return controls;
  const hint =
    options.jump === undefined ? 'play the trace again as a new run: `spillway run`' : 'jump to another place';
  throw new SpillwayError('REPLAY_NOT_RUNNING', `the film of run ${store.run} is over (${state})`, { hint });
}

/** Throws REPLAY_NOT_RUNNING where one cannot jump, REQUEST_INVALID for a place outside the trace. */
async function jump(options: ApiOptions, to: JumpSpec): Promise<{ readonly run: string }> {
  const { traceRange, store } = options;
  if (options.jump === undefined) {
    throw new SpillwayError(
      'REPLAY_NOT_RUNNING',
      `run ${store.run} cannot go on from another place: its trace is not open`,
      {
        hint: '`spillway run --from` plays a trace from any place',
      },
    );
  }
  if (to.to < traceRange.from || to.to >= traceRange.to) {
    const range = `from ${isoTime(traceRange.from)} up to, not including, ${isoTime(traceRange.to)}`;
    const message = `body field "to": expected a time of the trace, ${range}, found ${isoTime(to.to)}`;
    throw new SpillwayError('REQUEST_INVALID', message, { hint: 'choose a time within the trace' });
  }
  return await options.jump(to);
}
