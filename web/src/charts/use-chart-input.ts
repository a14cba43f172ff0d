import type { RefObject } from 'react';
import type { TimeRange } from '../live/live-state.ts';
import type { Shown } from './place.ts';
import { useBrush } from './use-brush.ts';
import { useChartKeys } from './use-chart-keys.ts';
import { useChartPointer } from './use-chart-pointer.ts';

export interface ChartInputOptions {
  readonly shown: RefObject<Shown | undefined>;
  /** Says whether the user is at the chart. */
  readonly engage: (is: boolean) => void;
  /** Scrolls so that a row is the uppermost. */
  readonly toRow: (row: number) => void;
  readonly zoomed: boolean;
  readonly onChoose: (hour: string) => void;
  readonly onZoom: (range: TimeRange | undefined) => void;
}

/** Pointer and keys of a chart, and what a screen reader is told of the place that keys have moved to. */
export function useChartInput(options: ChartInputOptions) {
  const brush = useBrush(options.shown, options.onZoom);
  const pointer = useChartPointer(options, brush);
  const { onKeyDown, spoken } = useChartKeys(options, brush);
  return { handlers: { ...pointer, onKeyDown }, spoken };
}
