import type { Session } from '../engine/session.ts';
import { carriedSql, fingerprintSql, HISTORY_TABLES } from '../metrics/metric.ts';
import type { EventTime } from '../model/time.ts';
import { eventsOf, listOf } from './live-relations.ts';
import { STORE_CATALOG } from './tables.ts';

const FINGERPRINTS = `${STORE_CATALOG}.store.fingerprints`;
const CARRIED = `${STORE_CATALOG}.store.carried`;
/** What open hours without further events add to what is known. */
const SETTLED = 'temp.settled';

/**
 * What metrics read of earlier hours, for hours that are open. Looking up every fingerprint is most of what provisional
 * rollups cost, so an open hour in which nothing happens any more is not looked up again for the sake of the next one.
 */
export class LiveHistory {
  readonly #session: Session;
  readonly #to: EventTime;
  /** Hours that the table of what was learned holds. */
  #learned: readonly EventTime[] = [];
  /** Hours that `SETTLED` holds. */
  #settled: readonly EventTime[] = [];

  constructor({ session, to }: { readonly session: Session; readonly to: EventTime }) {
    this.#session = session;
    this.#to = to;
  }

  /**
   * Makes what is known in the hours `again`, and what is carried into any open hour. `open` are all open hours with
   * events, oldest first; `again` the last of them, from the first on whose events have changed since the last time.
   */
  async compute(open: readonly EventTime[], again: readonly EventTime[]): Promise<void> {
    const others = open.filter((hour) => !again.includes(hour));
    const hours = (await this.#settle(others)) ? again : open;
    const settled = hours === again && others.length > 0;
    const fingerprints = settled ? `(FROM ${FINGERPRINTS} UNION ALL FROM ${SETTLED})` : FINGERPRINTS;
    await this.#session.run(fingerprintSql({ events: eventsOf(hours), hours, fingerprints }));
    await this.#session.run(carriedSql({ events: eventsOf(open), hours: open, to: this.#to, carried: CARRIED }));
    this.#learned = hours;
  }

  /** What was computed was rolled back. */
  forget(): void {
    this.#learned = [];
    this.#settled = [];
  }

  /** Keeps what just these hours have added; false if that is not known of all of them. */
  async #settle(hours: readonly EventTime[]): Promise<boolean> {
    const missing = hours.filter((hour) => !this.#settled.includes(hour));
    if (!missing.every((hour) => this.#learned.includes(hour))) return false;
    if (missing.length === 0 && hours.length === this.#settled.length) return true;
    const kept = this.#settled.length === 0 ? '' : `UNION ALL FROM ${SETTLED} WHERE hour IN (${listOf(hours)})`;
    await this.#session.run(
      `CREATE OR REPLACE ${SETTLED.replace('temp.', 'TEMP TABLE ')} AS
       FROM ${HISTORY_TABLES.learned} WHERE hour IN (${listOf(missing)}) ${kept}`,
    );
    this.#settled = hours;
    return true;
  }
}
