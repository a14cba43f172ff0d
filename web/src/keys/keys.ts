/** The one table of keys: the help shows it and the page obeys it. */

export type KeyAction = (typeof KEYS)[number]['action'];
export type KeyGroup = 'Film' | 'Hours' | 'Panels' | 'Page';

interface KeyBinding {
  readonly action: string;
  /** Values of `KeyboardEvent.key`; the first is the one that the help names, others are as in the terminal. */
  readonly keys: readonly string[];
  /** How the help writes it, where that is not the first of `keys`. */
  readonly shown?: string;
  readonly what: string;
  readonly where: KeyGroup;
  /** Whether holding it down repeats it. */
  readonly repeats?: boolean;
}

export const KEYS = [
  { action: 'play', keys: [' '], shown: 'Space', what: 'play or pause', where: 'Film' },
  { action: 'slower', keys: ['[', '-'], what: 'slower', where: 'Film' },
  { action: 'faster', keys: [']', '+'], what: 'faster', where: 'Film' },
  { action: 'back', keys: [','], what: 'an hour back: asks, then starts a new run there', where: 'Film' },
  { action: 'step', keys: ['.'], what: 'to the end of the hour, and pause', where: 'Film' },
  { action: 'jump', keys: ['j'], what: 'jump to any time of the trace', where: 'Film' },
  {
    action: 'previousHour',
    keys: ['ArrowLeft'],
    shown: '←',
    what: 'choose the hour before',
    where: 'Hours',
    repeats: true,
  },
  {
    action: 'nextHour',
    keys: ['ArrowRight'],
    shown: '→',
    what: 'choose the hour after',
    where: 'Hours',
    repeats: true,
  },
  { action: 'receipt', keys: ['h'], what: 'receipt of the chosen hour', where: 'Hours' },
  {
    action: 'panel',
    keys: ['1', '2', '3', '4', '5', '6', '7', '8', '9'],
    shown: '1 … 9',
    what: 'go to a panel',
    where: 'Panels',
  },
  { action: 'table', keys: ['t'], what: 'the panel you are in: table or chart', where: 'Panels' },
  { action: 'full', keys: ['f'], what: 'the panel you are in: full width', where: 'Panels' },
  { action: 'filters', keys: ['/'], what: 'filters', where: 'Page' },
  { action: 'link', keys: ['l'], what: 'copy a link to this view', where: 'Page' },
  { action: 'theme', keys: ['d'], what: 'dark or light', where: 'Page' },
  { action: 'reset', keys: ['r'], what: 'reset the view', where: 'Page' },
  { action: 'help', keys: ['?'], what: 'these keys', where: 'Page' },
  { action: 'close', keys: ['Escape'], shown: 'Esc', what: 'close what is open', where: 'Page' },
] as const satisfies readonly KeyBinding[];

const TABLE: readonly (KeyBinding & { readonly action: KeyAction })[] = KEYS;

/** The part of a keyboard event that decides what it means. */
export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly repeat: boolean;
  /** AltGr, which on many keyboards is how `[` is typed, counts as Ctrl and Alt together. */
  readonly altGraph: boolean;
}

/**
 * What has the focus. A `field` is typed into, a `control` has its own use for Space and Enter, a `mover` for the arrows
 * too; a `dialog` keeps all keys to itself.
 */
export type KeyPlace = 'page' | 'control' | 'mover' | 'field' | 'dialog';

/** What a key means there: an action, and for `panel` which one, counted from 0. Undefined for a key of somebody else. */
export function actionOf(press: KeyPress, place: KeyPlace): { action: KeyAction; index: number } | undefined {
  if (press.metaKey || ((press.ctrlKey || press.altKey) && !press.altGraph)) return undefined;
  if (place === 'field' || place === 'dialog') return undefined;
  if (place !== 'page' && press.key === ' ') return undefined;
  if (place === 'mover' && press.key.startsWith('Arrow')) return undefined;
  const binding = TABLE.find(({ keys }) => keys.includes(press.key));
  if (binding === undefined || (press.repeat && binding.repeats !== true)) return undefined;
  return { action: binding.action, index: binding.keys.indexOf(press.key) };
}

/** The table as the help shows it, by where the keys act. */
export function keyGroups(): { readonly where: KeyGroup; readonly keys: readonly { shown: string; what: string }[] }[] {
  const groups = [...new Set(TABLE.map(({ where }) => where))];
  return groups.map((where) => ({
    where,
    keys: TABLE.filter((binding) => binding.where === where).map((binding) => ({
      shown: shownKey(binding),
      what: binding.what,
    })),
  }));
}

/** How the key of an action is written beside its button. */
export function keyOf(action: KeyAction): string {
  const binding = TABLE.find((one) => one.action === action);
  return binding === undefined ? '' : shownKey(binding);
}

function shownKey({ keys, shown }: KeyBinding): string {
  return shown ?? keys[0] ?? '';
}
