import type { ReactNode } from 'react';
import { StateIcon } from './icons.tsx';
import classes from './state-line.module.css';
import type { Words } from './words.ts';

export type StateKind = 'stale' | 'broken' | 'problem' | 'replaced';

export interface StateLineProps {
  readonly kind: StateKind;
  readonly words: Words;
  /** What can be pressed. */
  readonly children?: ReactNode;
}

/** One line that says what is wrong with the figures, and what to do about it. */
export function StateLine({ kind, words: { title, text, command }, children }: StateLineProps) {
  return (
    <div className={classes.line} data-kind={kind}>
      <StateIcon name={kind} />
      <p className={classes.text}>
        <strong>{title}</strong> {text} {command !== undefined && <code className={classes.command}>{command}</code>}
      </p>
      {children !== undefined && <div className={classes.actions}>{children}</div>}
    </div>
  );
}
