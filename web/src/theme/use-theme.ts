import { localStorageColorSchemeManager, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import type { Scheme } from './palette.ts';

/** Where the chosen theme is kept; `public/theme.js` reads it before anything is drawn. */
export const themeKeeper = localStorageColorSchemeManager({ key: 'spillway-theme' });

/** `auto` follows the system. */
export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

export interface ThemeChoice {
  readonly theme: Theme;
  /** What it comes to now. */
  readonly scheme: Scheme;
  choose(theme: Theme): void;
  /** From dark to light and back. */
  toggle(): void;
}

/** The theme, which belongs to the person and not to the view: it is kept in the browser and not in the URL. */
export function useTheme(): ThemeChoice {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  return {
    theme: colorScheme,
    scheme,
    choose: setColorScheme,
    toggle: () => setColorScheme(scheme === 'dark' ? 'light' : 'dark'),
  };
}
