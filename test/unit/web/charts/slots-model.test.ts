import assert from 'node:assert/strict';
import test from 'node:test';
import { buildModel } from '../../../../web/src/charts/build-model.ts';
import type { ChartInput } from '../../../../web/src/charts/chart-input.ts';
import type { SlotsModel } from '../../../../web/src/charts/chart-model.ts';
import { at, BOTTLENECKS, CACHE, dataOf, inputOf, metricOf, SPILL, TABLES } from './fixture.ts';

function slots(input: ChartInput): SlotsModel {
  const model = buildModel(input);
  assert.equal(model.kind, 'slots');
  return model as SlotsModel;
}

const SPILL_COLUMNS = [
  'hour',
  'query_type',
  'queries',
  'spilled_queries',
  'mbytes_spilled',
  'spill_rate',
  'state',
  'revision',
];
const SPILL_ROWS = dataOf(SPILL_COLUMNS, [
  [at(10), 'copy', 10, 1, 500, 0.1, 'final', 1],
  [at(10), 'select', 90, 2, 700, 0.02, 'final', 1],
  [at(12), 'select', 40, 4, 900, 0.1, 'final', 1],
]);

test('an hour without a row counts as zero once it has begun, and as nothing before', () => {
  const model = slots(inputOf(SPILL, SPILL_ROWS, 'fff'));
  assert.deepEqual(
    model.series.map(({ id, values }) => [id, values]),
    [
      ['copy', [500, 0, 0, null]],
      ['select', [700, 0, 900, null]],
    ],
  );
  assert.deepEqual(
    model.slots.map(({ hour }) => hour?.state),
    ['final', 'final', 'final', 'ahead'],
  );
});

test('an hour that was skipped counts as nothing', () => {
  const model = slots(inputOf(SPILL, SPILL_ROWS, 'fsfo'));
  assert.deepEqual(model.series[0]?.values, [500, null, 0, 0]);
});

test('an open hour that nothing has come from yet is not known to be empty', () => {
  const model = slots(inputOf(SPILL, SPILL_ROWS, 'ffoe'));
  assert.deepEqual(model.series[0]?.values, [500, 0, 0, null]);
});

test('a share without rows is a gap', () => {
  const data = dataOf(
    ['hour', 'queries', 'reads', 'cached', 'hit_rate_of_reads', 'hit_rate_of_queries'],
    [
      [at(10), 4, 2, 1, 0.5, 0.25],
      [at(12), 3, 0, 0, null, 0],
    ],
  );
  const model = slots(inputOf(CACHE, data));
  assert.deepEqual(
    model.series.map(({ values }) => values),
    [
      [0.5, null, null, null],
      [0.25, null, 0, null],
    ],
  );
});

test('a class without queries is no part of an hour that has others', () => {
  const data = dataOf(
    ['hour', 'class', 'queries', 'execution_ms', 'share_of_queries', 'share_of_execution'],
    [
      [at(10), 'cpu', 1, 5, 0.25, 1],
      [at(10), 'io', 3, 0, 0.75, 0],
      [at(11), 'io', 2, 8, 1, 1],
    ],
  );
  const model = slots(inputOf(BOTTLENECKS, data));
  assert.deepEqual(
    model.series.map(({ values }) => values),
    [
      [0.25, 0, null, null],
      [0.75, 1, null, null],
    ],
  );
});

test('another unit shows the same series', () => {
  const model = slots(inputOf(SPILL, SPILL_ROWS, 'ffff', { unit: 'queries' }));
  assert.deepEqual(
    model.series.map(({ id, values }) => [id, values]),
    [
      ['copy', [1, 0, 0, 0]],
      ['select', [2, 0, 4, 0]],
    ],
  );
});

test('zooming leaves out hours and no series, and every series keeps its colour', () => {
  const whole = slots(inputOf(SPILL, SPILL_ROWS));
  const part = slots(inputOf(SPILL, SPILL_ROWS, 'fffo', { zoom: { from: at(11), to: at(13) } }));
  assert.deepEqual(
    part.slots.map(({ key }) => key),
    [at(11), at(12)],
  );
  assert.deepEqual(
    part.series.map(({ id, swatch }) => [id, swatch]),
    whole.series.map(({ id, swatch }) => [id, swatch]),
  );
});

test('a zoom that has left the window shows all of it', () => {
  const model = slots(inputOf(SPILL, SPILL_ROWS, 'fffo', { zoom: { from: at(1), to: at(3) } }));
  assert.equal(model.slots.length, 4);
});

test('hidden series stay in the legend', () => {
  const model = slots(inputOf(SPILL, SPILL_ROWS, 'fffo', { hidden: ['copy'] }));
  assert.deepEqual(
    model.series.map(({ id, hidden }) => [id, hidden]),
    [
      ['copy', true],
      ['select', false],
    ],
  );
});

