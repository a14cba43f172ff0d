import { createStore, type Store } from '../store/store.ts';
import { formatView, parseView } from './url.ts';
import type { ViewState } from './view-state.ts';

/**
 * Changes parts of the view. Steps that somebody would want to go back from (another hour, another filter) become an
 * entry of the browser's history; others replace the current one.
 */
export type ChangeView = (change: Partial<ViewState> | ((view: ViewState) => Partial<ViewState>)) => void;

export interface ViewStore extends Store<ViewState> {
  readonly change: ChangeView;
}

/** The part of a browser's window that holds the address. */
export interface Address {
  /** The query, with its question mark if there is one. */
  search(): string;
  /** Writes the query; `push` makes an entry to go back from. */
  write(search: string, push: boolean): void;
  /** Calls `changed` when the user goes back or forward. */
  onChange(changed: () => void): void;
}

/** Parts whose change is a step of its own. The others are adjustments on the way. */
const STEPS: readonly (keyof ViewState)[] = ['hours', 'hour', 'tier', 'filters', 'panel'];

/** The view as the address has it, and every change of it written there. */
export function openView(address: Address): ViewStore {
  const store = createStore<ViewState>(parseView(address.search()));
  address.onChange(() => store.set(withSharedParts(store.get(), parseView(address.search()))));
  const change: ChangeView = (given) => {
    const before = store.get();
    const asked = { ...before, ...(typeof given === 'function' ? given(before) : given) };
    // What a link would not bring back is no view.
    const search = formatView(asked);
    if (search === formatView(before)) return;
    const after = withSharedParts(before, parseView(search));
    address.write(
      search,
      STEPS.some((part) => before[part] !== after[part]),
    );
    store.set(after);
  };
  return { get: store.get, subscribe: store.subscribe, change };
}

/** `next` with the objects of `before` wherever they say the same. */
function withSharedParts(before: ViewState, next: ViewState): ViewState {
  const same = (part: keyof ViewState): boolean => JSON.stringify(before[part]) === JSON.stringify(next[part]);
  const parts = Object.entries(before).filter(([part]) => same(part as keyof ViewState));
  return { ...next, ...Object.fromEntries(parts) };
}
