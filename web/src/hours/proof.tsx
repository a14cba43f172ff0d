import { useState } from 'react';
import { useLive } from '../live/use-live.ts';
import { TextButton } from '../states/text-button.tsx';
import css from './hour-receipt.module.css';

/** How to prove the figures: this page has not counted the trace again, and does not say that it has. */
export function Proof() {
  const run = useLive((live) => live.run?.run ?? '');
  const [said, setSaid] = useState<string>();
  const command = `npx spillway verify --run ${run}`;
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(command);
      setSaid('copied');
    } catch {
      setSaid('mark and copy it');
    }
  };
  return (
    <section aria-label="Proof">
      <p className={css.muted}>
        This page does not count the trace again. To do that, with code that shares nothing with what counted here:
      </p>
      <p className={css.command}>
        <code>{command}</code>
        <TextButton onClick={() => void copy()} onBlur={() => setSaid(undefined)} aria-live="polite">
          {said ?? 'copy'}
        </TextButton>
      </p>
    </section>
  );
}
