import { ApiProblem, problemOfAnswer } from './problem.ts';

export interface RequestOptions {
  /** Sent as JSON; a request with a body is a POST. */
  readonly body?: unknown;
  readonly token?: string | undefined;
  readonly signal?: AbortSignal;
}

/**
 * Asks the server and reads its JSON. Throws `ApiProblem` for everything but a success; a request that was aborted
 * throws what `fetch` throws.
 */
export async function request<T>(path: string, { body, token, signal }: RequestOptions = {}): Promise<T> {
  const response = await answer(path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...authorization(token),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
  const text = await response.text();
  if (!response.ok) throw problemOfAnswer(response.status, text);
  try {
    // The one place where the server's types are taken at their word: it checks its answers against the same schemas.
    return JSON.parse(text) as T;
  } catch {
    throw new ApiProblem(response.status, 'UNREADABLE', `${path}: expected JSON, found ${text.slice(0, 80)}`);
  }
}

/** The header that carries the token, where there is one. */
export function authorization(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

async function answer(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init);
  } catch (error) {
    if (init.signal?.aborted === true) throw error;
    throw new ApiProblem(undefined, 'UNREACHABLE', 'the server does not answer', 'is it running?');
  }
}
