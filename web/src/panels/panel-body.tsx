import { type RefObject, Suspense, useCallback } from 'react';
import type { ChartHandle } from '../charts/chart.tsx';
import type { ChartMetric } from '../charts/chart-metric.ts';
import { LazyChart } from '../charts/lazy-chart.tsx';
import type { PanelData, TimeRange } from '../live/live-state.ts';
import { EmptyState } from '../states/empty-state.tsx';
import { Skeleton } from '../states/skeleton.tsx';
import { MetricTable } from '../tables/metric-table.tsx';
import { useChangeView } from '../view-state/use-view.ts';
import classes from './panel.module.css';
import { emptyWords } from './panel-words.ts';
import type { PanelState } from './use-panel.ts';

export interface PanelBodyProps {
  readonly metric: ChartMetric;
  readonly state: PanelState;
  readonly chart: RefObject<ChartHandle | null>;
  readonly allRows: boolean;
}

/** The answer: a chart, a table, or why there is neither. */
export function PanelBody({ metric, state, chart, allRows }: PanelBodyProps) {
  return (
    <div className={classes.body}>
      <Answer metric={metric} state={state} chart={chart} allRows={allRows} />
    </div>
  );
}

function Answer({ metric, state, chart, allRows }: PanelBodyProps) {
  const change = useChangeView();
  const choose = useCallback((hour: string) => change({ hour, receipt: hour }), [change]);
  const zoom = useCallback((range: TimeRange | undefined) => change({ zoom: range }), [change]);
  const { data, model, asTable } = state;
  if (data === undefined || model === undefined) return <Skeleton height="100%" />;
  if (data.problem !== null) return <EmptyState why={sentence(data.problem)} />;
  if (model.empty) return <EmptyState {...emptyWords(data, state.filtered)} />;
  if (asTable || model.kind === 'table') return <MetricTable metric={metric} rows={data} />;
  return (
    <Suspense fallback={<Skeleton height="100%" />}>
      <LazyChart
        key={model.kind}
        {...{ model, allRows, zoomed: state.zoom !== undefined }}
        {...{ onChoose: choose, onZoom: zoom, handle: chart }}
      />
    </Suspense>
  );
}

function sentence(text: PanelData['problem'] & string): string {
  const start = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(start) ? start : `${start}.`;
}
