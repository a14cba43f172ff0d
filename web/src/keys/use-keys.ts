import { useContext, useEffect } from 'react';
import type { LiveState } from '../live/live-state.ts';
import { LiveContext } from '../live/use-live.ts';
import { focusPanelAt, panelOf } from '../panels/focus-panel.ts';
import type { Store } from '../store/store.ts';
import { useTheme } from '../theme/use-theme.ts';
import { ViewContext } from '../view-state/use-view.ts';
import { DEFAULT_VIEW } from '../view-state/view-state.ts';
import type { ViewStore } from '../view-state/view-store.ts';
import { hourBeside } from './choose-hour.ts';
import { keyPlace, keyPress } from './key-place.ts';
import { actionOf, type KeyAction } from './keys.ts';
import { pressButton } from './press-button.ts';

/** What the keys act upon. */
interface KeyTargets {
  readonly view: ViewStore;
  readonly live: Store<LiveState>;
  readonly toggleTheme: () => void;
}

/** Lets every key of the table do what it says, as long as the component is there. */
export function useKeys(): void {
  const view = useContext(ViewContext);
  const live = useContext(LiveContext);
  const { toggle } = useTheme();
  useEffect(() => {
    if (view === undefined || live === undefined) return;
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented) return;
      const found = actionOf(keyPress(event), keyPlace(event.target));
      if (found === undefined) return;
      if (act(found.action, found.index, { view, live, toggleTheme: toggle })) event.preventDefault();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [view, live, toggle]);
}

/** Does it; false where there was nothing to do, and the key is the browser's. */
function act(action: KeyAction, index: number, { view, live, toggleTheme }: KeyTargets): boolean {
  switch (action) {
    case 'previousHour':
    case 'nextHour':
      return chooseBeside(view, live, action === 'nextHour' ? 1 : -1);
    case 'receipt':
      return openReceipt(view, live);
    case 'panel':
      return focusPanelAt(index);
    case 'table':
      return withPanel((panel) => view.change(({ tables }) => ({ tables: toggled(tables, panel) })));
    case 'full':
      return fullWidth(view);
    case 'reset':
      view.change(DEFAULT_VIEW);
      return true;
    case 'theme':
      toggleTheme();
      return true;
    case 'close':
      if (view.get().panel === undefined) return false;
      view.change({ panel: undefined });
      return true;
    default:
      // All others have a button, and the key presses it.
      pressButton(action);
      return true;
  }
}

function chooseBeside(view: ViewStore, live: Store<LiveState>, direction: -1 | 1): boolean {
  const hour = hourBeside(live.get().hours, view.get().hour, direction);
  if (hour === null) return false;
  view.change({ hour });
  return true;
}

function openReceipt(view: ViewStore, live: Store<LiveState>): boolean {
  const { hours, hour } = live.get();
  const receipt = view.get().hour ?? hour ?? hours.at(-1)?.hour;
  if (receipt === undefined) return false;
  view.change({ receipt });
  return true;
}

/** Out of full width from anywhere; into it for the panel with the focus. */
function fullWidth(view: ViewStore): boolean {
  if (view.get().panel !== undefined) {
    view.change({ panel: undefined });
    return true;
  }
  return withPanel((panel) => view.change({ panel }));
}

function withPanel(act: (panel: string) => void): boolean {
  const panel = panelOf(document.activeElement);
  if (panel === undefined) return false;
  act(panel);
  return true;
}

function toggled(list: readonly string[], one: string): readonly string[] {
  return list.includes(one) ? list.filter((other) => other !== one) : [...list, one];
}
