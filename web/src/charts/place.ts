import type { ChartModel } from './chart-model.ts';
import { type Drawing, nearestStop } from './drawing.ts';

/** A place of a chart: an hour, a bar, an x; of a heatmap also one of its rows. */
export interface Place {
  readonly slot: number;
  /** Key of the row; undefined for charts without rows. */
  readonly row: string | undefined;
}

/** A model and how it lies on the screen. */
export interface Shown {
  readonly model: ChartModel;
  readonly drawing: Drawing;
}

/** How many places a chart has. */
export function placeCount(model: ChartModel): number {
  if (model.kind === 'scatter') return model.xs.length;
  return model.kind === 'table' ? 0 : model.slots.length;
}

/** What stays the same of a place while the chart changes. */
export function keyOfSlot(model: ChartModel, slot: number): string | undefined {
  if (model.kind === 'scatter') return model.xs[slot] === undefined ? undefined : String(model.xs[slot]);
  return model.kind === 'table' ? undefined : model.slots[slot]?.key;
}

/** The place of that key; -1 if it is gone. */
export function slotOfKey(model: ChartModel, key: string): number {
  if (model.kind === 'scatter') return model.xs.findIndex((x) => String(x) === key);
  return model.kind === 'table' ? -1 : model.slots.findIndex((slot) => slot.key === key);
}

/** The hour that a place stands for. */
export function hourAt(model: ChartModel, slot: number): string | undefined {
  return model.kind === 'slots' || model.kind === 'heat' ? model.slots[slot]?.hour?.hour : undefined;
}

/** The place of an hour; -1 if the chart does not show it. */
export function slotOfHour(model: ChartModel, hour: string | undefined): number {
  if (hour === undefined || hourAt(model, 0) === undefined) return -1;
  return slotOfKey(model, hour);
}

/** Whether the places are hours. */
export function isOverHours(model: ChartModel): boolean {
  return hourAt(model, 0) !== undefined;
}

/** What lies under a point, in pixels of the chart; undefined beside the plot. */
export function placeAt({ model, drawing }: Shown, x: number, y: number): Place | undefined {
  const { plot, along, stops, rows } = drawing;
  if (along === 'x' && (x < plot.x || x > plot.x + plot.width)) return undefined;
  const slot = nearestStop(stops, along === 'x' ? x : y);
  if (slot < 0) return undefined;
  if (rows === undefined || model.kind !== 'heat') return { slot, row: undefined };
  const line = Math.floor((y - plot.y) / rows.height);
  if (line < 0 || line >= rows.count) return undefined;
  return { slot, row: model.rows[rows.first + line]?.key };
}

/** The place that an arrow key leads to from another, or from nowhere. Undefined for other keys. */
export function placeAfter({ model, drawing }: Shown, from: Place | undefined, key: string): Place | undefined {
  const count = placeCount(model);
  const step = steps(key, drawing.along);
  if (count === 0 || step === undefined) return undefined;
  const rows = model.kind === 'heat' ? model.rows : [];
  const firstRow = rows[drawing.rows?.first ?? 0]?.key;
  if (from === undefined) {
    const start = step.slot === Number.POSITIVE_INFINITY || step.slot === -1 ? count - 1 : 0;
    return { slot: isOverHours(model) && key !== 'Home' ? lastBegun(model) : start, row: firstRow };
  }
  const line = rows.findIndex((row) => row.key === from.row);
  return {
    slot: clamp(from.slot + step.slot, count),
    row: rows.length === 0 ? undefined : rows[clamp(Math.max(0, line) + step.row, rows.length)]?.key,
  };
}

function steps(key: string, along: 'x' | 'y'): { readonly slot: number; readonly row: number } | undefined {
  const inOneLine = along === 'y';
  if (key === 'ArrowLeft') return { slot: -1, row: 0 };
  if (key === 'ArrowRight') return { slot: 1, row: 0 };
  if (key === 'ArrowUp') return inOneLine ? { slot: -1, row: 0 } : { slot: 0, row: -1 };
  if (key === 'ArrowDown') return inOneLine ? { slot: 1, row: 0 } : { slot: 0, row: 1 };
  if (key === 'Home') return { slot: Number.NEGATIVE_INFINITY, row: 0 };
  return key === 'End' ? { slot: Number.POSITIVE_INFINITY, row: 0 } : undefined;
}

/** The latest hour that the film has come to. */
function lastBegun(model: ChartModel): number {
  if (model.kind !== 'slots' && model.kind !== 'heat') return 0;
  const last = model.slots.findLastIndex(({ hour }) => hour !== undefined && hour.state !== 'ahead');
  return Math.max(0, last);
}

function clamp(index: number, count: number): number {
  return Math.max(0, Math.min(count - 1, index));
}
