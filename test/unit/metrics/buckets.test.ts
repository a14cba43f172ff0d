import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { BUCKET_BOUNDS, bucketValue, quantileOf, readShare } from '../../../src/metrics/buckets.ts';
import { check } from '../../support/property.ts';

/** The bucket of an integer, by definition: the first whose largest integer it does not exceed. */
function bucketOf(x: bigint): number {
  return BUCKET_BOUNDS.findIndex((upto) => x <= upto);
}

/** Values counted by bucket, smallest first. */
function counted(values: readonly bigint[]): { x: number; n: number }[] {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(bucketOf(value), (counts.get(bucketOf(value)) ?? 0) + 1);
  return [...counts].map(([x, n]) => ({ x, n })).sort((a, b) => a.x - b.x);
}

/** Doubles of 64-bit integers are rounded themselves. */
const ROUNDING = 1e-15;

function isWithinFivePercent(found: number, exact: number): boolean {
  return Math.abs(found - exact) <= (0.05 + ROUNDING) * exact;
}

function quantile(values: readonly (number | bigint)[], q: string): number | null {
  return quantileOf(counted(values.map(BigInt)), readShare(q) ?? assert.fail(`${q} is no share`));
}

describe('the bounds of the buckets', () => {
  test('are powers of 21/19, rounded down', () => {
    // 0; (21/19)^0 = 1, ^1 = 1.1, ... ^6 = 1.8, ^7 = 2.01, ^11 = 3.006, ^14 = 4.06, ^17 = 5.48, ^18 = 6.06
    const bounds = [0, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 6, 6, 7];
    assert.deepEqual(BUCKET_BOUNDS.slice(0, 22), bounds.map(BigInt));
    assert.equal(BUCKET_BOUNDS.at(-1), 9_223_372_036_854_775_807n);
    // 1 + ceil(ln(1000) / ln(21/19)) = 1 + ceil(69.02)
    assert.equal(bucketOf(1_000n), 71);
  });

  test('put every value where its logarithm does', () => {
    const g = Math.log(21 / 19);
    for (let x = 2; x < 1e15; x = Math.ceil(x * 1.013)) {
      const exact = Math.log(x) / g;
      // Where a value is a power, or too near to one, the double decides by chance.
      if (Math.abs(exact - Math.round(exact)) > 1e-9) assert.equal(bucketOf(BigInt(x)), 1 + Math.ceil(exact), `${x}`);
    }
  });

  test('are those of metrics/latency.sql', async () => {
    const sql = await readFile(new URL('../../../metrics/latency.sql', import.meta.url), 'utf8');
    const list = /unnest\(\[(?<list>[^\]]*)\]\) AS upto/.exec(sql)?.groups?.list ?? assert.fail('no list');
    assert.deepEqual(list.split(',').map(BigInt), BUCKET_BOUNDS);
    const count = /unnest\(range\((?<count>\d+)\)\) AS bucket/.exec(sql)?.groups?.count;
    assert.equal(Number(count), BUCKET_BOUNDS.length);
  });
});

describe('the value of a bucket', () => {
  test('is its integer where it holds one', () => {
    for (const x of [0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n]) assert.equal(bucketValue(bucketOf(x)), Number(x));
  });

  test('is 2 lo hi / (lo + hi) where it holds several', () => {
    // (21/19)^23 = 9.99 and ^24 = 11.04: bucket 25 holds 10 and 11.
    assert.equal(bucketOf(10n), 25);
    assert.equal(bucketOf(11n), 25);
    assert.equal(bucketValue(25), (2 * 10 * 11) / 21);
  });

  test('is null where it holds none, and for what is no bucket', () => {
    for (const bucket of [2, 7, 9, -1, 1.5, BUCKET_BOUNDS.length, Number.NaN]) assert.equal(bucketValue(bucket), null);
  });

  test('is within 5 % of both its ends', () => {
    BUCKET_BOUNDS.forEach((hi, bucket) => {
      const value = bucketValue(bucket);
      if (value === null) return;
      const lo = Number((BUCKET_BOUNDS[bucket - 1] ?? -1n) + 1n);
      assert.ok(isWithinFivePercent(value, lo) && isWithinFivePercent(value, Number(hi)), `${bucket}`);
    });
  });
});

describe('a quantile', () => {
  test('is the value of rank ceil(q n)', () => {
    const four = [1, 2, 3, 4];
    for (const [q, value] of [
      ['0.01', 1],
      ['0.25', 1],
      ['0.26', 2],
      ['0.5', 2],
      ['0.75', 3],
      ['0.99', 4],
      ['1', 4],
    ] as const) {
      assert.equal(quantile(four, q), value, q);
    }
  });

  test('has the exact rank where q n is a whole number that a double misses', () => {
    // 0.07 * 100 is 7.000000000000001: rank 7, and not 8, which is the first 5.
    assert.equal(quantile([...Array(7).fill(3), ...Array(93).fill(5)], '0.07'), 3);
    assert.equal(quantile([...Array(6).fill(3), ...Array(94).fill(5)], '0.07'), 5);
  });

  test('of zeros is 0, of nothing is null', () => {
    assert.equal(quantile([0, 0, 7], '0.5'), 0);
    assert.equal(quantile([], '0.5'), null);
    assert.equal(quantileOf([{ x: BUCKET_BOUNDS.length, n: 1 }], { numerator: 1, denominator: 2 }), null);
  });

  test('is within 5 % of the value of that rank, whatever the values', () => {
    const value = fc.oneof(
      fc.bigInt(0n, 20n),
      fc.bigInt(0n, 100_000n),
      fc.bigInt(0n, 2n ** 63n - 1n),
      fc.nat(62).map((power) => 2n ** BigInt(power)),
      fc.constantFrom(...BUCKET_BOUNDS),
    );
    const values = fc.array(value, { minLength: 1, maxLength: 60 });
    return check(
      fc.property(values, fc.integer({ min: 1, max: 1000 }), (drawn, perMille) => {
        const sorted = drawn.toSorted((a, b) => (a < b ? -1 : 1));
        const rank = Math.ceil((perMille * sorted.length) / 1000);
        const exact = Number(sorted[rank - 1]);
        const found = quantile(drawn, perMille === 1000 ? '1' : `0.${String(perMille).padStart(3, '0')}`);
        assert.ok(found !== null && isWithinFivePercent(found, exact), `${found} for ${exact}`);
      }),
      2_000,
    );
  });
});
