import type { Session } from '../engine/session.ts';
import { numberOf } from '../engine/session.ts';
import { identifier, timestamp } from '../engine/sql.ts';
import type { Metric } from '../metrics/metric.ts';
import { rollupSql } from '../metrics/metric.ts';
import { eventTime } from '../model/time.ts';
import type { Clock } from '../time/clock.ts';
import { LIVE_CATALOG, PUBLIC_EVENT_COLUMNS, STORE_CATALOG } from './tables.ts';

/** Provisional rollups are recomputed at most this often. */
const MIN_INTERVAL_MS = 1_000;
/** ... and for at most a fifth of a core: after a refresh of t ms, the next one waits 4 t. */
const REST_FACTOR = 4;

/**
 * A function that brings the provisional rollups of the open hours up to date. Callers share one refresh, and get the
 * last one if it is fresh enough. A metric that fails leaves no provisional rows; closing tells why.
 */
export function createLive(options: {
  session: Session;
  metrics: readonly Metric[];
  clock: Clock;
}): () => Promise<void> {
  const { session, metrics, clock } = options;
  let running: Promise<void> | undefined;
  let notBefore = Number.NEGATIVE_INFINITY;
  return async () => {
    if (running !== undefined) return await running;
    const started = clock.monotonicMs();
    if (started < notBefore) return;
    running = refresh(session, metrics).finally(() => {
      const took = clock.monotonicMs() - started;
      notBefore = clock.monotonicMs() + Math.max(MIN_INTERVAL_MS, REST_FACTOR * took);
      running = undefined;
    });
    await running;
  };
}

async function refresh(session: Session, metrics: readonly Metric[]): Promise<void> {
  const hours = await session.rows(
    `SELECT epoch_us(hour) AS hour FROM ${LIVE_CATALOG}.main.hours WHERE state = 'open' AND counted > 0 ORDER BY 1`,
  );
  const list = hours.map((row) => timestamp(eventTime(numberOf(row.hour))));
  const events = `SELECT ${PUBLIC_EVENT_COLUMNS} FROM ${STORE_CATALOG}.store.events WHERE hour IN (${list.join(', ') || 'NULL'})`;
  for (const metric of metrics) {
    const table = `${LIVE_CATALOG}.provisional.${identifier(metric.name)}`;
    // In one transaction, so that a reader never sees a metric half refreshed; a failed one is left empty.
    const insert = async (): Promise<void> => {
      await session.run(`DELETE FROM ${table}`);
      if (list.length > 0)
        await session.run(
          `INSERT INTO ${table} ${rollupSql(metric, { events, known: 'SELECT * FROM temp.known', carried: 'SELECT * FROM temp.carried' })}`,
        );
    };
    await session.transaction(insert).catch(() => session.run(`DELETE FROM ${table}`));
  }
}
