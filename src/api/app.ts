import { fastify } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import type { GuardPolicy } from './guard.ts';
import { refusalOf } from './guard.ts';
import { registerOpenApi } from './openapi.ts';
import type { Address, Api, ApiOptions } from './options.ts';
import { Refusal, rawProblem, sendProblem } from './problem.ts';
import { amendRoutes } from './routes/amend.ts';
import { healthRoutes } from './routes/health.ts';
import { hourRoutes } from './routes/hours.ts';
import { instanceRoutes } from './routes/instances.ts';
import { liveRoutes } from './routes/live.ts';
import { manifestRoutes } from './routes/manifest.ts';
import { metricRoutes } from './routes/metrics.ts';
import { percentileRoutes } from './routes/percentiles.ts';
import { queryRoutes } from './routes/query.ts';
import { receiptRoutes } from './routes/receipts.ts';
import { replayRoutes } from './routes/replay.ts';
import { revisionRoutes } from './routes/revisions.ts';
import { seriesRoutes } from './routes/series.ts';
import { snapshotRoutes } from './routes/snapshot.ts';
import { statusRoutes } from './routes/status.ts';
import { topRoutes } from './routes/top.ts';
import { guardRun } from './run-guard.ts';
import { asksForPage, registerWeb } from './web.ts';

/** Longest body taken: ample for any statement, too small to fill memory with. */
export const BODY_LIMIT_BYTES = 1_048_576;
/** How long a client may take to send a request; nothing to do with how long the answer takes. */
const REQUEST_TIMEOUT_MS = 60_000;

/**
 * The API of one run, not listening yet. `address` is where it is going to listen: it decides which `Host` a request
 * must name, and a server that has to look for a free port changes it.
 */
export async function buildApp(options: ApiOptions, address: Address): Promise<Api> {
  const { logger } = options;
  const app = fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // A client that keeps a connection open must not keep a stopped process alive.
    forceCloseConnections: true,
    frameworkErrors: (error, request, reply) => {
      void sendProblem(error, request, secured(reply), logger);
    },
    clientErrorHandler: (error, socket) => {
      if (socket.writable) socket.end(rawProblem(error.code));
    },
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.removeContentTypeParser('text/plain');
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply, logger));
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0];
    const refusal = new Refusal(
      404,
      'NOT_FOUND',
      `no route ${request.method} ${path}`,
      'GET /api/docs lists the routes',
    );
    return sendProblem(refusal, request, reply, logger);
  });
  const api: Api = app.withTypeProvider();
  guard(api, { token: options.token, address });
  guardRun(api, options);
  await registerOpenApi(api);
  for (const routes of ROUTES) routes(api, options);
  await registerWeb(api, options);
  return api;
}

const ROUTES: readonly ((api: Api, options: ApiOptions) => void)[] = [
  healthRoutes,
  statusRoutes,
  liveRoutes,
  manifestRoutes,
  metricRoutes,
  seriesRoutes,
  topRoutes,
  percentileRoutes,
  instanceRoutes,
  hourRoutes,
  revisionRoutes,
  receiptRoutes,
  queryRoutes,
  snapshotRoutes,
  amendRoutes,
  replayRoutes,
];

const HEADERS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  // Answers move with the film; what may be kept, such as the documentation's own files, says so itself.
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
} as const;

function secured<T extends { headers(values: Record<string, string>): T }>(reply: T): T {
  return reply.headers({ ...HEADERS });
}

/** Every request passes here first, also those for which there is no route. */
function guard(api: Api, policy: GuardPolicy): void {
  api.addHook('onRequest', (request, reply, done) => {
    secured(reply);
    const { method, headers } = request;
    done(refusalOf({ method, headers, page: asksForPage(request) }, policy));
  });
}
