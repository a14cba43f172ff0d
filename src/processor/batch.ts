import { DuckDBBooleanVector } from '@duckdb/node-api';
import type { EventChunk, IncomingBatch } from '../bus/bus.ts';
import { BATCH_COLUMNS } from '../bus/bus.ts';
import type { Session } from '../engine/session.ts';
import { numberOf } from '../engine/session.ts';
import { identifier, timestamp } from '../engine/sql.ts';
import { EVENT_COLUMNS } from '../hot-store/hot-store.ts';
import type { Manifest } from '../model/manifest.ts';
import { MICROS_PER_HOUR, MICROS_PER_MS } from '../model/time.ts';
import { checksSql } from './checks.ts';
import { cleaningSql } from './cleaning.ts';
import { settleRepeats, WITHOUT_VERDICT } from './repeats.ts';
import type { BatchReading } from './watermark.ts';

/** How a batch changed the number of records of each fate: an event that it displaces was counted before. */
export interface FateCounts {
  readonly counted: number;
  readonly late: number;
  readonly rejected: number;
  readonly duplicate: number;
}

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
  readonly #sql: { readonly verdicts: string; readonly clean: string; readonly hour: string };

  constructor(manifest: Manifest) {
    const checks = checksSql(manifest.sanity, manifest);
    this.#latenessMs = manifest.latenessMs;
    this.#sql = { verdicts: checks.verdict, clean: cleaningSql(manifest.sanity), hour: checks.hour };
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
    const alone = await this.#judge(session, reading);
    const { verdicts, evicted } = await settleRepeats(session, this.#sql.clean, alone > 0);
    const withVerdicts = alone + verdicts > 0;
    await this.#store(session, reading, withVerdicts);
    const fates = await this.#writeReceipts(session, withVerdicts);
    return { ...fates, counted: fates.counted - evicted, rejected: fates.rejected + evicted };
  }

  /** The temporary tables are made anew for each batch: rows deleted from one would stay in memory, batch after batch. */
  async #prepare(session: Session): Promise<void> {
    const columns = BATCH_COLUMNS.map(({ name, type }) => `${identifier(name)} ${type}`).join(', ');
    await session.run(`CREATE OR REPLACE TEMP TABLE batch (${columns});
      CREATE OR REPLACE TEMP TABLE cutoffs ("partition" INTEGER, hour TIMESTAMP, "offset" BIGINT);
      CREATE OR REPLACE TEMP TABLE verdicts ("partition" INTEGER, "offset" BIGINT, fate VARCHAR, detail VARCHAR);
      CREATE OR REPLACE TEMP TABLE repeats (hour TIMESTAMP, instance_id VARCHAR, query_id BIGINT)`);
  }

  async #writeCutoffs(session: Session, reading: BatchReading): Promise<void> {
    if (reading.cutoffs.length === 0) return;
    const rows = reading.cutoffs.map(({ partition, hour, offset }) => `(${partition}, ${timestamp(hour)}, ${offset})`);
    await session.run(`INSERT INTO temp.cutoffs VALUES ${rows.join(', ')}`);
  }

  /** Writes verdicts for resent, rejected and late records; returns how many. */
  async #judge(session: Session, reading: BatchReading): Promise<number> {
    const through = reading.lateThrough.flatMap((hour, partition) =>
      hour === undefined ? [] : [`WHEN ${partition} THEN hour <= ${timestamp(hour)}`],
    );
    const beforeBatch = through.length === 0 ? 'false' : `CASE "partition" ${through.join(' ')} ELSE false END`;
    const [join, inBatch] =
      reading.cutoffs.length === 0
        ? ['', 'false']
        : [
            'LEFT JOIN temp.cutoffs c ON c."partition" = b."partition" AND c.hour = b.hour',
            'coalesce(b."offset" > c."offset", false)',
          ];
    const result = await session.row(`INSERT INTO temp.verdicts
      SELECT b."partition", b."offset", CASE WHEN resent THEN 'resent' WHEN detail IS NOT NULL THEN 'rejected' ELSE 'late' END, detail
      FROM (
        SELECT "partition", "offset", resent, ${this.#sql.verdicts} AS detail, date_trunc('hour', arrival_timestamp) AS hour,
          ${beforeBatch} AS late_before
        FROM temp.batch) b ${join}
      WHERE resent OR detail IS NOT NULL OR late_before OR ${inBatch}`);
    return numberOf(result.Count);
  }

  async #store(session: Session, reading: BatchReading, withVerdicts: boolean): Promise<void> {
    const columns = EVENT_COLUMNS.map(({ name }) => identifier(name)).join(', ');
    const counted = withVerdicts ? WITHOUT_VERDICT : '';
    await session.run(`INSERT INTO store.events (${columns}) SELECT ${this.#sql.clean} FROM temp.batch b ${counted}`);
    if (!withVerdicts) return;
    const judged = `temp.batch b JOIN (SELECT "partition" AS of_partition, "offset" AS at_offset, fate, detail FROM temp.verdicts) v
      ON v.of_partition = b."partition" AND v.at_offset = b."offset"`;
    await session.run(`INSERT INTO store.rejected
      SELECT ${this.#sql.hour}, b."partition", b."offset", seq,
        string_split(detail, ':')[1], string_split(detail, ':')[2], coalesce(raw, ${rawJson()})
      FROM ${judged} WHERE fate = 'rejected'`);
    const seen = `greatest(${this.#seenWatermark(reading)}, (SELECT max(hour) FROM temp.cutoffs c WHERE c."partition" = b."partition" AND c."offset" < b."offset")
      + to_milliseconds(${this.#latenessMs}) + INTERVAL 1 hour)`;
    await session.run(`INSERT INTO store.late_events
      SELECT *, CAST((epoch_us(seen_watermark) - epoch_us(arrival_timestamp)) // ${MICROS_PER_MS} AS BIGINT), 'late', NULL
      FROM (SELECT ${this.#sql.clean}, ${seen} AS seen_watermark FROM ${judged} WHERE fate = 'late')`);
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
  async #writeReceipts(session: Session, withVerdicts: boolean): Promise<FateCounts> {
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
      FROM (SELECT ${this.#sql.hour} AS hour, b."partition", b."offset",
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

/** The record as JSON in Redset's column names, for rejected records that did not come as text. */
function rawJson(): string {
  const first = BATCH_COLUMNS.findIndex(({ name }) => name === 'deployment');
  const columns = BATCH_COLUMNS.slice(first, -2).map(({ name }) => `${name} := ${name}`);
  return `encode(CAST(to_json(struct_pack(${columns.join(', ')})) AS VARCHAR))`;
}
