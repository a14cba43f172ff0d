import { type TokenState, tokenOf } from '../api/token.ts';
import { createLiveStore } from './live-store.ts';
import { LiveStream } from './stream.ts';
import type { Live } from './use-live.ts';

export interface OpenLive extends Live {
  /** Asks anew if the question is another one. */
  ask(): void;
  /** The page is seen again, or the network is back. */
  wake(): void;
}

/** The live stream of this page and what is known from it. */
export function openLive({ question, token }: { question(): string; token(): TokenState }): OpenLive {
  const store = createLiveStore((show) => requestAnimationFrame(show));
  const stream = new LiveStream({
    question: question(),
    token: () => tokenOf(token()),
    visible: () => document.visibilityState === 'visible',
    onMessage: store.apply,
    onConnection: store.connected,
    fetch: (input, init) => fetch(input, init),
    random: Math.random,
  });
  return {
    get: store.get,
    subscribe: store.subscribe,
    ask: () => stream.ask(question()),
    wake: () => stream.wake(),
    retry: () => stream.wake(),
  };
}
