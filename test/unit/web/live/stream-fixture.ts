import type { TestContext } from 'node:test';
import type { Connection } from '../../../../web/src/live/live-state.ts';
import type { LiveMessage } from '../../../../web/src/live/reducer.ts';
import { LiveStream } from '../../../../web/src/live/stream.ts';

/** One request of the page, and the other end of its answer. */
export interface Asked {
  readonly path: string;
  readonly headers: Headers;
  readonly signal: AbortSignal;
  /** Begins the answer; an event stream unless another is given. */
  answer(response?: Response): Promise<void>;
  send(text: string): Promise<void>;
  /** The server ends the answer. */
  end(): Promise<void>;
  /** The network breaks: before an answer, or in the middle of it. */
  fail(): Promise<void>;
}

/** A stream whose server and clock are the test's. */
export function openStream(t: TestContext, given: { question?: string; token?: string } = {}) {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: 1_000_000 });
  const asked: Asked[] = [];
  const messages: LiveMessage[] = [];
  const connections: Connection[] = [];
  const page = { visible: true };
  const stream = new LiveStream({
    question: given.question ?? 'hours=24',
    token: () => given.token,
    visible: () => page.visible,
    onMessage: (message) => messages.push(message),
    onConnection: (connection) => connections.push(connection),
    fetch: (input, init) => {
      const { promise, request } = newRequest(String(input), init ?? {});
      asked.push(request);
      return promise;
    },
    random: () => 1,
  });
  t.after(() => stream.close());
  return {
    stream,
    page,
    asked,
    messages,
    connections,
    last: (): Asked => {
      const request = asked.at(-1);
      if (request === undefined) throw new Error('nothing was asked');
      return request;
    },
    /** Lets so many wall milliseconds pass, a second at a time as timers do. */
    pass: async (ms: number): Promise<void> => {
      for (let left = ms; left > 0; left -= 1_000) {
        t.mock.timers.tick(Math.min(left, 1_000));
        await settle();
      }
    },
    /** The machine sleeps: the clock goes on and no timer runs until it wakes. */
    sleep: async (ms: number): Promise<void> => {
      t.mock.timers.setTime(Date.now() + ms);
      await settle();
    },
  };
}

/** Everything that is ready to happen has happened. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 5; i += 1) await new Promise((resolve) => setImmediate(resolve));
}

export function sse(event: string, data: unknown, id?: string): string {
  return `event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`;
}

function newRequest(path: string, init: RequestInit): { promise: Promise<Response>; request: Asked } {
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  const signal = init.signal ?? new AbortController().signal;
  const body = new TransformStream<Uint8Array, Uint8Array>(undefined, { highWaterMark: 100 }, { highWaterMark: 100 });
  const writer = body.writable.getWriter();
  const quiet = (): void => undefined;
  const aborted = (): void => {
    reject(signal.reason);
    writer.abort(signal.reason).catch(quiet);
  };
  signal.addEventListener('abort', aborted);
  const headers = { 'content-type': 'text/event-stream; charset=utf-8' };
  const request: Asked = {
    path,
    headers: new Headers(init.headers),
    signal,
    answer: (response) => {
      resolve(response ?? new Response(body.readable, { headers }));
      return settle();
    },
    send: (text) => {
      writer.write(new TextEncoder().encode(text)).catch(quiet);
      return settle();
    },
    end: () => {
      writer.close().catch(quiet);
      return settle();
    },
    fail: () => {
      reject(new TypeError('fetch failed'));
      writer.abort(new TypeError('network error')).catch(quiet);
      return settle();
    },
  };
  return { promise, request };
}
