import { z } from 'zod';
import type { EventTime } from '../model/time.ts';
import { parseTime } from '../model/time.ts';

/** A time in an answer. */
export const time = z.string().meta({ format: 'date-time', examples: ['2024-03-01T14:00:00Z'] });

/** A 64-bit integer in an answer. */
export const int64 = z.union([z.int(), z.string().regex(/^-?\d+$/)]).describe('64-bit integer; a string beyond 2^53');

/** A value of a result: JSON, 64-bit integers exact, times ISO-8601. */
export const cell = z.json();

/** A time in a request; `what` says which. */
export function timeParameter(what: string) {
  return z
    .string()
    .max(40)
    .transform((text, context): EventTime => {
      const parsed = parseTime(text);
      if (parsed !== undefined) return parsed;
      // A plus sign in a query string is a space.
      const plus = /\d \d\d:?\d\d$/.test(text) ? ' (write the + of a zone as %2B)' : '';
      context.addIssue({ code: 'custom', message: `expected a time such as 2024-03-01T14:00:00Z${plus}` });
      return z.NEVER;
    })
    .meta({ description: what, examples: ['2024-03-01T14:00:00Z', '2024-03-01'] });
}

/** A whole number in a query string. */
export function integerParameter(min: number, max: number, fallback: number, what: string) {
  const message = `expected a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, message)
    .transform(Number)
    .pipe(z.number().min(min, message).max(max, message))
    .default(fallback)
    .meta({ type: 'integer', minimum: min, maximum: max, description: what });
}

/** Statement text: DuckDB would read it only up to a NUL. */
export const sqlText = z
  .string()
  .min(1)
  .regex(/^[^\0]*$/, 'expected text without a NUL character');
