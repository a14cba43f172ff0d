import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { SpillwayError } from '../../../src/errors.ts';
import { deriveValues, keysNeeded, keysToKeepWhole } from '../../../src/metrics/derive.ts';
import { loadMetrics } from '../../../src/metrics/load.ts';
import type { Metric } from '../../../src/metrics/metric.ts';
import { rankRows } from '../../../src/metrics/rank.ts';

type Cells = Record<string, string | number | bigint | null>;
let metrics: ReadonlyMap<string, Metric>;
before(async () => {
  metrics = new Map((await loadMetrics()).map((metric) => [metric.name, metric]));
});

function metric(name: string): Metric {
  return metrics.get(name) ?? assert.fail(`no metric ${name}`);
}

function bottleneckRow(hour: string, instance: string, cls: string, queries: number): Cells {
  return { hour, instance_id: instance, class: cls, queries, queue_ms: 0, execution_ms: 10 * queries };
}
const BOTTLENECKS: readonly Cells[] = [
  bottleneckRow('h1', 'a', 'normal', 6),
  bottleneckRow('h1', 'a', 'io', 2),
  bottleneckRow('h1', 'b', 'normal', 8),
  bottleneckRow('h2', 'a', 'cached', 4),
];

/** Group keys and one derived value, compact. */
function values(name: string, rows: readonly Cells[], groupBy: readonly string[], value: string): unknown[] {
  return deriveValues(metric(name), rows, groupBy).map((row) => [...Object.values(row.keys), row.derived[value]]);
}

/** Equal but for the last digits of numbers. */
function near(actual: unknown, expected: unknown): void {
  const rounded = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value, (_key, v: unknown) => (typeof v === 'number' ? Number(v.toPrecision(12)) : v)));
  assert.deepEqual(rounded(actual), rounded(expected));
}

describe('derived values are computed after summing', () => {
  const rows: readonly Cells[] = [
    { hour: 'h1', instance_id: 'a', queries: 10, reads: 4, cached: 4 },
    { hour: 'h1', instance_id: 'b', queries: 90n, reads: '36', cached: 0 },
  ];

  test('so a rate over many rows is a rate of sums, not a mean of rates', () => {
    assert.deepEqual(values('result_cache', rows, ['hour'], 'hit_rate_of_reads'), [['h1', 0.1]]);
    assert.deepEqual(values('result_cache', rows, ['instance_id'], 'hit_rate_of_reads'), [
      ['a', 1],
      ['b', 0],
    ]);
  });

  test('without a key to group by there is one row, and from no rows none', () => {
    const [all, ...more] = deriveValues(metric('result_cache'), rows, []);
    assert.deepEqual(all?.measures, { queries: 100n, reads: 40n, cached: 4n });
    assert.deepEqual([all?.keys, more], [{}, []]);
    assert.deepEqual(deriveValues(metric('result_cache'), [], []), []);
  });

  test('and sums stay exact beyond 2^53', () => {
    const big = rows.map((row) => ({ ...row, queries: '9007199254740993' }));
    assert.equal(deriveValues(metric('result_cache'), big, [])[0]?.measures.queries, 18014398509481986n);
  });

  test('a denominator of 0 gives null, and a null measure is absent from the sum', () => {
    const none = rows.map((row): Cells => ({ ...row, reads: 0, cached: null }));
    const [row] = deriveValues(metric('result_cache'), [...none, { ...none[0], cached: 3 }], []);
    assert.equal(row?.measures.cached, 3n);
    assert.equal(row?.derived.hit_rate_of_reads, null);
    assert.equal(deriveValues(metric('result_cache'), none, [])[0]?.measures.cached, null);
  });

  test('keys of null and of the text "null" are different groups', () => {
    const keyed = [null, 'null', null].map((id): Cells => ({ ...rows[0], instance_id: id }));
    assert.equal(deriveValues(metric('result_cache'), keyed, ['instance_id']).length, 2);
  });

  test('a key that the metric does not have is refused', () => {
    assert.throws(
      () => deriveValues(metric('result_cache'), rows, ['class']),
      (error) =>
        error instanceof SpillwayError && error.code === 'QUERY_INVALID' && /no key "class"/.test(error.message),
    );
  });

  test('a row that lacks a column, or has a fraction for a measure, is a mistake of ours and throws', () => {
    assert.throws(() => deriveValues(metric('result_cache'), [{ hour: 'h1' }], []), /without its column/);
    const half = rows.map((row) => ({ ...row, reads: 0.5 }));
    assert.throws(() => deriveValues(metric('result_cache'), half, []), /expected a 64-bit integer/);
  });
});

