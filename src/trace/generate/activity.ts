import { MICROS_PER_DAY, MICROS_PER_HOUR } from '../../model/time.ts';
import type { TierCalibration } from './calibration.ts';
import { HOUR_OF_DAY, WEEKDAY } from './calibration.ts';
import { exp, ln } from './exact-math.ts';
import type { Instance } from './fleet.ts';
import { curveAt } from './fleet.ts';
import type { Random } from './prng.ts';

const SPARSE_SESSION = 4; // events that come together on an instance with less than two an hour: [ours]

/** A calendar hour, or the part of it that lies in the trace. Times in microseconds since 1970, UTC. */
export interface Slot {
  readonly from: number;
  readonly to: number;
}

/** How many queries each instance sends in each slot. */
export class Activity {
  readonly slots: readonly Slot[];
  readonly #instances: number;
  readonly #counts: Int32Array;

  constructor(slots: readonly Slot[], instances: number) {
    this.slots = slots;
    this.#instances = instances;
    this.#counts = new Int32Array(slots.length * instances);
  }

  at(slot: number, instance: number): number {
    return this.#counts[slot * this.#instances + instance] ?? 0;
  }

  add(slot: number, instance: number, events: number): void {
    const i = slot * this.#instances + instance;
    this.#counts[i] = (this.#counts[i] ?? 0) + events;
  }
}

/** The calendar hours that [from, to) touches. */
export function slotsBetween(from: number, to: number): Slot[] {
  const slots: Slot[] = [];
  for (let hour = Math.floor(from / MICROS_PER_HOUR) * MICROS_PER_HOUR; hour < to; hour += MICROS_PER_HOUR) {
    slots.push({ from: Math.max(hour, from), to: Math.min(hour + MICROS_PER_HOUR, to) });
  }
  return slots;
}

/**
 * Plans every instance's queries per hour: silences and bursts of its own, the fleet's hours of the day and weekdays on
 * the whole. Each instance gets exactly its number of events.
 */
export function planActivity(
  tier: TierCalibration,
  fleet: readonly Instance[],
  slots: readonly Slot[],
  random: Random,
): Activity {
  const weights = fleet.map((instance) => ownWeights(tier, instance, slots, random));
  const wanted = slots.map((slot) => fleetShape(slot) * fleetNoise(tier, random));
  matchFleet(weights, fleet, wanted);
  const activity = new Activity(slots, fleet.length);
  for (const [i, own] of weights.entries()) deal(activity, i, fleet[i]?.events ?? 0, own, random);
  return activity;
}

/** What the fleet's share of an hour is on an ordinary week. */
function fleetShape(slot: Slot): number {
  const hour = Math.floor((slot.from % MICROS_PER_DAY) / MICROS_PER_HOUR);
  const weekday = (Math.floor(slot.from / MICROS_PER_DAY) + 4) % 7; // 1970-01-01 was a Thursday
  return ((HOUR_OF_DAY[hour] ?? 0) * (WEEKDAY[weekday] ?? 0) * (slot.to - slot.from)) / MICROS_PER_HOUR;
}

function fleetNoise(tier: TierCalibration, random: Random): number {
  const peak = random.chance(0.004) ? random.between(1.3, 1.8) : 1;
  return peak * exp(tier.hourNoise * random.bell());
}

/** The instance's own hours: when it is silent, how much it follows the day, and how much it bursts. */
function ownWeights(tier: TierCalibration, instance: Instance, slots: readonly Slot[], random: Random): Float64Array {
  const active = Math.min(0.995, curveAt(tier.activeHours, instance.rank));
  const followsDay = random.between(0.3, 1.7);
  const bursts = random.between(0.3, 0.9);
  const steady = active > 0.9; // the others work in spells, of eight hours on average
  const wake = Math.min(1, active / (1 - active) / 8);
  let awake = random.chance(active);
  const weights = Float64Array.from(slots, (slot) => {
    awake = random.chance(steady ? active : awake ? 7 / 8 : wake);
    const spike = random.chance(0.005) ? random.between(4, 14) : 1;
    const weight = exp(followsDay * ln(fleetShape(slot) / 60) + bursts * random.bell()) * spike;
    return awake ? weight : 0;
  });
  if (weights.every((weight) => weight === 0)) weights[random.below(slots.length)] = 1;
  return weights;
}

/** Scales hours and instances in turn until both the fleet's hours and the instances' sizes come out. */
function matchFleet(weights: readonly Float64Array[], fleet: readonly Instance[], wanted: readonly number[]): void {
  const events = fleet.reduce((sum, instance) => sum + instance.events, 0);
  const wantedTotal = sumOf(wanted);
  for (let sweep = 0; sweep < 10; sweep++) {
    for (const [i, own] of weights.entries()) scale(own, (fleet[i]?.events ?? 0) / sumOf(own));
    wanted.forEach((value, slot) => {
      const column = weights.reduce((sum, own) => sum + (own[slot] ?? 0), 0);
      const factor = column > 0 ? (value * events) / wantedTotal / column : 1;
      // Bounded, so that no instance has to make up alone for an hour in which the others are silent.
      const bounded = Math.min(3, Math.max(0.33, factor));
      for (const own of weights) own[slot] = (own[slot] ?? 0) * bounded;
    });
  }
}

function sumOf(values: Float64Array | readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

function scale(values: Float64Array, factor: number): void {
  for (let i = 0; i < values.length; i++) values[i] = (values[i] ?? 0) * factor;
}

/** Deals an instance's events to its hours. */
function deal(activity: Activity, instance: number, events: number, weights: Float64Array, random: Random): void {
  const total = sumOf(weights);
  if (events < 2 * weights.length) {
    // Few events: session by session, because rounding would space them as evenly as a clock.
    for (let left = events; left > 0; ) {
      const session = Math.min(left, 1 + Math.floor(SPARSE_SESSION * random.exponential()));
      activity.add(Math.max(0, random.weighted(weights)), instance, session);
      left -= session;
    }
    return;
  }
  let cumulative = 0;
  let given = 0;
  weights.forEach((weight, slot) => {
    cumulative += weight;
    const upTo = slot === weights.length - 1 ? events : Math.round((events * cumulative) / total);
    activity.add(slot, instance, upTo - given);
    given = upTo;
  });
}
