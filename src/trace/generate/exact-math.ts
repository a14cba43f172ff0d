/**
 * exp and ln from + - * / alone. ECMAScript leaves `Math.exp` and `Math.log` to the implementation, while the four
 * operations are IEEE 754 to the last bit everywhere: with these, a seed gives the same trace on any machine.
 */

const LN2_HIGH = 0.6931471803691238; // ln 2 in two parts, so that k * ln 2 loses no digits (fdlibm, e_exp.c)
const LN2_LOW = 1.9082149292705877e-10;
const EXP_TERMS = 13; // |r| <= ln 2 / 2, so the first term left out is below 2^-53
const LN_TERMS = 21; // |s| <= 0.172, likewise

const bits = new DataView(new ArrayBuffer(8));

/** e to the power of x, for |x| below 700. */
export function exp(x: number): number {
  const k = Math.round(x / (LN2_HIGH + LN2_LOW));
  const r = x - k * LN2_HIGH - k * LN2_LOW;
  let sum = 1;
  for (let i = EXP_TERMS; i >= 1; i--) sum = 1 + (sum * r) / i;
  bits.setInt32(0, (k + 1023) << 20);
  bits.setInt32(4, 0);
  return sum * bits.getFloat64(0);
}

/** The natural logarithm of x, for normal x above 0. */
export function ln(x: number): number {
  bits.setFloat64(0, x);
  const high = bits.getInt32(0);
  let k = (high >>> 20) - 1023;
  bits.setInt32(0, (high & 0xfffff) | (1023 << 20));
  let m = bits.getFloat64(0);
  if (m > Math.SQRT2) {
    m /= 2;
    k += 1;
  }
  const s = (m - 1) / (m + 1);
  let sum = 0;
  for (let i = LN_TERMS; i >= 1; i -= 2) sum = 1 / i + sum * s * s;
  return k * LN2_HIGH + (k * LN2_LOW + 2 * s * sum);
}

/** The point at `x` in [0, 1] of the way from `low` to `high` on a logarithmic scale; both above 0. */
export function logBetween(low: number, high: number, x: number): number {
  return low >= high ? low : low * exp(x * ln(high / low));
}
