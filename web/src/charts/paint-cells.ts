import type { CellShapes, Size } from './drawing.ts';

/** The part of a canvas that is drawn with. */
export interface CellContext {
  fillStyle: unknown;
  strokeStyle: unknown;
  lineWidth: number;
  setTransform(a: number, b: number, c: number, d: number, e: number, f: number): void;
  clearRect(x: number, y: number, width: number, height: number): void;
  fillRect(x: number, y: number, width: number, height: number): void;
  beginPath(): void;
  arc(x: number, y: number, radius: number, start: number, end: number): void;
  fill(): void;
  stroke(): void;
}

/** Smaller ones are squares: a ring of two pixels is none. */
const RING_FROM_PX = 4.5;

/** Paints cells and the marks on them over all of a canvas that has `scale` pixels for each of the chart's. */
export function paintCells(context: CellContext, { colours, marks }: CellShapes, size: Size, scale: number): void {
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, size.width, size.height);
  for (const { colour, rects } of colours) {
    context.fillStyle = colour;
    for (let i = 0; i + 3 < rects.length; i += 4) {
      context.fillRect(rects[i] ?? 0, rects[i + 1] ?? 0, rects[i + 2] ?? 0, rects[i + 3] ?? 0);
    }
  }
  if (marks.size < RING_FROM_PX) paintSquares(context, marks);
  else paintRings(context, marks);
}

function paintRings(context: CellContext, { points, size, fill, stroke }: CellShapes['marks']): void {
  context.fillStyle = fill;
  context.strokeStyle = stroke;
  context.lineWidth = 1.5;
  for (let i = 0; i + 1 < points.length; i += 2) {
    context.beginPath();
    context.arc(points[i] ?? 0, points[i + 1] ?? 0, size / 2, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
  }
}

function paintSquares(context: CellContext, { points, size, fill, stroke }: CellShapes['marks']): void {
  for (const [colour, side] of [
    [stroke, size],
    [fill, size / 3],
  ] as const) {
    context.fillStyle = colour;
    for (let i = 0; i + 1 < points.length; i += 2) {
      context.fillRect((points[i] ?? 0) - side / 2, (points[i + 1] ?? 0) - side / 2, side, side);
    }
  }
}
