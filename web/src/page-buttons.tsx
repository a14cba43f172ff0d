import { useEffect, useState } from 'react';
import { keyOf } from './keys/keys.ts';
import { TextButton } from './states/text-button.tsx';
import { THEMES, useTheme } from './theme/use-theme.ts';
import { copyLink } from './view-state/link.ts';

/** Goes round: as the system has it, light, dark. */
export function ThemeButton() {
  const { theme, choose } = useTheme();
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'auto';
  return (
    <TextButton
      onClick={() => choose(next)}
      title={`Change to ${next} (${keyOf('theme')}: dark or light)`}
      data-action="theme"
    >
      theme: {theme}
    </TextButton>
  );
}

/** How long the button says that it has been done, wall milliseconds. */
const SAID_MS = 2_000;

export function CopyLinkButton() {
  const [said, setSaid] = useState<string>();
  useEffect(() => {
    if (said === undefined) return;
    const timer = setTimeout(() => setSaid(undefined), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = async (): Promise<void> => setSaid((await copyLink()) ? 'copied' : 'copy the address');
  return (
    <TextButton
      onClick={() => void copy()}
      title={`Copy a link to this view (${keyOf('link')})`}
      data-action="link"
      aria-live="polite"
    >
      {said ?? 'copy link'}
    </TextButton>
  );
}
