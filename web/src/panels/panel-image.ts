import { FONT } from '../charts/axes.ts';
import type { ChartPalette } from '../charts/chart-input.ts';
import { IMAGE_SCALE } from '../charts/drawing.ts';
import type { LegendEntry } from '../charts/legend-model.ts';

export interface PanelImage {
  /** The chart at twice its size. */
  readonly image: HTMLCanvasElement;
  readonly title: string;
  readonly subtitle: string;
  readonly legend: readonly Pick<LegendEntry, 'label' | 'swatch'>[];
  readonly palette: ChartPalette;
}

const SCALE = IMAGE_SCALE;
const PAD = 12;
const LINE = 18;
const SWATCH = 12;

/** A panel as a picture that can stand alone: question, what it is over, chart and legend. Null if it cannot be drawn. */
export async function panelImage({ image, title, subtitle, legend, palette }: PanelImage): Promise<Blob | null> {
  const [width, height] = [image.width / SCALE, image.height / SCALE];
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d');
  if (context === null) return null;
  context.font = FONT;
  const rows = legendRows(context, legend, width);
  canvas.width = (width + 2 * PAD) * SCALE;
  canvas.height = (height + 2 * PAD + LINE * (2 + rows.length)) * SCALE;
  context.scale(SCALE, SCALE);
  context.fillStyle = palette.panel;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.textBaseline = 'middle';
  write(context, title, PAD, PAD + LINE / 2, palette.text, `600 13px ${FONT.slice(FONT.indexOf(' ') + 1)}`, width);
  write(context, subtitle, PAD, PAD + LINE * 1.5, palette.muted, FONT, width);
  context.drawImage(image, PAD, PAD + 2 * LINE, width, height);
  rows.forEach((row, i) => {
    const y = PAD + 2 * LINE + height + LINE * (i + 0.5);
    for (const { x, entry } of row) {
      context.fillStyle = entry.swatch.fill;
      context.fillRect(PAD + x, y - SWATCH / 2, SWATCH, SWATCH);
      write(context, entry.label, PAD + x + SWATCH + 4, y, palette.text, FONT, width - x - SWATCH - 4);
    }
  });
  return await new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
}

type Entry = PanelImage['legend'][number];

function legendRows(context: CanvasRenderingContext2D, legend: readonly Entry[], width: number) {
  const rows: { readonly x: number; readonly entry: Entry }[][] = [];
  let end = Number.POSITIVE_INFINITY;
  for (const entry of legend) {
    const needs = SWATCH + 4 + context.measureText(entry.label).width + PAD;
    if (end + needs > width) {
      rows.push([]);
      end = 0;
    }
    rows.at(-1)?.push({ x: end, entry });
    end += needs;
  }
  return rows;
}

function write(
  context: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  colour: string,
  font: string,
  most: number,
): void {
  context.fillStyle = colour;
  context.font = font;
  context.fillText(text, x, y, most);
}
