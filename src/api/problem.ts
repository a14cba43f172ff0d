import { STATUS_CODES } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { ErrorCode } from '../errors.ts';
import { ERROR_CODES, SpillwayError } from '../errors.ts';
import type { Logger } from '../observe/logger.ts';

/** Media type of every refusal and failure (RFC 9457). */
export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** The body of every answer that is not a success. */
export const problemSchema = z.object({
  type: z.string().describe('`urn:spillway:error:` and the code: the same kind of problem has the same type.'),
  title: z.string().describe('The kind of problem in words.'),
  status: z.int().describe('HTTP status of this answer.'),
  detail: z.string().describe('What was expected and what was found, for this request.'),
  code: z.enum(Object.keys(ERROR_CODES)).describe('A code of the closed list in docs/errors.md.'),
  hint: z.string().optional().describe('What to do about it.'),
});

export type Problem = Omit<z.output<typeof problemSchema>, 'code'> & { readonly code: ErrorCode };

/** A refusal whose HTTP status says more than its code does. */
export class Refusal extends SpillwayError {
  readonly status: number;

  constructor(status: number, code: ErrorCode, message: string, hint: string) {
    super(code, message, { hint });
    this.name = 'Refusal';
    this.status = status;
  }
}

/** Statuses of codes that their domain does not decide. */
const STATUS_OF_CODE: Partial<Record<ErrorCode, number>> = {
  TOKEN_REQUIRED: 401,
  REQUEST_REFUSED: 403,
  NOT_FOUND: 404,
  RUN_NOT_FOUND: 404,
  RUN_OWNED: 409,
  REPLAY_NOT_RUNNING: 409,
  // Not 408: a browser repeats a request that was answered with it.
  QUERY_TIMEOUT: 504,
};

const STATUS_OF_DOMAIN = { user: 400, external: 503, internal: 500 } as const;

/** The problem that an error is, and nothing about our inside. */
export function problemOf(error: unknown, request?: FastifyRequest): Problem {
  if (error instanceof SpillwayError) {
    const status =
      error instanceof Refusal ? error.status : (STATUS_OF_CODE[error.code] ?? STATUS_OF_DOMAIN[error.domain]);
    return problem(status, error.code, error.message, error.hint);
  }
  if (request !== undefined && hasZodFastifySchemaValidationErrors(error)) return invalidRequest(error, request);
  const status = frameworkStatus(error);
  if (status !== undefined && error instanceof Error) {
    return problem(status, 'REQUEST_INVALID', error.message, 'GET /api/docs shows what each route takes');
  }
  return problem(500, 'INTERNAL', 'something unexpected failed in Spillway', "the run's log holds the details");
}

/** Answers with the problem that `error` is; what is our mistake, or the world's, is logged with its stack. */
export function sendProblem(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  logger: Logger,
): FastifyReply {
  const body = problemOf(error, request);
  if (body.status >= 500) {
    const stack = error instanceof Error ? error.stack : String(error);
    logger.error({ method: request.method, url: request.url, code: body.code, stack }, 'answering a request');
  }
  if (body.status === 401) reply.header('www-authenticate', 'Bearer realm="spillway"');
  return reply.code(body.status).type(PROBLEM_TYPE).send(JSON.stringify(body));
}

/** A problem under `code`, titled by it. */
export function problem(status: number, code: ErrorCode, detail: string, hint: string | undefined): Problem {
  const words = code.toLowerCase().replaceAll('_', ' ');
  const title = `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`;
  return { type: `urn:spillway:error:${code}`, title, status, detail, code, ...(hint === undefined ? {} : { hint }) };
}

/** The raw HTTP answer to bytes that are no request, before there is anything to answer with. */
export function rawProblem(code: string | undefined): string {
  const status = code === 'HPE_HEADER_OVERFLOW' ? 431 : code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
  const reason = STATUS_CODES[status] ?? 'Bad Request';
  const body = JSON.stringify(problem(status, 'REQUEST_INVALID', `not a request: ${reason}`, 'send HTTP/1.1'));
  const head = `HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Type: ${PROBLEM_TYPE}`;
  return `${head}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

/** Fastify's own refusals carry a status of their own: an oversized body, a broken one, an unknown media type. */
function frameworkStatus(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('statusCode' in error) || !('code' in error)) return undefined;
  const { statusCode, code } = error;
  const ours = typeof code === 'string' && code.startsWith('FST_') && typeof statusCode === 'number';
  return ours && statusCode >= 400 && statusCode < 500 ? statusCode : undefined;
}

const PLACES: Readonly<Record<string, string>> = {
  querystring: 'query parameter',
  params: 'path parameter',
  body: 'body field',
  headers: 'header',
};

/** Names the first wrong value: where it stands, what was expected, what was found. */
function invalidRequest(
  error: { readonly validation: readonly { readonly instancePath: string; readonly message?: string }[] },
  request: FastifyRequest,
): Problem {
  const [first] = error.validation;
  const context = 'validationContext' in error ? String(error.validationContext) : 'body';
  const source = { querystring: request.query, params: request.params, body: request.body }[context];
  const path = (first?.instancePath ?? '/').split('/').filter((step) => step !== '');
  const place =
    path.length === 0 ? context.replace('querystring', 'query string') : `${PLACES[context]} "${path.join('.')}"`;
  const detail = `${place}: ${first?.message ?? 'invalid'}; found ${excerpt(valueAt(source, path))}`;
  return problem(400, 'REQUEST_INVALID', detail, 'GET /api/docs shows what each route takes');
}

function valueAt(source: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, step) => (value !== null && typeof value === 'object' ? Reflect.get(value, step) : undefined),
    source,
  );
}

/** A value as JSON, short enough for a message. */
export function excerpt(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
