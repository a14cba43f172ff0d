import type { Deployment } from '../../model/redset.ts';
import type { RankCurve, TierCalibration } from './calibration.ts';
import { exp, ln } from './exact-math.ts';
import { Random } from './prng.ts';

/** One warehouse of the fleet: what stays the same over the whole trace. */
export interface Instance {
  readonly deployment: Deployment;
  /** Redset's number, 0 and up; the same numbers occur in both tiers. */
  readonly id: number;
  /** 1 is the busiest of its tier. */
  readonly rank: number;
  /** Queries over the whole trace. */
  readonly events: number;
  readonly clusterSize: number | null;
  readonly users: readonly number[];
  readonly databases: readonly number[];
  /** Its tables are numbered from here; the first ones are the most used. */
  readonly firstTable: number;
  readonly tables: number;
  /** Query ids below it belong to the time before the trace. */
  readonly firstQuery: number;
}

/** Draws the instances of a tier, busiest first, and splits the tier's events over them. */
export function drawFleet(spec: {
  deployment: Deployment;
  tier: TierCalibration;
  instances: number;
  events: number;
  seed: bigint;
}): Instance[] {
  const { deployment, tier, instances, events, seed } = spec;
  const random = new Random(seed, deployment, 'fleet');
  const ids = random.shuffle(Array.from({ length: instances }, (_, id) => id));
  const sizes = splitEvents(sizeWeights(tier, instances), events);
  return ids.map((id, i) => {
    const rank = i + 1;
    const own = new Random(seed, deployment, 'instance', id);
    return {
      deployment,
      id,
      rank,
      events: sizes[i] ?? 0,
      clusterSize: clusterSize(tier, rank, instances, own),
      users: distinct(own, jittered(curveAt(tier.users, rank), own), 100, 900),
      databases: distinct(own, 1 + own.below(rank <= 40 ? 4 : 2), 100_000, 900_000),
      firstTable: 100_000 + own.below(900_000) * 10,
      tables: Math.max(8, Math.round(40 * exp(1.3 * own.bell()) * (rank <= 60 ? 6 : 1))),
      firstQuery: 1_000_000 + own.below(400_000_000),
    };
  });
}

/** Relative size of each rank; a fleet smaller than Redset's has its busiest instances, a larger one more small ones. */
function sizeWeights(tier: TierCalibration, instances: number): number[] {
  const weights: number[] = [];
  for (const { instances: count, share, fall } of tier.sizes) {
    const segment = Array.from({ length: count }, (_, i) => exp((-ln(fall) * i) / Math.max(1, count - 1)));
    const sum = segment.reduce((total, weight) => total + weight, 0);
    weights.push(...segment.map((weight) => (weight * share) / sum));
  }
  const smallest = weights.at(-1) ?? 1;
  while (weights.length < instances) weights.push(smallest);
  return weights.slice(0, instances);
}

/** Splits a number of events in proportion to the weights, without remainder; each gets one if there are enough. */
export function splitEvents(weights: readonly number[], events: number): number[] {
  const floor = events >= 3 * weights.length ? 1 : 0;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const spread = events - floor * weights.length;
  let cumulative = 0;
  let given = 0;
  return weights.map((weight) => {
    cumulative += weight;
    const upTo = Math.round((spread * cumulative) / total);
    const own = upTo - given;
    given = upTo;
    return own + floor;
  });
}

/** The value of a curve at a rank, drawn straight between its points on a logarithmic scale. */
export function curveAt(curve: RankCurve, rank: number): number {
  let [fromRank, from] = curve[0] ?? [1, 1];
  for (const [toRank, to] of curve) {
    if (rank <= toRank) {
      return toRank === fromRank ? to : from * exp((ln(to / from) * (rank - fromRank)) / (toRank - fromRank));
    }
    [fromRank, from] = [toRank, to];
  }
  return from;
}

function clusterSize(tier: TierCalibration, rank: number, instances: number, random: Random): number | null {
  const sizes = tier.clusterSizes;
  if (sizes === null) return null;
  // Busier clusters tend to be larger, with a wide scatter.
  const place = (1 - rank / instances) * 0.6 + random.unit() * 0.4;
  return sizes[Math.min(sizes.length - 1, Math.floor(place * sizes.length))] ?? null;
}

function jittered(value: number, random: Random): number {
  return Math.max(1, Math.round(value * (value < 2 ? 1 : exp(0.25 * random.bell()))));
}

function distinct(random: Random, count: number, from: number, span: number): number[] {
  const values = new Set<number>();
  while (values.size < count) values.add(from + random.below(span));
  return [...values];
}
