/**
 * Every error a user can meet, as a closed list. A code says who can mend it (`domain`) and whether trying again may
 * help (`retry`); `docs/errors.md` lists the same codes, and a test holds the two together.
 *
 * - `user`: wrong usage or input. One line and a hint, no stack, exit code 2.
 * - `external`: something outside failed (disk, network, a service). One line, exit code 1.
 * - `internal`: our mistake. The stack is printed, exit code 1.
 */
const CODES = {
  USAGE: { domain: 'user', retry: false },
  CONFIG_INVALID: { domain: 'user', retry: false },
  TRACE_NOT_FOUND: { domain: 'user', retry: false },
  TRACE_INVALID: { domain: 'user', retry: false },
  TRACE_RANGE: { domain: 'user', retry: false },
  METRIC_INVALID: { domain: 'user', retry: false },
  METRIC_CHANGED: { domain: 'user', retry: false },
  MANIFEST_MISMATCH: { domain: 'user', retry: false },
  RUN_NOT_FOUND: { domain: 'user', retry: false },
  RUN_OWNED: { domain: 'user', retry: true },
  STORE_VERSION: { domain: 'user', retry: false },
  STORE_INVALID: { domain: 'user', retry: false },
  NO_RAW_EVENTS: { domain: 'user', retry: false },
  QUERY_INVALID: { domain: 'user', retry: false },
  QUERY_TIMEOUT: { domain: 'user', retry: true },
  REQUEST_INVALID: { domain: 'user', retry: false },
  REQUEST_REFUSED: { domain: 'user', retry: false },
  TOKEN_REQUIRED: { domain: 'user', retry: false },
  NOT_FOUND: { domain: 'user', retry: false },
  REPLAY_NOT_RUNNING: { domain: 'user', retry: false },
  NOT_READY: { domain: 'external', retry: true },
  OWNER_UNREACHABLE: { domain: 'external', retry: true },
  PORT_TAKEN: { domain: 'external', retry: true },
  IO: { domain: 'external', retry: true },
  INTEGRITY: { domain: 'internal', retry: false },
  INTERNAL: { domain: 'internal', retry: false },
} as const;

export type ErrorCode = keyof typeof CODES;
export type ErrorDomain = (typeof CODES)[ErrorCode]['domain'];

/** All codes with their domain and retry hint, for docs and tests. */
export const ERROR_CODES: Readonly<Record<ErrorCode, { readonly domain: ErrorDomain; readonly retry: boolean }>> =
  CODES;

/** An error with a code of the closed list. `message` names the place and what was seen; `hint` says what to do. */
export class SpillwayError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'SpillwayError';
    this.code = code;
    this.hint = options.hint;
  }

  get domain(): ErrorDomain {
    return CODES[this.code].domain;
  }

  get retry(): boolean {
    return CODES[this.code].retry;
  }
}

/** The message of anything thrown, without its stack. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
