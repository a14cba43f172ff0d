import type { Logger } from '../../src/observe/logger.ts';
import { systemClock } from '../../src/time/clock.ts';
import type { BenchCase, Figure } from '../case.ts';
import { numberFrom, play } from '../run.ts';

/** Events per wall second that the film sends: the processor keeps up, and each hour closes by itself. */
const EVENTS_PER_SECOND = 50_000;
/** Too few events to say anything about an hour of the asked size. */
const LEAST_SHARE = 0.5;

export const closing: BenchCase = {
  name: 'closing',
  question: 'How long does it take to close an hour, and how long do arriving batches wait meanwhile?',
  needsTrace: true,
  measure: async (options, place) => {
    const watch = new ClosingWatch();
    const speed = (EVENTS_PER_SECOND * 3_600) / options.eventsPerHour;
    const pipeline = await play(options, place, { speed, logger: watch });
    const events = await numberFrom(pipeline, 'SELECT median(counted) FROM hours');
    await pipeline.stop();
    if (events < options.eventsPerHour * LEAST_SHARE) throw new Error(`the median hour has ${events} events only`);
    return [{ name: 'events of the median hour', unit: 'rows', value: events }, ...watch.figures()];
  },
};

interface Interval {
  readonly from: number;
  readonly to: number;
}

/** Reads from the run's log when hours were closed and when batches were written. */
class ClosingWatch implements Logger {
  readonly #closings: Interval[] = [];
  readonly #batches: Interval[] = [];
  #closingSince: number | undefined;
  #batchSince: number | undefined;

  debug(fields: Readonly<Record<string, unknown>>, message: string): void {
    const now = systemClock.monotonicMs();
    if (message === 'closing' && fields.step === 'compute') this.#closingSince = fields.hours === 1 ? now : undefined;
    if (message === 'batch' && fields.step === 'write') this.#batchSince = now;
    if (message === 'batch' && fields.step === 'done' && this.#batchSince !== undefined) {
      this.#batches.push({ from: this.#batchSince, to: now });
    }
  }

  info(fields: Readonly<Record<string, unknown>>, message: string): void {
    if (message !== 'closed' || fields.step !== 'done' || this.#closingSince === undefined) return;
    this.#closings.push({ from: this.#closingSince, to: systemClock.monotonicMs() });
  }

  warn(): void {}
  error(): void {}

  figures(): Figure[] {
    const busy = this.#batches.filter((batch) => this.#closings.some((c) => c.from < batch.to && batch.from < c.to));
    const quiet = this.#batches.filter((batch) => !busy.includes(batch));
    return [
      { name: 'closing an hour', unit: 's', value: quantile(this.#closings, 0.5) },
      { name: 'closing an hour, slowest', unit: 's', value: quantile(this.#closings, 1) },
      { name: 'a batch beside a closing, median', unit: 's', value: quantile(busy, 0.5) },
      { name: 'a batch beside a closing, slowest', unit: 's', value: quantile(busy, 1) },
      { name: 'a batch otherwise, median', unit: 's', value: quantile(quiet, 0.5) },
      { name: 'a batch otherwise, slowest', unit: 's', value: quantile(quiet, 1) },
    ];
  }
}

/** Seconds: the value of rank ceil(q n); NaN where there is none. */
function quantile(intervals: readonly Interval[], q: number): number {
  const sorted = intervals.map(({ from, to }) => to - from).sort((a, b) => a - b);
  return (sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN) / 1_000;
}
