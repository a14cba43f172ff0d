import type { Deployment } from '../../model/redset.ts';
import type { Activity } from './activity.ts';
import { planActivity, slotsBetween } from './activity.ts';
import type { TierCalibration } from './calibration.ts';
import { CALIBRATION } from './calibration.ts';
import { CostModel } from './cost-model.ts';
import { EventMaker } from './events.ts';
import type { Instance } from './fleet.ts';
import { drawFleet } from './fleet.ts';
import type { Incident, IncidentPlan } from './incident.ts';
import { planIncident, Reports, Storm } from './incident.ts';
import type { InstanceState } from './instance-state.ts';
import { LongQueries } from './long-queries.ts';
import { Random } from './prng.ts';
import { Rows } from './rows.ts';
import { RunCosts } from './run-cost.ts';
import { Workload } from './workload.ts';

/** One tier of a trace, before it is generated. Times in microseconds since 1970, UTC. */
export interface TierSpec {
  readonly deployment: Deployment;
  readonly seed: bigint;
  readonly events: number;
  readonly instances: number;
  readonly from: number;
  readonly to: number;
  readonly withIncident: boolean;
}

/** Generates one tier, an hour at a time. Memory depends on the fullest hour and the number of instances. */
export class TierGenerator {
  /** Known once the hour of the incident has been generated. */
  incident: Incident | undefined;
  readonly #spec: TierSpec;
  readonly #fleet: readonly Instance[];
  readonly #activity: Activity;
  readonly #plan: IncidentPlan | undefined;
  readonly #workload: Workload;
  readonly #maker: EventMaker;
  readonly #long: LongQueries;
  readonly #reports: Reports | undefined;
  readonly #rows = new Rows();
  #generated = 0;

  constructor(spec: TierSpec) {
    this.#spec = spec;
    const tier: TierCalibration = CALIBRATION[spec.deployment];
    const stream = (name: string): Random => new Random(spec.seed, spec.deployment, name);
    this.#fleet = drawFleet({ ...spec, tier });
    this.#activity = planActivity(tier, this.#fleet, slotsBetween(spec.from, spec.to), stream('activity'));
    this.#plan = spec.withIncident ? planIncident(this.#fleet, this.#activity) : undefined;
    const costs = new CostModel(tier);
    const runs = new RunCosts(tier, costs);
    this.#workload = new Workload(tier, this.#fleet, costs, spec.seed, stream('busiest'));
    this.#maker = new EventMaker({ tier, workload: this.#workload, costs, runs, rows: this.#rows });
    this.#long = new LongQueries(costs.long, spec.events, stream('long'));
    const struck = this.#plan === undefined ? undefined : this.#workload.states[this.#plan.instance];
    this.#reports = struck === undefined ? undefined : new Reports(struck);
  }

  /** The rows of each hour in order, sorted. The same object every time: use it before asking for the next. */
  *hours(): Generator<Rows> {
    for (const index of this.#activity.slots.keys()) {
      this.#rows.clear();
      for (const [instance, state] of this.#workload.states.entries()) this.#fillHour(state, index, instance);
      this.#rows.sort();
      yield this.#rows;
    }
  }

  #fillHour(state: InstanceState, index: number, instance: number): void {
    const slot = this.#activity.slots[index];
    const events = this.#activity.at(index, instance);
    if (slot === undefined || events === 0) return;
    this.#generated += events;
    const strikes = this.#plan?.instance === instance && this.#plan.slot === index;
    const planted = this.#plan?.instance === instance ? this.#plant(state, slot, events, strikes) : 0;
    // More long queries than events happens only where reports take up nearly all of a tiny hour.
    const long = this.#long.takeUpTo(this.#generated).slice(0, events - planted);
    const storm = strikes ? new Storm(slot) : undefined;
    this.#maker.fill(state, slot, events - planted, long, storm);
  }

  /** Adds the runs of the incident's reports in this hour; returns how many. */
  #plant(state: InstanceState, slot: { from: number; to: number }, events: number, strikes: boolean): number {
    if (this.#reports === undefined || this.#plan === undefined) return 0;
    if (!strikes) return this.#reports.runQuietly(this.#maker, slot, events);
    const { onTuesday, runsPerReport } = this.#plan;
    const instance = `${this.#spec.deployment}-${state.instance.id}`;
    this.incident = { instance, onTuesday, ...this.#reports.runWild(this.#maker, slot, runsPerReport) };
    return this.incident.runs;
  }
}
