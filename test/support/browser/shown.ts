/** What one of each unit is in the unit that the metrics count in. */
const SCALES: Readonly<Record<string, number>> = {
  '': 1,
  '%': 0.01,
  pp: 0.01,
  ms: 1,
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
};

/**
 * Whether a text such as `91,204`, `33.1 %` or `3 min 11 s` is what `value` is when rounded to the text's last digit.
 * `within` is a relative difference that is allowed besides.
 */
export function says(text: string, value: number, within = 0): boolean {
  const parts = [...text.replaceAll('\u2212', '-').matchAll(/(-?[\d,]+(?:\.(\d+))?)[\s\u00a0]*(%|pp|ms|s|min|h)?/g)];
  if (parts.length === 0) return false;
  let [sum, step] = [0, 1];
  for (const [, digits = '', decimals = '', unit = ''] of parts) {
    const scale = SCALES[unit] ?? Number.NaN;
    sum += Number(digits.replaceAll(',', '')) * scale;
    step = scale * 10 ** -decimals.length;
  }
  return Math.abs(sum - value) <= step * 0.5000001 + Math.abs(value) * within;
}
