import { useId, useRef, useState } from 'react';
import { captionParts } from '../charts/caption.ts';
import type { ChartHandle } from '../charts/chart.tsx';
import type { ChartMetric } from '../charts/chart-metric.ts';
import { ChartReadout } from '../charts/chart-readout.tsx';
import { orderWords } from '../charts/heat-model.ts';
import classes from './panel.module.css';
import { PanelBody } from './panel-body.tsx';
import { PanelChoices } from './panel-choices.tsx';
import { PanelLegend } from './panel-legend.tsx';
import { PanelMenu } from './panel-menu.tsx';
import { ignoredWords, many, overWords, shownWords } from './panel-words.ts';
import { type PanelState, usePanel } from './use-panel.ts';

export interface PanelProps {
  readonly metric: ChartMetric;
  /** It is the only one on the page. */
  readonly full: boolean;
}

/** One question and its answer. Its size is the same whatever it shows. */
export function Panel({ metric, full }: PanelProps) {
  const state = usePanel(metric);
  const title = useId();
  const chart = useRef<ChartHandle>(null);
  const [allRows, setAllRows] = useState(false);
  const { data } = state;
  const ignored = data === undefined ? undefined : ignoredWords(data);
  return (
    <section
      className={classes.panel}
      aria-labelledby={title}
      tabIndex={-1}
      data-panel={metric.name}
      data-full={full}
      data-dimmed={ignored !== undefined}
    >
      <header className={classes.head}>
        <h2 id={title} title={metric.question}>
          {metric.question}
        </h2>
        <PanelMenu metric={metric} state={state} chart={chart} full={full} />
      </header>
      <div className={classes.sub}>
        <ChartReadout model={state.asTable ? undefined : state.model} otherwise={subtitle(metric, state)} />
        <PanelChoices metric={metric} data={data} asTable={state.asTable} />
      </div>
      <PanelBody metric={metric} state={state} chart={chart} allRows={allRows} />
      <PanelLegend state={state} full={full} allRows={allRows} onAllRows={setAllRows} />
      <PanelFoot metric={metric} state={state} />
    </section>
  );
}

/** What the figures need besides; the panel keeps its size without. */
function PanelFoot({ metric, state }: { readonly metric: ChartMetric; readonly state: PanelState }) {
  const ignored = state.data === undefined ? undefined : ignoredWords(state.data);
  const text = caption(metric, state);
  // How many of how many comes and goes with the hours: its place stays, or the legend would jump.
  const comesAndGoes = metric.panel.top !== null;
  if (metric.failure === null && ignored === undefined && text === '' && !comesAndGoes) return null;
  return (
    <footer className={classes.foot}>
      {metric.failure !== null && <strong data-wrong="">failed on a closed hour: {metric.failure}</strong>}
      {ignored !== undefined && <strong>{ignored}</strong>}
      {text !== '' && <span title={text}>{text}</span>}
    </footer>
  );
}

function subtitle(metric: ChartMetric, { data, hours, zoom }: PanelState): string {
  return data === undefined ? metric.title : `${metric.title} · ${overWords(metric, data, hours, zoom)}`;
}

function caption(metric: ChartMetric, { data, model, asTable }: PanelState): string {
  if (data === undefined) return '';
  const shown = shownWords(data);
  const isHeat = model?.kind === 'heat' && !model.empty && !asTable && shown === undefined;
  const rows = isHeat ? [`${model.rows.length} ${many(metric.panel.series ?? 'row')}, ${orderWords(model)}`] : [];
  return [...captionParts(metric, data), ...(shown === undefined ? [] : [shown]), ...rows].join(' · ');
}
