import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  chipsOf,
  filterKeys,
  hoursInViewText,
  meantValues,
  valuesOf,
  withValues,
} from '../../../../web/src/filters/filter-model.ts';
import { metric, PANEL, panelData } from '../kpis/metric-fixture.ts';

const SPILL = metric('spill', {
  title: 'Spill',
  keys: [
    { name: 'hour', type: 'TIMESTAMP' },
    { name: 'instance_id', type: 'VARCHAR' },
    { name: 'query_type', type: 'VARCHAR' },
  ],
});
const OWN = metric('by_region', { title: 'By region', keys: [{ name: 'region', type: 'VARCHAR' }] });

test("every key can be filtered by, users' own included, but not the hour; instances have a control of their own", () => {
  const keys = filterKeys([OWN, SPILL, { ...SPILL, name: 'workload', title: 'Workload' }], {});
  assert.deepEqual(
    keys.map(({ name, metrics, source }) => [name, metrics, source]),
    [
      ['query_type', ['Spill', 'Workload'], 'spill'],
      ['region', ['By region'], 'by_region'],
    ],
  );
  assert.equal(keys[0]?.label, 'query type');
});

test('buckets of a quantile and values of which a panel shows one are no filters', () => {
  const names = ['instance_id', 'phase', 'bucket', 'region'];
  const latency = metric('latency', {
    keys: names.map((name) => ({ name, type: 'VARCHAR' as const })),
    derived: [{ name: 'p95', expr: 'quantile(bucket, queries, 0.95)', unit: 'ms', note: null }],
    panel: { ...PANEL, where: { phase: 'execution' } },
  });
  assert.deepEqual(
    filterKeys([latency], {}).map(({ name }) => name),
    ['region'],
  );
});

test('the values to choose from are those that panels show or could show, in the order of their numbers', () => {
  const panels = {
    spill: panelData(
      ['hour', 'num_joins'],
      [
        ['2024-03-12T14:00:00Z', 10],
        ['2024-03-12T14:00:00Z', 9],
        ['2024-03-12T14:00:00Z', null],
        ['2024-03-12T13:00:00Z', 9],
      ],
    ),
    latency: panelData(['hour'], [], { choices: { phase: ['execution', 'total'] } }),
  };
  assert.deepEqual(valuesOf('num_joins', panels), ['9', '10']);
  assert.deepEqual(valuesOf('phase', panels), ['execution', 'total']);
});

test('a chip takes away what it names and nothing else', () => {
  const filters = { instance_id: ['provisioned-1', 'provisioned-2'], query_type: ['copy'] };
  const chips = chipsOf({ tier: 'provisioned', filters });
  assert.deepEqual(
    chips.map(({ text }) => text),
    ['tier provisioned', 'instance provisioned-1', 'instance provisioned-2', 'query type copy'],
  );
  assert.deepEqual(chips[0]?.without, { tier: undefined });
  assert.deepEqual(chips[1]?.without, { filters: { instance_id: ['provisioned-2'], query_type: ['copy'] } });
  assert.deepEqual(chips[3]?.without, { filters: { instance_id: filters.instance_id } });
});

test('many values of a key are one chip that counts them', () => {
  const instances = Array.from({ length: 40 }, (_, i) => `provisioned-${i}`);
  const [chip, ...others] = chipsOf({ tier: undefined, filters: { instance_id: instances, query_type: ['copy'] } });
  assert.equal(chip?.text, 'instance: 40 chosen');
  assert.deepEqual(chip?.without, { filters: { query_type: ['copy'] } });
  assert.equal(others.length, 1);
});

test('a key without values is no filter', () => {
  assert.deepEqual(withValues({ a: ['1'] }, 'a', []), {});
  assert.deepEqual(withValues({ a: ['1'] }, 'b', ['2', '2']), { a: ['1'], b: ['2'] });
});

test('what is typed means the one value that it finds, else itself; commas lie between several', () => {
  assert.deepEqual(meantValues('provisioned-7', ['provisioned-79']), ['provisioned-79']);
  assert.deepEqual(meantValues('provisioned-1', ['provisioned-1', 'provisioned-10']), ['provisioned-1']);
  assert.deepEqual(meantValues(' copy, select ,,copy', []), ['copy', 'select']);
  assert.deepEqual(meantValues(' ', ['copy']), []);
});

test('hours in view are said in days where they are days', () => {
  assert.deepEqual([6, 24, 72, 168].map(hoursInViewText), ['6 h', '24 h', '3 d', '7 d']);
});
