import { type Ref, type UIEvent, useCallback, useImperativeHandle, useRef, useState } from 'react';
import type { TimeRange } from '../live/live-state.ts';
import classes from './chart.module.css';
import { ChartTip } from './chart-tip.tsx';
import type { DrawnModel } from './draw-chart.ts';
import { ROW_PX, visibleRows } from './heat-drawing.ts';
import { summaryOf } from './summary.ts';
import { useChartInput } from './use-chart-input.ts';
import { useDrawing } from './use-drawing.ts';
import { useSize } from './use-size.ts';

/** What a chart can be asked for from outside. */
export interface ChartHandle {
  /** As a picture of twice the size; undefined while nothing is drawn. */
  readonly image: () => HTMLCanvasElement | undefined;
}

export interface ChartProps {
  readonly model: DrawnModel;
  /** Of a heatmap: all rows at once, however thin. */
  readonly allRows: boolean;
  readonly zoomed: boolean;
  readonly onChoose: (hour: string) => void;
  /** Undefined shows everything again. */
  readonly onZoom: (range: TimeRange | undefined) => void;
  readonly handle?: Ref<ChartHandle>;
}

/**
 * A chart that stands still while its numbers change: nothing it shows of the user's (zoom, hidden series, crosshair,
 * place in the rows) lives in what is drawn anew.
 */
export default function Chart({ model, allRows, zoomed, onChoose, onZoom, handle }: ChartProps) {
  const frame = useRef<HTMLDivElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const size = useSize(frame);
  const [firstRow, setFirstRow] = useState(0);
  const { host, cells, crosshair, cell, brush, shown, image, engage } = useDrawing({ model, size, firstRow, allRows });
  useImperativeHandle(handle, () => ({ image }), [image]);
  const toRow = useCallback((row: number) => scroller.current?.scrollTo({ top: row * ROW_PX }), []);
  const { handlers, spoken } = useChartInput({ shown, engage, toRow, zoomed, onChoose, onZoom });
  const scroll = (event: UIEvent<HTMLDivElement>) => setFirstRow(Math.round(event.currentTarget.scrollTop / ROW_PX));
  return (
    <div ref={frame} className={classes.frame}>
      <div ref={scroller} className={classes.scroller} onScroll={scroll}>
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields; this groups what a chart says */}
        <div
          className={classes.stage}
          role="group"
          aria-roledescription="chart"
          aria-label={`${model.metric.title}. ${summaryOf(model)} Arrow keys read values.`}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys move through its values
          tabIndex={0}
          data-own-arrows=""
          {...handlers}
        >
          <div className={classes.canvas} aria-hidden="true">
            {model.kind === 'heat' && <canvas ref={cells} className={classes.canvas} />}
            <div ref={host} className={classes.canvas} />
          </div>
          <div ref={crosshair} className={classes.crosshair} />
          <div ref={cell} className={classes.cell} />
          <div ref={brush} className={classes.brush} />
        </div>
        <div style={{ height: hiddenHeight(model, size?.height, allRows) }} />
      </div>
      <ChartTip model={model} />
      <div className={classes.spoken} aria-live="polite">
        {spoken}
      </div>
    </div>
  );
}

/** Pixels of rows that are out of sight: what the scroll bar scrolls. */
function hiddenHeight(model: DrawnModel, height: number | undefined, allRows: boolean): number {
  if (model.kind !== 'heat' || height === undefined || allRows) return 0;
  return (model.rows.length - visibleRows(model.rows.length, height, { firstRow: 0, allRows }).count) * ROW_PX;
}
