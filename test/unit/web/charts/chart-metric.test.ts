import assert from 'node:assert/strict';
import test from 'node:test';
import {
  fieldGroups,
  fieldLabel,
  fieldLegend,
  flagFields,
  groupShown,
  isZeroWithoutRows,
} from '../../../../web/src/charts/chart-metric.ts';
import { BOTTLENECKS, CACHE, metricOf, SPILL, TABLES, UTILIZATION } from './fixture.ts';

const groups = (metric: Parameters<typeof fieldGroups>[0]) =>
  fieldGroups(metric).map(({ id, label, fields }) => [id, label, fields.map(({ name }) => name)]);

test('values of different units do not share an axis', () => {
  assert.deepEqual(groups(SPILL), [
    ['MB', 'MB spilled', ['mbytes_spilled']],
    ['queries', 'spilled queries', ['spilled_queries']],
  ]);
});

test('values of one unit are drawn together', () => {
  assert.deepEqual(groups(CACHE), [['ratio', 'share', ['hit_rate_of_reads', 'hit_rate_of_queries']]]);
  assert.deepEqual(groups(TABLES), [['queries', 'queries', ['reads', 'writes']]]);
});

test('shares of different things do not share a stack', () => {
  assert.deepEqual(groups(BOTTLENECKS), [
    ['share_of_queries', 'share of queries', ['share_of_queries']],
    ['share_of_execution', 'share of execution', ['share_of_execution']],
  ]);
});

test('a heatmap colours one value and marks its flags', () => {
  assert.deepEqual(groups(UTILIZATION), [['score', 'score', ['score']]]);
  assert.deepEqual(
    flagFields(UTILIZATION).map(({ name }) => name),
    ['oversubscribed'],
  );
});

test('a heatmap of flags alone colours them', () => {
  const onlyFlags = { ...UTILIZATION, panel: { ...UTILIZATION.panel, y: ['oversubscribed'] } };
  assert.deepEqual(groups(onlyFlags), [['oversubscribed', 'oversubscribed', ['oversubscribed']]]);
  assert.deepEqual(flagFields(onlyFlags), []);
});

test('the group that a link asks for is shown, and the first if there is no such group', () => {
  assert.equal(groupShown(SPILL, 'queries').label, 'spilled queries');
  assert.equal(groupShown(SPILL, 'gone').label, 'MB spilled');
});

test('a sum over nothing is 0, a share of nothing is no number', () => {
  const field = (expr: string | null, unit: string) => isZeroWithoutRows({ name: 'x', note: null, expr, unit });
  assert.equal(field(null, 'queries'), true);
  assert.equal(field('reads + writes', 'accesses'), true);
  assert.equal(field('reads / writes', 'accesses'), false);
  assert.equal(field('quantile(bucket, queries, 0.5)', 'ms'), false);
  assert.equal(field('a - b', 'ratio'), false);
});

test('legends say what a share is of', () => {
  const [reads] = CACHE.derived;
  assert.ok(reads !== undefined);
  assert.equal(fieldLegend(reads), 'hit rate of reads, of executed selects plus cache hits');
  assert.equal(fieldLegend({ ...reads, note: 'one query of a hundred' }), 'hit rate of reads');
});

test('units leave the names that they are part of', () => {
  assert.equal(fieldLabel({ name: 'mean_queue_ms', unit: 'ms' }), 'mean queue time');
  assert.equal(fieldLabel({ name: 'mean_mbytes_spilled', unit: 'MB' }), 'mean MB spilled');
  assert.equal(fieldLabel({ name: 'rows_ms', unit: 'rows' }), 'rows ms');
});

test('a panel that names nothing has an empty group', () => {
  const none = metricOf({ name: 'none', keys: [], measures: [] }, { y: ['gone'] });
  assert.deepEqual(groupShown(none, undefined).fields, []);
});
