import { TimeLimitError, withTimeLimit } from '../engine/limit.ts';
import type { Session } from '../engine/session.ts';
import { messageOf } from '../errors.ts';
import type { MetricFailure } from '../hot-store/hot-store.ts';
import { closingTable, createClosingTable } from '../hot-store/hot-store.ts';
import type { Metric, Relations } from '../metrics/metric.ts';
import { rollupSql } from '../metrics/metric.ts';
import type { EventTime } from '../model/time.ts';
import type { Clock } from '../time/clock.ts';

/** Wall time that a metric may take over the hours of one closing: far above what any sensible one needs. */
const TIME_LIMIT_MS = 20_000;
/** A metric that is too slow so many times is not tried again: closing would fall behind for ever. */
const MAX_TIMEOUTS = 3;

export interface RollupMakerOptions {
  readonly clock: Clock;
  /** Wall milliseconds that one metric may take over the hours of one closing. */
  readonly timeLimitMs?: number;
}

/**
 * Computes metrics into their closing tables. A metric that fails marks only itself, and only the hours in which it
 * fails: it is tried again hour by hour, so that a result never depends on which hours were closed together. One that
 * does not come to an end is interrupted; it marks all the hours at hand, because trying each would take as long again.
 */
export class RollupMaker {
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #timeouts = new Map<string, number>();

  constructor({ clock, timeLimitMs = TIME_LIMIT_MS }: RollupMakerOptions) {
    this.#clock = clock;
    this.#limitMs = timeLimitMs;
  }

  /** Computes `metrics` of `hours`; `relationsOf` gives what some of the hours read. */
  async compute(
    session: Session,
    metrics: readonly Metric[],
    hours: readonly EventTime[],
    relationsOf: (hours: readonly EventTime[]) => Relations,
  ): Promise<MetricFailure[]> {
    const failures: MetricFailure[] = [];
    for (const metric of metrics) {
      await session.run(createClosingTable(metric));
      failures.push(...(await this.#computeOne(session, metric, hours, relationsOf)));
    }
    return failures;
  }

  async #computeOne(
    session: Session,
    metric: Metric,
    hours: readonly EventTime[],
    relationsOf: (hours: readonly EventTime[]) => Relations,
  ): Promise<MetricFailure[]> {
    const { name } = metric;
    const timeouts = this.#timeouts.get(name) ?? 0;
    if (timeouts >= MAX_TIMEOUTS) return hours.map((hour) => ({ hour, metric: name, reason: this.#suspended() }));
    const insert = (of: readonly EventTime[]): Promise<void> =>
      withTimeLimit(session, this.#clock, this.#limitMs, () =>
        session.run(`INSERT INTO ${closingTable(metric)} ${rollupSql(metric, relationsOf(of))}`),
      );
    const failed = await insert(hours).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (failed === undefined) return [];
    if (failed instanceof TimeLimitError) {
      this.#timeouts.set(name, timeouts + 1);
      return hours.map((hour) => ({ hour, metric: name, reason: failed.message }));
    }
    const failures: MetricFailure[] = [];
    for (const hour of hours) {
      await insert([hour]).catch((error: unknown) => {
        failures.push({ hour, metric: name, reason: messageOf(error).split('\n')[0] ?? 'unknown' });
      });
    }
    return failures;
  }

  #suspended(): string {
    return `not tried again after it took longer than ${this.#limitMs / 1000} s ${MAX_TIMEOUTS} times`;
  }
}
