import type { BusProducer, OutgoingBatch, PartitionPosition } from '../bus/bus.ts';
import type { Manifest } from '../model/manifest.ts';
import type { ReplayStatus, Speed } from '../model/status.ts';
import type { EventTime, ReplayTime } from '../model/time.ts';
import { addMicros, eventTime, MICROS_PER_MS, replayTime } from '../model/time.ts';
import type { Clock } from '../time/clock.ts';
import { RateMeter } from '../time/rate.ts';
import type { Trace } from '../trace/trace.ts';
import { countBelow } from './doubles.ts';
import type { Film } from './film.ts';
import { openFilm } from './film.ts';
import type { PacerState } from './pacer.ts';
import * as pacer from './pacer.ts';
import type { Reel } from './reel.ts';
import type { Replay } from './replay.ts';
import { Sequencer } from './sequence.ts';

export interface ReplayOptions {
  readonly trace: Trace;
  readonly manifest: Manifest;
  readonly producer: BusProducer;
  readonly pace: { readonly speed: Speed; readonly fillUntil?: EventTime | undefined };
  readonly clock: Clock;
  /** About how many events are loaded at a time; has no influence on what is sent. */
  readonly reelRows?: number;
}

/** Events fetched from a reel and sent at a time. */
const SEND_ROWS = 16_384;
/** The film moves in steps of this much wall time when it is paced. */
const STEP_MS = 50;

/** Starts to play the run's part of the trace; continues where the bus ends. */
export function startReplay(options: ReplayOptions): Replay {
  return new Replayer(options).start();
}

class Replayer {
  readonly #options: ReplayOptions;
  readonly #abort = new AbortController();
  readonly #eventRate = new RateMeter();
  readonly #filmRate = new RateMeter();
  #pacer: PacerState;
  #at: ReplayTime;
  #end: ReplayTime;
  #sent = 0;
  #state: ReplayStatus['state'] = 'starting';
  /** Wakes the film from its sleep when the plan changes. */
  #wake = new AbortController();

  constructor(options: ReplayOptions) {
    this.#options = options;
    this.#at = replayTime(options.manifest.from);
    this.#end = replayTime(options.manifest.to);
    const { pace, clock, manifest } = options;
    const fillUntil = pace.fillUntil === undefined ? undefined : replayTime(pace.fillUntil);
    const start = { at: this.#at, nowMs: clock.monotonicMs(), speed: pace.speed, fillUntil };
    this.#pacer = pacer.startPacer({ ...start, to: replayTime(manifest.to) });
  }

  start(): Replay {
    const finished = this.#play().then(
      (how) => {
        this.#state = how;
        return how;
      },
      (error: unknown) => {
        this.#state = 'stopped';
        throw error;
      },
    );
    return {
      status: () => this.#status(),
      pause: () => this.#change((state) => pacer.pause(state, this.#at)),
      resume: () => this.#change((state, nowMs) => pacer.resume(state, this.#at, nowMs)),
      setSpeed: (speed) => this.#change((state, nowMs) => pacer.withSpeed(state, speed, this.#at, nowMs)),
      step: () => this.#change((state, nowMs) => pacer.step(state, this.#at, nowMs)),
      stop: () => this.#abort.abort(),
      finished,
    };
  }

