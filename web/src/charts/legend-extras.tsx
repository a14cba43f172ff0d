import { formatTick } from '../format/units.ts';
import { fieldLabel } from './chart-metric.ts';
import type { ChartModel, HeatModel } from './chart-model.ts';
import { heatScale } from './heat-scale.ts';
import classes from './legend.module.css';
import { legendNotes } from './legend-model.ts';

/** What a legend says besides the series: the scale of cells, marks on them, ranges and the fitted line. */
export function LegendExtras({ model }: { readonly model: ChartModel }) {
  return (
    <>
      {model.kind === 'heat' && !model.empty && <Scale model={model} />}
      {legendNotes(model).map(({ mark, text }) => (
        <li key={mark + text} className={classes.note}>
          {MARKS[mark]}
          {text}
        </li>
      ))}
    </>
  );
}

function Scale({ model }: { readonly model: HeatModel }) {
  const { bins, min, max } = heatScale(model.palette, model);
  const { unit } = model.field;
  return (
    <li className={classes.scale}>
      {fieldLabel(model.field)} {formatTick(min, unit, max)}
      <span aria-hidden="true">
        {bins.map(({ from, colour }) => (
          <i key={from} style={{ background: colour }} />
        ))}
      </span>
      <span className={classes.end}>{formatTick(max, unit, max)}</span>
    </li>
  );
}

const MARKS = {
  fit: (
    <svg width={20} height={12} aria-hidden="true" focusable="false">
      <path d="M0 10 20 2" stroke="var(--color-text)" strokeWidth={1.5} />
    </svg>
  ),
  range: (
    <svg width={12} height={12} aria-hidden="true" focusable="false">
      <rect x={2} width={8} height={12} rx={2} fill="var(--color-muted)" opacity={0.4} />
    </svg>
  ),
  flag: (
    <svg width={12} height={12} aria-hidden="true" focusable="false">
      <circle cx={6} cy={6} r={3.5} fill="var(--color-panel)" stroke="var(--color-text)" strokeWidth={1.5} />
    </svg>
  ),
} as const;
