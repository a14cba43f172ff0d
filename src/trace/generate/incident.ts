import { MICROS_PER_DAY, MICROS_PER_HOUR, MICROS_PER_MINUTE } from '../../model/time.ts';
import type { Activity, Slot } from './activity.ts';
import type { EventMaker } from './events.ts';
import { logBetween } from './exact-math.ts';
import type { Instance } from './fleet.ts';
import type { InstanceState } from './instance-state.ts';
import type { Random } from './prng.ts';
import type { RunCost } from './run-cost.ts';
import type { Template } from './template.ts';

/*
 * The planted incident: on a Tuesday at 14:00 UTC three reports of one middle-sized instance, which ran unharmed until
 * then, spill. One run of each fills the disks; their repetitions spill too, and everybody else queues behind them.
 */
const TUESDAY = 2;
const HOUR = 14;
const REPORTS = 3;
const RUNS_PER_REPORT = 12;
/** Queries of others that have to be there to queue. */
const BYSTANDERS = 60;
const BUSIEST_RANK = 4;
const SMALLEST_RANK = 20;
const WORTHWHILE_PER_HOUR = 40;
const BREAKS_OUT_AFTER = 4 * MICROS_PER_MINUTE;

/** Where and when the incident strikes. */
export interface IncidentPlan {
  /** Index of the slot and of the instance in their lists. */
  readonly slot: number;
  readonly instance: number;
  readonly onTuesday: boolean;
  readonly runsPerReport: number;
}

/** What came of it, as it stands in the files. */
export interface Incident {
  /** Inside form, `provisioned-96`. */
  readonly instance: string;
  /** Start of the hour, microseconds since 1970, UTC. */
  readonly hour: number;
  /** False if the range holds no Tuesday 14:00 and another hour had to do. */
  readonly onTuesday: boolean;
  readonly fingerprints: readonly string[];
  /** The three runs that carry most of the MB spilled, one of each fingerprint. */
  readonly queryIds: readonly bigint[];
  readonly mbytesSpilled: number;
  readonly runs: number;
}

/** Chooses hour and instance, and makes sure the instance is busy enough then. Undefined for a trace too small. */
export function planIncident(fleet: readonly Instance[], activity: Activity): IncidentPlan | undefined {
  const instance = chooseInstance(fleet, activity.slots.length);
  const events = fleet[instance]?.events ?? 0;
  const runsPerReport = Math.min(RUNS_PER_REPORT, Math.floor(events / (4 * REPORTS)));
  if (runsPerReport < 2) return undefined;
  const { slot, onTuesday } = chooseSlot(activity.slots);
  gather(activity, slot, instance, Math.min(events, runsPerReport * REPORTS + BYSTANDERS));
  return { slot, instance, onTuesday, runsPerReport };
}

/** The first Tuesday 14:00 that lies in the trace as a whole; else 14:00 of the day in the middle, else the middle. */
function chooseSlot(slots: readonly Slot[]): { slot: number; onTuesday: boolean } {
  const candidates = slots.flatMap((slot, i) => (isWhole(slot) && hourOfDay(slot) === HOUR ? [i] : []));
  const tuesday = candidates.find((i) => weekday(slots[i]) === TUESDAY);
  if (tuesday !== undefined) return { slot: tuesday, onTuesday: true };
  const middle = Math.floor(slots.length / 2);
  return { slot: candidates[Math.floor(candidates.length / 2)] ?? middle, onTuesday: false };
}

function isWhole(slot: Slot): boolean {
  return slot.to - slot.from === MICROS_PER_HOUR;
}

function hourOfDay(slot: Slot): number {
  return Math.floor((slot.from % MICROS_PER_DAY) / MICROS_PER_HOUR);
}

function weekday(slot: Slot | undefined): number {
  return (Math.floor((slot?.from ?? 0) / MICROS_PER_DAY) + 4) % 7; // 1970-01-01 was a Thursday
}

/** The smallest instance that is busy all the time, but neither one of the giants nor one of the many small ones. */
function chooseInstance(fleet: readonly Instance[], hours: number): number {
  const busy = fleet.filter(({ events }) => events / hours >= WORTHWHILE_PER_HOUR).length;
  return Math.min(fleet.length, Math.max(BUSIEST_RANK, Math.min(SMALLEST_RANK, busy))) - 1;
}

