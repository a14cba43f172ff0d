import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Points } from '../../../src/metrics/moments.ts';
import { correlation, leastSquaresIntercept, leastSquaresSlope } from '../../../src/metrics/moments.ts';

/** Points (x, y) grouped by x, as sums. */
function summed(pairs: readonly (readonly [x: number, y: number])[]): Points[] {
  return [...new Set(pairs.map(([x]) => x))].map((x) => {
    const ys = pairs.filter(([other]) => other === x).map(([, y]) => y);
    return { x, n: ys.length, sumY: ys.reduce((a, b) => a + b, 0), sumYy: ys.reduce((a, b) => a + b * b, 0) };
  });
}

function near(actual: number | null, expected: number): void {
  assert.ok(actual !== null && Math.abs(actual - expected) < 1e-9, `${actual} is not ${expected}`);
}

describe('correlation, slope and intercept', () => {
  test('follow the textbook on points that share values of x', () => {
    // x̄ = 1.25, ȳ = 3.5; S_xx = 2.75, S_xy = 5.5, S_yy = 13: r = 5.5 / sqrt(2.75 * 13), slope = 2, intercept = 3.5 - 2 * 1.25.
    const points = summed([
      [0, 1],
      [1, 3],
      [2, 6],
      [2, 4],
    ]);
    near(correlation(points), 5.5 / Math.sqrt(2.75 * 13));
    near(leastSquaresSlope(points), 2);
    near(leastSquaresIntercept(points), 1);
  });

  test('are exactly 1 or -1 on a line', () => {
    const line = (a: number): Points[] => summed([0, 1, 2, 3, 7].map((x) => [x, 5 + a * x]));
    near(correlation(line(0.25)), 1);
    near(correlation(line(-3)), -1);
    near(leastSquaresSlope(line(-3)), -3);
    near(leastSquaresIntercept(line(-3)), 5);
  });

  test('are null without points, and where x does not vary', () => {
    assert.equal(correlation([]), null);
    assert.equal(leastSquaresSlope([]), null);
    assert.equal(leastSquaresIntercept([]), null);
    const sameX = summed([
      [3, 1],
      [3, 2],
    ]);
    assert.equal(correlation(sameX), null);
    assert.equal(leastSquaresSlope(sameX), null);
    assert.equal(leastSquaresIntercept(sameX), null);
  });

  test('where y does not vary are null and 0, though sums of rounded logarithms never cancel to the last digit', () => {
    const same = Array.from({ length: 21 }, (_, x) => {
      const n = 1_000_003 + x;
      return { x, n, sumY: n * 4.615, sumYy: n * (4.615 * 4.615) };
    });
    assert.equal(correlation(same), null);
    const slope = leastSquaresSlope(same);
    assert.ok(slope !== null && Math.abs(slope) < 1e-9);
    near(leastSquaresIntercept(same), 4.615);
  });
});
