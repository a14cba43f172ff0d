/**
 * All colours of the page. Series have the colours of Okabe and Ito (https://jfly.uni-koeln.de/color/), which people
 * with any kind of colour vision can tell apart, and a mark, a dash and a pattern beside, so that colour never stands
 * alone. Diagonal lines are no pattern of a series: they say that an hour is open.
 */
export type Scheme = 'light' | 'dark';

/** One hue as it is drawn on the surfaces of a scheme. */
export interface Tone {
  /** Of areas and bars: the original colour. */
  readonly fill: string;
  /** Of lines and marks: at least 3:1 against the surfaces. */
  readonly line: string;
  /** Of text: at least 4.5:1 against the surfaces. */
  readonly text: string;
}

/** How one value of a key is drawn, everywhere on the page. */
export interface Swatch extends Tone {
  /** An ECharts symbol. */
  readonly marker: Marker;
  /** Of lines, as ECharts takes it. */
  readonly dash: Dash;
  /** Of areas and bars. */
  readonly pattern: Pattern;
}

export type Marker = 'circle' | 'rect' | 'triangle' | 'diamond' | 'roundRect' | 'pin' | 'arrow' | 'emptyCircle';
export type Dash = 'solid' | 'dashed' | 'dotted' | readonly number[];
export type Pattern = 'plain' | 'dots' | 'grid' | 'horizontal' | 'vertical' | 'squares' | 'triangles' | 'rings';

export interface Surface {
  readonly page: string;
  readonly panel: string;
  /** Of what lies on a panel: fields, chips, rows under the pointer. */
  readonly raised: string;
  readonly text: string;
  /** Of what matters less; still 4.5:1. */
  readonly muted: string;
  /** Of borders and axes. */
  readonly line: string;
  /** Of borders that say where something can be pressed: 3:1. */
  readonly edge: string;
  readonly grid: string;
  /** Of the player and of what is chosen. */
  readonly accent: string;
  readonly onAccent: string;
  /** Wrong: nothing else is red. */
  readonly wrong: string;
  /** Old: nothing else is amber. */
  readonly stale: string;
  readonly good: string;
  /** Behind a line that says something is wrong, old or good. */
  readonly wrongBack: string;
  readonly staleBack: string;
  readonly goodBack: string;
}

export const SURFACES: Readonly<Record<Scheme, Surface>> = {
  light: {
    page: '#f4f5f7',
    panel: '#ffffff',
    raised: '#eef0f3',
    text: '#1b1f24',
    muted: '#57606a',
    line: '#d5d9de',
    edge: '#868d95',
    grid: '#e6e9ec',
    accent: '#0069a5',
    onAccent: '#ffffff',
    wrong: '#b3161f',
    stale: '#7d4e00',
    good: '#0b6b4a',
    wrongBack: '#fdecec',
    staleBack: '#fff3d6',
    goodBack: '#e5f5ee',
  },
  dark: {
    page: '#14171a',
    panel: '#1b1f24',
    raised: '#262b31',
    text: '#e6e9ec',
    muted: '#a3abb4',
    line: '#363c44',
    edge: '#747c86',
    grid: '#2a2f36',
    accent: '#6cbcec',
    onAccent: '#0b1620',
    wrong: '#ff8a87',
    stale: '#f2b84b',
    good: '#4fc79a',
    wrongBack: '#3a1d1f',
    staleBack: '#35290f',
    goodBack: '#12302a',
  },
};

export type Hue = 'blue' | 'orange' | 'green' | 'vermillion' | 'purple' | 'sky' | 'yellow' | 'ink' | 'grey';

const TONES: Readonly<Record<Scheme, Readonly<Record<Hue, Tone>>>> = {
  light: {
    blue: { fill: '#0072b2', line: '#0072b2', text: '#006199' },
    orange: { fill: '#e69f00', line: '#bd8200', text: '#875d00' },
    green: { fill: '#009e73', line: '#009e73', text: '#00734f' },
    vermillion: { fill: '#d55e00', line: '#d55e00', text: '#a84b00' },
    purple: { fill: '#cc79a7', line: '#c0709b', text: '#8d5074' },
    sky: { fill: '#56b4e9', line: '#4391bd', text: '#2f6a8d' },
    yellow: { fill: '#f0e442', line: '#958e28', text: '#6b661b' },
    ink: { fill: '#30363d', line: '#30363d', text: '#30363d' },
    grey: { fill: '#9aa1a9', line: '#808790', text: '#5d656e' },
  },
  dark: {
    blue: { fill: '#0072b2', line: '#2b8fc9', text: '#4ea5d8' },
    orange: { fill: '#e69f00', line: '#e69f00', text: '#e69f00' },
    green: { fill: '#009e73', line: '#009e73', text: '#19b58a' },
    vermillion: { fill: '#d55e00', line: '#d9690f', text: '#ec8840' },
    purple: { fill: '#cc79a7', line: '#cc79a7', text: '#d68fb6' },
    sky: { fill: '#56b4e9', line: '#56b4e9', text: '#6cbcec' },
    yellow: { fill: '#f0e442', line: '#f0e442', text: '#f0e442' },
    ink: { fill: '#e6e9ec', line: '#e6e9ec', text: '#e6e9ec' },
    grey: { fill: '#7d858e', line: '#8a929b', text: '#a3abb4' },
  },
};

