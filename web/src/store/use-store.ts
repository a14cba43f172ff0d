import { useRef, useSyncExternalStore } from 'react';
import { type Store, sameParts } from './store.ts';

interface Selection<T, S> {
  readonly state: T;
  readonly select: (state: T) => S;
  readonly selected: S;
}

/**
 * A part of a store. The component is drawn again only when that part has changed: an array or object that `select`
 * makes anew counts as the same while its members are.
 */
export function useStore<T, S>(store: Store<T>, select: (state: T) => S): S {
  const last = useRef<Selection<T, S> | undefined>(undefined);
  const selected = (): S => {
    const state = store.get();
    const before = last.current;
    if (before !== undefined && before.state === state && before.select === select) return before.selected;
    const found = select(state);
    const kept = before !== undefined && sameParts(before.selected, found) ? before.selected : found;
    last.current = { state, select, selected: kept };
    return kept;
  };
  return useSyncExternalStore(store.subscribe, selected);
}
