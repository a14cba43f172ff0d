/** One hour of a sparkline. */
export interface SparkPoint {
  /** Place along the window, 0 to 1. */
  readonly x: number;
  /** Null where the hour has no value: the line has a gap there. */
  readonly value: number | null;
  /** Provisional: drawn dashed. */
  readonly open: boolean;
}

export interface SparkSize {
  readonly width: number;
  readonly height: number;
  /** Room above and below for the width of the line. */
  readonly pad: number;
}

export interface SparkPaths {
  /** Final hours, and what leads to them; empty if there is none. */
  readonly solid: string;
  /** From the last final hour through the open ones. */
  readonly dashed: string;
  readonly lowest: number | undefined;
  readonly highest: number | undefined;
  /** Where an hour with this place and value is drawn. */
  readonly at: (x: number, value: number) => readonly [x: number, y: number];
}

/** SVG paths of a sparkline. It fills the height from its lowest to its highest value; equal values lie in the middle. */
export function sparkPaths(points: readonly SparkPoint[], size: SparkSize): SparkPaths {
  const values = points.flatMap(({ value }) => (value === null ? [] : [value]));
  const lowest = values.length === 0 ? undefined : Math.min(...values);
  const highest = values.length === 0 ? undefined : Math.max(...values);
  const at = (x: number, value: number) => place(size, x, share(value, lowest ?? 0, highest ?? 0));
  const paths = { solid: '', dashed: '' };
  const ends: Record<keyof typeof paths, number | undefined> = { solid: undefined, dashed: undefined };
  points.forEach(({ x, value, open }, index) => {
    if (value === null) return;
    const [before, after] = [points[index - 1], points[index + 1]];
    const here = at(x, value).join(' ');
    // A lone hour is a line of no length, which round ends make a dot.
    const lone = !hasValue(before) && !hasValue(after);
    if (!lone && !hasValue(before)) return;
    const kind = open || (!lone && before?.open === true) ? 'dashed' : 'solid';
    const start = hasValue(before) ? at(before.x, before.value).join(' ') : here;
    paths[kind] += ends[kind] === index - 1 ? `L${here}` : `M${start}L${here}`;
    ends[kind] = index;
  });
  return { ...paths, lowest, highest, at };
}

function hasValue(point: SparkPoint | undefined): point is SparkPoint & { readonly value: number } {
  return point !== undefined && point.value !== null;
}

function share(value: number, lowest: number, highest: number): number {
  return highest === lowest ? 0.5 : (value - lowest) / (highest - lowest);
}

function place({ width, height, pad }: SparkSize, x: number, y: number): readonly [number, number] {
  return [round(x * width), round(height - pad - y * (height - 2 * pad))];
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
