import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadMetrics } from '../../../src/metrics/load.ts';
import { metricsFromJson } from '../../../src/metrics/stored.ts';

test('metrics come back from a store as they went in', async () => {
  const metrics = await loadMetrics();
  // JSON has no undefined.
  const plain = (of: unknown): unknown => JSON.parse(JSON.stringify(of));
  assert.deepEqual(plain(metricsFromJson(JSON.stringify(metrics))), plain(metrics));
});

test('a panel of an earlier release is drawn as a head that says no more', async () => {
  const [metric] = await loadMetrics();
  const { kpi: _kpi, panel: _panel, ...rest } = metric ?? assert.fail('there are no metrics');
  const panel = { chart: 'line', x: 'hour', y: ['queries'] };
  const [restored] = metricsFromJson(JSON.stringify([{ ...rest, panel }]));
  assert.deepEqual(restored?.kpi, []);
  assert.deepEqual(restored?.panel, {
    ...panel,
    ...{ where: {}, stack: false, scale: 'linear', over: 'range', caption: [], spread: undefined, fit: undefined },
  });
});