describe('share', () => {
  test('is of the groups that differ in its key only', () => {
    assert.deepEqual(values('bottlenecks', BOTTLENECKS, ['hour', 'instance_id', 'class'], 'share_of_queries'), [
      ['h1', 'a', 'normal', 0.75],
      ['h1', 'a', 'io', 0.25],
      ['h1', 'b', 'normal', 1],
      ['h2', 'a', 'cached', 1],
    ]);
    assert.deepEqual(values('bottlenecks', BOTTLENECKS, ['class'], 'share_of_queries'), [
      ['normal', 0.7],
      ['io', 0.1],
      ['cached', 0.2],
    ]);
  });

  test('is 1 where its key is summed away', () => {
    assert.deepEqual(values('bottlenecks', BOTTLENECKS, ['hour'], 'share_of_queries'), [
      ['h1', 1],
      ['h2', 1],
    ]);
  });

  test('says that its key must not be filtered before', () => {
    assert.deepEqual(keysToKeepWhole(metric('bottlenecks')), ['class']);
    assert.deepEqual(keysToKeepWhole(metric('workload')), []);
  });
});

describe('correlation over a key', () => {
  // Three compiled selects without joins (e^2 - 1 ms each), one with two joins (e^4 - 1 ms), one never compiled.
  const rows: readonly Cells[] = [
    {
      hour: 'h1',
      instance_id: 'a',
      num_joins: 2,
      queries: 2,
      zero_compile: 1,
      compile_ms: 54,
      sum_ln: 4000,
      sum_ln_sq: 16_000_000,
    },
    {
      hour: 'h1',
      instance_id: 'a',
      num_joins: 0,
      queries: 2,
      zero_compile: 0,
      compile_ms: 12,
      sum_ln: 4000,
      sum_ln_sq: 8_000_000,
    },
    {
      hour: 'h2',
      instance_id: 'b',
      num_joins: 0,
      queries: 1,
      zero_compile: 0,
      compile_ms: 6,
      sum_ln: 2000,
      sum_ln_sq: 4_000_000,
    },
  ];

  test('takes the rows below the group as points, whatever the grain', () => {
    near(values('compile_joins', rows, [], 'joins_correlation'), [[1]]);
    near(values('compile_joins', rows, [], 'joins_slope'), [[1]]);
    near(values('compile_joins', rows, ['hour'], 'joins_slope'), [
      ['h1', 1],
      ['h2', null],
    ]);
    assert.deepEqual(values('compile_joins', rows, ['num_joins'], 'joins_correlation'), [
      [2, null],
      [0, null],
    ]);
  });

  test('and the geometric mean is over compiled queries only', () => {
    near(values('compile_joins', rows, [], 'geometric_mean_compile_ms'), [[Math.exp(2.5) - 1]]);
  });

  test('needs its key told apart', () => {
    assert.deepEqual(keysNeeded(metric('compile_joins'), ['hour']), ['hour', 'num_joins']);
    assert.deepEqual(keysNeeded(metric('spill'), ['query_type', 'hour']), ['hour', 'query_type']);
  });

  test('does not depend on the order of rows', () => {
    const many = Array.from(
      { length: 200 },
      (_, i): Cells => ({
        ...rows[0],
        num_joins: (i * 7) % 21,
        sum_ln: 1000 + ((i * 37) % 101),
        sum_ln_sq: 1_000_000 + i,
        queries: 3,
      }),
    );
    const forward = deriveValues(metric('compile_joins'), many, []);
    assert.deepEqual(deriveValues(metric('compile_joins'), many.toReversed(), []), forward);
  });
});

describe('rank', () => {
  const row = (instance: string, table: number, reads: number, writes: number): Cells => ({
    ...{ hour: 'h1', instance_id: instance, table_id: table, reads, writes },
  });
  const rows = [row('a', 10, 5, 0), row('a', 9, 2, 3), row('b', 9, 1, 1), row('b', 7, 0, 9)];

  test('is by the sum of the panel values, ties by key in the order of numbers', () => {
    const groups = deriveValues(metric('top_tables'), rows, ['instance_id', 'table_id']);
    assert.deepEqual(
      rankRows(metric('top_tables'), groups).map(({ rank, row }) => [rank, row.keys.instance_id, row.keys.table_id]),
      [
        [1, 'b', 7],
        [2, 'a', 9],
        [3, 'a', 10],
        [4, 'b', 9],
      ],
    );
  });

  test('can be by one value and of any number', () => {
    const groups = deriveValues(metric('top_tables'), rows, ['table_id']);
    const ranked = rankRows(metric('top_tables'), groups, { by: ['reads'], top: 2 });
    assert.deepEqual(
      ranked.map(({ row }) => row.keys.table_id),
      [10, 9],
    );
  });

  test('shows ten by default', () => {
    const many = Array.from({ length: 30 }, (_, i) => row('a', i, i, 0));
    assert.equal(rankRows(metric('top_tables'), deriveValues(metric('top_tables'), many, ['table_id'])).length, 10);
  });
});
