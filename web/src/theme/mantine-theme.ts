import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';
import { type Scheme, SURFACES } from './palette.ts';

/** From light to dark around the blue of Okabe and Ito. */
const ACCENT: MantineColorsTuple = [
  '#e6f3fb',
  '#cbe6f6',
  '#9fd0ee',
  '#6cbcec',
  '#3fa2dc',
  '#1585c4',
  '#0069a5',
  '#005a8e',
  '#004b77',
  '#003b5e',
];

/** Sizes: 13 px body, one unit of 8 px. */
export const theme = createTheme({
  primaryColor: 'accent',
  primaryShade: { light: 6, dark: 6 },
  colors: { accent: ACCENT },
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, monospace",
  fontSizes: { xs: '12px', sm: '13px', md: '13px', lg: '15px', xl: '20px' },
  spacing: { xs: '4px', sm: '8px', md: '16px', lg: '24px', xl: '32px' },
  headings: {
    fontWeight: '600',
    sizes: { h1: { fontSize: '15px' }, h2: { fontSize: '13px' }, h3: { fontSize: '13px' } },
  },
  defaultRadius: 4,
  cursorType: 'pointer',
  respectReducedMotion: true,
});

/** The palette as CSS variables, `--color-text` and so on, and Mantine's own where its greys are too faint to read. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: { '--unit': '8px' },
  light: variablesOf('light'),
  dark: variablesOf('dark'),
});

function variablesOf(scheme: Scheme): Record<string, string> {
  const surface = SURFACES[scheme];
  const own = Object.entries(surface).map(([name, value]) => [`--color-${kebab(name)}`, value]);
  return {
    ...Object.fromEntries(own),
    '--mantine-color-body': surface.page,
    '--mantine-color-text': surface.text,
    '--mantine-color-dimmed': surface.muted,
    '--mantine-color-placeholder': surface.muted,
    '--mantine-color-error': surface.wrong,
    '--mantine-color-default': surface.panel,
    '--mantine-color-default-hover': surface.raised,
    '--mantine-color-default-color': surface.text,
    '--mantine-color-default-border': surface.edge,
    '--mantine-color-anchor': surface.accent,
  };
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
