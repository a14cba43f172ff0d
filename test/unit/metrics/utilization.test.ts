import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { describe, test } from 'node:test';
import type { DeriveContext } from '../../../src/metrics/metric.ts';
import { deriveValues, keysNeeded, usesSlotHours } from '../../../src/metrics/metric.ts';
import { openSession } from '../../support/duckdb.ts';
import type { Given, Values } from './hand-made-rows.ts';
import { builtIn, rowsOf } from './hand-made-rows.ts';

/** Rows as `hour instance` with the measures that are not 0. */
async function utilization(t: TestContext, given: Given): Promise<Record<string, Record<string, number>>> {
  const rows = await rowsOf(await openSession(t), 'utilization', given);
  return Object.fromEntries(
    rows.map(({ hour, instance_id, ...measures }) => [
      `${String(hour).slice(11, 13)} ${String(instance_id)}`,
      Object.fromEntries(
        Object.entries(measures).flatMap(([name, sum]) => (sum === 0n ? [] : [[name, Number(sum)] as const])),
      ),
    ]),
  );
}

describe('busy time', () => {
  const busy = async (t: TestContext, ...events: readonly Values[]): Promise<number> =>
    (await utilization(t, { events }))['10 a']?.busy_ms ?? 0;

  test('is the part of the execution that lies in the hour of arrival', async (t) => {
    assert.equal(await busy(t, { execution_duration_ms: 250 }), 250);
    assert.equal(await busy(t, { execution_duration_ms: 3_600_000 }), 3_600_000);
    assert.equal(await busy(t, { execution_duration_ms: 864_000_000 }), 3_600_000);
    // Execution begins at 10:00:01.501.
    const late = { arrival_timestamp: '2024-03-01 10:00:00.001999', queue_duration_ms: 1000, compile_duration_ms: 500 };
    assert.equal(await busy(t, { ...late, execution_duration_ms: 7_200_000 }), 3_600_000 - 1_501);
  });

  test('begins with whole milliseconds of the arrival', async (t) => {
    const arrival_timestamp = '2024-03-01 10:59:59.999999';
    assert.equal(await busy(t, { arrival_timestamp, execution_duration_ms: 10 }), 1);
    assert.equal(await busy(t, { arrival_timestamp, compile_duration_ms: 1, execution_duration_ms: 10 }), 0);
  });

  test('is none in an hour that a query only waits in', async (t) => {
    for (const waiting of ['queue_duration_ms', 'compile_duration_ms']) {
      for (const ms of ['3600000', '9223372036854775807']) {
        assert.equal(await busy(t, { [waiting]: ms, execution_duration_ms: 10 }), 0, `${waiting} ${ms}`);
      }
    }
  });

  test('is added up with what earlier hours carried over, and not that of cache hits', async (t) => {
    const rows = await utilization(t, {
      events: [
        { execution_duration_ms: 100 },
        { execution_duration_ms: 50, was_aborted: true },
        { execution_duration_ms: 7, was_cached: true },
        { execution_duration_ms: 9, was_cached: true, instance_id: 'cached only' },
      ],
      carried: [
        { hour: '2024-03-01 10:00:00', instance_id: 'a', busy_ms: 3_600_000 },
        { hour: '2024-03-01 10:00:00', instance_id: 'carried only', busy_ms: 1 },
        { hour: '2024-03-01 10:00:00', instance_id: 'nothing carried', busy_ms: 0 },
        { hour: '2024-03-01 11:00:00', instance_id: 'a', busy_ms: 2 },
      ],
    });
    assert.deepEqual(rows, {
      '10 a': { queries: 2, busy_ms: 3_600_150, execution_ms: 150 },
      '10 carried only': { busy_ms: 1 },
      '11 a': { busy_ms: 2 },
    });
  });
});

test('times are of the queries that arrived, however long they went on', async (t) => {
  const rows = await utilization(t, {
    events: [
      { queue_duration_ms: 5_000_000, compile_duration_ms: 20, execution_duration_ms: 7_200_000, mbytes_spilled: 1 },
      { queue_duration_ms: 3, compile_duration_ms: 4, execution_duration_ms: 5, mbytes_spilled: null },
    ],
  });
  assert.deepEqual(rows, {
    '10 a': {
      queries: 2,
      busy_ms: 5,
      queue_ms: 5_000_003,
      compile_ms: 24,
      execution_ms: 7_200_005,
      spilled_execution_ms: 7_200_000,
    },
  });
});

