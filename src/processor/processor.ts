import type { Archive } from '../archive/archive.ts';
import type { BusConsumer } from '../bus/bus.ts';
import type { HotStore, PartitionProgress } from '../hot-store/hot-store.ts';
import type { ProcessorStatus } from '../model/status.ts';
import type { EventTime, WallTime } from '../model/time.ts';
import { MICROS_PER_MS } from '../model/time.ts';
import type { Logger } from '../observe/logger.ts';
import type { Clock } from '../time/clock.ts';
import { RateMeter } from '../time/rate.ts';
import { BatchWriter } from './batch.ts';
import { closeHours, publishDays } from './close.ts';
import { readyHours } from './hours.ts';
import { lowestWatermark, readBatch } from './watermark.ts';

export interface ProcessorOptions {
  readonly store: HotStore;
  readonly consumer: BusConsumer;
  readonly archive: Archive;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Events in one transaction when the processor is behind. */
  readonly batchRows?: number;
}

/** A processor under way. */
export interface Processor {
  status(): ProcessorStatus;
  /** Stops after the batch and the closing under way. */
  stop(): void;
  /** Resolves `done` when every partition has ended and every hour of the run is final, `stopped` after `stop()`. */
  readonly finished: Promise<'done' | 'stopped'>;
}

/** Behind, throughput counts: large batches. */
const MAX_BATCH_ROWS = 50_000;
/** Idle, freshness counts: whatever has come within this much wall time. */
const MAX_WAIT_MS = 250;
/** Hours computed in one go when many are ready. */
const HOURS_PER_CLOSING = 8;
/** Batches wait while more hours than this are ready but not closed: open hours are memory. */
const MAX_READY_HOURS = 16;

/** Starts the processor where the store left off. */
export async function startProcessor(options: ProcessorOptions): Promise<Processor> {
  const { store } = options;
  const known = new Set((await store.archiveFiles()).map((file) => file.path));
  const orphans = await options.archive.removeOrphans(known);
  if (orphans.length > 0)
    options.logger.info({ files: orphans.length }, 'removed files that an interrupted closing left behind');
  const final = await store.finalHours();
  const last = final.at(-1)?.hour;
  // The closing that was interrupted may have ended more than one day.
  await publishDays(
    options,
    final.slice(-HOURS_PER_CLOSING).map(({ hour }) => hour),
  );
  // Not from `hours`: rejected records may belong to none.
  const totals = await store.query(
    'SELECT sum(counted), sum(late + late_after), sum(rejected + rejected_after), sum(duplicate) FROM receipts',
  );
  const [counted, late, rejected, duplicate] = (totals.rows[0] ?? []).map((cell) => Number(cell ?? 0));
  return new Loop(options, await store.progress(), await store.openHours(), {
    counted: counted ?? 0,
    late: late ?? 0,
    rejected: rejected ?? 0,
    duplicate: duplicate ?? 0,
    finalHours: final.length,
    lastFinal: last,
  }).start();
}

interface Totals {
  counted: number;
  late: number;
  rejected: number;
  duplicate: number;
  finalHours: number;
  lastFinal: EventTime | undefined;
}

class Loop {
  readonly #options: ProcessorOptions;
  readonly #writer: BatchWriter;
  readonly #latenessMicros: number;
  readonly #abort = new AbortController();
  readonly #rate = new RateMeter();
  readonly #totals: Totals;
  readonly #failedMetrics: Record<string, string> = {};
  #progress: readonly PartitionProgress[];
  #openHours: readonly EventTime[];
  #processed = 0;
  #closing: Promise<void> | undefined;
  #closingError: unknown;
  #state: ProcessorStatus['state'] = 'running';

  constructor(
    options: ProcessorOptions,
    progress: readonly PartitionProgress[],
    openHours: readonly EventTime[],
    totals: Totals,
  ) {
    this.#options = options;
    this.#progress = progress;
    this.#openHours = openHours;
    this.#totals = totals;
    this.#writer = new BatchWriter(options.store.manifest);
    this.#latenessMicros = options.store.manifest.latenessMs * MICROS_PER_MS;
  }

  start(): Processor {
    const finished = this.#run().then(
      (how) => {
        this.#state = how === 'done' ? 'done' : 'idle';
        return how;
      },
      (error: unknown) => {
        this.#state = 'failed';
        throw error;
      },
    );
    return { status: () => this.#status(), stop: () => this.#abort.abort(), finished };
  }

