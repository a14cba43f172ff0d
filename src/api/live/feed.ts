import { randomUUID } from 'node:crypto';
import { SpillwayError } from '../../errors.ts';
import type { Clock } from '../../time/clock.ts';
import type { ApiOptions } from '../options.ts';
import { problemOf } from '../problem.ts';
import type { Sink, Source } from './connection.ts';
import { LiveConnection } from './connection.ts';
import type { LiveQuestion } from './live-question.ts';
import { questionText } from './live-question.ts';
import type { ProblemMessage } from './messages.ts';
import { RunFeed } from './run-feed.ts';

/** The run is read this often while anybody listens. */
const TICK_MS = 1_000;
/** ... with at least so long between two readings, however long they take. */
const MIN_PAUSE_MS = 200;
/** Where reading takes long, clients hear something all the same. */
const HEARTBEAT_MS = 4_000;
/** The first rollups wait so long for provisional ones. */
const SETTLING_MS = 600;
/** A failure that goes on is logged this often. */
const LOG_AGAIN_MS = 60_000;

/**
 * Tells every client of the live stream what is new. While there is at least one, it reads where the run stands once a
 * second, for all of them; without any it does nothing.
 *
 *     idle --(first client)--> reading <-> waiting --(last client gone)--> idle ; any --close--> closed
 */
export class LiveFeed implements Source {
  readonly server: string = randomUUID().slice(0, 8);
  readonly #options: ApiOptions;
  readonly #connections = new Set<LiveConnection>();
  #run: RunFeed | undefined;
  #runs = 0;
  /** Ends the loops; undefined while nobody listens. */
  #listening: AbortController | undefined;
  /** Since somebody listens, the run has been read. */
  #read = false;
  #settled = false;
  #closed = false;
  /** Messages `problem` as JSON: why the run cannot be read, why provisional rollups cannot be computed. */
  #readProblem: string | undefined;
  #refreshProblem: string | undefined;
  #logged: { readonly text: string; readonly ms: number } | undefined;

  constructor(options: ApiOptions) {
    this.#options = options;
  }

  get clock(): Clock {
    return this.#options.clock;
  }

  get run(): RunFeed | undefined {
    return this.#read ? this.#run : undefined;
  }

  get ready(): boolean {
    return this.#settled && this.#readProblem === undefined;
  }

  get problem(): string | undefined {
    return this.#readProblem ?? this.#refreshProblem;
  }

  questions(): number {
    return new Set([...this.#connections].map(({ question }) => questionText(question))).size;
  }

  /** Begins to tell a client; `resume` is the id of the last event that it knows. It is told until `leave`. */
  join(question: LiveQuestion, sink: Sink, resume: string | undefined): LiveConnection {
    const connection = new LiveConnection(this, question, sink, resume);
    if (this.#closed) {
      connection.end();
      return connection;
    }
    this.#connections.add(connection);
    if (this.#listening === undefined) this.#start();
    else connection.wake();
    return connection;
  }

  /** The client is gone. */
  leave(connection: LiveConnection): void {
    connection.end();
    this.#connections.delete(connection);
    if (this.#connections.size > 0) return;
    this.#listening?.abort();
    this.#listening = undefined;
    this.#read = false;
    this.#settled = false;
    this.#run?.forgetAnswers();
  }

  /** Ends every stream, and refuses further ones. */
  close(): void {
    this.#closed = true;
    for (const connection of [...this.#connections]) this.leave(connection);
  }

  explain(error: unknown): string {
    // Nobody has asked for anything wrong here: the questions were checked.
    const told = error instanceof SpillwayError && error.code !== 'QUERY_INVALID' ? error : undefined;
    const { code, detail, hint } = problemOf(told);
    const message: ProblemMessage = { code, detail, hint: hint ?? null };
    const text = JSON.stringify(message);
    const ms = this.clock.monotonicMs();
    if (text !== this.#logged?.text || ms - this.#logged.ms >= LOG_AGAIN_MS) {
      this.#logged = { text, ms };
      const stack = error instanceof Error ? error.stack : String(error);
      this.#options.logger.error({ code, stack }, 'telling the live stream');
    }
    return text;
  }

  #start(): void {
    const listening = new AbortController();
    this.#listening = listening;
    void this.#tickWhile(listening.signal);
    void this.#beatWhile(listening.signal);
  }

  async #tickWhile(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const started = this.clock.monotonicMs();
      await this.#tick(signal);
      const tookMs = this.clock.monotonicMs() - started;
      if (!signal.aborted) await this.clock.sleep(Math.max(MIN_PAUSE_MS, TICK_MS - tookMs), signal);
    }
  }

  async #beatWhile(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.clock.sleep(HEARTBEAT_MS, signal);
      this.#wakeAll(signal);
    }
  }

  async #tick(signal: AbortSignal): Promise<void> {
    const run = this.#currentRun();
    try {
      await run.read(this.#options.status(), this.#chosenHours());
      if (run === this.#run) this.#readProblem = undefined;
    } catch (error) {
      // A run that has just been left cannot be read: the next tick reads the one in its place.
      if (signal.aborted || run.store !== this.#options.store) return;
      this.#readProblem = this.explain(error);
    }
    if (signal.aborted) return;
    this.#read = true;
    this.#wakeAll(signal);
    if (this.#readProblem !== undefined || run.isRefreshing) return;
    // Not awaited: with many open hours it takes longer than a tick.
    const refreshed = this.#refresh(run, signal);
    if (!this.#settled) void this.#settle(refreshed, signal);
  }

  async #refresh(run: RunFeed, signal: AbortSignal): Promise<void> {
    try {
      const isNew = await run.refresh();
      if (run !== this.#run) return;
      this.#refreshProblem = undefined;
      if (isNew && this.#settled) this.#wakeAll(signal);
    } catch (error) {
      if (!signal.aborted && run.store === this.#options.store) this.#refreshProblem = this.explain(error);
    }
  }

  async #settle(refreshed: Promise<void>, signal: AbortSignal): Promise<void> {
    const enough = new AbortController();
    await Promise.race([refreshed, this.clock.sleep(SETTLING_MS, enough.signal)]);
    enough.abort();
    if (signal.aborted) return;
    this.#settled = true;
    this.#wakeAll(signal);
  }

  #currentRun(): RunFeed {
    const { store } = this.#options;
    if (this.#run?.store === store) return this.#run;
    this.#run = new RunFeed(this.#options, this.#runs++);
    this.#readProblem = undefined;
    this.#refreshProblem = undefined;
    return this.#run;
  }

  #chosenHours() {
    return [...this.#connections].flatMap(({ question }) => question.hour ?? []);
  }

  #wakeAll(signal: AbortSignal): void {
    if (signal.aborted) return;
    for (const connection of this.#connections) connection.wake();
  }
}
