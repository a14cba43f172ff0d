import { createStore, type Store } from '../store/store.ts';

/**
 * The owner's token, which changing requests carry.
 *
 *     none -> given (a link with `#token=` was opened) <-> refused (the server knows another one)
 */
export type TokenState =
  | { readonly state: 'none' }
  | { readonly state: 'given'; readonly token: string }
  | { readonly state: 'refused' };

export interface TokenStore extends Store<TokenState> {
  /** The server does not know the token. */
  refuse(token: string): void;
}

/** The part of a browser's window that the token comes from and is kept in. */
export interface TokenPlace {
  /** The fragment, with its `#` if there is one. */
  hash(): string;
  /** Takes the fragment out of the address, without an entry to go back to. */
  clearHash(): void;
  onHashChange(changed: () => void): void;
  /** Kept as long as the tab; undefined where nothing is kept. */
  stored(): string | null | undefined;
  store(token: string): void;
}

/** Takes the token out of the address, at once and whenever such a link is opened in the same tab; else the kept one. */
export function openToken(place: TokenPlace): TokenStore {
  const kept = place.stored();
  const store = createStore<TokenState>(kept ? { state: 'given', token: kept } : { state: 'none' });
  const take = (): void => {
    const token = tokenIn(place.hash());
    if (token === undefined) return;
    place.clearHash();
    place.store(token);
    store.set({ state: 'given', token });
  };
  take();
  place.onHashChange(take);
  return {
    get: store.get,
    subscribe: store.subscribe,
    refuse: (token) => {
      const now = store.get();
      if (now.state === 'given' && now.token === token) store.set({ state: 'refused' });
    },
  };
}

/** The token that a request carries. */
export function tokenOf(state: TokenState): string | undefined {
  return state.state === 'given' ? state.token : undefined;
}

/** The token in a fragment such as `#token=abc`. */
export function tokenIn(hash: string): string | undefined {
  const token = new URLSearchParams(hash.replace(/^#/, '')).get('token');
  return token ? token : undefined;
}
