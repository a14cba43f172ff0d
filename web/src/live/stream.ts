import { ApiProblem, problemOfAnswer } from '../api/problem.ts';
import { authorization } from '../api/request.ts';
import { retryDelayMs } from './backoff.ts';
import type { Connection } from './live-state.ts';
import type { LiveMessage } from './reducer.ts';
import { SseParser } from './sse.ts';

/** Something comes every second: after so many wall milliseconds of silence the figures are called old. */
export const STALE_MS = 5_000;
/** After so many the connection is given up: a network that is gone does not say so. */
export const GIVEN_UP_MS = 15_000;
/** A connection that lasted so long was sound: the next attempts after it begin with the shortest wait again. */
const SOUND_MS = 5_000;
/** Further questions within so long of one are asked together: a key that is held down changes it many times a second. */
const ASK_PAUSE_MS = 150;
/** How often the silence is measured. */
const TICK_MS = 1_000;

export interface StreamOptions {
  /** The query of `GET /api/live`. */
  readonly question: string;
  token(): string | undefined;
  /** Whether anybody can see the page. A hidden one may be asleep: its silence says nothing. */
  visible(): boolean;
  onMessage(message: LiveMessage): void;
  onConnection(connection: Connection): void;
  readonly fetch: typeof fetch;
  /** From 0 to 1. */
  random(): number;
}

/**
 * The live stream of one question, for as long as the page is open.
 *
 *     connecting -> live <-> stale ; lost -> (wait) -> connecting ; an attempt that fails -> broken -> (wait) -> connecting
 *
 * It goes on where it was interrupted: the server is told the last event that was applied. Another question begins anew.
 */
export class LiveStream {
  private readonly options: StreamOptions;
  private readonly ticking: ReturnType<typeof setInterval>;
  /** What the page wants to know now. */
  private wanted: string;
  /** What was asked last, and what `lastId` is an answer to. */
  private asked: string | undefined;
  private askedAt = Number.NEGATIVE_INFINITY;
  private asking: ReturnType<typeof setTimeout> | undefined;
  private lastId: string | undefined;
  private open: AbortController | undefined;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private connection: Connection = { state: 'connecting' };
  /** Attempts that failed since something was heard. */
  private attempts = 0;
  /** Connections in a row that did not last: how long to wait is decided by these. */
  private failures = 0;
  private openedAt = Date.now();
  private heardAt: number | undefined;
  /** Since when a silence counts: the page was asleep before. */
  private awakeSince = Date.now();
  private tickedAt = Date.now();

  constructor(options: StreamOptions) {
    this.options = options;
    this.wanted = options.question;
    this.ticking = setInterval(() => this.tick(), TICK_MS);
    this.connect();
  }

  /** Asks another question, at once or after the pause. Nothing happens if it is the one that is being answered. */
  ask(question: string): void {
    this.wanted = question;
    clearTimeout(this.asking);
    if (question === this.asked) return;
    const wait = this.askedAt + ASK_PAUSE_MS - Date.now();
    if (wait <= 0) this.connect();
    else this.asking = setTimeout(() => this.connect(), wait);
  }

  /** The page is seen again, or the network is back: no more waiting. */
  wake(): void {
    this.awakeSince = Date.now();
    if (this.retry !== undefined) this.connect();
  }

  close(): void {
    clearInterval(this.ticking);
    clearTimeout(this.asking);
    clearTimeout(this.retry);
    this.retry = undefined;
    this.open?.abort();
    this.open = undefined;
  }

  private connect(): void {
    clearTimeout(this.asking);
    clearTimeout(this.retry);
    this.retry = undefined;
    this.open?.abort();
    if (this.wanted !== this.asked) {
      this.asked = this.wanted;
      this.askedAt = Date.now();
      this.lastId = undefined;
    }
    const controller = new AbortController();
    this.open = controller;
    this.openedAt = Date.now();
    this.read(controller.signal).then(
      () => this.ended(controller, undefined),
      (error: unknown) => this.ended(controller, error),
    );
  }

