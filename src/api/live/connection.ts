import type { EventTime } from '../../model/time.ts';
import { eventTime } from '../../model/time.ts';
import type { Clock } from '../../time/clock.ts';
import { measureEffort } from '../../time/effort.ts';
import { eventId, versionOf } from './event-id.ts';
import type { HourWindow, LiveQuestion } from './live-question.ts';
import type { Answer, RunFeed } from './run-feed.ts';
import { SSE_HEARTBEAT, sseEvent, sseRetry } from './sse.ts';

/** Rollups are told at most this often ... */
const MIN_REST_MS = 1_000;
/** ... and for all questions together at most for a fifth of a core. */
const REST_FACTOR = 4;
/** A client hears something at least this often, give or take a tick. */
const HEARTBEAT_MS = 5_000;
/** A client that knows nothing better connects again after so long. */
const RETRY_MS = 1_000;

/** Where a connection's text goes. */
export interface Sink {
  /** False once more waits in memory than should; `drained` tells when that is gone. */
  write(text: string): boolean;
  end(): void;
}

/** What all connections are told from. */
export interface Source {
  readonly server: string;
  readonly clock: Clock;
  /** The run that is shown; undefined before it has been read for the first time. */
  readonly run: RunFeed | undefined;
  /** Whether rollups may be asked for: the run could be read, and provisional ones are as new as they can be at once. */
  readonly ready: boolean;
  /** A message `problem` as JSON while the run cannot be read. */
  readonly problem: string | undefined;
  /** Different questions that are being asked. */
  questions(): number;
  /** A message `problem` as JSON; what has failed is logged. */
  explain(error: unknown): string;
}

/** What a client has been told of a run. */
interface Told {
  readonly run: RunFeed;
  statusCount: number;
  /** Version up to which it has the lines of the hours in `window`. */
  lines: number;
  /** Version up to which it has rollups; undefined before the first. */
  rows: number | undefined;
  /** The hours in view as it knows them. */
  window: HourWindow | undefined;
  /** Hours from here on have come into view since lines were last told. */
  unseenFrom: EventTime;
  /** Whether lines are all told anew. */
  resetLines: boolean;
  /** The problem that it believes in. */
  problem: string | undefined;
}

const NEVER = eventTime(Number.POSITIVE_INFINITY);

/**
 * One client of the live stream. It is told what is new whenever its socket has room, so that a slow client gets fewer
 * and larger messages: no more than one message of rollups waits, and nothing else does.
 *
 * Lines of hours follow the rollups that bring these hours into view: a client that slides its window with the latter
 * would else drop them.
 */
export class LiveConnection {
  readonly question: LiveQuestion;
  readonly #source: Source;
  readonly #sink: Sink;
  /** The id with which the client resumes; only of use for the first run. */
  #resume: string | undefined;
  #told: Told | undefined;
  #hasRoom = true;
  #ended = false;
  #answering = false;
  /** Rollups that wait for the socket. */
  #answer: Answer | undefined;
  /** What the last attempt at rollups failed with. */
  #failure: string | undefined;
  #restUntilMs = Number.NEGATIVE_INFINITY;
  #wroteMs: number;

  constructor(source: Source, question: LiveQuestion, sink: Sink, resume: string | undefined) {
    this.#source = source;
    this.question = question;
    this.#sink = sink;
    this.#resume = resume;
    this.#wroteMs = source.clock.monotonicMs();
    this.#write(sseRetry(RETRY_MS));
  }

