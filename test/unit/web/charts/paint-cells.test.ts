import assert from 'node:assert/strict';
import test from 'node:test';
import type { CellShapes } from '../../../../web/src/charts/drawing.ts';
import { type CellContext, paintCells } from '../../../../web/src/charts/paint-cells.ts';

/** A canvas that writes down what is drawn on it. */
function recorder(): { readonly context: CellContext; readonly calls: string[] } {
  const calls: string[] = [];
  const context: CellContext = {
    ...{ fillStyle: '', strokeStyle: '', lineWidth: 0, beginPath: () => {} },
    setTransform: (scale) => void calls.push(`scale ${scale}`),
    clearRect: (...box) => void calls.push(`clear ${box.join(' ')}`),
    fillRect: (...box) => void calls.push(`${String(context.fillStyle)} ${box.join(' ')}`),
    arc: (x, y, radius) => void calls.push(`arc ${x} ${y} ${radius}`),
    fill: () => void calls.push(`fill ${String(context.fillStyle)}`),
    stroke: () => void calls.push(`stroke ${String(context.strokeStyle)}`),
  };
  return { context, calls };
}

const CELLS: CellShapes = {
  colours: [
    { colour: 'pale', rects: [0, 0, 5, 4, 5, 0, 5, 4] },
    { colour: 'dark', rects: [0, 4, 5, 4] },
  ],
  marks: { points: [2, 2], size: 6, fill: 'white', stroke: 'black' },
};

test('what was there is wiped, cells are painted by colour, marks on top', () => {
  const { context, calls } = recorder();
  paintCells(context, CELLS, { width: 10, height: 8 }, 2);
  assert.deepEqual(calls, [
    ...['scale 2', 'clear 0 0 10 8', 'pale 0 0 5 4', 'pale 5 0 5 4', 'dark 0 4 5 4'],
    ...['arc 2 2 3', 'fill white', 'stroke black'],
  ]);
});

test('a mark too small for a ring is a square in a square', () => {
  const { context, calls } = recorder();
  paintCells(context, { colours: [], marks: { ...CELLS.marks, size: 3 } }, { width: 10, height: 8 }, 1);
  assert.deepEqual(calls.slice(2), ['black 0.5 0.5 3 3', 'white 1.5 1.5 1 1']);
});
