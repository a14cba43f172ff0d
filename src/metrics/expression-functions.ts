import type { Share } from './buckets.ts';
import { quantileOf } from './buckets.ts';
import type { Evaluate, Group } from './evaluate.ts';
import { apply, combine, divide, extreme, finite, nothing } from './evaluate.ts';
import type { Points } from './moments.ts';
import { correlation, leastSquaresIntercept, leastSquaresSlope } from './moments.ts';

/** What an argument is: a key, a key with integer values, an expression, a plain number, or one or more expressions. */
export type Takes = 'key' | 'integer key' | 'value' | 'share' | 'values';

/** The arguments of a call, in the order of each kind. */
export interface Arguments {
  readonly keys: readonly string[];
  readonly values: readonly Evaluate[];
  readonly shares: readonly Share[];
}

export interface ExpressionFunction {
  readonly takes: readonly Takes[];
  /** Whether it looks at more than the group's sums. Such functions do not nest. */
  readonly ofRows: boolean;
  readonly usage: string;
  /** Markdown, for documentation. */
  readonly about: string;
  build(given: Arguments): Evaluate;
}

/** A function of the group's sums. */
function ofSums(
  usage: string,
  about: string,
  takes: readonly Takes[],
  build: (...values: Evaluate[]) => Evaluate,
): ExpressionFunction {
  return { takes, ofRows: false, usage, about, build: ({ values }) => build(...values) };
}

const SHARE: ExpressionFunction = {
  takes: ['value', 'key'],
  ofRows: true,
  usage: 'share(a, key)',
  about: '`a` of the group, divided by `a` of all groups together that differ from it in `key` only',
  build:
    ({ keys: [key = ''], values: [a = nothing] }) =>
    (group) =>
      divide(a(group), a(group.over(key))),
};

const CORRELATION: ExpressionFunction = {
  takes: ['integer key', 'value', 'value', 'value'],
  ofRows: true,
  usage: 'corr(key, n, sum_y, sum_yy)',
  about:
    "Pearson's correlation of x and y. Each value x of the integer `key` stands for `n` points whose y and y² sum up to `sum_y` and `sum_yy`. With N = Σn: S_xx = Σ n (x - x̄)², S_xy = Σ (x - x̄) sum_y, S_yy = Σ sum_yy - N ȳ²; r = S_xy / √(S_xx S_yy), null where x or y does not vary",
  build:
    ({ keys: [key = ''], values: [n = nothing, y = nothing, yy = nothing] }) =>
    (group) =>
      finite(correlation(points(group, key, n, y, yy))),
};

const SLOPE = ofLine(
  'slope(key, n, sum_y)',
  'S_xy / S_xx, the slope of the least-squares line of y on x',
  leastSquaresSlope,
);

const INTERCEPT = ofLine(
  'intercept(key, n, sum_y)',
  'ȳ - slope x̄, the height of that line where x is 0',
  leastSquaresIntercept,
);

/** What describes the line of y on x. */
function ofLine(
  usage: string,
  about: string,
  describe: (points: readonly Points[]) => number | null,
): ExpressionFunction {
  return {
    takes: ['integer key', 'value', 'value'],
    ofRows: true,
    usage,
    about,
    build:
      ({ keys: [key = ''], values: [n = nothing, y = nothing] }) =>
      (group) =>
        finite(describe(points(group, key, n, y, () => 0))),
  };
}

const QUANTILE: ExpressionFunction = {
  takes: ['integer key', 'value', 'share'],
  ofRows: true,
  usage: 'quantile(bucket, n, q)',
  about:
    'the value of rank ceil(q N) among N = Σn values, within 5 %. Each value of the integer key `bucket` stands for `n` values that lie in that bucket: 0 for the value 0, else 1 + ceil(ln x / ln g) with g = 1.05 / 0.95 ([DDSketch](https://doi.org/10.14778/3352063.3352135)); `latency` shows how to find it. A bucket of one integer gives that integer, any other 2 lo hi / (lo + hi) of its smallest and largest. `q` is a number above 0 and up to 1',
  build:
    ({ keys: [bucket = ''], values: [n = nothing], shares: [q] }) =>
    (group) =>
      q === undefined ? null : quantileOf(counts(group, bucket, n), q),
};

/** Every function by its name. */
export const FUNCTIONS: ReadonlyMap<string, ExpressionFunction> = new Map([
  ['min', ofSums('min(a, b, ...)', 'the smallest; nulls are left out', ['values'], (...of) => extreme(of, Math.min))],
  ['max', ofSums('max(a, b, ...)', 'the largest; nulls are left out', ['values'], (...of) => extreme(of, Math.max))],
  ['exp', ofSums('exp(a)', 'e to the power of `a`', ['value'], (a) => apply((x) => Math.exp(x), a))],
  ['ln', ofSums('ln(a)', 'the natural logarithm', ['value'], (a) => apply((x) => Math.log(x), a))],
  ['at_least', comparison('at_least(a, b)', '1 where `a` is `b` or more, else 0', (a, b) => a >= b)],
  ['above', comparison('above(a, b)', '1 where `a` is more than `b`, else 0', (a, b) => a > b)],
  ['share', SHARE],
  ['corr', CORRELATION],
  ['slope', SLOPE],
  ['intercept', INTERCEPT],
  ['quantile', QUANTILE],
]);

/** Every function, for documentation. */
export const EXPRESSION_FUNCTIONS: readonly (Pick<ExpressionFunction, 'usage' | 'about' | 'ofRows'> & {
  readonly name: string;
})[] = [...FUNCTIONS].map(([name, { usage, about, ofRows }]) => ({ name, usage, about, ofRows }));

function comparison(usage: string, about: string, holds: (a: number, b: number) => boolean): ExpressionFunction {
  return ofSums(usage, about, ['value', 'value'], (a, b) => combine((x, y) => (holds(x, y) ? 1 : 0), a, b));
}

/** One entry per value of the key that has all its sums and at least one point. */
function points(group: Group, key: string, n: Evaluate, y: Evaluate, yy: Evaluate): Points[] {
  return group.by(key).flatMap(({ x, group: rows }) => {
    const [count, sumY, sumYy] = [n(rows), y(rows), yy(rows)];
    return count === null || count <= 0 || sumY === null || sumYy === null ? [] : [{ x, n: count, sumY, sumYy }];
  });
}

/** One entry per value of the key that counts anything. */
function counts(group: Group, key: string, n: Evaluate): { x: number; n: number }[] {
  const found: { x: number; n: number }[] = [];
  for (const { x, group: rows } of group.by(key)) {
    const count = n(rows);
    if (count !== null && count > 0) found.push({ x, n: count });
  }
  return found;
}
