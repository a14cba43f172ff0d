import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kpiHour } from '../../../../web/src/kpis/kpi-model.ts';
import { lateKpi, rejectedKpi } from '../../../../web/src/kpis/run-kpis.ts';
import { hourLines } from './metric-fixture.ts';

const window = { from: '2024-03-11T15:00:00Z', to: '2024-03-12T15:00:00Z' };

test('rejected records are a share of everything received, late and duplicate ones included', () => {
  const hours = hourLines(1, { counted: 900, late: 40, rejected: 50, duplicate: 10 });
  const view = rejectedKpi({ hours, window, at: kpiHour(hours, undefined) }, []);
  assert.equal(view.value, '5\u00a0%');
  assert.equal(view.denominator, '50 of 1,000 records');
  assert.equal(view.change?.direction, 'same');
});

test('counts beyond 2^53, which come as text, are counts', () => {
  const hours = hourLines(1, { counted: '900', rejected: '100' });
  assert.equal(rejectedKpi({ hours, window, at: kpiHour(hours, undefined) }, []).value, '10\u00a0%');
});

test('an hour in which nothing came has no share of rejected records', () => {
  const hours = hourLines(1, { counted: 0 });
  const view = rejectedKpi({ hours, window, at: kpiHour(hours, undefined) }, []);
  assert.equal(view.value, '–');
  assert.equal(view.noChange, 'no data for this hour');
});

test('late events are counted, and filters are said not to touch them', () => {
  const hours = hourLines(1, { late: 7 });
  const view = lateKpi({ hours, window, at: kpiHour(hours, undefined) }, ['instance_id']);
  assert.equal(view.value, '7');
  assert.deepEqual(view.ignored, ['instance_id']);
  assert.equal(view.soFar, '14:00 so far 7');
});
