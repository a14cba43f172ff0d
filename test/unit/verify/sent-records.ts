import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Manifest } from '../../../src/model/manifest.ts';
import { prepareRecount, recountSpan } from '../../../src/verify/recount.ts';
import { reportRow } from '../../../src/verify/report.ts';
import { withSession } from '../../support/duckdb.ts';
import { makeManifest } from '../../support/manifest.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { at } from '../../support/time.ts';
import { writeParquet } from '../../support/trace-file.ts';
import type { TraceRow } from './fixture.ts';
import { traceSql } from './fixture.ts';

/** How a record was sent, where that is not simply when its event arrived. */
export interface Sending {
  /** After the arrival, microseconds. */
  readonly after?: number;
  readonly copy?: 0 | 1 | 2;
  readonly fault?: string;
  readonly bad?: string;
  /** Hexadecimal. */
  readonly raw?: string;
  /** Instance by which the record was routed. */
  readonly route?: string;
}

interface Recounted {
  readonly receipts: readonly unknown[];
  /** Fate, reason, field, fault and number of records. */
  readonly judged: readonly unknown[];
  /** Execution times. */
  readonly counted: readonly number[];
  readonly late: readonly unknown[];
}

const text = (value: string | undefined): string => (value === undefined ? 'CAST(NULL AS VARCHAR)' : `'${value}'`);

function sentSql(row: TraceRow, sending: Sending): string {
  const { after = 0, copy = 0, fault, bad, raw, route } = sending;
  return `SELECT *, 'provisioned' AS deployment, ${text(bad)} AS bad_columns,
    ${raw === undefined ? 'CAST(NULL AS BLOB)' : `unhex('${raw}')`} AS raw,
    ${route === undefined ? "'provisioned-' || instance_id" : text(route)} AS route,
    coalesce(epoch_us(arrival_timestamp), 0) + ${after} AS sent_at, CAST(${copy} AS TINYINT) AS copy, ${text(fault)} AS fault
    FROM (${traceSql([row])})`;
}

/** Recounts records as one span of a run of three hours. */
export async function recountSent(
  t: TestContext,
  records: readonly (readonly [row: TraceRow, sending?: Sending])[],
  changes: Partial<Manifest> = {},
): Promise<Recounted> {
  const staged = join(await tempDir(t), 'span.parquet');
  await writeParquet(staged, records.map(([row, sending = {}]) => sentSql(row, sending)).join(' UNION ALL '));
  return await withSession(async (session) => {
    const manifest = makeManifest(changes);
    await prepareRecount(session);
    const plan = { manifest, amended: false, surelySent: `sent_at < ${at('2024-03-01 02:30')}` };
    await recountSpan(session, staged, { from: manifest.from, to: manifest.to }, plan);
    const rows = async (sql: string): Promise<unknown[][]> =>
      (await session.rows(sql)).map((row) => Object.values(reportRow(row, Object.keys(row))));
    const events = await rows(
      'SELECT execution_duration_ms FROM counted ORDER BY hour, instance_id, query_id, arrival_timestamp',
    );
    return {
      receipts: await rows(
        'SELECT hour, partition, counted, duplicate, rejected, late FROM receipts_expected ORDER BY hour NULLS FIRST, partition',
      ),
      judged: await rows(
        'SELECT fate, reason, field, fault, sum(records)::BIGINT FROM judged GROUP BY ALL ORDER BY ALL NULLS FIRST',
      ),
      counted: events.map(([ms]) => Number(ms)),
      late: await rows('SELECT query_id, execution_duration_ms, is_counted, sure FROM late_expected ORDER BY ALL'),
    };
  });
}

/** Recounts rows that were sent as they arrived. */
export function recount(t: TestContext, rows: readonly TraceRow[]): Promise<Recounted> {
  return recountSent(
    t,
    rows.map((row) => [row] as const),
  );
}

export const HOUR = '2024-03-01T00:00:00Z';
