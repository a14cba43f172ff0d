import { useComputedColorScheme } from '@mantine/core';
import { colourOf, coloursOf, type Scheme, SURFACES, type Surface, type Swatch } from './palette.ts';

/** The colours of the page as it is drawn now. */
export interface Palette extends Surface {
  readonly scheme: Scheme;
  /** How a value of a key is drawn; kind `y` for the name of a measure or derived value. */
  readonly colourOf: (kind: string, value: string) => Swatch;
  /** How values that are drawn together are drawn, in their order. */
  readonly coloursOf: (kind: string, values: readonly string[]) => readonly Swatch[];
}

const PALETTES: Readonly<Record<Scheme, Palette>> = { light: paletteOf('light'), dark: paletteOf('dark') };

/** The same object as long as the theme is the same. */
export function usePalette(): Palette {
  return PALETTES[useComputedColorScheme('light')];
}

function paletteOf(scheme: Scheme): Palette {
  return {
    ...SURFACES[scheme],
    scheme,
    colourOf: (kind, value) => colourOf(kind, value, scheme),
    coloursOf: (kind, values) => coloursOf(kind, values, scheme),
  };
}
