import { captionParts } from '../charts/caption.ts';
import type { ChartModel } from '../charts/chart-model.ts';
import { heatScale } from '../charts/heat-scale.ts';
import { legendNotes, legendOf } from '../charts/legend-model.ts';
import { formatRange } from '../format/time.ts';
import { formatTick } from '../format/units.ts';
import type { PanelData } from '../live/live-state.ts';

/** What a picture of a panel says around the chart. */
export interface ImageWords {
  readonly title: string;
  readonly subtitle: string;
  readonly legend: readonly { readonly label: string; readonly colour: string }[];
  readonly notes: readonly string[];
}

/** All that somebody needs who has only the picture: what it shows, of which hours, and what the marks mean. */
export function imageWords(model: ChartModel, data: PanelData): ImageWords {
  const { metric, group } = model;
  const marks = legendNotes(model).filter(({ mark }) => mark === 'flag');
  const flags = marks.map(({ text }) => `ring: ${text}`);
  return {
    title: metric.question,
    subtitle: `${metric.title}: ${group.label} · ${formatRange(data.over.from, data.over.to)} UTC`,
    legend: model.kind === 'heat' ? scaleEntries(model) : seriesEntries(model),
    notes: [...flags, captionParts(metric, data).join(' · ')].filter((note) => note !== ''),
  };
}

function seriesEntries(model: ChartModel): ImageWords['legend'] {
  const shown = legendOf(model).filter(({ hidden }) => !hidden);
  return shown.map(({ label, swatch, form }) => ({ label, colour: form === 'area' ? swatch.fill : swatch.line }));
}

function scaleEntries(model: ChartModel & { readonly kind: 'heat' }): ImageWords['legend'] {
  const { bins, max } = heatScale(model.palette, model);
  return bins.map(({ from, colour }) => ({ label: `from ${formatTick(from, model.field.unit, max)}`, colour }));
}

/** A text in lines of at most that width; a word that is longer stands alone. */
export function wrapped(text: string, width: number, measure: (text: string) => number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && measure(longer) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
