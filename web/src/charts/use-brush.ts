import { type PointerEvent, type RefObject, useMemo, useRef } from 'react';
import { HOUR_MS, isoOf, msOf } from '../format/time.ts';
import type { TimeRange } from '../live/live-state.ts';
import { hourAt, type Place, type Shown } from './place.ts';
import { hourUnder, type Stage } from './point-at.ts';
import { brushing } from './pointing.ts';

/** Less is a click. */
const DRAG_PX = 5;

export interface BrushHandle {
  readonly start: (event: PointerEvent<Stage>) => void;
  readonly move: (event: PointerEvent<Stage>, place: Place | undefined) => void;
  readonly end: () => void;
  /** False if nothing was being brushed. */
  readonly giveUp: () => boolean;
  readonly isOn: () => boolean;
  /** Whether the last press was a brush, so that the click after it is none. */
  readonly wasBrush: () => boolean;
}

interface Drag {
  readonly x: number;
  readonly hour: string;
  moved: boolean;
}

/** Dragging over hours shows only these, on all charts. */
export function useBrush(
  shown: RefObject<Shown | undefined>,
  onZoom: (range: TimeRange | undefined) => void,
): BrushHandle {
  const drag = useRef<Drag | undefined>(undefined);
  const brushed = useRef(false);
  return useMemo(() => {
    const giveUp = (): boolean => {
      const was = drag.current !== undefined;
      drag.current = undefined;
      brushing.set(undefined);
      return was;
    };
    const start = (event: PointerEvent<Stage>): void => {
      brushed.current = false;
      const hour = hourUnder(shown.current, event);
      // A finger scrolls the page; only a mouse or pen brushes.
      if (event.button !== 0 || event.pointerType === 'touch' || hour === undefined) return;
      drag.current = { x: event.clientX, hour, moved: false };
      event.currentTarget.setPointerCapture(event.pointerId);
    };
    const move = (event: PointerEvent<Stage>, place: Place | undefined): void => {
      const { current: from } = drag;
      if (from === undefined || place === undefined || shown.current === undefined) return;
      from.moved ||= Math.abs(event.clientX - from.x) > DRAG_PX;
      const to = hourAt(shown.current.model, place.slot);
      if (from.moved && to !== undefined) brushing.set({ from: from.hour, to });
    };
    const end = (): void => {
      const range = brushing.get();
      giveUp();
      if (range === undefined) return;
      brushed.current = true;
      const [from = range.from, to = range.to] = [range.from, range.to].sort();
      onZoom({ from, to: isoOf(msOf(to) + HOUR_MS) });
    };
    return { start, move, end, giveUp, isOn: () => drag.current !== undefined, wasBrush: () => brushed.current };
  }, [shown, onZoom]);
}
