import assert from 'node:assert/strict';
import test from 'node:test';
import { buildModel } from '../../../../web/src/charts/build-model.ts';
import type { ChartInput } from '../../../../web/src/charts/chart-input.ts';
import { type DrawnModel, drawChart } from '../../../../web/src/charts/draw-chart.ts';
import type { BarSeriesOption, CustomSeriesOption, LineSeriesOption } from '../../../../web/src/charts/drawing.ts';
import { type Drawing, FIRST_DRAWING } from '../../../../web/src/charts/drawing.ts';
import { at, CACHE, dataOf, inputOf, LATENCY, SPILL, TABLES } from './fixture.ts';

const SIZE = { width: 460, height: 180 };

function drawn(input: ChartInput, before: Drawing | undefined = undefined): Drawing {
  const model = buildModel(input);
  assert.notEqual(model.kind, 'table');
  return drawChart(model as DrawnModel, SIZE, { ...FIRST_DRAWING, extent: before?.extent });
}

const lines = ({ option }: Drawing) => option.series.filter((one): one is LineSeriesOption => one.type === 'line');
const bars = ({ option }: Drawing) => option.series.filter((one): one is BarSeriesOption => one.type === 'bar');

/** Types of the shapes that lie over the hours. */
function marks({ option }: Drawing): string[] {
  const custom = option.series.find((one): one is CustomSeriesOption => one.id === 'hour-marks');
  const group = custom?.renderItem?.({} as never, {} as never) as unknown as
    | { children: { type: string }[] }
    | undefined;
  return group?.children.map(({ type }) => type) ?? [];
}

const CACHE_DATA = dataOf(
  ['hour', 'queries', 'reads', 'cached', 'hit_rate_of_reads', 'hit_rate_of_queries'],
  [
    [at(10), 4, 2, 1, 0.5, 0.25],
    [at(11), 4, 2, 1, 0.4, 0.2],
    [at(12), 4, 2, 1, 0.3, 0.1],
    [at(13), 4, 2, 1, 0.2, 0.1],
  ],
);

test('a line is solid over final hours and dashed towards and through open ones', () => {
  const [final, open] = lines(drawn(inputOf(CACHE, CACHE_DATA, 'fffo')));
  assert.deepEqual(
    [final?.id, final?.data, final?.lineStyle?.type],
    ['hit_rate_of_reads', [0.5, 0.4, 0.3, '-'], 'solid'],
  );
  assert.deepEqual([open?.id, open?.data], ['hit_rate_of_reads~open', ['-', '-', 0.3, 0.2]]);
  assert.notEqual(open?.lineStyle?.type, 'solid');
});

test('without open hours nothing is dashed or hatched', () => {
  const drawing = drawn(inputOf(CACHE, CACHE_DATA, 'ffff'));
  assert.deepEqual(
    lines(drawing).map(({ id }) => id),
    ['hit_rate_of_reads', 'hit_rate_of_queries'],
  );
  assert.deepEqual(marks(drawing), []);
});

test('open hours are hatched and say so, amended ones have a mark, the chosen one a frame', () => {
  assert.deepEqual(marks(drawn(inputOf(CACHE, CACHE_DATA, 'ffoo'))), ['rect', 'path', 'text']);
  assert.deepEqual(marks(drawn(inputOf(CACHE, CACHE_DATA, 'fafa'))), ['polygon', 'polygon']);
  assert.deepEqual(marks(drawn(inputOf(CACHE, CACHE_DATA, 'ffff', { hour: at(11) }))), ['rect']);
});

test('lines can be told apart without their colour', () => {
  const [reads, queries] = lines(drawn(inputOf(CACHE, CACHE_DATA, 'ffff')));
  assert.notEqual(reads?.symbol, queries?.symbol);
});

const SPILL_DATA = dataOf(
  ['hour', 'query_type', 'queries', 'spilled_queries', 'mbytes_spilled'],
  [
    [at(10), 'copy', 10, 1, 500],
    [at(10), 'select', 90, 2, 700],
  ],
);

test('bars lie on top of each other, every type with a pattern or a colour of its own', () => {
  const all = bars(drawn(inputOf(SPILL, SPILL_DATA)));
  assert.deepEqual(
    all.map(({ id, stack, data }) => [id, stack, data]),
    [
      ['copy', 'all', [500, 0, 0, 0]],
      ['select', 'all', [700, 0, 0, 0]],
    ],
  );
  assert.equal(new Set(all.map(({ itemStyle }) => JSON.stringify(itemStyle))).size, 2);
  assert.ok(all.some(({ itemStyle }) => itemStyle?.decal !== undefined));
});

test('the axis has room for the sum of a stack, and for what is left when a series is hidden', () => {
  const max = (hidden: string[]) => drawn(inputOf(SPILL, SPILL_DATA, 'ffff', { hidden })).extent?.max;
  assert.equal(max([]), 1500);
  assert.equal(max(['select']), 600);
  assert.deepEqual(
    bars(drawn(inputOf(SPILL, SPILL_DATA, 'ffff', { hidden: ['select'] }))).map(({ id }) => id),
    ['copy'],
  );
});

test('an update keeps series and axis where they are', () => {
  const first = drawn(inputOf(SPILL, SPILL_DATA));
  const more = dataOf(SPILL_DATA.columns, [...SPILL_DATA.rows, [at(11), 'copy', 1, 1, 900]]);
  const second = drawn(inputOf(SPILL, more), first);
  assert.deepEqual(
    bars(second).map(({ id }) => id),
    bars(first).map(({ id }) => id),
  );
  assert.deepEqual(second.extent, first.extent);
  assert.deepEqual([second.plot, second.stops], [first.plot, first.stops]);
});

const LATENCY_DATA = dataOf(
  ['hour', 'queries', 'p50', 'p99'],
  [
    [at(10), 5, 0, 8000],
    [at(11), 5, 70, 9000],
  ],
);

test('a zero on a logarithmic axis is drawn at its bottom', () => {
  const drawing = drawn(inputOf(LATENCY, LATENCY_DATA, 'ffff'));
  const [p50] = lines(drawing);
  assert.equal(p50?.data?.[0], drawing.extent?.min);
  assert.ok(Number(p50?.data?.[1]) > Number(drawing.extent?.min));
  assert.equal(p50?.data?.[2], '-');
});

test('every hour of the window has its place, whatever has rows', () => {
  const { stops, plot, band } = drawn(inputOf(LATENCY, LATENCY_DATA, 'ff'));
  assert.equal(stops.length, 4);
  assert.equal(band, plot.width / 4);
  assert.equal(stops[0], plot.x + band / 2);
});

test('lying bars end with their sum and the change of rank', () => {
  const data = dataOf(
    ['table_id', 'instance_id', 'reads', 'writes', 'rank', 'rank_before'],
    [
      [12, 'a', 7000, 2, 1, 3],
      [13, 'a', 5, 1, 2, 1],
      [14, 'a', 4, 1, 3, null],
      [15, 'a', 3, 1, 4, 4],
    ],
  );
  const all = bars(drawn(inputOf(TABLES, data)));
  const label = all.at(-1)?.label;
  assert.ok(typeof label?.formatter === 'function');
  const { formatter } = label;
  const text = [0, 1, 2, 3].map((dataIndex) => formatter({ dataIndex } as never));
  assert.deepEqual(text, ['7,002  {change|▲2}', '6  {change|▼1}', '5  {change|new}', '4  {change|=}']);
  assert.equal(all[0]?.label, undefined);
});
