import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BATCH_COLUMNS } from '../../../src/bus/bus.ts';
import { REDSET_COLUMNS } from '../../../src/model/redset.ts';
import { TOTAL_ORDER } from '../../../src/trace/trace.ts';

const names: readonly string[] = REDSET_COLUMNS.map(({ name }) => name);

test('a record on the bus carries every column of Redset in its type, in the published order', () => {
  const onBus = BATCH_COLUMNS.filter(({ name }) => names.includes(name));
  assert.deepEqual(
    onBus.map(({ name, type }) => [name, type.toLowerCase()]),
    REDSET_COLUMNS.map(({ name, type }) => [name, type]),
  );
});

test('the total order looks at every column once, arrival and identity first', () => {
  const order = TOTAL_ORDER.split(', ').map((term) => term.replace(' ASC NULLS FIRST', ''));
  assert.deepEqual(order.slice(0, 4), ['arrival_timestamp', 'deployment', 'instance_id', 'query_id']);
  assert.deepEqual([...order].sort(), ['deployment', 'raw', ...names].sort());
});
