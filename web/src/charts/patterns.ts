import type { Pattern, Swatch } from '../theme/palette.ts';

/** A pattern as ECharts takes it. */
export interface Decal {
  readonly symbol: string;
  readonly symbolSize: number;
  readonly color: string;
  readonly dashArrayX: number | number[] | number[][];
  readonly dashArrayY: number | number[];
  readonly rotation: number;
}

type Form = Omit<Decal, 'color'>;

const FORMS: Readonly<Record<Exclude<Pattern, 'plain'>, Form>> = {
  dots: {
    symbol: 'circle',
    symbolSize: 0.7,
    dashArrayX: [
      [4, 4],
      [0, 4, 4, 0],
    ],
    dashArrayY: [4, 0],
    rotation: 0,
  },
  grid: {
    symbol: 'rect',
    symbolSize: 1,
    dashArrayX: [
      [1, 5],
      [7, 0],
    ],
    dashArrayY: [5, 0, 1, 0],
    rotation: 0,
  },
  horizontal: { symbol: 'rect', symbolSize: 1, dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: 0 },
  vertical: { symbol: 'rect', symbolSize: 1, dashArrayX: [2, 4], dashArrayY: [1, 0], rotation: 0 },
  squares: { symbol: 'rect', symbolSize: 0.8, dashArrayX: [4, 6], dashArrayY: [4, 6], rotation: 0 },
  triangles: { symbol: 'triangle', symbolSize: 0.8, dashArrayX: [6, 5], dashArrayY: [6, 5], rotation: 0 },
  rings: { symbol: 'circle', symbolSize: 1, dashArrayX: [5, 4], dashArrayY: [5, 4], rotation: 0 },
};

/** Patterns are to be seen next to each other, not to shout. */
const STRENGTH = '55';

/** A pattern in a colour of the surface; nothing for a plain one. */
export function decalOf(pattern: Pattern, surface: string): Decal | undefined {
  return pattern === 'plain' ? undefined : { ...FORMS[pattern], color: `${surface}${STRENGTH}` };
}

/** A series' marker in its colour; an empty one is filled with the surface, whatever that is. */
export function markerOf({ marker, line }: Swatch, surface: string) {
  const [, shape] = /^empty(\w+)$/.exec(marker) ?? [];
  if (shape === undefined) return { symbol: marker as string, itemStyle: { color: line } };
  const symbol = shape.charAt(0).toLowerCase() + shape.slice(1);
  return { symbol, itemStyle: { color: surface, borderColor: line, borderWidth: 1.5 } };
}
