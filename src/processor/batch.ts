import { BIGINT, DuckDBBooleanVector, DuckDBDataChunk, INTEGER } from '@duckdb/node-api';
import type { EventChunk, IncomingBatch } from '../bus/bus.ts';
import { BATCH_COLUMNS } from '../bus/bus.ts';
import type { Session } from '../engine/session.ts';
import { numberOf } from '../engine/session.ts';
import { identifier, timestamp } from '../engine/sql.ts';
import { EVENT_COLUMNS } from '../hot-store/hot-store.ts';
import type { Keep, Manifest } from '../model/manifest.ts';
import { addMicros, hourOf, MICROS_PER_HOUR, MICROS_PER_MS } from '../model/time.ts';
import type { ChecksSql } from './checks.ts';
import { checksSql, usableTimes } from './checks.ts';
import { cleaningSql } from './cleaning.ts';
import { keepLateSql, keepRejectedSql } from './exceptions.ts';
import { settleRepeats, WITHOUT_VERDICT } from './repeats.ts';
import type { BatchReading } from './watermark.ts';

/** How a batch changed the number of records of each fate: an event that it displaces was counted before. */
export interface FateCounts {
  readonly counted: number;
  readonly late: number;
  readonly rejected: number;
  readonly duplicate: number;
}

/** Records `b` of a batch whose time is too far ahead to be believed. */
const IS_AHEAD = '(b."partition", b."offset") IN (SELECT "partition", "offset" FROM temp.ahead)';

const RESENT_COLUMN = BATCH_COLUMNS.findIndex(({ name }) => name === 'resent');

/**
 * Gives every record of a batch its one fate, tested in this order: resent, rejected, late, duplicate, counted; and
 * writes what follows from it. Works in the tables of the session it is given, inside the caller's transaction.
 *
 *     batch (temp) --checks, cutoffs, repeats--> verdicts (temp; only records that are not simply counted)
 *          |                                        |
 *          +--------- store.events <----------------+--> store.rejected, store.late_events, store.receipts
 */
export class BatchWriter {
  readonly #latenessMs: number;
  readonly #keep: Keep;
  readonly #clean: string;
  readonly #checks: Readonly<Record<'plain' | 'withAhead', ChecksSql>>;
  /** The hours that cutoffs mean, one row each: none outside the times by which a record can be placed. */
  readonly #cutoffHours: string;

