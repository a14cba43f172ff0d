import { TimeLimitError, withTimeLimit } from '../engine/limit.ts';
import type { Session } from '../engine/session.ts';
import { numberOf } from '../engine/session.ts';
import { identifier } from '../engine/sql.ts';
import type { Metric, Relations } from '../metrics/metric.ts';
import { historyRelations, rollupSql } from '../metrics/metric.ts';
import type { EventTime } from '../model/time.ts';
import { eventTime } from '../model/time.ts';
import type { Clock } from '../time/clock.ts';
import { measureEffort } from '../time/effort.ts';
import type { Provisional } from './hot-store.ts';
import { LiveHistory } from './live-history.ts';
import { eventsOf, listOf } from './live-relations.ts';
import { LIVE_CATALOG } from './tables.ts';

/** Provisional rollups are recomputed at most this often. */
const MIN_INTERVAL_MS = 1_000;
/** ... and for at most a fifth of a core: after a refresh that cost t ms, the next one waits 4 t. */
const REST_FACTOR = 4;
/** A metric that takes longer than this has no provisional rows from then on: the others should not wait for it. */
const METRIC_LIMIT_MS = 5_000;

interface LiveParts {
  readonly session: Session;
  readonly metrics: readonly Metric[];
  readonly clock: Clock;
  /** End of the run. */
  readonly to: EventTime;
  /** How many transactions may have changed what the store holds. */
  writes(): number;
}

/** What was computed last. */
interface Computed {
  readonly shown: Provisional;
  /** Per open hour with events: what its receipts said when its rows were computed. */
  readonly receipts: ReadonlyMap<EventTime, string>;
}

/**
 * A function that brings the provisional rollups of the open hours up to date. Callers share one refresh, and get the
 * last one if it is fresh enough or nothing has been written since. A metric that fails leaves no provisional rows;
 * closing tells why.
 */
export function createLive(parts: LiveParts): () => Promise<Provisional> {
  const { clock } = parts;
  const state: State = {
    history: new LiveHistory(parts),
    tooSlow: new Set(),
    incomplete: new Set(),
  };
  let computed: Computed = { shown: { generation: 0, hours: new Map() }, receipts: new Map() };
  let writesSeen = -1;
  let running: Promise<Provisional> | undefined;
  let notBefore = Number.NEGATIVE_INFINITY;
  return async () => {
    if (running !== undefined) return await running;
    // Read before the refresh: what is written meanwhile is for the next one.
    const writes = parts.writes();
    if (writes === writesSeen || clock.monotonicMs() < notBefore) return computed.shown;
    const work = async (): Promise<Provisional> => {
      computed = await refresh(parts, computed, state);
      writesSeen = writes;
      return computed.shown;
    };
    const effort = measureEffort(clock);
    running = work().finally(() => {
      notBefore = clock.monotonicMs() + Math.max(MIN_INTERVAL_MS, REST_FACTOR * effort());
      running = undefined;
    });
    return await running;
  };
}

/** What is remembered from one refresh to the next. */
interface State {
  readonly history: LiveHistory;
  /** Metrics without provisional rows for good. */
  readonly tooSlow: Set<string>;
  /** Metrics that failed the last time, and so have no rows of any hour. */
  readonly incomplete: Set<string>;
}

async function refresh(parts: LiveParts, last: Computed, state: State): Promise<Computed> {
  const { receipts, open, changed, again } = await readChanges(parts, last, state);
  if (changed.length === 0 && open.length === last.receipts.size) return last;
  const renewed = new Set(again);
  for (const metric of parts.metrics) {
    const wanted = state.incomplete.has(metric.name) && again.length > 0 ? open : metric.history ? again : changed;
    const hours = state.tooSlow.has(metric.name) ? [] : wanted;
    const isComplete = await recompute(parts, metric, { open, hours }, state);
    for (const hour of isComplete ? hours : open) renewed.add(hour);
  }
  const generation = last.shown.generation + 1;
  const generationOf = (hour: EventTime): number =>
    renewed.has(hour) ? generation : (last.shown.hours.get(hour) ?? generation);
  return { shown: { generation, hours: new Map(open.map((hour) => [hour, generationOf(hour)])) }, receipts };
}

interface OpenHours {
  readonly receipts: ReadonlyMap<EventTime, string>;
  /** With events, oldest first. */
  readonly open: readonly EventTime[];
  /** Those with other events than the last time. */
  readonly changed: readonly EventTime[];
  /** The first of these and all after it: what an hour leaves behind is known in the hours after it. */
  readonly again: readonly EventTime[];
}

/** Reads what has changed, and makes the history of the hours that have to be computed again. */
async function readChanges({ session, metrics }: LiveParts, last: Computed, state: State): Promise<OpenHours> {
  const withHistory = metrics.filter(({ name, history }) => history && !state.tooSlow.has(name));
  const all = withHistory.some(({ name }) => state.incomplete.has(name));
  // In one transaction: an hour that is closed meanwhile must not count as an earlier one as well.
  const reading = session.transaction(async () => {
    const receipts = await openReceipts(session);
    const open = [...receipts.keys()];
    const changed = open.filter((hour) => receipts.get(hour) !== last.receipts.get(hour));
    const again = open.filter((hour) => hour >= (changed[0] ?? Number.POSITIVE_INFINITY));
    if (again.length > 0 && withHistory.length > 0) await state.history.compute(open, all ? open : again);
    return { receipts, open, changed, again };
  });
  return await reading.catch((error: unknown) => {
    state.history.forget();
    throw error;
  });
}

/**
 * Open hours with events, oldest first, each with all that can have changed its events: a rejected record may have taken
 * the place of a counted one.
 */
async function openReceipts(session: Session): Promise<Map<EventTime, string>> {
  const rows = await session.rows(
    `SELECT epoch_us(hour) AS hour, concat_ws(' ', counted, rejected, duplicate) AS receipt
     FROM ${LIVE_CATALOG}.main.hours WHERE state = 'open' AND counted > 0 ORDER BY 1`,
  );
  return new Map(rows.map((row) => [eventTime(numberOf(row.hour)), String(row.receipt)]));
}

/**
 * Computes a metric's rows of some of the open hours anew and drops those of hours that are open no more. False if it
 * failed: then it has no rows of any.
 */
async function recompute(
  { session, clock }: LiveParts,
  metric: Metric,
  { open, hours }: { readonly open: readonly EventTime[]; readonly hours: readonly EventTime[] },
  { tooSlow, incomplete }: State,
): Promise<boolean> {
  const table = `${LIVE_CATALOG}.provisional.${identifier(metric.name)}`;
  const kept = open.filter((hour) => !hours.includes(hour));
  // In one transaction, so that a reader never sees a metric half refreshed; a failed one is left empty.
  const replace = async (): Promise<void> => {
    await session.run(`DELETE FROM ${table} WHERE hour NOT IN (${listOf(kept)})`);
    if (hours.length > 0) await session.run(`INSERT INTO ${table} ${rollupSql(metric, relationsOf(hours))}`);
  };
  try {
    await withTimeLimit(session, clock, METRIC_LIMIT_MS, () => session.transaction(replace));
    incomplete.delete(metric.name);
    return true;
  } catch (error) {
    if (error instanceof TimeLimitError) tooSlow.add(metric.name);
    incomplete.add(metric.name);
    await session.run(`DELETE FROM ${table}`);
    return false;
  }
}

function relationsOf(hours: readonly EventTime[]): Relations {
  return { events: eventsOf(hours), ...historyRelations(`WHERE hour IN (${listOf(hours)})`) };
}
