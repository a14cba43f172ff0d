import type { Problem } from '../../../src/api/problem.ts';

/** What the server says about a request that it could not answer, or about itself where it cannot be reached. */
export class ApiProblem extends Error {
  /** HTTP status; undefined where nothing answered. */
  readonly status: number | undefined;
  /** Of the server's closed list, or `UNREACHABLE` and `UNREADABLE` for what it did not say itself. */
  readonly code: string;
  readonly hint: string | undefined;

  constructor(status: number | undefined, code: string, detail: string, hint?: string) {
    super(detail);
    this.name = 'ApiProblem';
    this.status = status;
    this.code = code;
    this.hint = hint;
  }

  /** Whether nothing answered: the server is gone, or the network is. */
  get unreachable(): boolean {
    return this.status === undefined;
  }
}

/** The problem that an answer other than success is. `text` is its body. */
export function problemOfAnswer(status: number, text: string): ApiProblem {
  const body = parsed(text);
  if (isProblem(body)) return new ApiProblem(status, body.code, body.detail, body.hint);
  // A proxy in between speaks of its own; a server that is gone is what it means by these.
  const gone = status === 502 || status === 503 || status === 504;
  const hint = gone ? 'is the server running?' : "the server's log may say more";
  return new ApiProblem(gone ? undefined : status, gone ? 'UNREACHABLE' : 'UNREADABLE', `answered ${status}`, hint);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isProblem(body: unknown): body is Pick<Problem, 'code' | 'detail' | 'hint'> {
  if (typeof body !== 'object' || body === null) return false;
  return 'code' in body && typeof body.code === 'string' && 'detail' in body && typeof body.detail === 'string';
}
