import type { HotStore } from '../../hot-store/hot-store.ts';
import type { Metric } from '../../metrics/metric.ts';
import type { HourLines } from '../hour-lines.ts';
import type { HourWindow } from './live-question.ts';
import type { PanelRows } from './messages.ts';
import type { PanelFilters } from './panel-filters.ts';
import type { PanelQuestion } from './panel-question.ts';
import type { PanelShape } from './panel-shape.ts';
import type { MetricSums } from './panel-sums.ts';
import type { PanelTable } from './panel-table.ts';

/** What a panel's rows are made from. */
export interface PanelParts {
  readonly store: HotStore;
  readonly metric: Metric;
  readonly shape: PanelShape;
  readonly question: PanelQuestion;
  readonly filters: PanelFilters;
  readonly lines: HourLines;
  readonly sums: MetricSums;
}

/** Rows of a panel and what they are. */
export interface PanelBody extends PanelTable, Pick<PanelRows, 'whole' | 'hours' | 'shown' | 'caption'> {
  readonly over: HourWindow;
}
