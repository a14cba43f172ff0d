import {
  type KeyboardEvent,
  type MouseEvent,
  type PointerEvent,
  type RefObject,
  useEffect,
  useRef,
  useState,
} from 'react';
import { HOUR_MS, isoOf, msOf } from '../format/time.ts';
import type { TimeRange } from '../live/live-state.ts';
import { placeOf } from './overlay.ts';
import { hourAt, isOverHours, keyOfSlot, type Place, placeAfter, placeAt, type Shown } from './place.ts';
import { brushing, type Pointing, pointing } from './pointing.ts';
import { tipOf, tipWords } from './tip.ts';

export interface ChartInputOptions {
  readonly shown: RefObject<Shown | undefined>;
  readonly engage: (is: boolean) => void;
  /** Scrolls so that a row is the uppermost. */
  readonly toRow: (row: number) => void;
  readonly zoomed: boolean;
  readonly onChoose: (hour: string) => void;
  readonly onZoom: (range: TimeRange | undefined) => void;
}

/** Less is a click. */
const DRAG_PX = 5;
/** While zoomed in, a click waits whether it becomes a double one. */
const DOUBLE_CLICK_MS = 250;

type Stage = HTMLDivElement;

interface Drag {
  readonly x: number;
  readonly hour: string;
  moved: boolean;
}

/** Pointer and keys of a chart: pointing, choosing an hour, brushing a range. */
export function useChartInput(options: ChartInputOptions) {
  const { shown, engage, toRow, zoomed, onChoose, onZoom } = options;
  const [spoken, setSpoken] = useState('');
  const drag = useRef<Drag | undefined>(undefined);
  const brushed = useRef(false);
  const click = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(click.current), []);
  useEffect(
    () => () => {
      const { current } = shown;
      if (pointing.get()?.metric === current?.model.metric.name) pointing.set(undefined);
    },
    [shown],
  );

  const choose = (hour: string, later: boolean): void => {
    clearTimeout(click.current);
    if (!later) onChoose(hour);
    else click.current = setTimeout(() => onChoose(hour), DOUBLE_CLICK_MS);
  };
  const endDrag = (): void => {
    const range = brushing.get();
    drag.current = undefined;
    if (range === undefined) return;
    brushing.set(undefined);
    // The click that follows is the end of the brush.
    brushed.current = true;
    const [from, to] = [range.from, range.to].sort();
    if (from !== undefined && to !== undefined) onZoom({ from, to: isoOf(msOf(to) + HOUR_MS) });
  };

  const onPointerDown = (event: PointerEvent<Stage>): void => {
    brushed.current = false;
    const now = shown.current;
    const place = now === undefined ? undefined : placeUnder(now, event);
    const hour = now === undefined || place === undefined ? undefined : hourAt(now.model, place.slot);
    // A finger scrolls the page; only a mouse or pen brushes.
    if (event.button !== 0 || event.pointerType === 'touch' || hour === undefined) return;
    drag.current = { x: event.clientX, hour, moved: false };
    event.currentTarget.setPointerCapture(event.pointerId);
  };
  const onPointerMove = (event: PointerEvent<Stage>): void => {
    const now = shown.current;
    if (now === undefined) return;
    engage(true);
    const place = placeUnder(now, event, drag.current !== undefined);
    point(now, place, { x: event.clientX, y: event.clientY });
    const { current: start } = drag;
    if (start === undefined || place === undefined) return;
    start.moved ||= Math.abs(event.clientX - start.x) > DRAG_PX;
    const hour = hourAt(now.model, place.slot);
    if (start.moved && hour !== undefined) brushing.set({ from: start.hour, to: hour });
  };
  const onClick = (event: MouseEvent<Stage>): void => {
    const now = shown.current;
    const place = now === undefined ? undefined : placeUnder(now, event);
    const hour = now === undefined || place === undefined ? undefined : hourAt(now.model, place.slot);
    if (hour !== undefined && event.detail < 2 && !brushed.current) choose(hour, zoomed);
  };
  const onDoubleClick = (): void => {
    clearTimeout(click.current);
    if (zoomed) onZoom(undefined);
  };
  const leave = (): void => {
    engage(false);
    if (pointing.get()?.metric === shown.current?.model.metric.name) pointing.set(undefined);
  };

  const onKeyDown = (event: KeyboardEvent<Stage>): void => {
    const now = shown.current;
    if (now === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = pointing.get();
    const from = at === undefined || at.metric !== now.model.metric.name ? undefined : placeOf(now, at);
    if (event.key === 'Escape') {
      if (!giveUp(from !== undefined)) return;
    } else if (event.key === 'Enter') {
      const hour = from === undefined ? undefined : hourAt(now.model, from.slot);
      if (hour === undefined) return;
      onChoose(hour);
    } else {
      const place = placeAfter(now, from, event.key);
      if (place === undefined) return;
      engage(true);
      reveal(now, place);
      point(now, place, clientOf(now, place, event.currentTarget));
      const tip = tipOf(now.model, place);
      setSpoken(tip === undefined ? '' : tipWords(tip));
    }
    event.preventDefault();
    event.stopPropagation();
  };

  /** One step back: the brush, what is pointed at, the zoom. False if there was nothing to give up. */
  function giveUp(points: boolean): boolean {
    if (drag.current !== undefined) {
      drag.current = undefined;
      brushing.set(undefined);
    } else if (points) {
      pointing.set(undefined);
    } else if (zoomed) {
      onZoom(undefined);
    } else {
      return false;
    }
    return true;
  }

  /** Scrolls a row of cells into sight. */
  function reveal({ model, drawing }: Shown, { row }: Place): void {
    if (model.kind !== 'heat' || drawing.rows === undefined) return;
    const line = model.rows.findIndex(({ key }) => key === row);
    const { first, count } = drawing.rows;
    if (line >= 0 && line < first) toRow(line);
    if (line >= first + count) toRow(line - count + 1);
  }

  const handlers = {
    ...{ onPointerDown, onPointerMove, onPointerUp: endDrag, onPointerCancel: leave, onPointerLeave: leave },
    ...{ onClick, onDoubleClick, onKeyDown, onBlur: leave },
  };
  return { handlers, spoken };
}

