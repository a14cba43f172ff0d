import { type KeyboardEvent, useState } from 'react';
import { placeOf } from './overlay.ts';
import { hourAt, type Place, placeAfter, type Shown } from './place.ts';
import { clientOf, pointAt, pointAway, type Stage } from './point-at.ts';
import { pointing } from './pointing.ts';
import { tipOf, tipWords } from './tip.ts';
import type { BrushHandle } from './use-brush.ts';
import type { ChartInputOptions } from './use-chart-input.ts';

/** What keys do on a chart: arrows read value after value, Enter chooses the hour, Escape takes one step back. */
export function useChartKeys(options: ChartInputOptions, brush: BrushHandle) {
  const { shown, engage, toRow, zoomed, onChoose, onZoom } = options;
  const [spoken, setSpoken] = useState('');

  const go = (now: Shown, place: Place, stage: Stage): void => {
    engage(true);
    reveal(now, place, toRow);
    pointAt(now, place, clientOf(now, place, stage));
    const tip = tipOf(now.model, place);
    setSpoken(tip === undefined ? '' : tipWords(tip));
  };
  /** One step back: the brush, what is pointed at, the zoom. False if there was nothing to give up. */
  const giveUp = (now: Shown, from: Place | undefined): boolean => {
    if (brush.giveUp()) return true;
    if (from !== undefined) pointAway(now.model.metric.name);
    else if (zoomed) onZoom(undefined);
    else return false;
    return true;
  };
  const act = (now: Shown, key: string, stage: Stage): boolean => {
    const at = pointing.get();
    const from = at === undefined || at.metric !== now.model.metric.name ? undefined : placeOf(now, at);
    if (key === 'Escape') return giveUp(now, from);
    if (key === 'Enter') {
      const hour = from === undefined ? undefined : hourAt(now.model, from.slot);
      if (hour !== undefined) onChoose(hour);
      return hour !== undefined;
    }
    const place = placeAfter(now, from, key);
    if (place !== undefined) go(now, place, stage);
    return place !== undefined;
  };
  const onKeyDown = (event: KeyboardEvent<Stage>): void => {
    if (shown.current === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!act(shown.current, event.key, event.currentTarget)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  return { onKeyDown, spoken };
}

/** Scrolls a row of cells into sight. */
function reveal({ model, drawing }: Shown, { row }: Place, toRow: (row: number) => void): void {
  if (model.kind !== 'heat' || drawing.rows === undefined) return;
  const line = model.rows.findIndex(({ key }) => key === row);
  const { first, count } = drawing.rows;
  if (line >= 0 && line < first) toRow(line);
  if (line >= first + count) toRow(line - count + 1);
}
