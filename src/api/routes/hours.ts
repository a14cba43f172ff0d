import { z } from 'zod';
import { timestamp } from '../../engine/sql.ts';
import { SpillwayError } from '../../errors.ts';
import type { HotStore } from '../../hot-store/hot-store.ts';
import type { EventTime } from '../../model/time.ts';
import { addMicros, hourOf, isoTime, MICROS_PER_HOUR, MICROS_PER_MS, parseTime } from '../../model/time.ts';
import { PROBLEM_RESPONSES, TAGS } from '../openapi.ts';
import type { Api, ApiOptions } from '../options.ts';
import { asObjects, hourRange, rangeBody, rangeConditions, rangeParameters, rangeSchema, where } from '../range.ts';
import { int64, time, timeParameter } from '../schemas.ts';
import { sendJson } from '../send.ts';
import { receiptFields } from './receipts.ts';

export const hourFields = {
  hour: time.describe('Start of the hour.'),
  state: z.enum(['open', 'final', 'skipped']),
  revision: z.int().describe('0 while open; raised by each amendment.'),
  watermark: time.nullable().describe('Lowest watermark of all partitions when the hour was closed.'),
  finalized_at: time.nullable().describe('Wall time of closing; null while open.'),
  counted: int64,
  late: int64,
  rejected: int64,
  duplicate: int64,
};
/** An hour as `GET /api/hours` and the live stream tell it. */
export const hourLine = z.object(hourFields);
const HOUR_COLUMNS = Object.keys(hourFields);
const RECEIPT_COLUMNS = Object.keys(receiptFields);

/** What a partition without a record of the hour shows in place of its receipt. */
const RECEIPT_DEFAULTS: Readonly<Record<string, string>> = {
  partition: 'p.partition',
  state: 'coalesce(r.state, h.state)',
  ...Object.fromEntries(
    ['counted', 'late', 'rejected', 'duplicate', 'late_after', 'rejected_after'].map((name) => [
      name,
      `coalesce(r.${name}, 0)`,
    ]),
  ),
};

const holderColumns = {
  partition: z.int(),
  watermark: time.nullable().describe('Up to where the partition is complete; null before its first watermark.'),
  since: time.nullable().describe('Wall time when that watermark came; null before the first.'),
  ended: z.boolean(),
};
const holder = z.object({
  ...holderColumns,
  behind_ms: z.number().nullable().describe('Milliseconds of event time until `final_from`; null without a watermark.'),
});
/** The answer of `GET /api/hours`. */
export const hoursBody = z.object({ ...rangeSchema, hours: z.array(hourLine) });
/** The answer of `GET /api/hours/:hour`. */
export const hourBody = z.object({
  ...hourFields,
  final_from: time.describe('The hour can close once every watermark has reached this.'),
  held_open_by: z
    .array(holder)
    .describe('The partitions that still hold an open hour open, the lowest watermark first; empty once none does.'),
  receipts: z.array(z.object(receiptFields)).describe('One per partition, in order.'),
});

export type HourLine = z.output<typeof hourLine>;
export type HoursBody = z.output<typeof hoursBody>;
export type HourBody = z.output<typeof hourBody>;

/** `GET /api/hours` and `GET /api/hours/:hour`. */
export function hourRoutes(api: Api, options: ApiOptions): void {
  const list = {
    tags: [TAGS.hours],
    summary: 'Every hour of the run',
    description:
      'Without gaps and in order: open hours are provisional, final ones do not change but by a new revision.',
    querystring: z.strictObject(rangeParameters),
    response: { 200: hoursBody, ...PROBLEM_RESPONSES },
  };
  api.get('/api/hours', { schema: list }, async (request, reply) => {
    const range = hourRange(request.query);
    const sql = `SELECT ${HOUR_COLUMNS.join(', ')} FROM hours ${where(rangeConditions(range))} ORDER BY hour`;
    const { columns, rows } = await options.store.query(sql);
    return sendJson(reply, { ...rangeBody(range), hours: asObjects(columns, rows) });
  });

  const one = {
    tags: [TAGS.hours],
    summary: 'One hour and its receipt',
    description:
      'What became of the records of each partition and, while the hour is open, which partition holds it open.',
    params: z.object({ hour: timeParameter('Start of the hour.') }),
    response: { 200: hourBody, ...PROBLEM_RESPONSES },
  };
  api.get('/api/hours/:hour', { schema: one }, (request) => bodyOfHour(options.store, request.params.hour));
}