  async #play(): Promise<'ended' | 'stopped'> {
    const { trace, manifest, producer } = this.#options;
    const positions = await producer.positions();
    if (positions.every((position) => position.ended)) return 'ended';
    await this.#begin(positions);
    const film = await openFilm(trace, manifest, this.#options.reelRows);
    try {
      const { watermark, place } = startOf(manifest, positions, film);
      const sequencer = new Sequencer({
        positions,
        intervalMicros: manifest.watermarkIntervalMs * MICROS_PER_MS,
        from: watermark,
        delayMicros: film.delayMicros,
        silence: film.silence,
      });
      this.#end = film.end;
      this.#at = place;
      this.#pacer = pacer.movedTo(this.#pacer, place, this.#options.clock.monotonicMs());
      this.#state = 'playing';
      const skip = positions.map((position) => position.lastSeq);
      for await (const reel of film.reels(place, skip, this.#abort.signal)) {
        await this.#playReel(reel, sequencer);
        await reel.release();
        if (this.#abort.signal.aborted) return 'stopped';
      }
      await this.#sendEnd(positions);
      return this.#abort.signal.aborted ? 'stopped' : 'ended';
    } finally {
      film.close();
    }
  }

  async #begin(positions: readonly PartitionPosition[]): Promise<void> {
    const partitions = positions.flatMap((position, partition) => (position.nextOffset === 0 ? [partition] : []));
    if (partitions.length === 0) return;
    await this.#send({
      events: undefined,
      controls: [{ beforeRow: 0, kind: 'begin', partitions, watermark: undefined, manifest: this.#options.manifest }],
    });
  }

  async #sendEnd(positions: readonly PartitionPosition[]): Promise<void> {
    const { manifest } = this.#options;
    const partitions = positions.flatMap((position, partition) => (position.ended ? [] : [partition]));
    const watermark = addMicros(manifest.to, manifest.latenessMs * MICROS_PER_MS);
    await this.#send({
      events: undefined,
      controls: [{ beforeRow: 0, kind: 'end', partitions, watermark, manifest: undefined }],
    });
  }

  /** Sends a reel as the plan allows, watermarks included, until its end or until the replay is stopped. */
  async #playReel(reel: Reel, sequencer: Sequencer): Promise<void> {
    const { signal } = this.#abort;
    const end = reel.span.to;
    let row = 0;
    while (!signal.aborted) {
      const plan = this.#pacer;
      const nowMs = this.#options.clock.monotonicMs();
      const allowed = replayTime(Math.min(pacer.allowedUntil(plan, nowMs), end));
      const until = allowed >= end ? reel.rows : countBelow(reel.outAt, allowed, row);
      while (row < until && this.#pacer === plan && !signal.aborted) {
        const next = Math.min(until, row + SEND_ROWS);
        for (const chunk of await reel.chunks(row, next)) {
          await this.#send(sequencer.wrap(chunk, reel));
        }
        row = next;
        this.#moveTo(replayTime(Math.max(this.#at, reel.outAt[row - 1] || 0)));
      }
      if (signal.aborted) return;
      // Paused, at another speed or done with filling: how far the film may go has to be asked again.
      if (this.#pacer !== plan) continue;
      const watermarks = sequencer.watermarksUntil(allowed);
      if (watermarks !== undefined) await this.#send(watermarks);
      this.#moveTo(replayTime(Math.max(this.#at, allowed)));
      if (allowed >= end) return;
      await this.#sleep(reel, row, sequencer);
    }
  }

  /** Sleeps until the next event or watermark is due, at least a step, or until the plan changes. */
  async #sleep(reel: Reel, row: number, sequencer: Sequencer): Promise<void> {
    const nextRecord = reel.outAt[row] ?? Number.POSITIVE_INFINITY;
    const next = replayTime(Math.min(nextRecord, sequencer.nextDue, reel.span.to));
    const dueMs = pacer.dueAt(this.#pacer, next) - this.#options.clock.monotonicMs();
    this.#wake = new AbortController();
    const signal = AbortSignal.any([this.#abort.signal, this.#wake.signal]);
    await this.#options.clock.sleep(Math.min(Math.max(STEP_MS, dueMs), 1_000), signal);
  }

  async #send(batch: OutgoingBatch): Promise<void> {
    await this.#options.producer.send(batch, this.#abort.signal);
    this.#sent += batch.events?.rowCount ?? 0;
    this.#eventRate.sample(this.#options.clock.monotonicMs(), this.#sent);
  }

  #moveTo(at: ReplayTime): void {
    const nowMs = this.#options.clock.monotonicMs();
    this.#at = at;
    this.#filmRate.sample(nowMs, at);
    this.#pacer = pacer.reached(this.#pacer, at, nowMs);
  }

  #change(next: (state: PacerState, nowMs: number) => PacerState): void {
    this.#pacer = next(this.#pacer, this.#options.clock.monotonicMs());
    this.#wake.abort();
  }

  #status(): ReplayStatus {
    const { manifest, clock } = this.#options;
    const nowMs = clock.monotonicMs();
    const playing = this.#state === 'playing';
    const speedReached = playing && !this.#pacer.paused ? this.#filmRate.perSecond(nowMs, this.#at) / 1_000_000 : 0;
    const left = this.#end - this.#at;
    return {
      state: playing && this.#pacer.paused ? 'paused' : this.#state,
      // Behind the run's end only what was delayed is still to come.
      at: replayTime(Math.min(this.#at, manifest.to)),
      from: manifest.from,
      to: manifest.to,
      speed: this.#pacer.speed,
      fullSpeedUntil: playing ? pacer.unheldUntil(this.#pacer) : undefined,
      speedReached,
      driftMs: playing ? pacer.driftMs(this.#pacer, this.#at, nowMs) : 0,
      remainingMs: speedReached > 0 ? left / MICROS_PER_MS / speedReached : undefined,
      eventsSent: this.#sent,
      eventsPerSecond: playing ? this.#eventRate.perSecond(nowMs, this.#sent) : 0,
    };
  }
}

/**
 * Where the film goes on: every record before the place of the lowest watermark is on the bus already, in every partition.
 */
function startOf(
  manifest: Manifest,
  positions: readonly PartitionPosition[],
  { delayMicros }: Pick<Film, 'delayMicros'>,
): { readonly watermark: EventTime; readonly place: ReplayTime } {
  const { from, to } = manifest;
  const lowest = Math.min(...positions.map(({ watermark }) => watermark ?? Number.NEGATIVE_INFINITY));
  if (lowest <= from) return { watermark: from, place: replayTime(from) };
  const watermark = eventTime(Math.min(to, lowest));
  return { watermark, place: replayTime(watermark + delayMicros) };
}
