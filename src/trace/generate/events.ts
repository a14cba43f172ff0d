import { MICROS_PER_MINUTE, MICROS_PER_MS, MICROS_PER_SECOND } from '../../model/time.ts';
import type { Slot } from './activity.ts';
import type { TierCalibration } from './calibration.ts';
import type { CostModel } from './cost-model.ts';
import { exp, ln, logBetween } from './exact-math.ts';
import type { Storm } from './incident.ts';
import type { CachedResult, InstanceState } from './instance-state.ts';
import type { LongQuery } from './long-queries.ts';
import { Quota } from './quota.ts';
import type { Rows } from './rows.ts';
import type { RunCost, RunCosts } from './run-cost.ts';
import type { Template } from './template.ts';
import type { Session, Workload } from './workload.ts';

const TIE = 0.01; // share of events that arrive in the same microsecond as the one before: [ours], as is the rest
const SLOW_MS = 10_000; // who runs such a query waits for its answer
const CACHED_MS = 10; // a cached answer takes less
const BUSIEST_GOES_ON = 0.6;

/** What else is going on while a session plays. Times in microseconds since 1970. */
interface Stage {
  readonly start: number;
  readonly end: number;
  /** Events the session may have at most. */
  readonly most: number;
  /** How much likelier than usual queries queue. */
  readonly pressure: number;
  readonly storm: Storm | undefined;
}

/** Makes the queries of one instance in one hour. */
export class EventMaker {
  readonly #workload: Workload;
  readonly #costs: CostModel;
  readonly #runs: RunCosts;
  readonly #rows: Rows;
  /** Rows that repeat user and fingerprint within a minute, executed and cached ones each on their own. */
  readonly #again: Quota;
  readonly #cachedAgain: Quota;

  constructor(spec: { tier: TierCalibration; workload: Workload; costs: CostModel; runs: RunCosts; rows: Rows }) {
    this.#workload = spec.workload;
    this.#costs = spec.costs;
    this.#runs = spec.runs;
    this.#rows = spec.rows;
    this.#again = new Quota(spec.tier.againWithinMinute / 100);
    this.#cachedAgain = new Quota(spec.tier.againWithinMinute / 100);
  }

