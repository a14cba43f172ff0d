import { TimeLimitError, withTimeLimit } from '../engine/limit.ts';
import type { Session } from '../engine/session.ts';
import { numberOf } from '../engine/session.ts';
import { identifier, timestamp } from '../engine/sql.ts';
import type { Metric, Relations } from '../metrics/metric.ts';
import { EMPTY_HISTORY, historyRelations, historySql, rollupSql } from '../metrics/metric.ts';
import type { EventTime } from '../model/time.ts';
import { eventTime } from '../model/time.ts';
import type { Clock } from '../time/clock.ts';
import { LIVE_CATALOG, PUBLIC_EVENT_COLUMNS, STORE_CATALOG } from './tables.ts';

/** Provisional rollups are recomputed at most this often. */
const MIN_INTERVAL_MS = 1_000;
/** ... and for at most a fifth of a core: after a refresh of t ms, the next one waits 4 t. */
const REST_FACTOR = 4;
/** A metric that takes longer than this has no provisional rows from then on: the others should not wait for it. */
const METRIC_LIMIT_MS = 5_000;

/**
 * A function that brings the provisional rollups of the open hours up to date. Callers share one refresh, and get the
 * last one if it is fresh enough. A metric that fails leaves no provisional rows; closing tells why.
 */
export function createLive(options: {
  session: Session;
  metrics: readonly Metric[];
  clock: Clock;
  /** End of the run. */
  to: EventTime;
}): () => Promise<void> {
  const { clock } = options;
  const tooSlow = new Set<string>();
  let running: Promise<void> | undefined;
  let notBefore = Number.NEGATIVE_INFINITY;
  return async () => {
    if (running !== undefined) return await running;
    const started = clock.monotonicMs();
    if (started < notBefore) return;
    running = refresh({ ...options, tooSlow }).finally(() => {
      const took = clock.monotonicMs() - started;
      notBefore = clock.monotonicMs() + Math.max(MIN_INTERVAL_MS, REST_FACTOR * took);
      running = undefined;
    });
    await running;
  };
}

interface Refresh {
  readonly session: Session;
  readonly metrics: readonly Metric[];
  readonly clock: Clock;
  readonly to: EventTime;
  readonly tooSlow: Set<string>;
}

async function refresh({ session, metrics, clock, to, tooSlow }: Refresh): Promise<void> {
  const rows = await session.rows(
    `SELECT epoch_us(hour) AS hour FROM ${LIVE_CATALOG}.main.hours WHERE state = 'open' AND counted > 0 ORDER BY 1`,
  );
  const hours = rows.map((row) => eventTime(numberOf(row.hour)));
  const relations = await relationsOf(session, hours, to);
  for (const metric of metrics) {
    const table = `${LIVE_CATALOG}.provisional.${identifier(metric.name)}`;
    const empty = hours.length === 0 || tooSlow.has(metric.name);
    // In one transaction, so that a reader never sees a metric half refreshed; a failed one is left empty.
    const insert = async (): Promise<void> => {
      await session.run(`DELETE FROM ${table}`);
      if (!empty) await session.run(`INSERT INTO ${table} ${rollupSql(metric, relations)}`);
    };
    await withTimeLimit(session, clock, METRIC_LIMIT_MS, () => session.transaction(insert)).catch((error: unknown) => {
      if (error instanceof TimeLimitError) tooSlow.add(metric.name);
      return session.run(`DELETE FROM ${table}`);
    });
  }
}

async function relationsOf(session: Session, hours: readonly EventTime[], to: EventTime): Promise<Relations> {
  const list = hours.map(timestamp).join(', ') || 'NULL';
  const events = `SELECT ${PUBLIC_EVENT_COLUMNS} FROM ${STORE_CATALOG}.store.events WHERE hour IN (${list})`;
  const history = {
    fingerprints: `${STORE_CATALOG}.store.fingerprints`,
    carried: `${STORE_CATALOG}.store.carried`,
  };
  await session.run(hours.length === 0 ? EMPTY_HISTORY : historySql({ events, hours, to, ...history }));
  return { events, ...historyRelations() };
}
