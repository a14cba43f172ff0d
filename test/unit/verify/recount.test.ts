import assert from 'node:assert/strict';
import { test } from 'node:test';
import { partitionOf } from '../../../src/bus/bus.ts';
import type { TraceRow } from './fixture.ts';
import { HOUR, recount } from './sent-records.ts';

const execution = (...values: string[]): TraceRow[] => values.map((ms) => ({ execution_duration_ms: ms }));

test('records of different keys are all counted', async (t) => {
  const rows = [{ query_id: '1' }, { query_id: '2' }, { query_id: '1', instance_id: '2' }];
  assert.deepEqual((await recount(t, rows)).receipts, [
    [HOUR, 0, 1, 0, 0, 0],
    [HOUR, 1, 2, 0, 0, 0],
  ]);
});

test('the same query in another hour is another event', async (t) => {
  const { receipts } = await recount(t, [{}, { arrival_timestamp: "'2024-03-01 01:00:00'" }]);
  assert.deepEqual(receipts, [
    [HOUR, 1, 1, 0, 0, 0],
    ['2024-03-01T01:00:00Z', 1, 1, 0, 0, 0],
  ]);
});

/** Of one key: executions in any order in the file, then counted, duplicate, rejected, and the execution that stays. */
const CONTESTS: readonly (readonly [string, readonly TraceRow[], readonly number[], number])[] = [
  ['three of the same are one and two duplicates', execution('5', '5', '5'), [1, 2, 0], 5],
  ['of two that differ the smaller stays', execution('9', '7'), [1, 0, 1], 7],
  ['what equals the smaller is a duplicate', execution('9', '7', '7'), [1, 1, 1], 7],
  ['what equals the rejected one is rejected too', execution('9', '7', '9'), [1, 0, 2], 7],
  ['null and zero are the same content of an executed query', execution('NULL', '0'), [1, 1, 0], 0],
  [
    'a record that comes later by its raw values may be the smaller one when clean',
    // Null comes first in replay, is 0 when clean, and then the queue decides: the first two are there when it comes.
    [
      { compile_duration_ms: 'NULL', queue_duration_ms: '5', execution_duration_ms: '1' },
      { compile_duration_ms: 'NULL', queue_duration_ms: '5', execution_duration_ms: '1' },
      { compile_duration_ms: '0', queue_duration_ms: '3', execution_duration_ms: '2' },
    ],
    [1, 1, 1],
    2,
  ],
  [
    'an earlier arrival is the smaller one whatever follows',
    [{ arrival_timestamp: "'2024-03-01 00:11:00'", execution_duration_ms: '1' }, { execution_duration_ms: '3' }],
    [1, 0, 1],
    3,
  ],
  ['a rejected record does not contest', execution('-1', '4', '4'), [1, 1, 1], 4],
];

for (const [what, rows, [counted, duplicate, rejected], stays] of CONTESTS) {
  test(`of records with one key: ${what}`, async (t) => {
    const result = await recount(t, rows);
    assert.deepEqual(result.receipts, [[HOUR, 1, counted, duplicate, rejected, 0]]);
    assert.deepEqual(result.counted, [stays]);
  });
}

test('rejected records stand in their hour, or under none without a time', async (t) => {
  const rows = [{ query_type: 'NULL' }, { arrival_timestamp: 'NULL' }, { instance_id: 'NULL' }];
  const { receipts, counted } = await recount(t, rows);
  assert.deepEqual(receipts, [
    [null, 1, 0, 0, 1, 0],
    [HOUR, 0, 0, 0, 1, 0],
    [HOUR, 1, 0, 0, 1, 0],
  ]);
  assert.deepEqual(counted, []);
});

test('records lie in the partition of their instance', async (t) => {
  const ids = Array.from({ length: 20 }, (_, id) => String(id));
  const { receipts } = await recount(
    t,
    ids.map((instance_id) => ({ instance_id })),
  );
  const first = ids.filter((id) => partitionOf(`provisioned-${id}`, 2) === 0).length;
  assert.ok(first > 0 && first < 20);
  assert.deepEqual(receipts, [
    [HOUR, 0, first, 0, 0, 0],
    [HOUR, 1, 20 - first, 0, 0, 0],
  ]);
});
