import type { ComponentProps } from 'react';
import classes from './text-button.module.css';

/** A small button with words on it. */
export function TextButton({ className, ...props }: ComponentProps<'button'>) {
  return (
    <button
      type="button"
      {...props}
      className={className === undefined ? classes.button : `${classes.button} ${className}`}
    />
  );
}
