import type { ControlRecord, IncomingBatch } from '../../src/bus/bus.ts';
import type { HotStore } from '../../src/hot-store/hot-store.ts';
import type { EventTime } from '../../src/model/time.ts';
import type { FateCounts } from '../../src/processor/batch.ts';
import { BatchWriter } from '../../src/processor/batch.ts';
import { readBatch } from '../../src/processor/watermark.ts';
import type { BusEvent } from './event-chunk.ts';
import { busEvent, eventChunk } from './event-chunk.ts';
import { ask } from './store.ts';
import type { RowSpec } from './trace-row.ts';

/** A record of a batch: an event, or a control record of its partition. Partition 0 unless it says otherwise. */
export type FeedItem =
  | {
      readonly row: RowSpec;
      readonly partition?: number;
      /** Counted up by itself; NaN for a producer that sends none. */
      readonly seq?: number;
      readonly badColumns?: string;
      readonly raw?: string;
    }
  | { readonly watermark: EventTime; readonly partition?: number }
  | { readonly begin: true; readonly partition?: number };

/** Writes batches into a store as the processor does, one transaction each, with offsets and headers as a replay gives them. */
export class BatchFeed {
  readonly #store: HotStore;
  readonly #writer: BatchWriter;
  readonly #nextOffset: number[];
  readonly #lastSeq: number[];
  #seq = 0;

  constructor(store: HotStore) {
    this.#store = store;
    this.#writer = new BatchWriter(store.manifest);
    this.#nextOffset = Array.from({ length: store.manifest.partitions }, () => 0);
    this.#lastSeq = this.#nextOffset.map(() => -1);
  }

  /** One batch of these records, in this order, after which the bus holds no more. */
  async batch(...items: readonly FeedItem[]): Promise<FateCounts> {
    const batch = this.#place(items);
    const before = await this.#store.progress();
    const reading = readBatch(before, batch, this.#store.manifest);
    return await this.#store.ingest(async (session) => ({
      progress: reading.progress,
      result: await this.#writer.write(session, batch, reading),
    }));
  }

  /** The rows as one batch each. */
  async oneByOne(...rows: readonly RowSpec[]): Promise<void> {
    for (const row of rows) await this.batch({ row });
  }

  #place(items: readonly FeedItem[]): IncomingBatch {
    const events: BusEvent[] = [];
    const controls: ControlRecord[] = [];
    for (const item of items) {
      const partition = item.partition ?? 0;
      const offset = this.#nextOffset[partition] ?? 0;
      this.#nextOffset[partition] = offset + 1;
      if ('watermark' in item) {
        controls.push({ kind: 'watermark', partition, offset, watermark: item.watermark, manifest: undefined });
        continue;
      }
      if ('begin' in item) {
        const { manifest } = this.#store;
        controls.push({ kind: 'begin', partition, offset, watermark: undefined, manifest });
        continue;
      }
      const seq = item.seq ?? this.#seq++;
      const prev = Number.isNaN(seq) ? Number.NaN : (this.#lastSeq[partition] ?? -1);
      if (seq > prev) this.#lastSeq[partition] = seq;
      const { row, badColumns = null, raw = null } = item;
      events.push(busEvent(row, { partition, offset, seq, prev, badColumns, raw }));
    }
    return { events: events.length === 0 ? [] : [eventChunk(events)], controls, waiting: [] };
  }
}

/** What became of the records of partition 0, by offset: `counted`, `late`, or `rejected` with reason and field. */
export async function fatesByOffset(store: HotStore): Promise<Record<string, string>> {
  const rows = await ask(
    store,
    `SELECT "offset", 'counted' FROM events WHERE "partition" = 0
     UNION ALL SELECT "offset", 'late' FROM late_events WHERE "partition" = 0
     UNION ALL SELECT "offset", concat_ws(' ', 'rejected', reason, field) FROM rejected WHERE "partition" = 0 ORDER BY 1`,
  );
  return Object.fromEntries(rows.map(([offset, fate]) => [String(offset), String(fate)]));
}

/** Sums of the receipts: counted, late, rejected, duplicate. */
export async function receiptSums(store: HotStore): Promise<unknown> {
  const [sums] = await ask(
    store,
    `SELECT coalesce(sum(counted), 0), coalesce(sum(late + late_after), 0), coalesce(sum(rejected + rejected_after), 0),
       coalesce(sum(duplicate), 0) FROM receipts`,
  );
  return sums;
}
