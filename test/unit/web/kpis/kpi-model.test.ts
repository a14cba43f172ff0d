import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hourText, type KpiContext, kpiHour, kpiView } from '../../../../web/src/kpis/kpi-model.ts';
import { kpiSources } from '../../../../web/src/kpis/kpi-order.ts';
import { CACHE, hourLines, kpi, kpiData, metric, panelData, sourceOf } from './metric-fixture.ts';

const WINDOW = { from: '2024-03-11T15:00:00Z', to: '2024-03-12T15:00:00Z' };
const FINAL = '2024-03-12T13:00:00Z';
const OPEN = '2024-03-12T14:00:00Z';
const YESTERDAY = '2024-03-11T13:00:00Z';
const WORKLOAD = metric('workload', { kpi: [kpi({})] });

function context(chosen?: string): KpiContext {
  const hours = hourLines();
  return { hours, window: WINDOW, at: kpiHour(hours, chosen) };
}

test('by default the row shows the latest final hour, and beside it what the open one has so far', () => {
  const data = kpiData([
    [YESTERDAY, 80_000, 80_000],
    [FINAL, 91_204, 91_204],
    [OPEN, 41_230, 41_230],
  ]);
  const view = kpiView(sourceOf(WORKLOAD), data, undefined, context());
  assert.equal(view.hourText, '13:00');
  assert.equal(view.value, '91,204');
  assert.equal(view.soFar, '14:00 so far 41,230');
});

test('a value is compared with the same hour of the day before', () => {
  const data = kpiData([
    [YESTERDAY, 80_000, 80_000],
    [FINAL, 91_200, 91_200],
  ]);
  const { change } = kpiView(sourceOf(WORKLOAD), data, undefined, context());
  assert.equal(change?.text, '+14\u00a0%');
  assert.equal(change?.than, 'Mon 11 Mar 13:00');
  assert.equal(change?.judgement, undefined);
});

test('where the day before has no such hour, words say so', () => {
  const view = kpiView(sourceOf(WORKLOAD), kpiData([[FINAL, 91_204, 91_204]]), undefined, context());
  assert.equal(view.change, undefined);
  assert.equal(view.noChange, 'no data for yesterday');
});

test('a chosen hour is shown with its day, and an open one is neither compared nor shown twice', () => {
  const data = kpiData([
    [YESTERDAY, 80_000, 80_000],
    [OPEN, 41_230, 41_230],
  ]);
  const open = kpiView(sourceOf(WORKLOAD), data, undefined, context(OPEN));
  assert.equal(open.hourText, '14:00 so far');
  assert.equal(open.value, '41,230');
  assert.equal(open.noChange, 'still open, not compared');
  assert.equal(open.soFar, undefined);
  assert.equal(kpiView(sourceOf(WORKLOAD), data, undefined, context(YESTERDAY)).hourText, 'Mon 11 Mar 13:00');
});

test('past midnight the latest final hour needs no day: the row keeps its height', () => {
  const at = { hour: '2024-03-11T23:00:00Z', latest: '2024-03-12T00:00:00Z', state: 'final', chosen: false } as const;
  assert.equal(hourText(at), '23:00');
  assert.equal(hourText({ ...at, chosen: true }), 'Mon 11 Mar 23:00');
  assert.equal(hourText({ ...at, latest: '2024-03-12T23:00:00Z' }), 'Mon 11 Mar 23:00');
});

test('before any hour is final the row says what there is so far', () => {
  const hours = hourLines(39);
  const at = kpiHour(hours, undefined);
  assert.equal(at, undefined);
  const view = kpiView(sourceOf(WORKLOAD), kpiData([[OPEN, 41_230, 41_230]]), undefined, { hours, window: WINDOW, at });
  assert.equal(view.value, '–');
  assert.equal(view.noChange, 'no final hour yet');
  assert.equal(view.soFar, '14:00 so far 41,230');
});

test('a ratio changes in percentage points, and the word says which way is better', () => {
  const data = kpiData([
    [YESTERDAY, 0.31, 12_000],
    [FINAL, 0.331, 12_700],
  ]);
  const view = kpiView(sourceOf(CACHE), data, undefined, context());
  assert.equal(view.value, '33.1\u00a0%');
  assert.equal(view.change?.text, '+2.1\u00a0pp');
  assert.equal(view.change?.judgement, 'good');
});

