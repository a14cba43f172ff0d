/** A test file may be busy this long, all its tests together. */
const FILE_LIMIT_MS = 20 * 60_000;

/** While none of its tests runs, a file that says nothing for this long is stuck: loading, or unable to exit. */
const IDLE_LIMIT_MS = 60_000;

/** Ends a test file that would otherwise hold up the whole run, and knows why it did. */
export class Watchdog {
  readonly #abort = new AbortController();
  readonly #fileTimer: NodeJS.Timeout;
  #idleTimer: NodeJS.Timeout;
  #running = 0;
  #reason: string | undefined;

  constructor() {
    this.#fileTimer = setTimeout(() => this.#end('took', FILE_LIMIT_MS), FILE_LIMIT_MS);
    this.#idleTimer = this.#startIdleTimer();
  }

  /** Aborted when the file must end. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Why the file was ended, if it was. */
  get reason(): string | undefined {
    return this.#reason;
  }

  /** To be told of every test that starts (1) and ends (-1). */
  note(change: 1 | -1): void {
    this.#running += change;
    clearTimeout(this.#idleTimer);
    if (this.#running <= 0) this.#idleTimer = this.#startIdleTimer();
  }

  stop(): void {
    clearTimeout(this.#fileTimer);
    clearTimeout(this.#idleTimer);
  }

  #startIdleTimer(): NodeJS.Timeout {
    return setTimeout(() => this.#end('ran no test but stayed alive for', IDLE_LIMIT_MS), IDLE_LIMIT_MS);
  }

  #end(what: string, limitMs: number): void {
    this.#reason = `the file ${what} ${limitMs / 1_000} s and was ended; something may keep it alive`;
    this.#abort.abort();
  }
}