const HUES = Object.keys(TONES.light) as readonly Hue[];

interface Style {
  readonly hue: Hue;
  readonly marker: Marker;
  readonly dash: Dash;
  readonly pattern: Pattern;
}

/** One place after the other that a value can take; two values at different places differ in colour and in form. */
const PLACES: readonly Style[] = [
  { hue: 'blue', marker: 'circle', dash: 'solid', pattern: 'plain' },
  { hue: 'orange', marker: 'rect', dash: 'dashed', pattern: 'dots' },
  { hue: 'green', marker: 'triangle', dash: [8, 3, 2, 3], pattern: 'horizontal' },
  { hue: 'vermillion', marker: 'diamond', dash: 'dotted', pattern: 'vertical' },
  { hue: 'purple', marker: 'roundRect', dash: [12, 3], pattern: 'squares' },
  { hue: 'sky', marker: 'emptyCircle', dash: [3, 3], pattern: 'rings' },
  { hue: 'yellow', marker: 'pin', dash: [8, 3, 2, 3, 2, 3], pattern: 'triangles' },
  { hue: 'ink', marker: 'arrow', dash: [2, 6], pattern: 'grid' },
];

/** Grey is for what is neither here nor there. */
const PLAIN_GREY: Style = { hue: 'grey', marker: 'emptyCircle', dash: 'solid', pattern: 'plain' };

/** Values with a place of their own, by kind: the key whose values they are, or `y` for measures and derived values. */
const FIXED: Readonly<Record<string, Readonly<Record<string, Style>>>> = {
  query_type: {
    select: place(0),
    copy: place(1),
    insert: place(2),
    delete: place(3),
    update: place(4),
    ctas: place(5),
    analyze: place(6),
    unload: place(7),
    vacuum: { hue: 'grey', marker: 'diamond', dash: 'dotted', pattern: 'dots' },
    other: PLAIN_GREY,
  },
  class: {
    normal: PLAIN_GREY,
    network: place(1),
    io: place(2),
    cpu: place(3),
    queue: place(4),
    cached: place(5),
  },
  phase: { execution: place(0), total: place(1) },
  y: {
    p50: place(5),
    p90: place(2),
    p95: place(0),
    p99: place(3),
    hit_rate_of_reads: place(0),
    hit_rate_of_queries: place(1),
    queries: place(0),
  },
};

/**
 * How a value is drawn. The same value always has the same colour; `kind` is the key whose value it is, or `y` for the
 * name of a measure or derived value. Values that stand together and have no place of their own: `coloursOf`.
 */
export function colourOf(kind: string, value: string, scheme: Scheme): Swatch {
  return swatch(fixedStyle(kind, value) ?? place(preferredPlace(value)), scheme);
}

/**
 * How values that are drawn together are drawn, in their order. Where two would look the same, the later one in the
 * alphabet takes the next free place, so that the same set always looks the same whatever its order.
 */
export function coloursOf(kind: string, values: readonly string[], scheme: Scheme): readonly Swatch[] {
  const styles = new Map<string, Style>();
  const taken = new Set<Hue>();
  for (const value of values) {
    const fixed = fixedStyle(kind, value);
    if (fixed === undefined) continue;
    styles.set(value, fixed);
    taken.add(fixed.hue);
  }
  for (const value of [...new Set(values)].sort()) {
    if (styles.has(value)) continue;
    const style = freeStyle(preferredPlace(value), taken);
    styles.set(value, style);
    taken.add(style.hue);
    if (taken.size >= HUES.length) taken.clear();
  }
  return values.map((value) => swatch(styles.get(value) ?? PLAIN_GREY, scheme));
}

function fixedStyle(kind: string, value: string): Style | undefined {
  const values = Object.hasOwn(FIXED, kind) ? FIXED[kind] : undefined;
  return values !== undefined && Object.hasOwn(values, value) ? values[value] : undefined;
}

function freeStyle(preferred: number, taken: ReadonlySet<Hue>): Style {
  const places = PLACES.map((_, i) => place(preferred + i));
  return places.find(({ hue }) => !taken.has(hue)) ?? place(preferred);
}

function place(i: number): Style {
  return PLACES[i % PLACES.length] ?? PLAIN_GREY;
}

function swatch({ hue, ...form }: Style, scheme: Scheme): Swatch {
  return { ...TONES[scheme][hue], ...form };
}

/** FNV-1a, 32 bits: the same in every browser and for ever. */
function preferredPlace(value: string): number {
  let hash = 0x811c9dc5;
  for (const char of value) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hash % PLACES.length;
}
