import { request } from 'node:http';
import type { AmendBody } from '../api/routes/amend.ts';
import type { MetricsBody } from '../api/routes/metrics.ts';
import type { StatusBody } from '../api/routes/status.ts';
import type { ErrorCode } from '../errors.ts';
import { ERROR_CODES, messageOf, SpillwayError } from '../errors.ts';
import type { QueryResult } from '../hot-store/hot-store.ts';
import type { Owner } from '../hot-store/owner.ts';
import type { Manifest } from '../model/manifest.ts';

/** Asks the process that holds a run. Every call throws OWNER_UNREACHABLE, naming it, if no answer comes. */
export interface OwnerClient {
  status(): Promise<StatusBody>;
  manifest(): Promise<Manifest>;
  metrics(): Promise<MetricsBody['metrics']>;
  query(sql: string, options: { readonly maxRows: number; readonly timeoutMs: number }): Promise<QueryResult>;
  snapshot(names: readonly string[], dir: string): Promise<void>;
  amend(from: string, to: string): Promise<AmendBody>;
}

/** A busy owner answers later than an idle one, but only a stopped or broken one not at all. */
const ANSWER_MS = 15_000;
/** On top of the time a query itself may take, and for a snapshot of a large store. */
const SNAPSHOT_MS = 600_000;
/** Each hour takes about a second, and there may be months of them. */
const AMEND_MS = 3_600_000;

export function ownerClient(owner: Owner): OwnerClient {
  const get = (path: string): Promise<unknown> => call(owner, 'GET', path, undefined, ANSWER_MS);
  const post = (path: string, body: unknown, limitMs: number): Promise<unknown> =>
    call(owner, 'POST', path, body, limitMs);
  return {
    // The owner is this program, speaking the protocol of its own API: the shapes are the API's types.
    status: async () => (await get('/api/status')) as StatusBody,
    manifest: async () => (await get('/api/manifest')) as Manifest,
    metrics: async () => ((await get('/api/metrics')) as MetricsBody).metrics,
    query: async (sql, options) =>
      (await post('/api/query', { sql, ...options }, options.timeoutMs + ANSWER_MS)) as QueryResult,
    snapshot: async (names, dir) => void (await post('/api/snapshot', { names, dir }, SNAPSHOT_MS)),
    amend: async (from, to) => (await post('/api/amend', { from, to }, AMEND_MS)) as AmendBody,
  };
}

/**
 * True if the owner answers, knows its token and holds the run: another program may have taken its port, or its process
 * id, and it may itself have gone on to another run.
 */
export async function answers(owner: Owner, limitMs: number): Promise<boolean> {
  try {
    await call(owner, 'POST', '/api/query', { sql: 'SELECT 1 AS here' }, limitMs);
    return true;
  } catch (error) {
    // An owner that cannot afford the query within the time is there all the same.
    return error instanceof SpillwayError && error.code === 'QUERY_TIMEOUT';
  }
}

async function call(owner: Owner, method: string, path: string, body: unknown, limitMs: number): Promise<unknown> {
  const { status, text } = await exchange(owner, method, path, body, limitMs);
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch (error) {
    throw unreachable(owner, `it answered ${status} with something else than JSON`, error);
  }
  if (status >= 200 && status < 300) return answer;
  throw problemOf(answer) ?? unreachable(owner, `it answered ${status}`, undefined);
}

function exchange(
  owner: Owner,
  method: string,
  path: string,
  body: unknown,
  limitMs: number,
): Promise<{ status: number; text: string }> {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const headers = {
    authorization: `Bearer ${owner.token}`,
    // The same process may hold another run by now, and so may another one with the same token at the same port.
    'spillway-run': owner.run,
    ...(payload === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }),
  };
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => reject(unreachable(owner, reasonOf(error, limitMs), error));
    const signal = AbortSignal.timeout(limitMs);
    // Not `fetch`: it gives up on answers that take longer than five minutes, which a large query may.
    const sent = request(`${owner.address}${path}`, { method, headers, signal, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      response.on('error', fail);
    });
    sent.on('error', fail);
    sent.end(payload);
  });
}

function reasonOf(error: unknown, limitMs: number): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ECONNREFUSED') return 'nothing listens there';
  if (code === 'ECONNRESET') return 'it closed the connection';
  if (code === 'ABORT_ERR') return `no answer within ${limitMs / 1000} s`;
  return messageOf(error);
}

/** The owner is alive but cannot be asked. */
export function unreachable(owner: Owner, reason: string, cause: unknown): SpillwayError {
  return new SpillwayError(
    'OWNER_UNREACHABLE',
    `run ${owner.run} is held by process ${owner.pid} at ${owner.address}, which does not answer: ${reason}`,
    { hint: `try again, or stop it: kill ${owner.pid}`, cause },
  );
}

/** The error that a problem body stands for, as if it had been thrown here. */
function problemOf(answer: unknown): SpillwayError | undefined {
  if (answer === null || typeof answer !== 'object') return undefined;
  const [code, detail, hint] = ['code', 'detail', 'hint'].map((name): unknown => Reflect.get(answer, name));
  if (typeof detail !== 'string' || typeof code !== 'string' || !isCode(code)) return undefined;
  return new SpillwayError(code, detail, typeof hint === 'string' ? { hint } : {});
}

function isCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CODES, code);
}
