import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exp, ln, logBetween } from '../../../../src/trace/generate/exact-math.ts';
import { fingerprintOf, Random } from '../../../../src/trace/generate/prng.ts';

test('a seed and a name give the same numbers on every machine and in every version', () => {
  const random = new Random(1n, 'provisioned', 'fleet');
  const words = Array.from({ length: 4 }, () => random.word());
  assert.deepEqual(words, [3469930754, 1054527968, 1753248586, 4289078949]);
});

test('another seed, also one beyond 32 bits, or another name gives other numbers', () => {
  const first = (seed: bigint, name: string): number => new Random(seed, name).word();
  const seen = new Set([first(1n, 'a'), first(2n, 'a'), first(1n + 2n ** 32n, 'a'), first(1n, 'b'), first(1n, 'ab')]);
  assert.equal(seen.size, 5);
});

test('uniform numbers fill [0, 1) evenly and the bell has mean 0 and deviation 1', () => {
  const random = new Random(7n);
  const bins = new Array<number>(10).fill(0);
  let [sum, squares] = [0, 0];
  const draws = 100_000;
  for (let i = 0; i < draws; i++) {
    const bin = Math.floor(random.unit() * 10);
    bins[bin] = (bins[bin] ?? Number.NaN) + 1;
    const z = random.bell();
    sum += z;
    squares += z * z;
  }
  for (const bin of bins) assert.ok(Math.abs(bin - draws / 10) < 500, `${bin} draws in a tenth`);
  assert.ok(Math.abs(sum / draws) < 0.02);
  assert.ok(Math.abs(squares / draws - 1) < 0.02);
});

test('a weighted choice follows the weights and never takes a weight of 0', () => {
  const random = new Random(3n);
  const counts = [0, 0, 0];
  for (let i = 0; i < 30_000; i++) {
    const chosen = random.weighted(Float64Array.of(1, 0, 2));
    counts[chosen] = (counts[chosen] ?? Number.NaN) + 1;
  }
  assert.equal(counts[1], 0);
  assert.ok(Math.abs((counts[0] ?? 0) - 10_000) < 400);
  assert.equal(random.weighted(Float64Array.of(0, 0)), -1);
});

test('no two templates of an instance share a fingerprint', () => {
  const seen = new Set(Array.from({ length: 200_000 }, (_, serial) => fingerprintOf(42, serial)));
  assert.equal(seen.size, 200_000);
  assert.match(fingerprintOf(42, 1), /^[0-9a-f]{16}$/);
  assert.notEqual(fingerprintOf(42, 1), fingerprintOf(43, 1));
});

test('exp and ln agree with the built-in ones to the last digits', () => {
  for (let x = -600; x <= 600; x += 0.37) {
    assert.ok(Math.abs(exp(x) / Math.exp(x) - 1) < 1e-14, `exp(${x})`);
  }
  for (let x = 1e-12; x < 1e12; x *= 1.37) {
    assert.ok(Math.abs(ln(x) - Math.log(x)) <= 1e-14 * Math.max(1, Math.abs(Math.log(x))), `ln(${x})`);
  }
  assert.equal(ln(1), 0);
  assert.equal(exp(0), 1);
});

test('half the way between two numbers is their geometric mean', () => {
  assert.ok(Math.abs(logBetween(10, 1_000, 0.5) - 100) < 1e-9);
  assert.equal(logBetween(5, 5, 0.7), 5);
});
