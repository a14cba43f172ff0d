import type { MouseEvent } from 'react';
import { hourAt, keyOfSlot, type Place, placeAt, type Shown } from './place.ts';
import { type Pointing, pointing } from './pointing.ts';

/** The element that a chart is drawn on. */
export type Stage = HTMLDivElement;

/** The place under a pointer; with `near`, the nearest one where it is beside the plot. */
export function placeUnder(shown: Shown | undefined, event: MouseEvent<Stage>, near = false): Place | undefined {
  if (shown === undefined) return undefined;
  const { left, top } = event.currentTarget.getBoundingClientRect();
  const { plot } = shown.drawing;
  const x = event.clientX - left;
  const inside = near ? Math.max(plot.x, Math.min(plot.x + plot.width, x)) : x;
  return placeAt(shown, inside, event.clientY - top);
}

/** The hour under a pointer. */
export function hourUnder(shown: Shown | undefined, event: MouseEvent<Stage>): string | undefined {
  const place = placeUnder(shown, event);
  return shown === undefined || place === undefined ? undefined : hourAt(shown.model, place.slot);
}

/** Points at a place, or away where there is none. */
export function pointAt({ model }: Shown, place: Place | undefined, client: Pointing['client']): void {
  const key = place === undefined ? undefined : keyOfSlot(model, place.slot);
  const { name } = model.metric;
  if (place === undefined || key === undefined) pointAway(name);
  else pointing.set({ metric: name, key, row: place.row, hour: hourAt(model, place.slot), client });
}

/** Points away from a chart, if it is the one that is pointed at. */
export function pointAway(metric: string | undefined): void {
  if (pointing.get()?.metric === metric) pointing.set(undefined);
}

/** Where a place is on the window. */
export function clientOf({ model, drawing }: Shown, { slot, row }: Place, stage: Stage): Pointing['client'] {
  const { left, top } = stage.getBoundingClientRect();
  const { plot, along, stops, rows } = drawing;
  const stop = stops[slot] ?? 0;
  if (along === 'y') return { x: left + plot.x + plot.width / 2, y: top + stop };
  if (rows === undefined || model.kind !== 'heat') return { x: left + stop, y: top + plot.y + plot.height / 2 };
  const line = model.rows.findIndex(({ key }) => key === row) - rows.first;
  const seen = Math.max(0, Math.min(rows.count - 1, line));
  return { x: left + stop, y: top + plot.y + (seen + 0.5) * rows.height };
}
