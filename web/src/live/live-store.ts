import { createStore, type Store } from '../store/store.ts';
import type { Connection, LiveState } from './live-state.ts';
import { type LiveMessage, NOTHING_KNOWN, reduce } from './reducer.ts';

/** The live state that is shown. */
export interface LiveStore extends Store<LiveState> {
  apply(message: LiveMessage): void;
  connected(connection: Connection): void;
}

/**
 * Keeps the newest state and shows it once per frame, however many messages have come. `onFrame` calls back before the
 * next one is drawn: in a tab that nobody sees that is when it is seen again, and until then nothing is drawn.
 */
export function createLiveStore(onFrame: (show: () => void) => void): LiveStore {
  const shown = createStore<LiveState>(NOTHING_KNOWN);
  let newest = NOTHING_KNOWN;
  let waiting = false;
  const show = (): void => {
    waiting = false;
    shown.set(newest);
  };
  const become = (state: LiveState): void => {
    newest = state;
    if (waiting || newest === shown.get()) return;
    waiting = true;
    onFrame(show);
  };
  return {
    get: shown.get,
    subscribe: shown.subscribe,
    apply: (message) => become(reduce(newest, message)),
    connected: (connection) => become({ ...newest, connection }),
  };
}
