import { FONT } from '../charts/axes.ts';
import type { ChartPalette } from '../charts/chart-input.ts';
import { IMAGE_SCALE } from '../charts/drawing.ts';
import { type ImageWords, wrapped } from './image-words.ts';

export interface PanelImage extends ImageWords {
  /** The chart at twice its size. */
  readonly image: HTMLCanvasElement;
  readonly palette: ChartPalette;
}

const SCALE = IMAGE_SCALE;
const PAD = 12;
const LINE = 18;
const SWATCH = 12;
const BOLD = `600 13px ${FONT.slice(FONT.indexOf(' ') + 1)}`;

/** A panel as a picture that can stand alone: question, what it is over, chart, legend and notes. Null if it fails. */
export async function panelImage(panel: PanelImage): Promise<Blob | null> {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d');
  if (context === null) return null;
  const [width, height] = [panel.image.width / SCALE, panel.image.height / SCALE];
  const layout = layoutOf(context, panel, width);
  const lines = layout.title.length + layout.subtitle.length + layout.legend.length + layout.notes.length;
  canvas.width = (width + 2 * PAD) * SCALE;
  canvas.height = (height + 2 * PAD + LINE * lines) * SCALE;
  context.scale(SCALE, SCALE);
  context.fillStyle = panel.palette.panel;
  context.fillRect(0, 0, canvas.width, canvas.height);
  paint(context, panel, layout, { width, height });
  return await new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
}

interface Layout {
  readonly title: readonly string[];
  readonly subtitle: readonly string[];
  readonly legend: readonly (readonly { readonly x: number; readonly label: string; readonly colour: string }[])[];
  readonly notes: readonly string[];
}

function layoutOf(context: CanvasRenderingContext2D, panel: PanelImage, width: number): Layout {
  const measure = (font: string) => (text: string) => {
    context.font = font;
    return context.measureText(text).width;
  };
  const plain = measure(FONT);
  return {
    title: wrapped(panel.title, width, measure(BOLD)),
    subtitle: wrapped(panel.subtitle, width, plain),
    legend: legendRows(panel.legend, width, plain),
    notes: panel.notes.flatMap((note) => wrapped(note, width, plain)),
  };
}

function legendRows(legend: PanelImage['legend'], width: number, measure: (text: string) => number): Layout['legend'] {
  const rows: { x: number; label: string; colour: string }[][] = [];
  let end = Number.POSITIVE_INFINITY;
  for (const { label, colour } of legend) {
    const needs = SWATCH + 4 + measure(label) + PAD;
    if (end + needs > width) {
      rows.push([]);
      end = 0;
    }
    rows.at(-1)?.push({ x: end, label, colour });
    end += needs;
  }
  return rows;
}

function paint(
  context: CanvasRenderingContext2D,
  { image, palette }: PanelImage,
  layout: Layout,
  size: { readonly width: number; readonly height: number },
): void {
  let y = PAD + LINE / 2;
  const write = (text: string, x: number, colour: string, font = FONT) => {
    context.textBaseline = 'middle';
    context.fillStyle = colour;
    context.font = font;
    context.fillText(text, x, y);
  };
  const below = (lines: readonly string[], colour: string, font = FONT) => {
    for (const line of lines) {
      write(line, PAD, colour, font);
      y += LINE;
    }
  };
  below(layout.title, palette.text, BOLD);
  below(layout.subtitle, palette.muted);
  context.drawImage(image, PAD, y - LINE / 2, size.width, size.height);
  y += size.height;
  for (const row of layout.legend) {
    for (const { x, label, colour } of row) {
      context.fillStyle = colour;
      context.fillRect(PAD + x, y - SWATCH / 2, SWATCH, SWATCH);
      write(label, PAD + x + SWATCH + 4, palette.text);
    }
    y += LINE;
  }
  below(layout.notes, palette.muted);
}
