/**
 * One value of x with the n points that have it, known by the sums of their y and y².
 */
export interface Points {
  readonly x: number;
  readonly n: number;
  readonly sumY: number;
  /** Only the correlation needs it. */
  readonly sumYy: number;
}

/**
 * A spread below this part of the mean square is rounding and counts as none: the sums are of values rounded to a
 * thousandth, and what is left of a difference of nearly equal sums has lost its digits.
 */
const ROUNDING = 1e-12;

/**
 * Pearson's correlation of x and y over all points:
 * r = S_xy / sqrt(S_xx S_yy) with S_xy = Σ (x - x̄) Σy, S_xx = Σ n (x - x̄)², S_yy = Σy² - N ȳ².
 * Null without points, or where x or y does not vary.
 */
export function correlation(points: readonly Points[]): number | null {
  const { count, meanY, xx, xy } = centred(points);
  const sumYy = points.reduce((sum, { sumYy }) => sum + sumYy, 0);
  const yy = sumYy - count * meanY * meanY;
  if (!(xx > 0) || !(yy > ROUNDING * sumYy)) return null;
  return Math.max(-1, Math.min(1, xy / Math.sqrt(xx * yy)));
}

/** Slope of the least-squares line of y on x: S_xy / S_xx. Null without points, or where x does not vary. */
export function leastSquaresSlope(points: readonly Points[]): number | null {
  const { xx, xy } = centred(points);
  return xx > 0 ? xy / xx : null;
}

/** Where that line meets x = 0: ȳ - slope x̄. Null where there is no slope. */
export function leastSquaresIntercept(points: readonly Points[]): number | null {
  const { meanX, meanY, xx, xy } = centred(points);
  return xx > 0 ? meanY - (xy / xx) * meanX : null;
}

function centred(points: readonly Points[]): { count: number; meanX: number; meanY: number; xx: number; xy: number } {
  let [count, sumX, sumY] = [0, 0, 0];
  for (const point of points) {
    count += point.n;
    sumX += point.n * point.x;
    sumY += point.sumY;
  }
  const [meanX, meanY] = [sumX / count, sumY / count];
  let [xx, xy] = [0, 0];
  for (const { x, n, sumY: y } of points) {
    xx += n * (x - meanX) ** 2;
    xy += (x - meanX) * y;
  }
  return { count, meanX, meanY, xx, xy };
}
