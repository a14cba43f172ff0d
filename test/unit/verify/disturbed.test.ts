import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at } from '../../support/time.ts';
import { HOUR, recountSent } from './sent-records.ts';

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const DISTURBED = { faults: 'disorder=30m' };
const ARRIVAL = { arrival_timestamp: "'2024-03-01 00:50:00'" };

/**
 * One key; executions with seconds after which they were sent, then counted, duplicate, rejected and what stays. In the
 * order of arrival the first would come first.
 */
const DISORDERED: readonly (readonly [
  string,
  readonly (readonly [string, number])[],
  readonly [number, number, number],
  number,
])[] = [
  [
    'a copy that comes before its event is the one counted',
    [
      ['5', 9],
      ['5', 1],
    ],
    [1, 1, 0],
    5,
  ],
  [
    'what equals the greater one is a duplicate while that is held',
    [
      ['9', 1],
      ['9', 2],
      ['7', 3],
    ],
    [1, 1, 1],
    7,
  ],
  [
    'what equals the greater one is rejected once the smaller one is held',
    [
      ['9', 1],
      ['7', 2],
      ['9', 3],
    ],
    [1, 0, 2],
    7,
  ],
  [
    'a smaller one takes the place of each before it',
    [
      ['7', 3],
      ['8', 2],
      ['9', 1],
    ],
    [1, 0, 2],
    7,
  ],
];

for (const [what, sent, [counted, duplicate, rejected], stays] of DISORDERED) {
  test(`of records with one key in the order of sending: ${what}`, async (t) => {
    const records = sent.map(([ms, after]) => [{ execution_duration_ms: ms }, { after: after * SECOND }] as const);
    const result = await recountSent(t, records, DISTURBED);
    assert.deepEqual(result.receipts, [[HOUR, 1, counted, duplicate, rejected, 0]]);
    assert.deepEqual(result.counted, [stays]);
  });
}

test('at one place of the order an event comes before its copies, and these in the order of records', async (t) => {
  const records = [
    [{ execution_duration_ms: '3' }, { copy: 1 }],
    [{ execution_duration_ms: '4' }, { copy: 0 }],
    [{ execution_duration_ms: '4' }, { copy: 2 }],
  ] as const;
  // 4 is held when 3 displaces it, and the other 4 is rejected.
  assert.deepEqual((await recountSent(t, records, DISTURBED)).receipts, [[HOUR, 1, 1, 0, 2, 0]]);
});

test('a record is late from the microsecond on at which the watermark that cuts its hour off goes out', async (t) => {
  // Disorder 30 min: the watermark 01:10 goes out before the first record that is sent at 01:40 or later.
  const until = 50 * MINUTE;
  const records = [
    [{ ...ARRIVAL, query_id: '1' }, { after: until - 1 }],
    [{ ...ARRIVAL, query_id: '2' }, { after: until }],
  ] as const;
  const result = await recountSent(t, records, DISTURBED);
  assert.deepEqual(result.receipts, [[HOUR, 1, 1, 0, 0, 1]]);
  assert.deepEqual(result.late, [[2, 100, false, true]]);
});

test('watermarks stand on the grid of their interval, and none beyond the end of the run', async (t) => {
  const sevenMinutes = { ...DISTURBED, watermarkIntervalMs: 420_000 };
  // The first watermark of at least 01:10 is the tenth, 01:10; with 11 minutes it is the seventh, 01:17.
  const at40 = [[ARRIVAL, { after: 50 * MINUTE }]] as const;
  assert.equal((await recountSent(t, at40, sevenMinutes)).late.length, 1);
  const elevenMinutes = { ...DISTURBED, watermarkIntervalMs: 660_000 };
  assert.equal((await recountSent(t, at40, elevenMinutes)).late.length, 0);
  assert.equal((await recountSent(t, [[ARRIVAL, { after: 57 * MINUTE }]], elevenMinutes)).late.length, 1);
  const ended = { ...DISTURBED, to: at('2024-03-01 01:00') };
  assert.equal((await recountSent(t, [[ARRIVAL, { after: 600 * MINUTE }]], ended)).late.length, 0);
});

test('a rejected record is never late, and a late one contests no key', async (t) => {
  const late = { after: 120 * MINUTE };
  const records = [
    [{ query_id: '1', execution_duration_ms: '-1' }, late],
    [{ query_id: '2', execution_duration_ms: '4' }, late],
    [{ query_id: '2', execution_duration_ms: '5' }, { copy: 1 }],
  ] as const;
  const result = await recountSent(t, records, DISTURBED);
  assert.deepEqual(result.receipts, [[HOUR, 1, 1, 0, 1, 1]]);
  assert.deepEqual([result.counted, result.late], [[5], [[2, 4, true, true]]]);
});

test('a late record that has surely been processed is told from one that may be on its way', async (t) => {
  const records = [
    [{ query_id: '1' }, { after: 140 * MINUTE - 1 }],
    [{ query_id: '2' }, { after: 140 * MINUTE }],
  ] as const;
  assert.deepEqual((await recountSent(t, records, DISTURBED)).late, [
    [1, 100, false, true],
    [2, 100, false, false],
  ]);
});

test('a damaged copy stays in the partition of its event', async (t) => {
  // Instance 1 lies in partition 1.
  const records = [
    [{ instance_id: 'NULL' }, { copy: 2, fault: 'missing_field:instance_id', route: 'provisioned-1' }],
    [
      { arrival_timestamp: "'2024-05-01'" },
      { copy: 2, fault: 'out_of_range:arrival_timestamp', route: 'provisioned-1' },
    ],
  ] as const;
  const result = await recountSent(t, records);
  assert.deepEqual(result.receipts, [
    [null, 1, 0, 0, 1, 0],
    [HOUR, 1, 0, 0, 1, 0],
  ]);
  assert.deepEqual(result.judged, [
    ['rejected', 'missing_field', 'instance_id', 'missing_field:instance_id', 1],
    ['rejected', 'out_of_range', 'arrival_timestamp', 'out_of_range:arrival_timestamp', 1],
  ]);
});

test('of equal records, the injected ones are those that are duplicates', async (t) => {
  const records = [
    [{}, { after: 9, copy: 0 }],
    [{}, { after: 1, copy: 1, fault: 'duplicate' }],
  ] as const;
  assert.deepEqual((await recountSent(t, records, DISTURBED)).judged, [
    ['counted', null, null, null, 1],
    ['duplicate', null, null, 'duplicate', 1],
  ]);
});

test('a copy whose event is late is counted in its stead', async (t) => {
  const records = [
    [{}, { after: 120 * MINUTE, fault: 'late' }],
    [{}, { after: 1, copy: 1, fault: 'duplicate' }],
  ] as const;
  const result = await recountSent(t, records, DISTURBED);
  assert.deepEqual(result.judged, [
    ['counted', null, null, 'duplicate', 1],
    ['late', null, null, 'late', 1],
  ]);
  assert.deepEqual(result.late, [[1, 100, true, true]]);
});

test('an injected conflict is rejected, whether it comes before its event or after it', async (t) => {
  for (const after of [1, 9]) {
    const records = [
      [{}, { after: 5 }],
      [{ user_id: '8' }, { after, copy: 2, fault: 'conflict:user_id' }],
    ] as const;
    assert.deepEqual((await recountSent(t, records, DISTURBED)).judged, [
      ['counted', null, null, null, 1],
      ['rejected', 'conflict', null, 'conflict:user_id', 1],
    ]);
  }
});
