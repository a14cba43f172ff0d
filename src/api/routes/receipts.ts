import { z } from 'zod';
import { PROBLEM_RESPONSES, TAGS } from '../openapi.ts';
import type { Api, ApiOptions } from '../options.ts';
import { asObjects, hourRange, rangeBody, rangeConditions, rangeParameters, rangeSchema, where } from '../range.ts';
import { int64, integerParameter, time } from '../schemas.ts';
import { sendJson } from '../send.ts';

/** What a receipt counts, the same for every route that shows one. */
export const receiptFields = {
  partition: z.int(),
  state: z.enum(['open', 'final', 'skipped']),
  counted: int64.describe('Events counted; frozen at closing, as are the next three.'),
  late: int64.describe('Events that came after the hour and the lateness.'),
  rejected: int64.describe('Records that failed a sanity check.'),
  duplicate: int64.describe('Events that had been counted already.'),
  late_after: int64.describe('Late events that came after closing.'),
  rejected_after: int64.describe('Rejected records that came after closing.'),
  first_offset: int64.nullable().describe('Offset of the first record of the hour; null without one.'),
  last_offset: int64.nullable().describe('Offset of the last record of the hour; null without one.'),
  watermark: time.nullable().describe("The partition's watermark with this receipt."),
};

const COLUMNS = Object.keys(receiptFields);

const receipt = z.object({
  hour: time.nullable().describe('Null for rejected records without a usable time.'),
  ...receiptFields,
});
/** The answer of `GET /api/receipts`. */
export const receiptsBody = z.object({
  ...rangeSchema,
  truncated: z.boolean().describe('More receipts matched than `limit`.'),
  receipts: z.array(receipt),
});

export type Receipt = z.output<typeof receipt>;
export type ReceiptsBody = z.output<typeof receiptsBody>;

/** `GET /api/receipts`. */
export function receiptRoutes(api: Api, options: ApiOptions): void {
  const schema = {
    tags: [TAGS.hours],
    summary: 'What became of every record',
    description:
      'One receipt per hour and partition, in that order. Records without a usable time stand under hour null and are listed only when no range is asked for.',
    querystring: z.strictObject({
      ...rangeParameters,
      limit: integerParameter(1, 100_000, 10_000, 'Receipts returned at most, the earliest ones.'),
    }),
    response: { 200: receiptsBody, ...PROBLEM_RESPONSES },
  };
  api.get('/api/receipts', { schema }, async (request, reply) => {
    const range = hourRange(request.query);
    const sql = `SELECT hour, ${COLUMNS.join(', ')} FROM receipts ${where(rangeConditions(range))}
      ORDER BY hour NULLS LAST, partition`;
    const result = await options.store.query(sql, { maxRows: request.query.limit });
    const receipts = asObjects(result.columns, result.rows);
    const body = { ...rangeBody(range), truncated: result.truncated, receipts };
    return sendJson(reply, body);
  });
}
