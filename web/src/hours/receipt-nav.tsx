import { useState } from 'react';
import { formatClock } from '../format/time.ts';
import { TextButton } from '../states/text-button.tsx';
import { copyLink } from '../view-state/link.ts';
import css from './hour-receipt.module.css';

interface ReceiptNavProps {
  readonly previous: string | undefined;
  readonly next: string | undefined;
  readonly go: (hour: string | undefined) => void;
}

/** To the hours beside this one, and a link to this one. */
export function ReceiptNav({ previous, next, go }: ReceiptNavProps) {
  const [said, setSaid] = useState<string>();
  const copy = async (): Promise<void> => setSaid((await copyLink()) ? 'copied' : 'copy the address');
  return (
    <div className={css.nav}>
      <TextButton disabled={previous === undefined} onClick={() => go(previous)} title="Arrow left">
        ← {previous === undefined ? 'no hour before' : formatClock(previous)}
      </TextButton>
      <TextButton disabled={next === undefined} onClick={() => go(next)} title="Arrow right">
        {next === undefined ? 'no hour after' : formatClock(next)} →
      </TextButton>
      <TextButton onClick={() => void copy()} onBlur={() => setSaid(undefined)} aria-live="polite">
        {said ?? 'copy link'}
      </TextButton>
    </div>
  );
}
