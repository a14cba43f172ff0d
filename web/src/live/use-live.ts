import { createContext, useContext } from 'react';
import type { Store } from '../store/store.ts';
import { useStore } from '../store/use-store.ts';
import type { LiveState } from './live-state.ts';

/** The page's live state and how to look again for a server that is gone. */
export interface Live extends Store<LiveState> {
  /** Tries to connect now instead of waiting for the next attempt. */
  retry(): void;
}

/** Given by the root of the page. */
export const LiveContext = createContext<Live | undefined>(undefined);

/** A part of what the page knows of the run; drawn again only when that part changes. */
export function useLive<S>(select: (live: LiveState) => S): S {
  return useStore(useLiveContext(), select);
}

/** Tries to connect now. */
export function useRetry(): () => void {
  return useLiveContext().retry;
}

function useLiveContext(): Live {
  const live = useContext(LiveContext);
  if (live === undefined) throw new Error('useLive: expected a LiveContext above this component, found none');
  return live;
}
