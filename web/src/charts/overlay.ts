import type { Drawing } from './drawing.ts';
import { type Place, type Shown, slotOfHour, slotOfKey } from './place.ts';
import type { Brush, Pointing } from './pointing.ts';

/** Elements that lie over a chart. Moving them draws nothing anew. */
export interface OverlayElements {
  readonly crosshair: HTMLElement | null;
  readonly cell: HTMLElement | null;
  readonly brush: HTMLElement | null;
}

/** Puts crosshair, cell and brush where they belong on this chart, or out of sight. */
export function placeOverlays(
  elements: OverlayElements,
  shown: Shown | undefined,
  at: Pointing | undefined,
  brush: Brush | undefined,
): void {
  const place = shown === undefined || at === undefined ? undefined : placeOf(shown, at);
  lay(elements.crosshair, place === undefined || shown === undefined ? undefined : crosshairBox(shown.drawing, place));
  lay(elements.cell, place === undefined || shown === undefined ? undefined : cellBox(shown, place));
  lay(elements.brush, shown === undefined || brush === undefined ? undefined : brushBox(shown, brush));
  if (shown !== undefined) elements.crosshair?.setAttribute('data-wide', String(shown.drawing.along === 'y'));
}

/** Where on this chart is what is pointed at, here or on another chart of the same hours. */
export function placeOf({ model }: Shown, at: Pointing): Place | undefined {
  const own = at.metric === model.metric.name;
  const slot = own ? slotOfKey(model, at.key) : slotOfHour(model, at.hour);
  return slot < 0 ? undefined : { slot, row: own ? at.row : undefined };
}

interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function crosshairBox({ plot, along, stops, band }: Drawing, { slot }: Place): Rect | undefined {
  const stop = stops[slot];
  if (stop === undefined) return undefined;
  if (along === 'x') return { x: Math.round(stop), y: plot.y, width: 1, height: plot.height };
  return { x: 0, y: stop - band / 2, width: plot.x + plot.width, height: band };
}

function cellBox({ model, drawing }: Shown, { slot, row }: Place): Rect | undefined {
  const { rows, stops, band, plot } = drawing;
  if (model.kind !== 'heat' || rows === undefined || row === undefined) return undefined;
  const line = model.rows.findIndex(({ key }) => key === row) - rows.first;
  const stop = stops[slot];
  if (line < 0 || line >= rows.count || stop === undefined) return undefined;
  return { x: stop - band / 2 - 2, y: plot.y + line * rows.height - 2, width: band + 4, height: rows.height + 4 };
}

function brushBox({ model, drawing }: Shown, { from, to }: Brush): Rect | undefined {
  const [first, last] = [slotOfHour(model, from), slotOfHour(model, to)].sort((a, b) => a - b);
  const { plot, stops, band } = drawing;
  const [start, end] = [stops[first ?? -1], stops[last ?? -1]];
  if (start === undefined || end === undefined) return undefined;
  return { x: start - band / 2, y: plot.y, width: end - start + band, height: plot.height };
}

function lay(element: HTMLElement | null, rect: Rect | undefined): void {
  if (element === null) return;
  const { style } = element;
  style.display = rect === undefined ? 'none' : 'block';
  if (rect === undefined) return;
  style.transform = `translate(${rect.x}px, ${rect.y}px)`;
  style.width = `${rect.width}px`;
  style.height = `${rect.height}px`;
}
