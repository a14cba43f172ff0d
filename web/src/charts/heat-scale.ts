import type { ChartPalette } from './chart-input.ts';
import type { Extent } from './value-axis.ts';

/** Colours of a heatmap: few enough to be told apart and named. */
export interface HeatScale extends Extent {
  readonly bins: readonly HeatBin[];
  /** The bin of a value. */
  readonly binOf: (value: number) => number;
}

export interface HeatBin {
  readonly from: number;
  readonly to: number;
  readonly colour: string;
}

/** Ends of the scale and into how many steps it is cut there: far apart, so that colours seldom change their meaning. */
const TOPS = [
  [1, 10],
  [2, 8],
  [5, 10],
  [10, 10],
] as const;
const FAINTEST = 0.1;

/** From zero (or below) to a round number: the panel's colour to the accent and, at the end, towards the text. */
export function heatScale(palette: ChartPalette, { min: low, max: high }: Extent): HeatScale {
  const most = Math.max(Math.abs(low), Math.abs(high), Number.MIN_VALUE * 1e10);
  const power = 10 ** Math.floor(Math.log10(most));
  const [top, steps] = TOPS.find(([end]) => end * power >= most * (1 - 1e-9)) ?? TOPS[3];
  const max = Number((top * power).toPrecision(6));
  const min = low < 0 ? -max : 0;
  const count = low < 0 ? 2 * steps : steps;
  const step = (max - min) / count;
  const bins = Array.from({ length: count }, (_, i) => ({
    ...{ from: min + i * step, to: min + (i + 1) * step },
    colour: heatColour(palette, i / (count - 1)),
  }));
  const binOf = (value: number) => Math.min(count - 1, Math.max(0, Math.floor((value - min) / step + 1e-9)));
  return { min, max, bins, binOf };
}

/** The colour at a share of the scale. */
function heatColour({ panel, accent, text }: ChartPalette, share: number): string {
  const turn = 0.75;
  if (share <= turn) return mix(panel, accent, FAINTEST + (1 - FAINTEST) * (share / turn));
  return mix(accent, text, 0.55 * ((share - turn) / (1 - turn)));
}

/** Between two colours written `#rrggbb`. */
export function mix(from: string, to: string, share: number): string {
  const channel = (i: number) => {
    const [a, b] = [from, to].map((colour) => Number.parseInt(colour.slice(1 + 2 * i, 3 + 2 * i), 16));
    return Math.round((a ?? 0) + ((b ?? 0) - (a ?? 0)) * share)
      .toString(16)
      .padStart(2, '0');
  };
  return `#${channel(0)}${channel(1)}${channel(2)}`;
}
