import type { HotStore } from '../hot-store/hot-store.ts';
import type { EventTime } from '../model/time.ts';
import type { Clock } from '../time/clock.ts';
import type { HourFigures } from './figures.ts';
import { readHourFigures } from './figures.ts';

/** Tells about every hour that becomes final from now on, once and in order. */
export interface FinalHours {
  /** Tells about those that became final since, then stops. Safe to call twice. Throws if they cannot be read. */
  close(): Promise<void>;
}

export interface FinalHoursListener {
  tell(hour: HourFigures): void;
  /** Reading failed this time; it is tried again. */
  onError(error: unknown): void;
}

const POLL_MS = 500;
const MOST_AT_ONCE = 10_000;

/** Tells `listener` each final hour after `known`, the last one that needs no telling. */
export function watchFinalHours(
  store: Pick<HotStore, 'query' | 'metrics'>,
  known: EventTime | undefined,
  clock: Clock,
  listener: FinalHoursListener,
): FinalHours {
  const stop = new AbortController();
  let last = known;
  const tellNew = async (): Promise<void> => {
    const since = last === undefined ? {} : { after: last };
    for (const hour of await readHourFigures(store, { state: 'final', ...since, limit: MOST_AT_ONCE })) {
      listener.tell(hour);
      last = hour.hour;
    }
  };
  const watch = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      await tellNew().catch(listener.onError);
      await clock.sleep(POLL_MS, stop.signal);
    }
  };
  const watching = watch();
  const close = async (): Promise<void> => {
    stop.abort();
    await watching;
    await tellNew();
  };
  let closing: Promise<void> | undefined;
  return { close: () => (closing ??= close()) };
}
