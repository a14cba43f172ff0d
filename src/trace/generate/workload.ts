import type { CostGroup, QueryKind, TierCalibration } from './calibration.ts';
import { QUERY_KINDS } from './calibration.ts';
import { GROUP_OF } from './cost-grid.ts';
import type { CostModel } from './cost-model.ts';
import type { Instance } from './fleet.ts';
import type { Busiest, CachedResult, SessionKind } from './instance-state.ts';
import { InstanceState, SESSION_KINDS } from './instance-state.ts';
import type { LongQuery } from './long-queries.ts';
import type { Random } from './prng.ts';
import { Quota } from './quota.ts';
import type { Template } from './template.ts';

/** Rows over which the mix of kinds makes up for what it missed. */
const MIX_WINDOW = 100;
/** Busiest templates may take up a third more of a kind than of all kinds, so that none of them fills a kind alone. */
const BUSIEST_OF_KIND = 1.35;
/** Known templates that are looked at before one is repeated. */
const CANDIDATES = 4;
const TOP = 10;

/** One user doing one thing for a while. */
export type Session = RunSession | CachedSession;

export interface RunSession {
  readonly template: Template;
  /** Set if this is the one run of a long query. */
  readonly long: LongQuery | undefined;
}

export interface CachedSession {
  readonly template: undefined;
  readonly long: undefined;
  /** Undefined where the result is older than the trace. */
  readonly source: CachedResult | undefined;
}

/** What the instances of a tier do, and in which shares. */
export class Workload {
  readonly states: readonly InstanceState[];
  readonly #costs: CostModel;
  readonly #targets: readonly number[];
  readonly #counts: Float64Array;
  readonly #deficits: Float64Array;
  readonly #newReads: Quota;
  readonly #newOthers: Quota;
  readonly #oldSources: Quota;
  #rows = 0;

  constructor(tier: TierCalibration, fleet: readonly Instance[], costs: CostModel, seed: bigint, random: Random) {
    this.#costs = costs;
    this.#targets = SESSION_KINDS.map((kind) => (kind === 'cached' ? tier.cached : tier.kinds[kind]) / 100);
    this.#counts = new Float64Array(SESSION_KINDS.length);
    this.#deficits = new Float64Array(SESSION_KINDS.length);
    const reads = (tier.kinds.select + tier.cached) / 100;
    const newReads = (1 - tier.repeatedReads / 100) * reads;
    this.#newReads = new Quota(newReads / reads);
    this.#newOthers = new Quota((1 - tier.repeated / 100 - newReads) / (1 - reads));
    this.#oldSources = new Quota(1 - tier.resolvableSources / 100, 50);
    const busiest = planBusiest(tier, fleet, random);
    this.states = fleet.map((instance, i) => new InstanceState(instance, busiest[i] ?? NONE, seed));
  }

