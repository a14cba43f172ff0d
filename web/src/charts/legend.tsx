import type { ReactNode } from 'react';
import classes from './legend.module.css';
import type { LegendEntry } from './legend-model.ts';
import { SwatchMark } from './swatch.tsx';

export interface LegendProps {
  /** Of which chart, for a screen reader. */
  readonly of: string;
  readonly entries: readonly LegendEntry[];
  /** With `only` for the others to be hidden. */
  readonly onToggle: (id: string, only: boolean) => void;
  /** What is not a series. */
  readonly children?: ReactNode;
}

/** The series of a chart: pressing one hides or shows it, with Shift or Alt it alone. */
export function Legend({ of, entries, onToggle, children }: LegendProps) {
  return (
    <ul className={classes.legend} aria-label={`Series of ${of}`}>
      {entries.map(({ id, label, note, swatch, form, hidden }) => (
        <li key={id}>
          <button
            type="button"
            className={classes.entry}
            aria-pressed={!hidden}
            title={note === null ? HINT : `${note}\n${HINT}`}
            onClick={(event) => onToggle(id, event.shiftKey || event.altKey)}
          >
            <SwatchMark swatch={swatch} form={form} />
            <span>{label}</span>
          </button>
        </li>
      ))}
      {children}
    </ul>
  );
}

const HINT = 'press to hide or show, with Shift to show only this one';
