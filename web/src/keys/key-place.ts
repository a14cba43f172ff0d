import type { KeyPlace, KeyPress } from './keys.ts';

const FIELDS =
  'input:not([type=checkbox]):not([type=radio]):not([type=button]), textarea, select, [contenteditable=true], [role=combobox], [role=textbox]';
const MOVERS =
  'input[type=radio], [role=slider], [role=listbox], [role=option], [role=menu], [role=menuitem], [role=tab], [role=radio], [role=grid], [data-own-arrows]';
const CONTROLS = 'button, a[href], summary, input, [role=button], [role=switch], [role=checkbox]';

/** What the element with the focus does with keys itself. */
export function keyPlace(target: EventTarget | null): KeyPlace {
  if (!(target instanceof Element)) return 'page';
  if (target.closest('[role=dialog], [role=alertdialog], dialog') !== null) return 'dialog';
  if (target.closest(FIELDS) !== null) return 'field';
  if (target.closest(MOVERS) !== null) return 'mover';
  return target.closest(CONTROLS) === null ? 'page' : 'control';
}

export function keyPress(event: KeyboardEvent): KeyPress {
  const { key, ctrlKey, metaKey, altKey, repeat } = event;
  return { key, ctrlKey, metaKey, altKey, repeat, altGraph: event.getModifierState('AltGraph') };
}