  constructor(manifest: Manifest) {
    const { sanity } = manifest;
    this.#latenessMs = manifest.latenessMs;
    this.#keep = manifest.keep;
    this.#clean = cleaningSql(sanity);
    this.#checks = {
      plain: checksSql(sanity, manifest),
      withAhead: checksSql(sanity, manifest, IS_AHEAD),
    };
    const { first, end } = usableTimes(sanity, manifest);
    const [firstHour, lastHour] = [hourOf(first), hourOf(addMicros(end, -1))];
    this.#cutoffHours = `SELECT "partition", from_offset, unnest(generate_series(greatest(after + INTERVAL 1 hour, ${timestamp(firstHour)}),
      least(through, ${timestamp(lastHour)}), INTERVAL 1 hour)) AS hour FROM temp.cutoffs`;
  }

  async write(session: Session, batch: IncomingBatch, reading: BatchReading): Promise<FateCounts> {
    if (batch.events.length === 0) return { counted: 0, late: 0, rejected: 0, duplicate: 0 };
    await this.#prepare(session);
    markResent(batch.events, reading.resent);
    await session.append(
      { catalog: 'temp', table: 'batch' },
      batch.events.map(({ chunk }) => chunk),
    );
    await this.#writeCutoffs(session, reading);
    const isAhead = await writeAhead(session, batch.events, reading.ahead);
    const checks = isAhead ? this.#checks.withAhead : this.#checks.plain;
    const alone = await this.#judge(session, reading, checks);
    const { verdicts, evicted } = await settleRepeats(session, this.#clean, alone > 0, this.#keep);
    const withVerdicts = alone + verdicts > 0;
    await this.#store(session, reading, checks, withVerdicts);
    const fates = await this.#writeReceipts(session, checks, withVerdicts);
    return { ...fates, counted: fates.counted - evicted, rejected: fates.rejected + evicted };
  }

  /** The temporary tables are made anew for each batch: rows deleted from one would stay in memory, batch after batch. */
  async #prepare(session: Session): Promise<void> {
    const columns = BATCH_COLUMNS.map(({ name, type }) => `${identifier(name)} ${type}`).join(', ');
    await session.run(`CREATE OR REPLACE TEMP TABLE batch (${columns});
      CREATE OR REPLACE TEMP TABLE cutoffs ("partition" INTEGER, after TIMESTAMP, through TIMESTAMP, from_offset BIGINT);
      CREATE OR REPLACE TEMP TABLE verdicts ("partition" INTEGER, "offset" BIGINT, fate VARCHAR, detail VARCHAR);
      CREATE OR REPLACE TEMP TABLE repeats (hour TIMESTAMP, instance_id VARCHAR, query_id BIGINT)`);
  }

  async #writeCutoffs(session: Session, reading: BatchReading): Promise<void> {
    if (reading.cutoffs.length === 0) return;
    const rows = reading.cutoffs.map(
      ({ partition, after, through, from }) =>
        `(${partition}, ${after === undefined ? 'NULL' : timestamp(after)}, ${timestamp(through)}, ${from})`,
    );
    await session.run(`INSERT INTO temp.cutoffs VALUES ${rows.join(', ')}`);
  }

  /** Writes verdicts for resent, rejected and late records; returns how many. */
  async #judge(session: Session, reading: BatchReading, checks: ChecksSql): Promise<number> {
    const through = reading.lateThrough.flatMap((hour, partition) =>
      hour === undefined ? [] : [`WHEN ${partition} THEN hour <= ${timestamp(hour)}`],
    );
    const beforeBatch = through.length === 0 ? 'false' : `CASE "partition" ${through.join(' ')} ELSE false END`;
    const [join, inBatch] =
      reading.cutoffs.length === 0
        ? ['', 'false']
        : [
            `LEFT JOIN (${this.#cutoffHours}) c ON c."partition" = b."partition" AND c.hour = b.hour`,
            'coalesce(b."offset" >= c.from_offset, false)',
          ];
    const result = await session.row(`INSERT INTO temp.verdicts
      SELECT b."partition", b."offset", CASE WHEN resent THEN 'resent' WHEN detail IS NOT NULL THEN 'rejected' ELSE 'late' END, detail
      FROM (
        SELECT "partition", "offset", resent, ${checks.verdict} AS detail, date_trunc('hour', arrival_timestamp) AS hour,
          ${beforeBatch} AS late_before
        FROM temp.batch b) b ${join}
      WHERE resent OR detail IS NOT NULL OR late_before OR ${inBatch}`);
    return numberOf(result.Count);
  }

  async #store(session: Session, reading: BatchReading, checks: ChecksSql, withVerdicts: boolean): Promise<void> {
    const columns = EVENT_COLUMNS.map(({ name }) => identifier(name)).join(', ');
    const counted = withVerdicts ? WITHOUT_VERDICT : '';
    await session.run(`INSERT INTO store.events (${columns}) SELECT ${this.#clean} FROM temp.batch b ${counted}`);
    if (!withVerdicts) return;
    for (const statement of keepRejectedSql(checks.hour, this.#clean, this.#keep)) await session.run(statement);
    const seen = `greatest(${this.#seenWatermark(reading)}, (SELECT max(through) FROM temp.cutoffs c WHERE c."partition" = b."partition" AND c.from_offset <= b."offset")
      + to_milliseconds(${this.#latenessMs}) + INTERVAL 1 hour)`;
    await session.run(keepLateSql(this.#clean, seen, this.#keep));
  }

  /** The bound that each partition's watermark had passed when the batch began. */
  #seenWatermark(reading: BatchReading): string {
    const cases = reading.lateThrough.flatMap((hour, partition) =>
      hour === undefined
        ? []
        : [`WHEN ${partition} THEN make_timestamp(${hour + MICROS_PER_HOUR + this.#latenessMs * MICROS_PER_MS})`],
    );
    return cases.length === 0 ? 'NULL' : `CASE b."partition" ${cases.join(' ')} END`;
  }

  /** One receipt row per hour and partition that the batch touched. Append only: closing adds them up. */
  async #writeReceipts(session: Session, checks: ChecksSql, withVerdicts: boolean): Promise<FateCounts> {
    const [join, fate, where] = withVerdicts
      ? [
          'LEFT JOIN temp.verdicts v ON v."partition" = b."partition" AND v."offset" = b."offset"',
          "coalesce(v.fate, 'counted')",
          "WHERE v.fate IS DISTINCT FROM 'resent'",
        ]
      : ['', "'counted'", ''];
    const rows = await session.rows(`INSERT INTO store.receipts
      SELECT hour, "partition", count(*) FILTER (fate = 'counted'), count(*) FILTER (fate = 'late'), count(*) FILTER (fate = 'rejected'),
        count(*) FILTER (fate = 'duplicate'), min("offset"), max("offset"), NULL, false
      FROM (SELECT ${checks.hour} AS hour, b."partition", b."offset",
          ${fate} AS fate FROM temp.batch b ${join} ${where})
      GROUP BY hour, "partition" RETURNING counted, late, rejected, duplicate`);
    const total = (name: string): number => rows.reduce((sum, row) => sum + numberOf(row[name]), 0);
    return {
      counted: total('counted'),
      late: total('late'),
      rejected: total('rejected'),
      duplicate: total('duplicate'),
    };
  }
}

/** Writes the mark that the batch's SQL reads. */
function markResent(chunks: readonly EventChunk[], resent: readonly (readonly number[])[]): void {
  chunks.forEach(({ chunk }, index) => {
    const rows = resent[index] ?? [];
    if (rows.length === 0) return;
    const vector = chunk.getColumnVector(RESENT_COLUMN);
    if (!(vector instanceof DuckDBBooleanVector)) throw new TypeError('column resent of a batch must be BOOLEAN');
    for (const row of rows) vector.setItem(row, true);
    vector.flush();
  });
}

/** Notes the places of the records that are too far ahead, for the batch's SQL. Returns whether there are any. */
async function writeAhead(
  session: Session,
  chunks: readonly EventChunk[],
  ahead: readonly (readonly number[])[],
): Promise<boolean> {
  const places = chunks.flatMap(({ partition, offset }, index) => {
    const rows = ahead[index] ?? [];
    if (rows.length === 0) return [];
    const chunk = DuckDBDataChunk.create([INTEGER, BIGINT], rows.length);
    chunk.setColumns([rows.map((row) => partition[row] ?? null), rows.map((row) => BigInt(offset[row] ?? 0))]);
    return [chunk];
  });
  if (places.length === 0) return false;
  await session.run('CREATE OR REPLACE TEMP TABLE ahead ("partition" INTEGER, "offset" BIGINT)');
  await session.append({ catalog: 'temp', table: 'ahead' }, places);
  return true;
}