async function bodyOfHour(store: HotStore, hour: EventTime): Promise<HourBody> {
  requireFullHour(hour);
  const { columns, rows } = await store.query(hourSql(hour));
  const lines = asObjects(columns, rows);
  const [first] = lines;
  if (first === undefined) throw noSuchHour(store, hour);
  const finalFrom = addMicros(hour, MICROS_PER_HOUR + store.manifest.latenessMs * MICROS_PER_MS);
  // A run that has seen no record yet has no partitions either: the join leaves one line without any.
  const partitions = lines.filter((line) => line.p_partition !== null);
  return hourBody.parse({
    ...withPrefix(first, 'h_'),
    final_from: isoTime(finalFrom),
    held_open_by: first.h_state === 'open' ? holders(partitions, finalFrom) : [],
    receipts: partitions.map((line) => withPrefix(line, 'r_')),
  });
}

/** Throws REQUEST_INVALID for a time within an hour. */
export function requireFullHour(hour: EventTime): void {
  if (hour === hourOf(hour)) return;
  const message = `path parameter "hour": expected a full hour, found ${isoTime(hour)}`;
  throw new SpillwayError('REQUEST_INVALID', message, { hint: `ask for ${isoTime(hourOf(hour))}` });
}

/** NOT_FOUND for an hour that is not of the run. */
export function noSuchHour({ manifest, run }: Pick<HotStore, 'manifest' | 'run'>, hour: EventTime): SpillwayError {
  const { from, to } = manifest;
  const hint = `the run ${run} has the hours from ${isoTime(from)} up to, not including, ${isoTime(to)}`;
  return new SpillwayError('NOT_FOUND', `no hour ${isoTime(hour)} in this run`, { hint });
}

/**
 * The hour beside each partition and its receipt, in one statement and so from one moment. A partition without a
 * record of the hour has no receipt: it counts nothing.
 */
function hourSql(hour: EventTime): string {
  const ofHour = HOUR_COLUMNS.map((name) => `h.${name} AS h_${name}`);
  const columnOf = (name: string): string => (name === 'since' ? 'watermark_at' : name);
  const ofPartition = Object.keys(holderColumns).map((name) => `p.${columnOf(name)} AS p_${name}`);
  const ofReceipt = RECEIPT_COLUMNS.map((name) => `${RECEIPT_DEFAULTS[name] ?? `r.${name}`} AS r_${name}`);
  return `SELECT ${[...ofHour, ...ofPartition, ...ofReceipt].join(', ')}
    FROM hours h
    LEFT JOIN progress p ON true
    LEFT JOIN receipts r ON r.hour = h.hour AND r.partition = p.partition
    WHERE h.hour = ${timestamp(hour)}
    ORDER BY p.partition`;
}

/** The partitions whose watermark has not reached `finalFrom`, the one furthest behind first. */
function holders(lines: readonly Readonly<Record<string, unknown>>[], finalFrom: EventTime): z.output<typeof holder>[] {
  return lines
    .map((line) => z.object(holderColumns).parse(withPrefix(line, 'p_')))
    .map((one) => {
      const reached = one.watermark === null ? undefined : parseTime(one.watermark);
      return { ...one, behind_ms: reached === undefined ? null : (finalFrom - reached) / MICROS_PER_MS };
    })
    .filter((one) => one.behind_ms === null || one.behind_ms > 0)
    .sort(
      (a, b) =>
        (b.behind_ms ?? Number.POSITIVE_INFINITY) - (a.behind_ms ?? Number.POSITIVE_INFINITY) ||
        a.partition - b.partition,
    );
}

function withPrefix(line: Readonly<Record<string, unknown>>, prefix: string): Record<string, unknown> {
  const own = Object.entries(line).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(own.map(([name, value]) => [name.slice(prefix.length), value]));
}
