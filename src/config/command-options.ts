import { z } from 'zod';
import type { FieldInfo } from './field.ts';
import {
  boolean,
  defaulted,
  folder,
  hourOrNone,
  infoOf,
  instant,
  integer,
  list,
  oneOf,
  optional,
  path,
} from './field.ts';

/** Options of `rejected`. Like those of `generate` they are flags only: each says what one call is to show. */
export const rejectedSchema = z.object({
  reason: optional(list(/^[a-z_]+$/, 'expected reasons such as negative, separated by commas'), {
    name: 'reason',
    value: 'LIST',
    about:
      'Only these reasons: unparseable, missing_field, bad_type, negative, out_of_range, conflict. Several with commas.',
    example: 'negative,conflict',
    defaultText: 'all',
  }),
  hour: optional(hourOrNone(), {
    name: 'hour',
    value: 'TIME|none',
    about: 'Only records of this hour in UTC; none: those without a usable time.',
    example: '2024-03-01T14:00',
    defaultText: 'all',
  }),
  from: optional(instant(), {
    name: 'from',
    value: 'TIME',
    about: 'Only hours from this time on, in UTC; rounded down to a full hour.',
    example: '2024-03-01',
    defaultText: 'the first',
  }),
  to: optional(instant(), {
    name: 'to',
    value: 'TIME',
    about: 'Only hours before this time in UTC; rounded up to a full hour.',
    example: '2024-03-02',
    defaultText: 'the last',
  }),
  limit: defaulted(integer(0, 100_000), '20', {
    name: 'limit',
    value: 'N',
    about: 'Records shown at most; 0 shows the counts alone.',
    example: '100',
  }),
  first: defaulted(boolean(), 'false', {
    name: 'first',
    about: 'Show the first records instead of the newest.',
  }),
  export: optional(path('expected a file'), {
    name: 'export',
    value: 'FILE',
    about:
      'Write all that match to a new file instead, one JSON object per line, with the exact bytes that came in base64.',
    example: 'rejected.jsonl',
    defaultText: 'none',
    path: true,
  }),
});

/** Options of `diff`. */
export const diffSchema = z.object({
  otherDataDir: optional(folder(), {
    name: 'other-data-dir',
    value: 'DIR',
    about: 'Data folder of the second run.',
    example: './other-data',
    defaultText: 'the same as of the first',
    path: true,
  }),
  only: optional(list(/^[a-z_][a-z0-9_]{0,62}$/, 'expected hours or names of metrics, separated by commas'), {
    name: 'only',
    value: 'LIST',
    about: 'Compare only these: hours, or names of metrics (each with its table of days). Several with commas.',
    example: 'hours,spill',
    defaultText: 'everything',
  }),
  hours: defaulted(oneOf(['both', 'all']), 'both', {
    name: 'hours',
    value: 'WHICH',
    about:
      'both: the hours that are final in both runs; all: an hour that is final in one of them only is a difference.',
    example: 'all',
  }),
  limit: defaulted(integer(0, 1_000), '5', {
    name: 'limit',
    value: 'N',
    about: 'Examples shown of each table that differs.',
    example: '20',
  }),
});

/** Options of `amend`. */
export const amendSchema = z.object({
  from: optional(instant(), {
    name: 'from',
    value: 'TIME',
    about: 'Amend the hours from this one on, in UTC.',
    example: '2024-03-01',
    defaultText: 'the first',
  }),
  to: optional(instant(), {
    name: 'to',
    value: 'TIME',
    about: 'Amend the hours before this time in UTC.',
    example: '2024-03-02',
    defaultText: 'the last',
  }),
  all: optional(boolean(), { name: 'all', about: 'Amend every hour for which late events wait.', example: 'true' }),
});

/** Options of `recompute`. */
export const recomputeSchema = z.object({
  metric: optional(list(/^[a-z][a-z0-9_]{0,58}$/, 'expected names of metrics, separated by commas'), {
    name: 'metric',
    value: 'LIST',
    about: 'The metrics to compute again; several with commas.',
    example: 'spill',
  }),
});

export type AmendOptions = z.output<typeof amendSchema>;
export type RejectedOptions = z.output<typeof rejectedSchema>;
export type DiffOptions = z.output<typeof diffSchema>;

/** Names and descriptions of a command's own options, by key. */
export function infosOf<S extends z.ZodObject>(schema: S): Record<keyof S['shape'] & string, FieldInfo> {
  const infos = Object.entries(schema.shape).map(([key, field]) => [key, infoOf(field as z.ZodType)]);
  return Object.fromEntries(infos);
}
