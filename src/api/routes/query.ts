import { z } from 'zod';
import { OWNER_ONLY, PROBLEM_RESPONSES, TAGS } from '../openapi.ts';
import type { Api, ApiOptions } from '../options.ts';
import { refreshIfRead } from '../provisional.ts';
import { cell, sqlText } from '../schemas.ts';
import { sendJson } from '../send.ts';

/** Turning rows into text keeps the process from its other work: larger results are what a snapshot is for. */
const MAX_ROWS = 100_000;
const MAX_TIMEOUT_MS = 600_000;

const queryRequest = z.strictObject({
  sql: sqlText.describe(
    'One SELECT over the public tables: hours, events, late_events, rejected, receipts, progress, archive_files and one per metric.',
  ),
  maxRows: z.int().min(1).max(MAX_ROWS).default(10_000).describe('Rows returned at most.'),
  timeoutMs: z.int().min(1).max(MAX_TIMEOUT_MS).default(30_000).describe('Wall milliseconds until it is interrupted.'),
});
/** The answer of `POST /api/query`. */
export const queryBody = z.object({
  columns: z.array(z.object({ name: z.string(), type: z.string() })),
  rows: z.array(z.array(cell)).describe('Values in the order of the columns; 64-bit integers exact, times ISO-8601.'),
  truncated: z.boolean().describe('More rows matched than `maxRows`.'),
});

export type QueryRequest = z.input<typeof queryRequest>;
export type QueryBody = z.output<typeof queryBody>;

/** `POST /api/query`. */
export function queryRoutes(api: Api, options: ApiOptions): void {
  const schema = {
    tags: [TAGS.sql],
    summary: 'Ask in SQL',
    description: 'Runs one read-only SELECT over the public tables. Rows of open hours are provisional.',
    security: OWNER_ONLY,
    body: queryRequest,
    response: { 200: queryBody, ...PROBLEM_RESPONSES },
  };
  api.post('/api/query', { schema }, async (request, reply) => {
    const { sql, maxRows, timeoutMs } = request.body;
    await refreshIfRead(options, sql);
    return sendJson(reply, await options.store.query(sql, { maxRows, timeoutMs }));
  });
}