test('the largest of many lie, with two keys as one name and their ranks', () => {
  const data = dataOf(
    ['table_id', 'instance_id', 'reads', 'writes', 'state', 'revision', 'rank', 'rank_before'],
    [
      [12, 'provisioned-3', 7, 2, 'open', 0, 1, 3],
      [12, 'provisioned-1', 5, 0, 'open', 0, 2, null],
    ],
  );
  const model = slots(inputOf(TABLES, data));
  assert.equal(model.lying, true);
  assert.deepEqual(
    model.slots.map(({ label, short, rank }) => [label, short, rank]),
    [
      ['table 12 on provisioned-3', '12 on provisioned-3', { now: 1, before: 3 }],
      ['table 12 on provisioned-1', '12 on provisioned-1', { now: 2, before: null }],
    ],
  );
  assert.deepEqual(
    model.series.map(({ id, values }) => [id, values]),
    [
      ['reads', [7, 5]],
      ['writes', [2, 0]],
    ],
  );
});

const HISTOGRAM = metricOf(
  {
    name: 'joins_histogram',
    keys: [
      { name: 'hour', type: 'TIMESTAMP' },
      { name: 'num_joins', type: 'BIGINT' },
    ],
    measures: [{ name: 'queries', unit: 'queries', note: null }],
  },
  { chart: 'bars', x: 'num_joins', y: ['queries'] },
);

test('bars over numbers stand in the order of the numbers', () => {
  const model = slots(
    inputOf(
      HISTOGRAM,
      dataOf(
        ['num_joins', 'queries'],
        [
          [10, 1],
          [2, 5],
          [1, 9],
        ],
      ),
    ),
  );
  assert.equal(model.lying, false);
  assert.deepEqual(
    model.slots.map(({ label }) => label),
    ['1 join', '2 joins', '10 joins'],
  );
  assert.deepEqual(model.series[0]?.values, [9, 5, 1]);
});

test('bars over names lie', () => {
  const byType = metricOf(
    {
      name: 'types',
      keys: [{ name: 'kind', type: 'VARCHAR' }],
      measures: [{ name: 'queries', unit: 'queries', note: null }],
    },
    { chart: 'bars', x: 'kind', y: ['queries'] },
  );
  const model = slots(
    inputOf(
      byType,
      dataOf(
        ['kind', 'queries'],
        [
          ['copy', 1],
          [null, 2],
        ],
      ),
    ),
  );
  assert.equal(model.lying, true);
  assert.deepEqual(
    model.slots.map(({ label }) => label),
    ['copy', 'no kind'],
  );
});

test('bars without an axis are one for each value of their series', () => {
  const byType = metricOf(
    {
      name: 'types',
      keys: [{ name: 'kind', type: 'VARCHAR' }],
      measures: [{ name: 'queries', unit: 'queries', note: null }],
    },
    { chart: 'bars', x: null, series: 'kind', y: ['queries'] },
  );
  const model = slots(
    inputOf(
      byType,
      dataOf(
        ['kind', 'queries'],
        [
          ['copy', 1],
          ['select', 2],
        ],
      ),
    ),
  );
  assert.deepEqual(
    model.slots.map(({ label }) => label),
    ['copy', 'select'],
  );
  assert.deepEqual(model.series[0]?.values, [1, 2]);
});

test('several values of several series have names that say both', () => {
  const both = { ...SPILL, panel: { ...SPILL.panel, y: ['queries', 'spilled_queries'] } };
  const model = slots(inputOf(both, SPILL_ROWS));
  assert.deepEqual(
    model.series.map(({ id, label }) => [id, label]),
    [
      ['queries/copy', 'copy, queries'],
      ['spilled_queries/copy', 'copy, spilled queries'],
      ['queries/select', 'select, queries'],
      ['spilled_queries/select', 'select, spilled queries'],
    ],
  );
});

test('a sum beyond 2^53 is drawn as the nearest number', () => {
  const model = slots(
    inputOf(SPILL, dataOf(SPILL_COLUMNS, [[at(10), 'copy', 1, 1, '9007199254740993', 1, 'final', 1]])),
  );
  assert.equal(model.series[0]?.values[0], 9007199254740992);
});

test('a panel without rows or window is empty', () => {
  assert.equal(buildModel(inputOf(SPILL, dataOf(SPILL_COLUMNS, []))).empty, true);
  assert.equal(buildModel({ ...inputOf(SPILL, SPILL_ROWS), window: undefined }).empty, true);
  assert.equal(buildModel(inputOf(SPILL, SPILL_ROWS)).empty, false);
});

test('a form that lacks a key becomes the next best', () => {
  const heat = metricOf(
    { name: 'a', keys: SPILL.keys, measures: SPILL.measures },
    { chart: 'heatmap', y: ['queries'] },
  );
  assert.equal(buildModel(inputOf(heat, SPILL_ROWS)).kind, 'table');
  const scatter = metricOf(
    { name: 'b', keys: SPILL.keys, measures: SPILL.measures },
    { chart: 'scatter', y: ['queries'] },
  );
  assert.equal(buildModel(inputOf(scatter, SPILL_ROWS)).kind, 'slots');
});