/** The place under a pointer; with `near`, the nearest one where it is beside the plot. */
function placeUnder(shown: Shown, event: MouseEvent<Stage>, near = false): Place | undefined {
  const { left, top } = event.currentTarget.getBoundingClientRect();
  const { plot } = shown.drawing;
  const x = event.clientX - left;
  const inside = near ? Math.max(plot.x, Math.min(plot.x + plot.width, x)) : x;
  return placeAt(shown, inside, event.clientY - top);
}

function point({ model }: Shown, place: Place | undefined, client: Pointing['client']): void {
  const key = place === undefined ? undefined : keyOfSlot(model, place.slot);
  if (place === undefined || key === undefined) {
    if (pointing.get()?.metric === model.metric.name) pointing.set(undefined);
    return;
  }
  const hour = isOverHours(model) ? hourAt(model, place.slot) : undefined;
  pointing.set({ metric: model.metric.name, key, row: place.row, hour, client });
}

/** Where a place is on the window. */
function clientOf({ model, drawing }: Shown, { slot, row }: Place, stage: Stage): Pointing['client'] {
  const { left, top } = stage.getBoundingClientRect();
  const { plot, along, stops, rows } = drawing;
  const stop = stops[slot] ?? 0;
  if (along === 'y') return { x: left + plot.x + plot.width / 2, y: top + stop };
  const line = model.kind === 'heat' ? model.rows.findIndex(({ key }) => key === row) - (rows?.first ?? 0) : 0;
  const middle =
    rows === undefined ? plot.height / 2 : (Math.max(0, Math.min(rows.count - 1, line)) + 0.5) * rows.height;
  return { x: left + stop, y: top + plot.y + middle };
}