  /** Reads until the stream ends. Throws what ended it. */
  private async read(signal: AbortSignal): Promise<void> {
    const { wanted: question, lastId } = this;
    const headers: Record<string, string> = { accept: 'text/event-stream', ...authorization(this.options.token()) };
    if (lastId !== undefined) headers['last-event-id'] = lastId;
    const path = question === '' ? '/api/live' : `/api/live?${question}`;
    const response = await this.options.fetch(path, { headers, signal, cache: 'no-store' });
    if (!response.ok) throw problemOfAnswer(response.status, await response.text());
    const type = response.headers.get('content-type') ?? 'nothing';
    if (!type.startsWith('text/event-stream')) {
      throw new ApiProblem(response.status, 'UNREADABLE', `/api/live: expected an event stream, found ${type}`);
    }
    const parser = new SseParser();
    const decoder = new TextDecoder();
    const reader = response.body?.getReader();
    for (;;) {
      const piece = await reader?.read();
      // Another stream may have been opened while this one waited.
      if (piece === undefined || piece.done || signal.aborted) return;
      this.heard();
      for (const event of parser.push(decoder.decode(piece.value, { stream: true }))) this.deliver(event);
    }
  }

  private deliver({
    event,
    id,
    data,
  }: {
    readonly event: string;
    readonly id: string | undefined;
    readonly data: string;
  }): void {
    if (!isLiveEvent(event)) return;
    // The server's own types are taken at their word: it sends what it checks against the same schemas.
    this.options.onMessage({ event, data: JSON.parse(data) } as LiveMessage);
    // Only now: what was not applied has to come again.
    if (id !== undefined) this.lastId = id;
  }

  private heard(): void {
    this.heardAt = Date.now();
    this.attempts = 0;
    this.say({ state: 'live' });
  }

  /** The stream of `controller` is over. */
  private ended(controller: AbortController, error: unknown): void {
    if (this.open !== controller) return;
    this.open = undefined;
    const now = Date.now();
    const heard = this.heardAt !== undefined && this.heardAt >= this.openedAt;
    this.failures = heard && now - this.openedAt >= SOUND_MS ? 0 : this.failures + 1;
    const delay = retryDelayMs(Math.max(0, this.failures - 1), this.options.random());
    this.retry = setTimeout(() => this.connect(), delay);
    if (error instanceof ApiProblem && !error.unreachable) this.refused(error);
    // A stream that worked and ended is taken up again at once; only where that fails the server is gone.
    else if (!heard) this.lost(now + delay);
  }

  /** The server is there and does not want to answer this question. */
  private refused({ code, message, hint }: ApiProblem): void {
    this.options.onMessage({ event: 'problem', data: { code, detail: message, hint: hint ?? null } });
    this.say(this.heardAt === undefined ? { state: 'connecting' } : { state: 'stale', since: this.heardAt });
  }

  private lost(nextAttempt: number): void {
    this.attempts += 1;
    this.say({ state: 'broken', since: this.heardAt ?? this.awakeSince, attempts: this.attempts, nextAttempt });
  }

  private tick(): void {
    const now = Date.now();
    // Ticks that did not come: the machine or the tab was asleep, and what was sent meanwhile is about to be read.
    if (now - this.tickedAt > 3 * TICK_MS || !this.options.visible()) this.awakeSince = now;
    this.tickedAt = now;
    const awake = Math.max(this.heardAt ?? 0, this.awakeSince);
    if (this.open !== undefined && now - Math.max(awake, this.openedAt) > GIVEN_UP_MS) this.giveUp();
    else if (this.heardAt !== undefined && now - awake > STALE_MS && this.connection.state === 'live') {
      this.say({ state: 'stale', since: this.heardAt });
    }
  }

  private giveUp(): void {
    const controller = this.open;
    if (controller === undefined) return;
    controller.abort();
    this.openedAt = Date.now();
    this.ended(controller, undefined);
  }

  private say(connection: Connection): void {
    if (connection.state === 'live' && this.connection.state === 'live') return;
    this.connection = connection;
    this.options.onConnection(connection);
  }
}

const EVENTS: readonly string[] = [
  'run',
  'status',
  'hours',
  'panels',
  'problem',
] satisfies readonly LiveMessage['event'][];

function isLiveEvent(name: string): boolean {
  return EVENTS.includes(name);
}
