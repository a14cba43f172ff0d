import assert from 'node:assert/strict';
import test from 'node:test';
import type { Cell } from '../../../../src/api/live/messages.ts';
import { buildModel } from '../../../../web/src/charts/build-model.ts';
import type { ChartMetric } from '../../../../web/src/charts/chart-metric.ts';
import type { HeatModel } from '../../../../web/src/charts/chart-model.ts';
import { FIRST_DRAWING } from '../../../../web/src/charts/drawing.ts';
import { drawHeat, visibleRows } from '../../../../web/src/charts/heat-drawing.ts';
import { inOrder, orderWords } from '../../../../web/src/charts/heat-model.ts';
import { heatScale, mix } from '../../../../web/src/charts/heat-scale.ts';
import { tipOf, tipWords } from '../../../../web/src/charts/tip.ts';
import { at, dataOf, inputOf, PALETTE, plain, UTILIZATION } from './fixture.ts';

const COLUMNS = ['hour', 'instance_id', 'queries', 'score', 'oversubscribed', 'state', 'revision'];
const ROWS: Cell[][] = [
  [at(10), 'quiet', 3, 0.1, 0, 'final', 1],
  [at(10), 'busy', 300, 0.5, 0, 'final', 1],
  [at(11), 'busy', 400, 0.7, 1, 'final', 1],
];

function modelOf(rows = ROWS, metric: ChartMetric = UTILIZATION): HeatModel {
  const model = buildModel(inputOf(metric, dataOf(COLUMNS, rows)));
  assert.equal(model.kind, 'heat');
  return model as HeatModel;
}

test('the worst over the window comes first', () => {
  assert.deepEqual(
    modelOf().rows.map(({ key }) => key),
    ['busy', 'quiet'],
  );
});

test('where higher is better, the lowest comes first', () => {
  const kpi = [{ label: 'score', value: 'score', better: 'higher' as const, where: {}, count: null }];
  assert.deepEqual(
    modelOf(ROWS, { ...UTILIZATION, kpi }).rows.map(({ key }) => key),
    ['quiet', 'busy'],
  );
});

test('rows are in the order that their panel names', () => {
  assert.equal(orderWords(modelOf()), 'worst first');
  const counts = { ...UTILIZATION, panel: { ...UTILIZATION.panel, y: ['queries'] } };
  assert.equal(orderWords(modelOf(ROWS, counts)), 'highest first');
});

test('rows that the user looks at keep their places, new ones come last', () => {
  const { rows } = modelOf([...ROWS, [at(11), 'worst', 9, 9, 1, 'final', 1]]);
  assert.deepEqual(
    inOrder(rows, ['quiet', 'busy']).map(({ key }) => key),
    ['quiet', 'busy', 'worst'],
  );
});

test('an hour without a row is no cell', () => {
  assert.deepEqual(modelOf().rows[1]?.values, [0.1, null, null, null]);
});

test('cells of a measure are zero without a row once their hour has begun', () => {
  const counts = { ...UTILIZATION, panel: { ...UTILIZATION.panel, y: ['queries'] } };
  assert.deepEqual(modelOf(ROWS, counts).rows[1]?.values, [3, 0, 0, 0]);
});

test('every cell has a rectangle, and a flag has a mark besides its colour', () => {
  const { cells } = drawHeat(modelOf(), { width: 460, height: 160 }, FIRST_DRAWING);
  assert.equal(
    cells?.colours.reduce((sum, { rects }) => sum + rects.length / 4, 0),
    3,
  );
  assert.equal(cells?.marks.points.length, 2);
  assert.ok(Number(cells?.marks.size) >= 5, 'a mark can be seen');
});

test('neighbours of one colour are one rectangle where cells are too thin for gaps', () => {
  const rows = [10, 11, 12, 13].map((hour): Cell[] => [at(hour), 'even', 1, 0.5, 0, 'final', 1]);
  const { cells } = drawHeat(modelOf(rows), { width: 130, height: 160 }, FIRST_DRAWING);
  assert.ok(cells !== undefined);
  const wide = drawHeat(modelOf(rows), { width: 460, height: 160 }, FIRST_DRAWING).cells;
  assert.equal(wide?.colours.flatMap(({ rects }) => rects).length, 16);
  assert.ok(cells.colours.flatMap(({ rects }) => rects).length <= 16);
});

test('only rows in sight are drawn, from the one at the top', () => {
  const rows = Array.from({ length: 200 }, (_, i): Cell[] => [
    at(10),
    `i-${String(i).padStart(3, '0')}`,
    1,
    1 - i / 1000,
    0,
  ]);
  const model = modelOf(rows);
  const drawing = drawHeat(model, { width: 460, height: 160 }, { ...FIRST_DRAWING, firstRow: 5 });
  const [axis] = drawing.option.yAxis;
  const data = axis !== undefined && 'data' in axis ? (axis.data as string[]) : [];
  assert.equal(data[0], 'i-005');
  assert.equal(data.length, drawing.rows?.count);
  assert.ok(data.length < 20);
  const all = drawHeat(model, { width: 460, height: 160 }, { ...FIRST_DRAWING, allRows: true });
  assert.equal(all.rows?.count, 200);
});

test('the last rows fill the height', () => {
  assert.equal(visibleRows(200, 150, { firstRow: 999, allRows: false }).first, 190);
  assert.equal(visibleRows(3, 150, { firstRow: 2, allRows: false }).first, 0);
});

test('a scale ends at a round number and its steps get further from the surface', () => {
  const { bins, max, binOf } = heatScale(PALETTE, { min: 0, max: 0.37 });
  assert.equal(max, 0.5);
  assert.equal(bins.length, 10);
  assert.equal(new Set(bins.map(({ colour }) => colour)).size, 10);
  assert.deepEqual([binOf(0), binOf(0.05), binOf(0.5), binOf(9)], [0, 1, 9, 9]);
});

test('a scale of nothing and one below zero have steps', () => {
  assert.ok(heatScale(PALETTE, { min: 0, max: 0 }).bins.length > 1);
  const both = heatScale(PALETTE, { min: -3, max: 1 });
  assert.deepEqual([both.min, both.max], [-5, 5]);
});

test('colours are mixed channel by channel', () => {
  assert.equal(mix('#000000', '#ff8000', 0.5), '#804000');
});

test('a cell says its value, over how many, and its flags', () => {
  const tip = tipOf(modelOf(), { slot: 1, row: 'busy' });
  assert.ok(tip !== undefined);
  assert.equal(
    plain(tipWords(tip)),
    'Tue 12 Mar 11:00–12:00 UTC, final; busy: score: 70 % (n = 400 queries); oversubscribed: yes.',
  );
  const none = tipOf(modelOf(), { slot: 2, row: 'busy' });
  assert.ok(none !== undefined);
  assert.equal(plain(tipWords(none)), 'Tue 12 Mar 12:00–13:00 UTC, final; busy: score: no value.');
});
