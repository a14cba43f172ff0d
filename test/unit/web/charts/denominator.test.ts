import assert from 'node:assert/strict';
import test from 'node:test';
import type { ChartMetric } from '../../../../web/src/charts/chart-metric.ts';
import { fieldOf } from '../../../../web/src/charts/chart-metric.ts';
import { explainField } from '../../../../web/src/charts/denominator.ts';
import type { PanelData } from '../../../../web/src/live/live-state.ts';
import { BOTTLENECKS, CACHE, dataOf, LATENCY, plain, SPILL } from './fixture.ts';

function explained(metric: ChartMetric, data: PanelData, name: string, row = 0): string | undefined {
  const field = fieldOf(metric, name);
  assert.ok(field !== undefined);
  return plain(explainField(metric, data, field)(data.rows[row] ?? [], data.rows));
}

const CACHE_DATA = dataOf(['queries', 'reads', 'cached', 'hit_rate_of_reads'], [[9000, 4210, 1393, 0.331]]);

test('one measure over another says both', () => {
  assert.equal(explained(CACHE, CACHE_DATA, 'hit_rate_of_reads'), '1,393 of 4,210 reads');
  assert.equal(explained(CACHE, CACHE_DATA, 'hit_rate_of_queries'), '1,393 of 9,000 queries');
});

test('a measure says how many it is over, and the first measure is that itself', () => {
  assert.equal(explained(CACHE, CACHE_DATA, 'cached'), 'n = 9,000 queries');
  assert.equal(explained(CACHE, CACHE_DATA, 'queries'), undefined);
});

test('a percentile says over how many', () => {
  assert.equal(explained(LATENCY, dataOf(['queries', 'p50'], [[1, 70]]), 'p50'), 'n = 1 query');
});

test('without the columns there is nothing to say', () => {
  assert.equal(explained(CACHE, dataOf(['hit_rate_of_reads'], [[0.5]]), 'hit_rate_of_reads'), undefined);
  assert.equal(explained(SPILL, dataOf(['mbytes_spilled'], [[5]]), 'mbytes_spilled'), undefined);
});

const CLASSES = dataOf(
  ['class', 'queries', 'share_of_queries'],
  [
    ['cpu', 1, 0.25],
    ['io', 3, 0.75],
  ],
);

test('a share of all values of the series says of how many', () => {
  assert.equal(explained(BOTTLENECKS, CLASSES, 'share_of_queries'), '1 of 4 queries');
});

test('what is left by a filter is not the whole', () => {
  const filtered = dataOf(CLASSES.columns, CLASSES.rows.slice(0, 1));
  assert.equal(explained(BOTTLENECKS, filtered, 'share_of_queries'), 'n = 1 query');
});

test('the largest of many are not the whole', () => {
  const some = { ...CLASSES, shown: { of: 'class', shown: 2, all: 9 } };
  assert.equal(explained(BOTTLENECKS, some, 'share_of_queries'), 'n = 1 query');
});