  /** Tells what is new, as far as there is room. */
  wake(): void {
    if (this.#ended) return;
    this.#write(undefined);
    this.#askForRows();
    const silentMs = this.#source.clock.monotonicMs() - this.#wroteMs;
    if (this.#hasRoom && silentMs >= HEARTBEAT_MS) this.#write(SSE_HEARTBEAT);
  }

  /** The socket has room again. */
  drained(): void {
    this.#hasRoom = true;
    this.wake();
  }

  /** Nothing more is told. Safe to call twice. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#answer = undefined;
    this.#sink.end();
  }

  #write(first: string | undefined): void {
    for (let text = first ?? this.#next(); text !== undefined; text = this.#next()) {
      this.#hasRoom = this.#sink.write(text);
      this.#wroteMs = this.#source.clock.monotonicMs();
    }
  }

  /** The next event to be written, which then counts as told; undefined if there is none, or no room. */
  #next(): string | undefined {
    const { run, problem } = this.#source;
    if (!this.#hasRoom || this.#ended || run === undefined) return undefined;
    if (this.#told?.run !== run) return this.#begin(run);
    return (
      this.#status(this.#told) ??
      this.#rows(this.#told) ??
      this.#lines(this.#told) ??
      this.#problem(this.#told, problem ?? this.#failure)
    );
  }

  #begin(run: RunFeed): string {
    const place = { server: this.#source.server, run: run.index, question: this.question };
    const known = this.#resume === undefined ? undefined : versionOf(this.#resume, place);
    const version = known !== undefined && known <= run.changes.version ? known : undefined;
    this.#resume = undefined;
    this.#answer = undefined;
    this.#failure = undefined;
    this.#restUntilMs = Number.NEGATIVE_INFINITY;
    this.#told = {
      ...{ run, statusCount: 0, lines: version ?? 0, rows: version, window: undefined },
      ...{ unseenFrom: NEVER, resetLines: version === undefined, problem: undefined },
    };
    return sseEvent('run', run.run);
  }

  #status(told: Told): string | undefined {
    const { status, statusCount } = told.run;
    if (status === undefined || told.statusCount === statusCount) return undefined;
    told.statusCount = statusCount;
    return sseEvent('status', status);
  }

  #rows(told: Told): string | undefined {
    const answer = this.#answer;
    if (answer === undefined) return undefined;
    this.#answer = undefined;
    told.unseenFrom = told.window?.to ?? NEVER;
    told.window = answer.window;
    told.rows = answer.version;
    told.problem = undefined;
    // Without the lines that are still to come, it must not resume from here.
    const complete = !told.resetLines && told.unseenFrom >= answer.window.to;
    return sseEvent('panels', answer.json, complete ? this.#id(told) : undefined);
  }

  #lines(told: Told): string | undefined {
    const { window, run } = told;
    // Before the first rollups the client does not know its window yet.
    if (window === undefined) return undefined;
    const hours = run.linesSince(told.lines, window, told.unseenFrom);
    told.lines = run.changes.version;
    told.unseenFrom = NEVER;
    const reset = told.resetLines;
    told.resetLines = false;
    if (hours.length === 0 && !reset) return undefined;
    return sseEvent('hours', JSON.stringify({ reset, hours }), this.#id(told));
  }

  #problem(told: Told, problem: string | undefined): string | undefined {
    if (problem === undefined || told.problem === problem) return undefined;
    told.problem = problem;
    return sseEvent('problem', problem);
  }

  /** Up to where the client has everything. */
  #id({ run, lines, rows }: Told): string {
    const version = Math.min(lines, rows ?? 0);
    return eventId({ server: this.#source.server, run: run.index, question: this.question, version });
  }

  #askForRows(): void {
    const told = this.#told;
    const { run, ready, problem, clock } = this.#source;
    if (told === undefined || told.run !== run || !ready || !this.#hasRoom) return;
    if (this.#answering || this.#answer !== undefined || clock.monotonicMs() < this.#restUntilMs) return;
    const { hours, moved } = run.changes.since(told.rows ?? 0);
    // A client that has just resumed, or believes in a problem that is none any more, has to hear that all is well.
    const mended = told.problem !== undefined && told.problem !== problem;
    if (hours.length > 0 || moved || mended || told.window === undefined) void this.#fetchRows(told);
  }

  async #fetchRows(told: Told): Promise<void> {
    const { clock } = this.#source;
    const effort = measureEffort(clock);
    this.#answering = true;
    try {
      const answer = await told.run.answer(this.question, told.rows);
      if (told === this.#told) {
        this.#answer = answer;
        this.#failure = undefined;
      }
    } catch (error) {
      // What fails because its run has just been left is no news.
      if (!this.#ended && told.run === this.#source.run) this.#failure = this.#source.explain(error);
    } finally {
      this.#answering = false;
      const rest = Math.max(MIN_REST_MS, REST_FACTOR * effort() * this.#source.questions());
      if (told === this.#told) this.#restUntilMs = clock.monotonicMs() + rest;
      this.wake();
    }
  }
}
