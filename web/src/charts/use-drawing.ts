import type { ECharts } from 'echarts/core';
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { type DrawnModel, drawChart } from './draw-chart.ts';
import { type CellShapes, FIRST_DRAWING, IMAGE_SCALE, type Size } from './drawing.ts';
import { init } from './echarts.ts';
import { inOrder } from './heat-model.ts';
import { placeOverlays } from './overlay.ts';
import { paintCells } from './paint-cells.ts';
import type { Shown } from './place.ts';
import { brushing, pointing } from './pointing.ts';
import type { Extent } from './value-axis.ts';

export interface DrawingInput {
  readonly model: DrawnModel;
  readonly size: Size | undefined;
  readonly firstRow: number;
  readonly allRows: boolean;
}

export interface DrawingOutput {
  readonly host: RefObject<HTMLDivElement | null>;
  /** Behind the chart, for cells. */
  readonly cells: RefObject<HTMLCanvasElement | null>;
  readonly crosshair: RefObject<HTMLDivElement | null>;
  readonly cell: RefObject<HTMLDivElement | null>;
  readonly brush: RefObject<HTMLDivElement | null>;
  /** What is on the screen now. */
  readonly shown: RefObject<Shown | undefined>;
  readonly image: () => HTMLCanvasElement | undefined;
  /** While the user is at the chart, its rows keep their places. */
  readonly engage: (is: boolean) => void;
}

/** What stays the same between drawings, so that the same components are changed instead of made anew. */
const KEPT = { replaceMerge: ['series', 'xAxis', 'yAxis', 'grid'], silent: true };

/** Keeps one ECharts instance for as long as the chart is there, and draws the model whenever it or the size changes. */
export function useDrawing({ model, size, firstRow, allRows }: DrawingInput): DrawingOutput {
  const host = useRef<HTMLDivElement>(null);
  const cells = useRef<HTMLCanvasElement>(null);
  const overlays = useOverlays();
  const chart = useRef<ECharts | undefined>(undefined);
  const extent = useRef<Extent | undefined>(undefined);
  const { engaged, engage, ordered } = useOrder();
  const { shown, place } = overlays;

  useLayoutEffect(
    () => () => {
      chart.current?.dispose();
      chart.current = undefined;
      extent.current = undefined;
    },
    [],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: rows go back to their order when the user leaves
  useLayoutEffect(() => {
    if (host.current === null || size === undefined) return;
    chart.current ??= init(host.current, null, { renderer: 'canvas', ...size });
    const { current: drawn } = chart;
    if (drawn.getWidth() !== size.width || drawn.getHeight() !== size.height) drawn.resize(size);
    const now = ordered(model);
    const drawing = drawChart(now, size, { ...FIRST_DRAWING, extent: extent.current, firstRow, allRows });
    drawn.setOption(drawing.option, KEPT);
    if (cells.current !== null) paintOn(cells.current, drawing.cells, size, window.devicePixelRatio);
    extent.current = drawing.extent;
    shown.current = { model: now, drawing };
    place();
  }, [model, size, firstRow, allRows, engaged, shown, place, ordered]);

  const image = useCallback(() => {
    const { current: drawn } = chart;
    const { current: now } = shown;
    if (drawn === undefined || now === undefined) return undefined;
    const canvas = document.createElement('canvas');
    const [width, height] = [drawn.getWidth(), drawn.getHeight()];
    paintOn(canvas, now.drawing.cells, { width, height }, IMAGE_SCALE);
    const context = canvas.getContext('2d');
    context?.setTransform(1, 0, 0, 1, 0, 0);
    context?.drawImage(drawn.renderToCanvas({ pixelRatio: IMAGE_SCALE }), 0, 0);
    return canvas;
  }, [shown]);
  return { host, cells, ...overlays, image, engage };
}

/** Paints cells on a canvas of the chart's size; clears it where there are none. */
function paintOn(canvas: HTMLCanvasElement, cells: CellShapes | undefined, size: Size, scale: number): void {
  const [width, height] = [Math.round(size.width * scale), Math.round(size.height * scale)];
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext('2d');
  if (context !== null && cells !== undefined) paintCells(context, cells, size, scale);
}

/** Crosshair, cell and brush follow what is pointed at on any chart without drawing anything. */
function useOverlays() {
  const crosshair = useRef<HTMLDivElement>(null);
  const cell = useRef<HTMLDivElement>(null);
  const brush = useRef<HTMLDivElement>(null);
  const shown = useRef<Shown | undefined>(undefined);
  const place = useCallback(() => {
    const elements = { crosshair: crosshair.current, cell: cell.current, brush: brush.current };
    placeOverlays(elements, shown.current, pointing.get(), brushing.get());
  }, []);
  useEffect(() => {
    const leave = [pointing.subscribe(place), brushing.subscribe(place)];
    return () => {
      for (const one of leave) one();
    };
  }, [place]);
  return { crosshair, cell, brush, shown, place };
}

/** Rows of a heatmap change places only while nobody looks for one. */
function useOrder() {
  const [engaged, setEngaged] = useState(false);
  const order = useRef<readonly string[]>([]);
  const isEngaged = useRef(false);
  const engage = useCallback((is: boolean) => {
    isEngaged.current = is;
    setEngaged(is);
  }, []);
  const ordered = useCallback((model: DrawnModel): DrawnModel => {
    if (model.kind !== 'heat') return model;
    const rows = isEngaged.current ? inOrder(model.rows, order.current) : model.rows;
    order.current = rows.map(({ key }) => key);
    return { ...model, rows };
  }, []);
  return { engaged, engage, ordered };
}