test('a ratio says of how many: a denominator of its own comes from the rows of its panel', () => {
  const data = kpiData([[FINAL, 0.331, 12_700]]);
  const panel = panelData(
    ['hour', 'queries', 'reads', 'cached'],
    [
      ['2024-03-12T12:00:00Z', 11_000, 4_000, 900],
      [FINAL, 12_700, 4_210, 1_394],
    ],
  );
  assert.equal(kpiView(sourceOf(CACHE), data, panel, context()).denominator, 'of 4,210 reads');
});

test('where the panel does not show everything, its rows are no denominator, and words say what is meant', () => {
  const data = kpiData([[FINAL, 0.331, 12_700]]);
  const panel = panelData(['hour', 'reads'], [[FINAL, 4_210]], { shown: { of: 'instance_id', shown: 10, all: 91 } });
  assert.equal(kpiView(sourceOf(CACHE), data, panel, context()).denominator, 'of executed selects plus cache hits');
  assert.equal(
    kpiView(sourceOf(CACHE), kpiData([[FINAL, 0.331, 12_700, 4_210]]), panel, context()).denominator,
    'of 4,210 reads',
  );
});

test('a ratio of the first measure is of what the row counts', () => {
  const spill = metric('spill', {
    measures: [
      { name: 'queries', unit: 'queries', note: null },
      { name: 'spilled_queries', unit: 'queries', note: null },
    ],
    derived: [{ name: 'spill_rate', expr: 'spilled_queries / queries', unit: 'ratio', note: 'of all queries' }],
    kpi: [kpi({ label: 'spilled', value: 'spill_rate', better: 'lower' })],
  });
  const view = kpiView(sourceOf(spill), kpiData([[FINAL, 0.024, 91_204]]), undefined, context());
  assert.equal(view.denominator, 'of 91,204 queries');
});

test('a figure that counts says of how many, and by how many more it is', () => {
  const utilization = metric('utilization', {
    derived: [{ name: 'oversubscribed', expr: 'at_least(score, 0.6)', unit: 'flag', note: null }],
    kpi: [kpi({ label: 'oversubscribed', value: 'oversubscribed', count: 'instance_id', better: 'lower' })],
  });
  const data = kpiData([
    [YESTERDAY, 1, 70_000, 90],
    [FINAL, 3, 80_000, 91],
  ]);
  const view = kpiView(sourceOf(utilization), data, undefined, context());
  assert.equal(view.value, '3');
  assert.equal(view.denominator, 'of 91 instances');
  assert.equal(view.change?.text, '+2');
  assert.equal(view.change?.judgement, 'bad');
});

test('a percentile says of how many queries it is', () => {
  const latency = metric('latency', {
    derived: [{ name: 'p95', expr: 'quantile(bucket, queries, 0.95)', unit: 'ms', note: null }],
    kpi: [kpi({ label: 'p95 execution', value: 'p95', where: { phase: 'execution' }, better: 'lower' })],
  });
  const view = kpiView(sourceOf(latency), kpiData([[FINAL, 8_200, 40_120]]), undefined, context());
  assert.equal(view.value, '8.2\u00a0s');
  assert.equal(view.denominator, 'n = 40,120 queries');
});

test('the sparkline has a point for every hour in view, gaps and open hours included', () => {
  const { spark } = kpiView(
    sourceOf(WORKLOAD),
    kpiData([
      [FINAL, 5, 5],
      [OPEN, 2, 2],
    ]),
    undefined,
    context(),
  );
  assert.equal(spark.length, 24);
  assert.deepEqual(spark.at(-1), { x: 1, value: 2, open: true });
  assert.equal(spark[0]?.value, null);
});

test("the figures stand in one order: everybody's first, then the user's own by name", () => {
  const names = ['zebra', 'latency', 'apes', 'utilization', 'spill', 'workload', 'result_cache'];
  const sources = kpiSources(names.map((name) => metric(name, { kpi: [kpi({}), kpi({})] })));
  assert.deepEqual(
    sources.map(({ id }) => id).filter((id) => id.endsWith('.0')),
    ['workload.0', 'spill.0', 'result_cache.0', 'latency.0', 'utilization.0', 'apes.0', 'zebra.0'],
  );
  assert.equal(sources[1]?.id, 'workload.1');
});
