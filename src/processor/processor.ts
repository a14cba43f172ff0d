import type { Archive } from '../archive/archive.ts';
import type { BusConsumer } from '../bus/bus.ts';
import type { HotStore, PartitionProgress } from '../hot-store/hot-store.ts';
import { failedMetrics, fateTotals } from '../hot-store/hot-store.ts';
import type { ProcessorStatus } from '../model/status.ts';
import type { EventTime, WallTime } from '../model/time.ts';
import { MICROS_PER_MS } from '../model/time.ts';
import type { Logger } from '../observe/logger.ts';
import type { Clock } from '../time/clock.ts';
import { RateMeter } from '../time/rate.ts';
import type { AmendedHour } from './amend.ts';
import { amendHours } from './amend.ts';
import { BatchWriter } from './batch.ts';
import type { CloserParts } from './close.ts';
import { closeHours, publishDays } from './close.ts';
import { isReady, readyHours } from './hours.ts';
import { RollupMaker } from './rollups.ts';
import { lowestWatermark, readBatch } from './watermark.ts';

export interface ProcessorOptions {
  readonly store: HotStore;
  readonly consumer: BusConsumer;
  readonly archive: Archive;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Events in one transaction when the processor is behind. */
  readonly batchRows?: number;
  /** Final hours whose clean events the store keeps; default 48. */
  readonly hotHours?: number;
  /** Fold late events in once the watermark is so far past the end of their hour, milliseconds; default `off`. */
  readonly amendAfterMs?: number | 'off';
  /** Wall milliseconds that one metric may take over the hours of one closing. */
  readonly metricLimitMs?: number;
}

/** A processor under way. */
export interface Processor {
  status(): ProcessorStatus;
  /** Folds the late events of final hours in [from, to) in, between closings. Throws NO_RAW_EVENTS. */
  amend(range: { readonly from: EventTime; readonly to: EventTime }): Promise<readonly AmendedHour[]>;
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
const HOURS_PER_CLOSING = 4;
const DEFAULT_HOT_HOURS = 48;
/** Batches wait while more hours than this are ready but not closed: open hours are memory. */
const MAX_READY_HOURS = 6;

/** Starts the processor where the store left off. */
export async function startProcessor(options: ProcessorOptions): Promise<Processor> {
  const { store } = options;
  const orphans = await options.archive.removeOrphans(await store.knownFiles());
  if (orphans.length > 0)
    options.logger.info({ files: orphans.length }, 'removed files that an interrupted closing left behind');
  const final = await store.finalHours();
  const last = final.at(-1)?.hour;
  // What was interrupted before it was published: a closing, which may have ended more than one day, or an amendment.
  const recent = final.slice(-HOURS_PER_CLOSING);
  await publishDays(
    options,
    [...final.filter(({ revision }) => revision > 1), ...recent].map(({ hour }) => hour),
  );
  return new Loop(options, await store.progress(), await store.openHours(), {
    ...(await fateTotals(store)),
    failedMetrics: await failedMetrics(store),
    finalHours: final.length,
    lastFinal: last,
  }).start();
}

interface Totals {
  failedMetrics: Record<string, string>;
  counted: number;
  late: number;
  rejected: number;
  duplicate: number;
  finalHours: number;
  lastFinal: EventTime | undefined;
}

class Loop {
  readonly #options: ProcessorOptions;
  readonly #closer: CloserParts;
  readonly #writer: BatchWriter;
  readonly #latenessMicros: number;
  readonly #abort = new AbortController();
  readonly #rate = new RateMeter();
  readonly #totals: Totals;
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
    const { store, archive, clock, logger, hotHours = DEFAULT_HOT_HOURS, metricLimitMs } = options;
    const rollups = new RollupMaker({ clock, ...(metricLimitMs === undefined ? {} : { timeLimitMs: metricLimitMs }) });
    this.#closer = { store, archive, clock, logger, rollups, hotHours };
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
    return {
      status: () => this.#status(),
      amend: (range) => this.#amend(range),
      stop: () => this.#abort.abort(),
      finished,
    };
  }

  async #run(): Promise<'done' | 'stopped'> {
    const { signal } = this.#abort;
    this.#startClosing();
    while (!signal.aborted && !this.#progress.every(({ ended }) => ended)) {
      await this.#waitForClosing(MAX_READY_HOURS);
      await this.#nextBatch();
    }
    await this.#waitForClosing(0);
    await this.#alone(() => this.#amendDue());
    return signal.aborted ? 'stopped' : 'done';
  }

  async #nextBatch(): Promise<void> {
    const { consumer, store, clock, logger } = this.#options;
    const maxRows = this.#options.batchRows ?? MAX_BATCH_ROWS;
    const batch = await consumer.poll({ minRows: maxRows, maxRows, waitMs: MAX_WAIT_MS, signal: this.#abort.signal });
    if (batch.events.length === 0 && batch.controls.length === 0) return;
    const reading = readBatch(this.#progress, batch, store.manifest);
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
      const closed = await closeHours(this.#closer, ready.slice(0, HOURS_PER_CLOSING), watermark);
      for (const { hour, failures } of closed) {
        this.#totals.finalHours++;
        this.#totals.lastFinal = hour;
        for (const { metric, reason } of failures) this.#totals.failedMetrics[metric] = reason;
      }
      this.#openHours = await store.openHours();
      await this.#amendDue();
    }
  }

  /** What the policy says; at the end, when nothing can come any more, every hour with late events is due. */
  async #amendDue(): Promise<void> {
    const { store, amendAfterMs = 'off' } = this.#options;
    if (amendAfterMs === 'off' || store.manifest.keep !== 'all' || this.#abort.signal.aborted) return;
    const ended = this.#progress.every((p) => p.ended) && this.#ready().length === 0;
    const passed = this.#latenessMicros + amendAfterMs * MICROS_PER_MS;
    const due = (await store.waitingHours()).filter(
      ({ hour }) => ended || isReady(hour, lowestWatermark(this.#progress), passed),
    );
    await amendHours(this.#closer, due);
  }

  async #amend({ from, to }: { from: EventTime; to: EventTime }): Promise<readonly AmendedHour[]> {
    return await this.#alone(async () => {
      const waiting = await this.#options.store.waitingHours();
      return await amendHours(
        this.#closer,
        waiting.filter(({ hour }) => hour >= from && hour < to),
      );
    });
  }

  /** One closing or amendment at a time: they share a session and its tables. */
  async #alone<T>(work: () => Promise<T>): Promise<T> {
    while (this.#closing !== undefined) await this.#closing;
    const running = work();
    const over = (): void => {
      this.#closing = undefined;
      this.#startClosing();
    };
    this.#closing = running.then(over, over);
    return await running;
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
      failedMetrics: this.#totals.failedMetrics,
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