test('expected and compared are of queries whose fingerprint has at least 5 runs', async (t) => {
  const known = (instance_id: string, feature_fingerprint: string, runs: number, sum_ln_execution: number): Values => ({
    ...{ hour: '2024-03-01 10:00:00', instance_id, feature_fingerprint, runs, sum_ln_execution },
  });
  const rows = await utilization(t, {
    events: [
      { feature_fingerprint: 'five', execution_duration_ms: 2_000 },
      { feature_fingerprint: 'five', execution_duration_ms: 500, was_aborted: true },
      { feature_fingerprint: 'zeros', execution_duration_ms: 70 },
      { feature_fingerprint: 'uneven', execution_duration_ms: 1 },
      { feature_fingerprint: 'four', execution_duration_ms: 30 },
      { feature_fingerprint: 'unknown', execution_duration_ms: 10_000 },
      { feature_fingerprint: null, execution_duration_ms: 20_000 },
      { feature_fingerprint: 'five', execution_duration_ms: 9, instance_id: 'b' },
    ],
    known: [
      // ln(1001) = 6.90875: five runs of 1,000 ms are 6909 milli-nats each, and exp(6.909) = 1001.25.
      known('a', 'five', 5, 5 * 6909),
      known('a', 'zeros', 6, 0),
      // 4000 / 7 / 1000 = 0.571..., exp of it 1.77.
      known('a', 'uneven', 7, 4000),
      known('a', 'four', 4, 4 * 6909),
      known('b', 'four', 9, 9 * 6909),
    ],
  });
  const { expected_ms = 0, compared_ms = 0 } = rows['10 a'] ?? {};
  assert.equal(expected_ms, 2 * 1_000 + 0 + 1);
  assert.equal(compared_ms, 2_000 + 500 + 70 + 1);
  assert.deepEqual(rows['10 b'], { queries: 1, busy_ms: 9, execution_ms: 9 });
});

/** One row per hour and instance of each. */
const ROWS: readonly Values[] = [
  row('h1', 'a', { busy_ms: 9_000_000, queue_ms: 300, compile_ms: 100, execution_ms: 600 }),
  row('h1', 'b', { busy_ms: 1_800_000 }),
  row('h2', 'a', { spilled_execution_ms: 150, execution_ms: 600, expected_ms: 300, compared_ms: 400 }),
];

function row(hour: string, instance_id: string, measures: Readonly<Record<string, number>>): Values {
  const none = { queries: 1, busy_ms: 0, queue_ms: 0, compile_ms: 0, execution_ms: 0, spilled_execution_ms: 0 };
  return { hour, instance_id, ...none, expected_ms: 0, compared_ms: 0, ...measures };
}

async function derived(groupBy: readonly string[], context?: DeriveContext<Values[string]>, rows = ROWS) {
  return deriveValues(await builtIn('utilization'), rows, groupBy, context).map((group) => group.derived);
}

describe('the parts of the score', () => {
  test('are of the sums', async () => {
    const [all] = await derived([]);
    // Queue 300 of 300 + 100 + 1200; spilled 150 of 1200; expected 300 of 400; 10,800,000 ms of 2 hours x 2 instances x 5 slots.
    assert.equal(all?.queue_share, 300 / 1_600);
    assert.equal(all?.spill_share, 0.125);
    assert.equal(all?.slowdown, 0.25);
    assert.equal(all?.occupancy, 10_800_000 / (3_600_000 * 20));
    assert.equal(all?.score, 0.3 * (300 / 1_600) + 0.2 * 0.125 + 0.3 * 0.25 + 0.2 * 0.15);
    assert.equal(all?.oversubscribed, 0);
  });

  test('are 0 where their denominator is 0, and slowdown where queries were faster than usual', async () => {
    const parts = { queue_share: 0, spill_share: 0, slowdown: 0, occupancy: 0, score: 0, oversubscribed: 0 };
    assert.deepEqual(await derived([], {}, [row('h', 'a', {})]), [parts]);
    assert.deepEqual(await derived([], {}, [row('h', 'a', { expected_ms: 5, compared_ms: 4 })]), [parts]);
    assert.deepEqual(await derived([], {}, [row('h', 'a', { expected_ms: 5 })]), [parts]);
    assert.equal((await derived([], { hours: 0 }, [row('h', 'a', { busy_ms: 5 })]))[0]?.occupancy, 0);
  });

  test('never exceed 1', async () => {
    const [one] = await derived([], {}, [row('h', 'a', { busy_ms: 99_000_000, expected_ms: 0, compared_ms: 10 })]);
    assert.deepEqual([one?.occupancy, one?.slowdown], [1, 1]);
  });
});

