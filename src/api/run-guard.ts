import type { Api, ApiOptions } from './options.ts';
import { excerpt, Refusal } from './problem.ts';

/** Header in which a client says which run it means: one address plays one run after the other. */
export const RUN_HEADER = 'spillway-run';

/** Refuses requests that mean another run than the one that is there by now. */
export function guardRun(api: Api, options: ApiOptions): void {
  api.addHook('onRequest', (request, _reply, done) => {
    const wanted = request.headers[RUN_HEADER];
    const { run } = options.store;
    if (wanted === undefined || wanted === run) return done();
    const message = `header Spillway-Run: this address has run ${run} now, not ${excerpt(wanted)}`;
    return done(new Refusal(409, 'RUN_NOT_FOUND', message, 'ask again: the film has gone on from another place'));
  });
}
