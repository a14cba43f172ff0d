import { createContext, useContext } from 'react';
import { useStore } from '../store/use-store.ts';
import type { ViewState } from './view-state.ts';
import type { ChangeView, ViewStore } from './view-store.ts';

/** Where the page's view is; given by the root of the page. */
export const ViewContext = createContext<ViewStore | undefined>(undefined);

/** The view and how to change it. Drawn again on every change: `useViewPart` for less. */
export function useView(): [ViewState, ChangeView] {
  const store = useViewStore();
  return [useStore(store, whole), store.change];
}

/** A part of the view; drawn again only when that part changes. */
export function useViewPart<S>(select: (view: ViewState) => S): S {
  return useStore(useViewStore(), select);
}

/** How to change the view; always the same function. */
export function useChangeView(): ChangeView {
  return useViewStore().change;
}

function useViewStore(): ViewStore {
  const store = useContext(ViewContext);
  if (store === undefined) throw new Error('useView: expected a ViewContext above this component, found none');
  return store;
}

function whole(view: ViewState): ViewState {
  return view;
}