describe('oversubscribed is', () => {
  const FULL = 5 * 3_600_000;
  const cases: readonly (readonly [what: string, measures: Readonly<Record<string, number>>, expected: 0 | 1])[] = [
    ['a score of 0.6: all slow, all waiting', { queue_ms: 10, expected_ms: 0, compared_ms: 10 }, 1],
    ['not a score below', { queue_ms: 9_999, compile_ms: 1, expected_ms: 0, compared_ms: 10 }, 0],
    ['every slot busy and queueing above a tenth', { busy_ms: FULL, queue_ms: 101, execution_ms: 899 }, 1],
    ['not with queueing of a tenth', { busy_ms: FULL, queue_ms: 100, execution_ms: 900 }, 0],
    ['not with a slot that was free for a moment', { busy_ms: FULL - 1, queue_ms: 500, execution_ms: 500 }, 0],
  ];
  for (const [what, measures, expected] of cases) {
    test(what, async () => {
      assert.equal((await derived([], {}, [row('h', 'a', measures)]))[0]?.oversubscribed, expected);
    });
  }
});

describe('slot hours', () => {
  const busy = 3_600_000;
  const occupancy = async (groupBy: readonly string[], context?: DeriveContext<Values[string]>): Promise<unknown[]> =>
    (
      await derived(groupBy, context, [
        row('h1', 'a', { busy_ms: busy }),
        row('h1', 'b', { busy_ms: busy }),
        row('h2', 'a', { busy_ms: busy }),
      ])
    ).map(({ occupancy: value }) => value);

  test('are of all hours and instances among the rows, unless told otherwise', async () => {
    assert.deepEqual(await occupancy([]), [3 / 20]);
    assert.deepEqual(await occupancy(['instance_id']), [2 / 10, 1 / 10]);
    assert.deepEqual(await occupancy(['hour']), [2 / 10, 1 / 10]);
    assert.deepEqual(await occupancy(['hour', 'instance_id']), [1 / 5, 1 / 5, 1 / 5]);
  });

  test('are of the hours of the range and of the chosen instances', async () => {
    const context = { hours: 24, instances: ['a', 'b', 'idle'] };
    assert.deepEqual(await occupancy([], context), [3 / (24 * 15)]);
    assert.deepEqual(await occupancy(['instance_id'], context), [2 / (24 * 5), 1 / (24 * 5)]);
    assert.deepEqual(await occupancy(['hour'], context), [2 / 15, 1 / 15]);
  });

  test('are of the slots of each instance', async () => {
    const slots = { default: 2, instances: { b: 10 } };
    assert.deepEqual(await occupancy([], { slots }), [3 / 24]);
    assert.deepEqual(await occupancy(['instance_id'], { slots }), [2 / 4, 1 / 20]);
    assert.deepEqual(await occupancy(['hour'], { slots, instances: ['a'] }), [1, 1 / 2]);
  });

  test('are of as many hours as a time stands for', async () => {
    const hoursOf = (hour: Values[string]): number => (hour === 'h1' ? 24 : 3);
    assert.deepEqual(await occupancy(['hour'], { hoursOf }), [2 / 240, 1 / 30]);
    assert.deepEqual(await occupancy([], { hoursOf }), [3 / 270]);
  });

  test('need hours and instances told apart unless these are given', async () => {
    const metric = await builtIn('utilization');
    assert.deepEqual(keysNeeded(metric, []), ['hour', 'instance_id']);
    assert.deepEqual(keysNeeded(metric, [], { hours: 1 }), ['instance_id']);
    assert.deepEqual(keysNeeded(metric, ['hour'], { hours: 1, instances: [] }), ['hour']);
    assert.equal(usesSlotHours(metric), true);
    assert.equal(usesSlotHours(await builtIn('repetition')), false);
  });
});

test('weights can be others', async () => {
  const weights = { queue: 0, spill: 1, performance: 0, concurrency: 0 };
  assert.equal((await derived([], { weights }))[0]?.score, 0.125);
});
