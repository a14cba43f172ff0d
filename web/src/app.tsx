import { lazy, Suspense, useEffect, useRef } from 'react';
import classes from './app.module.css';
import { HourReceipt } from './hours/hour-receipt.tsx';
import { KpiRow } from './kpis/kpi-row.tsx';
import { useLive } from './live/use-live.ts';
import { PageHeader } from './page-header.tsx';
import { PipelineStrip } from './pipeline/pipeline-strip.tsx';
import { Announcer } from './states/announcer.tsx';
import { ConnectionLine } from './states/connection-line.tsx';
import { Contained } from './states/contained.tsx';
import hidden from './states/hidden.module.css';
import { ProblemLine } from './states/problem-line.tsx';
import { ReplacedLine } from './states/replaced-line.tsx';
import { PanelGridSkeleton } from './states/skeleton.tsx';

/** Asked for at once, but not waited for: charts are most of the script, and the film and its figures need none of it. */
const panels = import('./panels/panel-grid.tsx');
// What draws them, too; who shows the first one says what is wrong where it does not come.
import('./charts/chart.tsx').catch(() => undefined);
const PanelGrid = lazy(async () => ({ default: (await panels).PanelGrid }));

/** As many as Spillway's own metrics. */
const USUAL_PANELS = 9;

/** The page: the film above, its figures in the middle, what carries them below. */
export function App() {
  const connection = useLive((live) => live.connection.state);
  return (
    <div className={classes.page} data-connection={connection}>
      <SkipButton />
      <PageTitle />
      <Contained what="the film">
        <PageHeader />
      </Contained>
      <main className={classes.main} id="figures" tabIndex={-1}>
        <h2 className={hidden.hidden}>Top row</h2>
        <Contained what="the top row">
          <KpiRow />
        </Contained>
        <Contained what="the panels">
          <Suspense fallback={<PanelGridSkeleton count={USUAL_PANELS} />}>
            <PanelGrid />
          </Suspense>
        </Contained>
      </main>
      <footer className={classes.dock}>
        <ReplacedLine />
        <ProblemLine />
        <ConnectionLine />
        <div className={classes.pipeline}>
          <Contained what="the pipeline">
            <PipelineStrip />
          </Contained>
        </div>
      </footer>
      <Contained what="the receipt">
        <HourReceipt />
      </Contained>
      <Announcer />
    </div>
  );
}

/** The first thing that Tab reaches. A button: a fragment in the address would be part of a copied link. */
function SkipButton() {
  return (
    <button type="button" className={classes.skip} onClick={() => document.getElementById('figures')?.focus()}>
      Skip to the figures
    </button>
  );
}

/** The tab says which run it is, and when there is nothing to rely on. */
function PageTitle() {
  const run = useLive((live) => live.run?.run);
  const broken = useLive((live) => live.connection.state === 'broken');
  const original = useRef(document.title);
  useEffect(() => {
    const name = run === undefined ? original.current : `${run} · ${original.current}`;
    document.title = broken ? `(no server) ${name}` : name;
  }, [run, broken]);
  return null;
}
