import { type MouseEvent, type PointerEvent, useEffect, useRef } from 'react';
import { hourUnder, placeUnder, pointAt, pointAway, type Stage } from './point-at.ts';
import type { BrushHandle } from './use-brush.ts';
import type { ChartInputOptions } from './use-chart-input.ts';

/** While zoomed in, a click waits whether it becomes a double one. */
const DOUBLE_CLICK_MS = 250;

/** What a pointer does on a chart: points, chooses an hour, brushes; twice shows all hours again. */
export function useChartPointer({ shown, engage, zoomed, onChoose, onZoom }: ChartInputOptions, brush: BrushHandle) {
  const click = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(click.current), []);
  useEffect(() => () => pointAway(shown.current?.model.metric.name), [shown]);

  const onPointerMove = (event: PointerEvent<Stage>): void => {
    const { current: now } = shown;
    if (now === undefined) return;
    engage(true);
    const place = placeUnder(now, event, brush.isOn());
    pointAt(now, place, { x: event.clientX, y: event.clientY });
    brush.move(event, place);
  };
  const onClick = (event: MouseEvent<Stage>): void => {
    const hour = hourUnder(shown.current, event);
    if (hour === undefined || event.detail > 1 || brush.wasBrush()) return;
    clearTimeout(click.current);
    if (zoomed) click.current = setTimeout(() => onChoose(hour), DOUBLE_CLICK_MS);
    else onChoose(hour);
  };
  const onDoubleClick = (): void => {
    clearTimeout(click.current);
    if (zoomed) onZoom(undefined);
  };
  const leave = (): void => {
    engage(false);
    pointAway(shown.current?.model.metric.name);
  };
  const onPointerCancel = (): void => {
    brush.giveUp();
    leave();
  };
  return {
    ...{ onPointerDown: brush.start, onPointerMove, onPointerUp: brush.end, onPointerCancel, onPointerLeave: leave },
    ...{ onClick, onDoubleClick, onBlur: leave },
  };
}
