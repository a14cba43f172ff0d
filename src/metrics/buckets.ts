/*
 * Buckets in which values are counted so that any quantile of any sum of counts is within 5 % of the true one: those of
 * DDSketch (C. Masson, J. E. Rim, H. K. Lee: DDSketch: a fast and fully-mergeable quantile sketch with relative-error
 * guarantees, PVLDB 12(12), 2019, https://doi.org/10.14778/3352063.3352135), for whole numbers.
 *
 * With an error of a = 5 % neighbouring bounds are g = (1 + a) / (1 - a) = 21/19 apart: bucket 0 holds 0, and bucket b >= 1
 * the integers x with g^(b-2) < x <= g^(b-1), which is b = 1 + ceil(ln x / ln g). Since x is an integer, x <= g^i exactly when
 * x <= floor(g^i), so integer bounds lose nothing, and no logarithm decides at run time where a value belongs.
 */

const [GAMMA_ABOVE, GAMMA_BELOW] = [21n, 19n];
const LARGEST = 2n ** 63n - 1n;

/**
 * Largest integer of each bucket, from bucket 0 on, up to the largest BIGINT. Equal neighbours are buckets that hold no
 * integer. `metrics/latency.sql` holds the same list.
 */
export const BUCKET_BOUNDS: readonly bigint[] = bounds();

function bounds(): bigint[] {
  const found = [0n];
  for (let i = 0n; ; i++) {
    const bound = GAMMA_ABOVE ** i / GAMMA_BELOW ** i;
    if (bound >= LARGEST) return [...found, LARGEST];
    found.push(bound);
  }
}

/**
 * The value that stands for a bucket: the integer itself where the bucket holds only one, else 2 lo hi / (lo + hi) of its
 * smallest and largest, which is at most (hi - lo) / (hi + lo) < 5 % off either. Null for a bucket that holds none.
 */
export function bucketValue(bucket: number): number | null {
  const [below, high] = [BUCKET_BOUNDS[bucket - 1] ?? -1n, BUCKET_BOUNDS[bucket]];
  if (high === undefined || high === below) return null;
  const [lo, hi] = [Number(below + 1n), Number(high)];
  return lo === hi ? hi : (2 * lo * hi) / (lo + hi);
}

/** A share above 0 and up to 1 as a fraction of integers, so that 0.07 of 100 is 7 and not a little more. */
export interface Share {
  readonly numerator: number;
  readonly denominator: number;
}

/** Reads `0.95`; undefined if it is no such share, or not written plainly. */
export function readShare(text: string): Share | undefined {
  const [, whole = '', fraction = ''] = /^([01])(?:\.(\d{1,15}))?$/.exec(text) ?? [];
  const share = { numerator: Number(whole + fraction), denominator: 10 ** fraction.length };
  return share.numerator > 0 && share.numerator <= share.denominator ? share : undefined;
}

/**
 * The value of rank ceil(q n) among n values of which each bucket holds some, within 5 %; buckets come smallest first. Null
 * without values, and for a number that is no bucket.
 */
export function quantileOf(buckets: readonly { readonly x: number; readonly n: number }[], q: Share): number | null {
  const total = buckets.reduce((sum, { n }) => sum + n, 0);
  let upTo = 0;
  for (const { x, n } of buckets) {
    upTo += n;
    // upTo >= ceil(q total) for whole counts, without a division that would round.
    if (upTo * q.denominator >= q.numerator * total) return bucketValue(x);
  }
  return null;
}
