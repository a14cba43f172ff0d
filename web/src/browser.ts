import type { TokenPlace } from './api/token.ts';
import type { Address } from './view-state/view-store.ts';

/** The address of a window, for the view. */
export function addressOf({ location, history, addEventListener }: Window): Address {
  return {
    search: () => location.search,
    write: (search, push) => {
      const url = `${location.pathname}${search}`;
      if (push) history.pushState(null, '', url);
      else history.replaceState(null, '', url);
    },
    onChange: (changed) => addEventListener('popstate', changed),
  };
}

/** The fragment of a window and the store of its tab, for the token. */
export function tokenPlaceOf({ location, history, addEventListener }: Window): TokenPlace {
  const key = 'spillway-token';
  return {
    hash: () => location.hash,
    clearHash: () => history.replaceState(history.state, '', `${location.pathname}${location.search}`),
    onHashChange: (changed) => addEventListener('hashchange', changed),
    stored: () => quietly(() => sessionStorage.getItem(key)),
    store: (token) => quietly(() => sessionStorage.setItem(key, token)),
  };
}

/** Calls `awake` when the page is seen again or the network is back. */
export function onAwake({ document, addEventListener }: Window, awake: () => void): void {
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') awake();
  });
  addEventListener('online', awake);
  addEventListener('pageshow', awake);
}

/** A browser may refuse to keep anything: the token then lasts as long as the page. */
function quietly<T>(use: () => T): T | undefined {
  try {
    return use();
  } catch {
    return undefined;
  }
}