  /** Adds `events` rows of the instance to the hour's rows. The sessions start in order of time and overlap. */
  fill(state: InstanceState, slot: Slot, events: number, long: readonly LongQuery[], storm?: Storm): void {
    const pressure = exp(1.2 * state.random.bell());
    const waiting = [...long];
    let clock = slot.from;
    let left = events;
    while (left > 0) {
      clock = nextStart(clock, slot.to, Math.max(1, left * (1 - this.#again.probability)), state);
      const start = crowded(clock, slot);
      // Certain once as many events are left as long queries, so that every one finds its place.
      const due = state.random.chance(waiting.length / left) ? waiting.pop() : undefined;
      const session = due === undefined ? this.#workload.begin(state, start) : this.#workload.beginLong(state, due);
      left -= this.#play(state, session, { start, end: slot.to, most: left - waiting.length, pressure, storm });
    }
  }

  /** Plays a session of at most `most` events; returns how many it had. */
  #play(state: InstanceState, session: Session, stage: Stage): number {
    const pace = logBetween(0.2, 15, state.random.unit()) * MICROS_PER_SECOND;
    const { template } = session;
    if (template?.cell !== undefined && session.long === undefined) state.remember(template);
    let at = stage.start;
    let played = 0;
    do {
      const lastMs =
        template === undefined
          ? this.#cachedRow(state, session.source, at)
          : this.#run(state, template, session.long, at, stage);
      played += 1;
      at = nextArrival(at, stage.end, pace, lastMs, state);
    } while (played < stage.most && this.#goesOn(state, session));
    return played;
  }

  #goesOn(state: InstanceState, session: Session): boolean {
    if (session.template === undefined) return state.random.chance(this.#cachedAgain.probability);
    if (session.long !== undefined) return false;
    const { template } = session;
    if (template === state.busiest) {
      const ahead = state.busiestRuns > state.busiestShare * (state.emitted + 1) + 20;
      return !ahead && state.random.chance(Math.max(BUSIEST_GOES_ON, this.#again.probability));
    }
    if (template.cell !== undefined && this.#costs.room(template.cell) < 0) return false;
    return state.random.chance(this.#again.probability);
  }

  /** Adds one run; returns its run time in milliseconds. */
  #run(state: InstanceState, template: Template, long: LongQuery | undefined, at: number, stage: Stage): number {
    const { random } = state;
    const cell = long?.cell ?? template.cell ?? this.#costs.ordinaryCell(template.group, random);
    const cost = this.#runs.draw(template, cell, stage.pressure, long?.place, random);
    this.addRun(state, template, at, stage.storm === undefined ? cost : stage.storm.suffer(cost, at, random));
    return cost.executionMs;
  }

  /** Adds one run of a template with a given cost, and keeps all books about it. Returns its query id. */
  addRun(state: InstanceState, template: Template, at: number, cost: RunCost): number {
    const query = state.nextQuery();
    const { user, database } = template;
    this.#rows.add({ instance: state.instance, template, user, database, query, at, source: Number.NaN, ...cost });
    this.#again.count(Math.abs(at - template.lastRun) < MICROS_PER_MINUTE);
    this.#workload.countRun(state, template);
    if (template.kind === 'select' && !cost.aborted) {
      const took = cost.queueMs + cost.executionMs + (Number.isNaN(cost.compileMs) ? 0 : cost.compileMs);
      state.rememberResult({ query, readyAt: at + took * MICROS_PER_MS, user, database });
    }
    template.runs += 1;
    template.lastRun = Math.max(template.lastRun, at);
    return query;
  }

  /** Adds one row that is answered from the cache; returns its run time in milliseconds. */
  #cachedRow(state: InstanceState, first: CachedResult | undefined, at: number): number {
    const { random, instance } = state;
    // A dashboard asks for several results of the same user.
    const source = first === undefined ? undefined : (state.recallResult(at, first.user) ?? first);
    const user = source?.user ?? instance.users[0] ?? 0;
    this.#cachedAgain.count(at - (state.lastCached.get(user) ?? Number.NEGATIVE_INFINITY) < MICROS_PER_MINUTE);
    state.lastCached.set(user, at);
    const executionMs = random.below(CACHED_MS);
    this.#rows.add({
      instance,
      template: undefined,
      user,
      database: source?.database ?? instance.databases[0] ?? 0,
      query: state.nextQuery(),
      at,
      compileMs: Number.NaN,
      queueMs: 0,
      executionMs,
      aborted: false,
      source: source?.query ?? instance.firstQuery - 1 - random.below(900_000),
      scannedMb: Number.NaN,
      spilledMb: Number.NaN,
    });
    this.#runs.countCached();
    this.#workload.countCached(state, source);
    return executionMs;
  }
}

/** The first of `expected` moments that are even over what is left of the hour: the next order statistic. */
function nextStart(clock: number, end: number, expected: number, state: InstanceState): number {
  return clock + (end - clock) * (1 - exp(ln(1 - state.random.unit()) / expected));
}

/** Work clusters after each quarter of an hour, when schedulers fire: its first minute holds a fifth of it. */
function crowded(clock: number, slot: Slot): number {
  const quarter = 15 * MICROS_PER_MINUTE;
  const start = Math.floor(clock / quarter) * quarter;
  const place = (clock - start) / quarter;
  const warped = place < 0.2 ? place / 3 : 1 / 15 + ((place - 0.2) / 0.8) * (14 / 15);
  return Math.floor(Math.min(slot.to - 1, Math.max(slot.from, start + warped * quarter)));
}

/** When the session's next event arrives, in time for the hour. */
function nextArrival(at: number, end: number, pace: number, lastMs: number, state: InstanceState): number {
  if (state.random.chance(TIE)) return at;
  const thought = pace * state.random.exponential();
  const waited = lastMs > SLOW_MS ? lastMs * MICROS_PER_MS : 0;
  const gap = Math.min(thought + waited, 55 * MICROS_PER_SECOND, (end - at) / 2);
  return Math.floor(Math.min(end - 1, at + gap));
}
