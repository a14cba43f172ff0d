import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { request } from 'node:http';
import type { TestContext } from 'node:test';
import type { z } from 'zod';
import { LIVE_EVENTS } from '../../src/api/live/messages.ts';
import { systemClock } from '../../src/time/clock.ts';

export type LiveEvent = keyof typeof LIVE_EVENTS;

/** One event of the stream as it came; a comment has the event `:`. */
interface StreamEvent {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: unknown;
}

/** One event of the live stream, checked against what it should be. */
export interface CheckedEvent<E extends LiveEvent> {
  readonly id: string | undefined;
  readonly data: z.output<(typeof LIVE_EVENTS)[E]>;
}

/** A client of the live stream, which keeps whatever comes. */
export class SseClient {
  readonly headers: IncomingHttpHeaders;
  readonly status: number | undefined;
  readonly events: StreamEvent[] = [];
  /** What the server asks to wait before connecting again, milliseconds. */
  retry: number | undefined;
  /** Bytes received. */
  bytes = 0;
  /** How the stream ended: by the server, or cut off; undefined while it goes on. */
  ended: 'end' | 'cut' | undefined;
  readonly #response: IncomingMessage;
  #text = '';
  #looked = 0;

  constructor(response: IncomingMessage) {
    this.#response = response;
    this.headers = response.headers;
    this.status = response.statusCode;
    response.setEncoding('utf8');
    response.on('data', (text: string) => this.#take(text));
    response.on('end', () => {
      this.ended ??= 'end';
    });
    response.on('error', () => {
      this.ended ??= 'cut';
    });
    response.on('close', () => {
      this.ended ??= 'cut';
    });
  }

  /** The next event of that name that nobody has asked for yet; others before it are passed over. Fails after 10 s. */
  async next<E extends LiveEvent>(event: E): Promise<CheckedEvent<E>> {
    const found = await this.find(event, 10_000);
    assert.ok(found !== undefined, `waiting for ${event}; came: ${this.names().join(' ')}`);
    return found;
  }

  /** The same, or undefined if it has not come within so many milliseconds. */
  async find<E extends LiveEvent>(event: E, waitMs: number): Promise<CheckedEvent<E> | undefined> {
    const deadline = performance.now() + waitMs;
    for (;;) {
      const found = this.events.slice(this.#looked).find((one) => one.event === event);
      if (found !== undefined) {
        this.#looked = this.events.indexOf(found) + 1;
        return checked(event, found);
      }
      if (performance.now() > deadline) return undefined;
      await systemClock.sleep(5);
    }
  }

  /** Names of the events that came, comments left out. */
  names(): string[] {
    return this.events.map(({ event }) => event).filter((event) => event !== ':');
  }

  /** Reads nothing more from the socket until `resume`. */
  pause(): void {
    this.#response.pause();
  }

  resume(): void {
    this.#response.resume();
  }

  /** Goes away without a word, as a browser does. */
  leave(): void {
    this.#response.destroy();
  }

  #take(text: string): void {
    this.bytes += Buffer.byteLength(text);
    const blocks = `${this.#text}${text}`.split('\n\n');
    this.#text = blocks.pop() ?? '';
    for (const block of blocks) this.#takeBlock(block);
  }

  #takeBlock(block: string): void {
    const field = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
    const retry = field('retry');
    if (retry !== undefined) this.retry = Number(retry);
    const data = field('data');
    if (data !== undefined) {
      this.events.push({ event: field('event') ?? 'message', id: field('id'), data: JSON.parse(data) });
    } else if (block.startsWith(':')) this.events.push({ event: ':', id: undefined, data: undefined });
  }
}

function checked<E extends LiveEvent>(event: E, { id, data }: StreamEvent): CheckedEvent<E> {
  const parsed: unknown = LIVE_EVENTS[event].parse(data);
  // Nothing is sent that is not described.
  assert.deepEqual(parsed, data);
  // What the schema of this name has checked; TypeScript does not follow that through the index.
  return { id, data: parsed as CheckedEvent<E>['data'] };
}

/** Connects to a stream; whatever the answer is, it is there. The client leaves when the test ends. */
export async function sseClient(t: TestContext, url: string, headers: Record<string, string> = {}): Promise<SseClient> {
  const asked = request(url, { headers, agent: false });
  t.after(() => asked.destroy());
  asked.end();
  const [response]: [IncomingMessage] = await once(asked, 'response').then(([one]) => [one]);
  asked.on('error', () => undefined);
  return new SseClient(response);
}
