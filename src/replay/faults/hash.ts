import { quoted } from '../../engine/sql.ts';

/*
 * The randomness of the faults: MD5 of what names an event, in parts of 32 bits. MD5, because it gives the same in every
 * version of the database and outside of it; `hash()` does not.
 */

/** How many values a part has. */
export const PART_COUNT = 2 ** 32;

const IDENTITY = ['deployment', 'instance_id', 'query_id', 'epoch_us(arrival_timestamp)'];

/** SQL of 64 bits that seed, event and `salt` decide: the low or the high half of one MD5. */
export function eventHash(seed: number, half: 'low' | 'high', salt?: string): string {
  const parts = [quoted(String(seed)), ...IDENTITY, ...(salt === undefined ? [] : [quoted(salt)])];
  return `${half === 'low' ? 'md5_number_lower' : 'md5_number_upper'}(concat_ws('|', ${parts.join(', ')}))`;
}

/** The upper 32 bits of a hash. */
export function highPart(hash: string): string {
  return `(${hash} >> 32)`;
}

/** The lower 32 bits of a hash. */
export function lowPart(hash: string): string {
  return `(${hash} & ${PART_COUNT - 1})`;
}

/** A whole number from 0 up to, not including, `size`, evenly spread; 0 where `size` is 0. */
export function share(part: string, size: number | string): string {
  if (size === 0) return '0';
  // The product is rounded to 53 bits, far finer than the 32 of a part: it never reaches `size`.
  return `CAST(floor(CAST(${part} AS DOUBLE) * CAST(${size} AS DOUBLE) / ${PART_COUNT}e0) AS BIGINT)`;
}
