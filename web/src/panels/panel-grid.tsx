import { useEffect } from 'react';
import { useMetrics } from '../api/queries.ts';
import { formatRange } from '../format/time.ts';
import { keyPlace } from '../keys/key-place.ts';
import { PanelGridSkeleton } from '../states/skeleton.tsx';
import { TextButton } from '../states/text-button.tsx';
import { useChangeView, useViewPart } from '../view-state/use-view.ts';
import { Panel } from './panel.tsx';
import classes from './panel-grid.module.css';
import { panelOrder } from './panel-order.ts';

const USUAL_PANELS = 9;

/** A panel for every metric that has one, or the one that fills the page. */
export function PanelGrid() {
  const metrics = useMetrics();
  const chosen = useViewPart(({ panel }) => panel);
  if (metrics.data === undefined) return <PanelGridSkeleton count={USUAL_PANELS} />;
  const all = panelOrder(metrics.data.metrics);
  const full = all.find(({ name }) => name === chosen);
  return (
    <section className={classes.frame} aria-label="Panels">
      {full !== undefined && <BackLine />}
      <div className={classes.grid} data-full={full !== undefined}>
        {(full === undefined ? all : [full]).map((metric) => (
          <Panel key={metric.name} metric={metric} full={full !== undefined} />
        ))}
      </div>
      <ZoomLine />
    </section>
  );
}

function BackLine() {
  const change = useChangeView();
  return (
    <div>
      <TextButton onClick={() => change({ panel: undefined })}>Back to all panels</TextButton>
    </div>
  );
}

/** Says that only a part of the hours is shown. Lies over the panels: what has just been brushed stays where it is. */
function ZoomLine() {
  const zoom = useViewPart((view) => view.zoom);
  const change = useChangeView();
  const isZoomed = zoom !== undefined;
  useEffect(() => {
    if (!isZoomed) return;
    const onKeyDown = (event: KeyboardEvent): void => {
      // Dialogs, fields and what is open on the page come first.
      const taken = event.defaultPrevented || ['dialog', 'field'].includes(keyPlace(event.target));
      if (event.key !== 'Escape' || taken) return;
      event.preventDefault();
      change({ zoom: undefined });
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [isZoomed, change]);
  if (zoom === undefined) return null;
  return (
    <div className={classes.zoom} role="status">
      <span>Charts show {formatRange(zoom.from, zoom.to)} UTC</span>
      <TextButton onClick={() => change({ zoom: undefined })}>Show all hours</TextButton>
    </div>
  );
}