  /** What a user of the instance starts to do at `now` (microseconds since 1970). */
  begin(state: InstanceState, now: number): Session {
    const { random } = state;
    if (state.busiestRuns < state.busiestShare * (state.emitted + 1) && random.chance(0.8)) {
      return { template: state.busiest, long: undefined };
    }
    const kind = this.#chooseKind(state, SESSION_KINDS);
    if (kind !== 'cached') return { template: this.#chooseTemplate(state, kind), long: undefined };
    const old = random.chance(this.#oldSources.probability);
    const source = old ? undefined : state.recallResult(now);
    if (old || source !== undefined) return { template: undefined, long: undefined, source };
    // Nothing cached yet: a read that fills the cache.
    return { template: this.#chooseTemplate(state, 'select'), long: undefined };
  }

  /** A long query that is due on the instance. */
  beginLong(state: InstanceState, long: LongQuery): Session {
    const { group } = long.cell;
    const kinds = QUERY_KINDS.filter((kind) => GROUP_OF[kind] === group);
    return { template: state.longTemplate(this.#chooseKind(state, kinds), long.cell), long };
  }

  /** Counts a run of a template. */
  countRun(state: InstanceState, template: Template): void {
    const quota = template.kind === 'select' ? this.#newReads : this.#newOthers;
    quota.count(template.runs === 0);
    if (template === state.busiest) state.busiestRuns += 1;
    this.#count(state, template.kind);
  }

  /** Counts a row answered from the cache. */
  countCached(state: InstanceState, source: CachedResult | undefined): void {
    this.#newReads.count(false);
    this.#oldSources.count(source === undefined);
    this.#count(state, 'cached');
  }

  #count(state: InstanceState, kind: SessionKind): void {
    const index = SESSION_KINDS.indexOf(kind);
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#rows += 1;
    state.emitted += 1;
  }

  /** The kind that is furthest behind its share is the likeliest, where the instance has a taste for it. */
  #chooseKind<K extends SessionKind>(state: InstanceState, among: readonly K[]): K {
    among.forEach((kind, i) => {
      const index = SESSION_KINDS.indexOf(kind);
      const behind = (this.#targets[index] ?? 0) * (this.#rows + MIX_WINDOW) - (this.#counts[index] ?? 0);
      // Never quite 0, so that a choice among a few kinds that are all ahead is still a choice.
      this.#deficits[i] = Math.max(1e-6, behind) * (state.taste[index] ?? 1);
    });
    const chosen = among[state.random.weighted(this.#deficits, among.length)];
    if (chosen === undefined) throw new Error('a choice among no kinds');
    return chosen;
  }

  #chooseTemplate(state: InstanceState, kind: QueryKind): Template {
    const quota = kind === 'select' ? this.#newReads : this.#newOthers;
    if (!state.random.chance(quota.probability)) {
      const known = this.#recall(state, kind);
      if (known !== undefined) return known;
    }
    const group = GROUP_OF[kind];
    return state.newTemplate(kind, group, this.#costs.newCell(group, state.random));
  }

  /** Of a few known templates, the one whose cell is furthest behind its share. */
  #recall(state: InstanceState, kind: QueryKind): Template | undefined {
    let best: Template | undefined;
    let most = 0;
    for (let attempt = 0; attempt < CANDIDATES; attempt++) {
      const known = state.recall(kind);
      if (known?.cell === undefined) continue;
      const room = this.#costs.room(known.cell);
      if (room > most) [best, most] = [known, room];
    }
    return best;
  }
}

const NONE: Busiest = { kind: 'other', group: 'util', share: 0 };

/**
 * Each instance's busiest template. The ten largest instances share the published weight of the top ten fingerprints;
 * their kinds are chosen such that none of them fills a kind's share alone.
 */
function planBusiest(tier: TierCalibration, fleet: readonly Instance[], random: Random): Busiest[] {
  const events = fleet.reduce((sum, instance) => sum + instance.events, 0);
  const top = fleet
    .slice(0, TOP)
    .map((instance) => ({ weight: instance.events / events, jitter: random.between(0.9, 1.1) }));
  const jittered = top.reduce((sum, { weight, jitter }) => sum + weight * jitter, 0);
  const ofKind = (BUSIEST_OF_KIND * tier.topTenFingerprints) / (100 - tier.cached);
  const left = new Map<QueryKind, number>(QUERY_KINDS.map((kind) => [kind, (ofKind * tier.kinds[kind]) / 100]));
  return fleet.map((_, i) => {
    const own = top[i];
    if (own === undefined) return busiest(anyKind(tier, random), random.between(0.05, 0.35));
    const share = Math.min(0.9, (tier.topTenFingerprints / 100 / jittered) * own.jitter);
    const kind = [...left].reduce((most, next) => (next[1] > most[1] ? next : most))[0];
    left.set(kind, (left.get(kind) ?? 0) - share * own.weight);
    return busiest(kind, share);
  });
}

function busiest(kind: QueryKind, share: number): Busiest {
  const group: CostGroup = GROUP_OF[kind];
  return { kind, group, share };
}

function anyKind(tier: TierCalibration, random: Random): QueryKind {
  const weights = Float64Array.from(QUERY_KINDS, (kind) => tier.kinds[kind]);
  return QUERY_KINDS[random.weighted(weights)] ?? 'other';
}
