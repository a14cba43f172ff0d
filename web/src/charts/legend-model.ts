import type { Swatch } from '../theme/palette.ts';
import { fieldLabel } from './chart-metric.ts';
import type { ChartModel } from './chart-model.ts';

/** One line of a legend. */
export interface LegendEntry {
  readonly id: string;
  readonly label: string;
  readonly note: string | null;
  readonly swatch: Swatch;
  /** What the swatch is a piece of. */
  readonly form: 'line' | 'area' | 'point';
  readonly hidden: boolean;
}

/** Series of a chart as its legend names them; none for cells and tables, which have a scale or heads. */
export function legendOf(model: ChartModel): readonly LegendEntry[] {
  if (model.kind === 'slots') {
    const form = model.form === 'line' ? 'line' : 'area';
    return model.series.map(({ id, label, note, swatch, hidden }) => ({ id, label, note, swatch, form, hidden }));
  }
  if (model.kind !== 'scatter') return [];
  return model.series.map(({ id, label, swatch, hidden }) => {
    const note = model.group.fields[0]?.note ?? null;
    return { id, label, note, swatch, form: 'point', hidden };
  });
}

/** What is shown without being a series: the fitted line, ranges, marks on cells. */
export function legendNotes(
  model: ChartModel,
): readonly { readonly mark: 'fit' | 'range' | 'flag'; readonly text: string }[] {
  if (model.kind === 'heat') return model.flags.map((flag) => ({ mark: 'flag', text: fieldLabel(flag) }));
  if (model.kind !== 'scatter') return [];
  const spread = model.series.some(({ points }) => points.some(({ low, high }) => low !== null && high !== null));
  return [
    ...(spread ? [{ mark: 'range' as const, text: 'most of them' }] : []),
    ...(model.fit === undefined ? [] : [{ mark: 'fit' as const, text: 'fitted line' }]),
  ];
}

/** What is hidden after pressing an entry: it alone changes, or with `only` all others are hidden (or none, again). */
export function toggled(entries: readonly LegendEntry[], id: string, only: boolean): readonly string[] {
  const hidden = entries.filter((entry) => entry.hidden).map((entry) => entry.id);
  if (!only) return hidden.includes(id) ? hidden.filter((one) => one !== id) : [...hidden, id];
  const others = entries.filter((entry) => entry.id !== id).map((entry) => entry.id);
  const isAlone = others.every((other) => hidden.includes(other)) && !hidden.includes(id);
  return isAlone ? [] : others;
}
