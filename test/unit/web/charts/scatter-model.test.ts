import assert from 'node:assert/strict';
import test from 'node:test';
import { buildModel } from '../../../../web/src/charts/build-model.ts';
import { captionParts } from '../../../../web/src/charts/caption.ts';
import type { ScatterModel } from '../../../../web/src/charts/chart-model.ts';
import type { LineSeriesOption, ScatterSeriesOption } from '../../../../web/src/charts/drawing.ts';
import { FIRST_DRAWING } from '../../../../web/src/charts/drawing.ts';
import { drawScatter } from '../../../../web/src/charts/scatter-drawing.ts';
import { tipOf, tipWords } from '../../../../web/src/charts/tip.ts';
import { dataOf, inputOf, JOINS, plain } from './fixture.ts';

const DATA = dataOf(
  ['num_joins', 'queries', 'typical_ms', 'low_ms', 'high_ms', 'correlation'],
  [
    [0, 90_000, 135, 66, 276, null],
    [1, 400, 200, 90, 410, null],
    [3, 0, null, null, null, null],
  ],
  { caption: { correlation: 0.5246, slope: 0.3075, intercept: 4.9, queries: 90_400 } },
);

function modelOf(): ScatterModel {
  const model = buildModel(inputOf(JOINS, DATA));
  assert.equal(model.kind, 'scatter');
  return model as ScatterModel;
}

test('a point without a value is none', () => {
  assert.deepEqual(modelOf().xs, [0, 1]);
});

test('points grow with what they stand for, ranges and the fitted line are drawn', () => {
  const drawing = drawScatter(modelOf(), { width: 460, height: 180 }, FIRST_DRAWING);
  const ids = drawing.option.series.map(({ id }) => id);
  assert.deepEqual(ids, ['ranges', 'fit', 'typical_ms']);
  const points = drawing.option.series[2] as ScatterSeriesOption;
  const size = points.symbolSize as (value: unknown, of: { dataIndex: number }) => number;
  assert.ok(size(null, { dataIndex: 0 }) > size(null, { dataIndex: 1 }));
  assert.ok(size(null, { dataIndex: 1 }) >= 4, 'the smallest can be seen');
});

test('the line is exp(intercept + slope x) - 1, on the axis of the points', () => {
  const { option } = drawScatter(modelOf(), { width: 460, height: 180 }, FIRST_DRAWING);
  const fit = option.series[1] as LineSeriesOption;
  assert.ok(fit.data !== undefined);
  const [x, y] = fit.data.at(-1) as [number, number];
  assert.equal(x, 1);
  assert.ok(Math.abs(y - Math.log10(Math.exp(4.9 + 0.3075) - 1)) < 1e-9);
});

test('without a fit there is no line', () => {
  const model = buildModel(inputOf(JOINS, { ...DATA, caption: { slope: null, intercept: null } })) as ScatterModel;
  const { option } = drawScatter(model, { width: 460, height: 180 }, FIRST_DRAWING);
  assert.deepEqual(
    option.series.map(({ id }) => id),
    ['ranges', 'typical_ms'],
  );
});

test('the caption says r, slope and n', () => {
  assert.deepEqual(captionParts(JOINS, DATA).map(plain), [
    'r = 0.52',
    'slope 0.308 nats per join',
    'n = 90,400 queries',
  ]);
});

test('a point says its range and over how many', () => {
  const tip = tipOf(modelOf(), { slot: 1, row: undefined });
  assert.ok(tip !== undefined);
  assert.equal(
    plain(tipWords(tip)),
    '1 join; typical time: 200 ms (mostly 90 ms to 410 ms, n = 400 queries); fitted line: 182 ms.',
  );
});
