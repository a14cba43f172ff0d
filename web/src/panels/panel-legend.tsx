import { Legend } from '../charts/legend.tsx';
import { LegendExtras } from '../charts/legend-extras.tsx';
import { legendOf, toggled } from '../charts/legend-model.ts';
import { TextButton } from '../states/text-button.tsx';
import { useChangeView } from '../view-state/use-view.ts';
import classes from './panel.module.css';
import type { PanelState } from './use-panel.ts';

export interface PanelLegendProps {
  readonly state: PanelState;
  readonly full: boolean;
  readonly allRows: boolean;
  readonly onAllRows: (all: boolean) => void;
}

/** More rows than fit a panel at a size that can be read. */
const MANY_ROWS = 8;
const MANY_ROWS_FULL = 30;

/** Names and marks of what a chart draws. Keeps its place while there is nothing to name. */
export function PanelLegend({ state, full, allRows, onAllRows }: PanelLegendProps) {
  const change = useChangeView();
  const { model, asTable } = state;
  if (asTable || model === undefined || model.kind === 'table' || model.empty) return null;
  const { name, title } = model.metric;
  const entries = legendOf(model);
  const toggle = (id: string, only: boolean) =>
    change(({ hidden }) => {
      const { [name]: _, ...others } = hidden;
      const mine = toggled(entries, id, only);
      return { hidden: mine.length === 0 ? others : { ...others, [name]: mine } };
    });
  const many = model.kind === 'heat' && model.rows.length > (full ? MANY_ROWS_FULL : MANY_ROWS);
  return (
    <div className={classes.legend}>
      <Legend of={title} entries={entries} onToggle={toggle}>
        <LegendExtras model={model} />
      </Legend>
      {many && (
        <TextButton className={classes.small} aria-pressed={allRows} onClick={() => onAllRows(!allRows)}>
          all rows
        </TextButton>
      )}
    </div>
  );
}
