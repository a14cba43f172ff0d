import assert from 'node:assert/strict';
import test from 'node:test';
import { labelledSlots } from '../../../../web/src/charts/axes.ts';
import { buildModel } from '../../../../web/src/charts/build-model.ts';
import type { ChartInput } from '../../../../web/src/charts/chart-input.ts';
import { type DrawnModel, drawChart } from '../../../../web/src/charts/draw-chart.ts';
import { FIRST_DRAWING } from '../../../../web/src/charts/drawing.ts';
import { hatchPath } from '../../../../web/src/charts/hour-marks.ts';
import { hourSlots, openRuns } from '../../../../web/src/charts/hour-slots.ts';
import { hourAt, placeAfter, placeAt, type Shown, slotOfHour } from '../../../../web/src/charts/place.ts';
import { at, CACHE, dataOf, hoursOf, inputOf, TABLES, UTILIZATION } from './fixture.ts';

function shown(input: ChartInput): Shown {
  const model = buildModel(input) as DrawnModel;
  return { model, drawing: drawChart(model, { width: 460, height: 180 }, FIRST_DRAWING) };
}

const LINE = shown(inputOf(CACHE, dataOf(['hour', 'hit_rate_of_reads'], [[at(10), 0.5]]), 'ffo'));
const HEAT = shown(
  inputOf(
    UTILIZATION,
    dataOf(
      ['hour', 'instance_id', 'queries', 'score'],
      [
        [at(10), 'a', 1, 0.9],
        [at(10), 'b', 1, 0.1],
      ],
    ),
  ),
);
const BARS = shown(
  inputOf(
    TABLES,
    dataOf(
      ['table_id', 'instance_id', 'reads', 'writes'],
      [
        [1, 'a', 9, 1],
        [2, 'a', 8, 1],
        [3, 'a', 7, 1],
      ],
    ),
  ),
);

test('the nearest hour lies under the pointer, and nothing beside the plot', () => {
  const { plot, stops } = LINE.drawing;
  assert.deepEqual(placeAt(LINE, (stops[2] ?? 0) + 3, 50), { slot: 2, row: undefined });
  assert.equal(placeAt(LINE, plot.x - 1, 50), undefined);
  assert.equal(placeAt(LINE, plot.x + plot.width + 1, 50), undefined);
});

test('a row of cells lies under the pointer', () => {
  const { plot, stops, rows } = HEAT.drawing;
  assert.deepEqual(placeAt(HEAT, stops[1] ?? 0, plot.y + 1.5 * (rows?.height ?? 0)), { slot: 1, row: 'b' });
  assert.equal(placeAt(HEAT, stops[1] ?? 0, plot.y + plot.height + 5), undefined);
});

test('lying bars are found by their height', () => {
  assert.equal(placeAt(BARS, 5, BARS.drawing.stops[1] ?? 0)?.slot, 1);
});

test('arrow keys begin at the latest hour that has begun and stop at the ends', () => {
  const first = placeAfter(LINE, undefined, 'ArrowLeft');
  assert.equal(first?.slot, 2);
  assert.equal(placeAfter(LINE, first, 'ArrowLeft')?.slot, 1);
  assert.equal(placeAfter(LINE, { slot: 0, row: undefined }, 'ArrowLeft')?.slot, 0);
  assert.equal(placeAfter(LINE, { slot: 0, row: undefined }, 'End')?.slot, 3);
  assert.equal(placeAfter(LINE, { slot: 3, row: undefined }, 'Home')?.slot, 0);
  assert.equal(placeAfter(LINE, first, 'x'), undefined);
});

test('up and down move through rows of cells and through lying bars', () => {
  assert.deepEqual(placeAfter(HEAT, { slot: 1, row: 'a' }, 'ArrowDown'), { slot: 1, row: 'b' });
  assert.deepEqual(placeAfter(HEAT, { slot: 1, row: 'b' }, 'ArrowDown'), { slot: 1, row: 'b' });
  assert.equal(placeAfter(BARS, { slot: 0, row: undefined }, 'ArrowDown')?.slot, 1);
});

test('the hour of another chart is found where it is shown', () => {
  assert.equal(slotOfHour(LINE.model, at(11)), 1);
  assert.equal(slotOfHour(LINE.model, at(20)), -1);
  assert.equal(slotOfHour(BARS.model, at(11)), -1);
  assert.equal(hourAt(LINE.model, 1), at(11));
});

test('open hours that follow each other are one band', () => {
  const slots = hourSlots({ from: at(10), to: at(16) }, undefined, hoursOf('ofoofo'));
  assert.deepEqual(openRuns(slots), [
    [0, 0],
    [2, 3],
    [5, 5],
  ]);
});

test('labels stand at full steps of the day, as many as there is room for', () => {
  const slots = hourSlots({ from: at(10), to: '2024-03-13T10:00:00Z' }, undefined, []);
  const labels = (width: number) => slots.flatMap(({ short }, i) => (labelledSlots(slots, width)(i) ? [short] : []));
  assert.deepEqual(labels(300), ['12:00', '18:00', '00:00', '06:00']);
  assert.deepEqual(labels(80), ['00:00']);
});

test('hatching stays inside its band', () => {
  const path = hatchPath({ x: 100, y: 10, width: 20, height: 50 });
  const numbers = [...path.matchAll(/[ML]([\d.]+) ([\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)] as const);
  assert.ok(numbers.length > 4);
  for (const [x, y] of numbers) assert.ok(x >= 100 && x <= 120 && y >= 10 && y <= 60, `${x} ${y}`);
});
