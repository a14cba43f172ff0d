import type { ReactNode } from 'react';
import classes from './empty-state.module.css';
import { StateIcon } from './icons.tsx';

export interface EmptyStateProps {
  /** Why there is nothing: `No query spilled in these 24 hours.` */
  readonly why: string;
  /** What would fill it: `It fills as the film plays.` */
  readonly fill?: string | undefined;
  /** What can be pressed to fill it. */
  readonly children?: ReactNode;
}

/** In place of figures where there are none. Fills what it lies in. */
export function EmptyState({ why, fill, children }: EmptyStateProps) {
  return (
    <div className={classes.empty}>
      <StateIcon name="empty" size={24} />
      <p className={classes.why}>{why}</p>
      {fill !== undefined && <p className={classes.fill}>{fill}</p>}
      {children}
    </div>
  );
}