  async #run(): Promise<'done' | 'stopped'> {
    const { signal } = this.#abort;
    this.#startClosing();
    while (!signal.aborted && !this.#progress.every(({ ended }) => ended)) {
      await this.#waitForClosing(MAX_READY_HOURS);
      await this.#nextBatch();
    }
    await this.#waitForClosing(0);
    return signal.aborted ? 'stopped' : 'done';
  }

  async #nextBatch(): Promise<void> {
    const { consumer, store, clock, logger } = this.#options;
    const maxRows = this.#options.batchRows ?? MAX_BATCH_ROWS;
    const batch = await consumer.poll({ minRows: maxRows, maxRows, waitMs: MAX_WAIT_MS, signal: this.#abort.signal });
    if (batch.events.length === 0 && batch.controls.length === 0) return;
    const reading = readBatch(this.#progress, batch, this.#latenessMicros);
    const progress = stamped(this.#progress, reading.progress, clock.now());
    const rows = batch.events.reduce((sum, { rowCount }) => sum + rowCount, 0);
    logger.debug({ rows, step: 'write' }, 'batch');
    const counts = await store.ingest(async (session) => {
      const result = await this.#writer.write(session, batch, reading);
      logger.debug({ rows, step: 'commit' }, 'batch');
      return { progress, result };
    });
    logger.debug({ rows, step: 'done' }, 'batch');
    this.#progress = progress;
    this.#totals.counted += counts.counted;
    this.#totals.late += counts.late;
    this.#totals.rejected += counts.rejected;
    this.#totals.duplicate += counts.duplicate;
    this.#processed += rows;
    this.#rate.sample(clock.monotonicMs(), this.#processed);
    this.#startClosing();
  }

  #ready(): EventTime[] {
    return readyHours(this.#openHours, lowestWatermark(this.#progress), this.#latenessMicros);
  }

  /** Closing runs beside the batches; one at a time, so hours become final strictly in order. */
  #startClosing(): void {
    if (this.#closing !== undefined || this.#abort.signal.aborted || this.#ready().length === 0) return;
    this.#closing = this.#closeReady()
      .catch((error: unknown) => {
        this.#closingError = error;
      })
      .finally(() => {
        this.#closing = undefined;
      });
  }

  async #closeReady(): Promise<void> {
    const { store } = this.#options;
    // Hours outside the run's range are known only from what has come for them.
    this.#openHours = await store.openHours();
    for (let ready = this.#ready(); ready.length > 0 && !this.#abort.signal.aborted; ready = this.#ready()) {
      const watermark = lowestWatermark(this.#progress);
      if (watermark === undefined) return;
      const closed = await closeHours(this.#options, ready.slice(0, HOURS_PER_CLOSING), watermark);
      for (const { hour, failures } of closed) {
        this.#totals.finalHours++;
        this.#totals.lastFinal = hour;
        for (const { metric, reason } of failures) this.#failedMetrics[metric] = reason;
      }
      this.#openHours = await store.openHours();
    }
  }

  /** Waits until at most `most` hours are ready but not closed; rethrows what a closing failed with. */
  async #waitForClosing(most: number): Promise<void> {
    while (!this.#abort.signal.aborted || this.#closing !== undefined) {
      if (this.#closingError !== undefined) throw this.#closingError;
      if (this.#ready().length <= most) return;
      this.#startClosing();
      if (this.#closing === undefined) return;
      await this.#closing;
    }
    if (this.#closingError !== undefined) throw this.#closingError;
  }

  #status(): ProcessorStatus {
    const { clock, consumer } = this.#options;
    const sum = (pick: (p: PartitionProgress) => number): number =>
      this.#progress.reduce((total, p) => total + pick(p), 0);
    return {
      state: this.#state,
      counted: this.#totals.counted,
      rejected: this.#totals.rejected,
      late: this.#totals.late,
      duplicate: this.#totals.duplicate,
      resent: sum((p) => p.resent),
      gaps: sum((p) => p.gaps),
      eventsPerSecond: this.#rate.perSecond(clock.monotonicMs(), this.#processed),
      watermark: lowestWatermark(this.#progress),
      partitions: this.#progress.map(({ partition, nextOffset, watermark, ended }) => ({
        partition,
        nextOffset,
        watermark,
        ended,
      })),
      openHours: this.#openHours.length,
      finalHours: this.#totals.finalHours,
      lastFinal: this.#totals.lastFinal,
      lag: consumer.lag(),
      failedMetrics: this.#failedMetrics,
    };
  }
}

/** Notes when each watermark moved, for people who ask why an hour is still open. */
function stamped(
  before: readonly PartitionProgress[],
  after: readonly PartitionProgress[],
  now: WallTime,
): PartitionProgress[] {
  return after.map((p, index) => (p.watermark === before[index]?.watermark ? p : { ...p, watermarkAt: now }));
}