/** Moves events of the instance into the slot until it has as many as wanted. */
function gather(activity: Activity, slot: number, instance: number, wanted: number): void {
  const others = activity.slots.map((_, i) => i).filter((i) => i !== slot);
  while (activity.at(slot, instance) < wanted) {
    const fullest = others.reduce(
      (a, b) => (activity.at(b, instance) > activity.at(a, instance) ? b : a),
      others[0] ?? slot,
    );
    const there = activity.at(fullest, instance);
    if (there === 0 || fullest === slot) return;
    const moved = Math.min(wanted - activity.at(slot, instance), Math.ceil(there / 4));
    activity.add(fullest, instance, -moved);
    activity.add(slot, instance, moved);
  }
}

/** The storm while it lasts: what it does to the other queries of its instance. */
export class Storm {
  readonly #from: number;

  /** @param slot the hour it strikes in. */
  constructor(slot: Slot) {
    this.#from = slot.from + BREAKS_OUT_AFTER;
  }

  /** A bystander's run: it queues behind the storm, and leaves the disks to it. */
  suffer(cost: RunCost, at: number, random: Random): RunCost {
    const spilledMb = Math.min(cost.spilledMb, 1_000);
    if (at < this.#from || !random.chance(0.75)) return { ...cost, spilledMb };
    return { ...cost, spilledMb, queueMs: Math.ceil(logBetween(15_000, 900_000, random.unit())) };
  }
}

/** The three reports over the whole trace. */
export class Reports {
  readonly #templates: readonly Template[];
  readonly #state: InstanceState;

  constructor(state: InstanceState) {
    this.#state = state;
    this.#templates = Array.from({ length: REPORTS }, () => state.newTemplate('select', 'read', undefined)).map(
      (template, i) => ({
        ...template,
        plan: { ...template.plan, joins: 5 + i, scans: 6 + i, aggregations: 2, systemTables: 0 },
        compileMs: 900 + 250 * i,
      }),
    );
  }

  /** An ordinary hour: each report runs now and then, and spills nothing. Returns the number of runs. */
  runQuietly(maker: EventMaker, slot: Slot, events: number): number {
    const { random } = this.#state;
    if (events < 20) return 0;
    const due = this.#templates.filter(() => random.chance(0.4));
    for (const template of due) {
      maker.addRun(this.#state, template, within(slot, random.unit()), reportCost(template, 8_000, 20_000, 0, random));
    }
    return due.length;
  }

  /** The hour of the incident. */
  runWild(maker: EventMaker, slot: Slot, runsPerReport: number): Omit<Incident, 'instance' | 'onTuesday'> {
    const { random } = this.#state;
    const queryIds: bigint[] = [];
    let mbytesSpilled = 0;
    this.#templates.forEach((template, i) => {
      const giant = reportCost(template, 1_500_000 + 300_000 * i, 1_800_000, 1_050_000 + 180_000 * i, random);
      queryIds.push(BigInt(maker.addRun(this.#state, template, within(slot, 0.07 + 0.03 * i), giant)));
      mbytesSpilled += giant.spilledMb;
      for (let run = 1; run < runsPerReport; run++) {
        const place = 0.1 + (0.85 * (run + 0.3 * random.bell())) / runsPerReport;
        const again = reportCost(template, 90_000, 60_000, 3_000, random);
        maker.addRun(this.#state, template, within(slot, Math.min(0.99, Math.max(0.07, place))), again);
        mbytesSpilled += again.spilledMb;
      }
    });
    const fingerprints = this.#templates.map((template) => template.fingerprint);
    return { hour: slot.from, fingerprints, queryIds, mbytesSpilled, runs: REPORTS * runsPerReport };
  }
}

function within(slot: Slot, place: number): number {
  return Math.floor(slot.from + (slot.to - slot.from) * place);
}

/** A run of a report whose run time, scan and spill scatter by a fifth around the given ones. */
function reportCost(template: Template, runMs: number, scanMb: number, spillMb: number, random: Random): RunCost {
  const about = (value: number): number => Math.round(value * random.between(0.8, 1.2));
  return {
    compileMs: template.runs === 0 ? (template.compileMs ?? 0) : 0,
    queueMs: 0,
    executionMs: about(runMs),
    scannedMb: about(scanMb),
    spilledMb: about(spillMb),
    aborted: false,
  };
}
