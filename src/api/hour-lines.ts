import type { HotStore } from '../hot-store/hot-store.ts';
import type { EventTime } from '../model/time.ts';
import { isoTime } from '../model/time.ts';
import type { HourRange } from './range.ts';
import { rangeConditions } from './range.ts';
import { LATEST_BEGUN } from './series-plan.ts';

export interface HourLine {
  /** ISO-8601. */
  readonly hour: string;
  /** An open hour may still change. */
  readonly state: 'open' | 'final';
  readonly revision: number;
  /** It, or a later one, is final or has events. */
  readonly begun: boolean;
}

/** What rows of whole hours say besides their numbers. */
export class HourLines {
  readonly #lines: ReadonlyMap<string, HourLine>;

  constructor(lines: readonly HourLine[]) {
    this.#lines = new Map(lines.map((line) => [line.hour, line]));
  }

  of(hour: string): Pick<HourLine, 'state' | 'revision'> {
    return this.#lines.get(hour) ?? { state: 'open', revision: 0 };
  }

  /** Of all hours in [from, to) together: open while one of them is, and the highest revision. */
  over(range: HourRange): Pick<HourLine, 'state' | 'revision'> {
    const lines = this.#in(range);
    const open = lines.length === 0 || lines.some(({ state }) => state === 'open');
    return { state: open ? 'open' : 'final', revision: Math.max(0, ...lines.map(({ revision }) => revision)) };
  }

  /** How many hours of [from, to) have begun; at least one, so that there is something to divide by. */
  begunIn(range: HourRange): number {
    return Math.max(1, this.#in(range).filter(({ begun }) => begun).length);
  }

  /** The latest hour that is final. */
  latestFinal(): HourLine | undefined {
    return [...this.#lines.values()].reduce<HourLine | undefined>(
      (latest, line) => (line.state === 'final' && line.hour > (latest?.hour ?? '') ? line : latest),
      undefined,
    );
  }

  #in({ from, to }: HourRange): readonly HourLine[] {
    const text = (t: EventTime | undefined): string | undefined => (t === undefined ? undefined : isoTime(t));
    const [start, end] = [text(from), text(to)];
    return [...this.#lines.values()].filter(
      ({ hour }) => (start === undefined || hour >= start) && (end === undefined || hour < end),
    );
  }
}

/** Reads the lines of the hours in any of the ranges. */
export async function readHourLines(store: HotStore, ranges: readonly HourRange[]): Promise<HourLines> {
  const inRange = (range: HourRange): string => rangeConditions(range).join(' AND ') || 'true';
  const { rows } = await store.query(
    `SELECT hour, state = 'open', revision, coalesce(hour <= ${LATEST_BEGUN}, false)
     FROM hours WHERE ${ranges.map((range) => `(${inRange(range)})`).join(' OR ') || 'true'}`,
  );
  return new HourLines(
    rows.map(([hour, open, revision, begun]) => ({
      hour: String(hour),
      state: open === true ? 'open' : 'final',
      revision: Number(revision),
      begun: begun === true,
    })),
  );
}
