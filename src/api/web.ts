import { stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { FastifyStaticOptions } from '@fastify/static';
import fastifyStatic from '@fastify/static';
import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import type { Api, ApiOptions } from './options.ts';
import { Refusal } from './problem.ts';

/** What the page may do: load what this server has and ask it, nothing else. No script stands in the page itself. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  // Mantine and ECharts set styles on elements.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const INDEX = 'index.html';
/** Everything for which there is no other route. */
const PAGE_ROUTE = '/*';
/** Files named by their content: the same name never means anything else. */
const ASSETS = 'assets/';
/** Where the API is, with every path below it. */
const API_PATH = /^api(\/|$)/;
/** A path to a file, as the build names them; none that is hidden, and no way out of the folder. */
const FILE_PATH = /^(?:[\w-][\w.-]*\/)*[\w-][\w.-]*\.\w+$/;

/**
 * Whether a request asks for the dashboard's page or one of its files. These hold no data, so they need no token: a
 * browser could not send one with them.
 */
export function asksForPage({ routeOptions, params }: Pick<FastifyRequest, 'routeOptions' | 'params'>): boolean {
  // By its route, not by its address: of that there are several spellings.
  return routeOptions.url === PAGE_ROUTE && !API_PATH.test(pathOf(params));
}

/**
 * Serves the built dashboard: its files, and its page at every other path that a browser opens, so that each view has an
 * address. Where it is not built, that is what these say.
 */
export async function registerWeb(api: Api, { webDir }: Pick<ApiOptions, 'webDir'>): Promise<void> {
  const web: FastifyPluginAsync = async (scope) => {
    if (webDir !== undefined) await scope.register(fastifyStatic, filesOf(webDir));
    scope.get(PAGE_ROUTE, { schema: { hide: true } }, async (request, reply) => {
      const path = pathOf(request.params);
      if (webDir !== undefined && FILE_PATH.test(path) && (await isFile(join(webDir, path)))) {
        return reply.sendFile(path);
      }
      if (!isView(path, request.headers.accept)) return reply.callNotFound();
      if (webDir !== undefined && (await isFile(join(webDir, INDEX)))) return reply.sendFile(INDEX);
      throw notBuilt();
    });
  };
  await api.register(web);
}

/** Files are sent by name only, compressed where such a copy lies beside them and the client takes it. */
function filesOf(root: string): FastifyStaticOptions {
  return {
    root,
    serve: false,
    index: false,
    dotfiles: 'ignore',
    preCompressed: true,
    cacheControl: false,
    // It may be built while the server runs.
    suppressWarning: true,
    setHeaders: (reply, file) => reply.headers(headersOf(relative(root, file).split(sep).join('/'))),
  };
}

/** Whether a path is one of the page's own views: the first one, or what a browser opens and no file or route is. */
function isView(path: string, accept: string | undefined): boolean {
  if (path === '') return true;
  return !path.startsWith(ASSETS) && !API_PATH.test(path) && /\btext\/html\b/i.test(accept ?? '');
}

function headersOf(path: string): Record<string, string> {
  if (path.startsWith(ASSETS)) return { 'cache-control': 'public, max-age=31536000, immutable' };
  const policy = /\.html(\.\w+)?$/.test(path) ? { 'content-security-policy': PAGE_POLICY } : {};
  return { 'cache-control': 'no-cache', ...policy };
}

function notBuilt(): Refusal {
  const hint = '`npm run build` builds it; GET /api/docs describes the API, which needs no dashboard';
  return new Refusal(404, 'NOT_FOUND', 'the dashboard is not built', hint);
}

/** What follows the first slash, decoded. */
function pathOf(params: unknown): string {
  const path: unknown = params !== null && typeof params === 'object' ? Reflect.get(params, '*') : undefined;
  return typeof path === 'string' ? path : '';
}

async function isFile(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
