import { NBSP } from './cells.ts';
import { formatDecimals, sign } from './numbers.ts';

const FINEST = 3;

/**
 * A ratio as a percentage: `33.1 %`, `0.12 %`, `99.97 %`. One decimal, more only next to 0 and 100 %, which are said of
 * exact values only.
 */
export function formatRatio(value: number): string {
  const percent = value * 100;
  const size = Math.abs(percent);
  const text = (digits: string) => `${sign(percent < 0)}${digits}${NBSP}%`;
  if (size === 0 || size === 100) return text(String(size));
  if (size >= 999.5) return text(formatDecimals(size, 0));
  const rest = size > 99 && size < 100 ? 100 - size : size;
  const decimals = rest >= 1 ? 1 : Math.max(1, -Math.floor(Math.log10(rest)) + (rest === size ? 1 : 0));
  if (decimals <= FINEST) return text(settled(size, decimals));
  const bound = 10 ** -FINEST;
  if (rest >= bound) return text(settled(size, FINEST));
  return rest === size ? `<${NBSP}${text(String(bound))}` : `>${NBSP}${text(String(100 - bound))}`;
}

/** A ratio on an axis: `40 %`. */
export function formatRatioShort(value: number): string {
  return `${Number((value * 100).toPrecision(3))}${NBSP}%`;
}

/** Not 100 % where something is missing, and no decimal of nothing. */
function settled(size: number, decimals: number): string {
  const text = formatDecimals(size, decimals);
  if (size < 100 && Number(text) === 100) return formatDecimals(100 - 10 ** -decimals, decimals);
  return text.replace(/\.0+$/, '');
}
