import { createContext, useContext } from 'react';
import { useStore } from '../store/use-store.ts';
import type { TokenState, TokenStore } from './token.ts';

/** Where the owner's token is; given by the root of the page. */
export const TokenContext = createContext<TokenStore | undefined>(undefined);

/** Whether there is a token, and which. */
export function useToken(): TokenState {
  return useStore(useTokenStore(), (state) => state);
}

export function useTokenStore(): TokenStore {
  const store = useContext(TokenContext);
  if (store === undefined) throw new Error('useToken: expected a TokenContext above this component, found none');
  return store;
}
