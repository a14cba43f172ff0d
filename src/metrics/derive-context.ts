import type { Slots, Weights } from '../model/scoring.ts';
import { DEFAULT_SLOTS, DEFAULT_WEIGHTS, slotsOf } from '../model/scoring.ts';
import type { Parameter } from './parameters.ts';

/** What derived values depend on besides the rows. */
export interface DeriveContext<Cell = unknown> {
  /** Default `DEFAULT_SLOTS`. */
  readonly slots?: Slots;
  /** Default `DEFAULT_WEIGHTS`. */
  readonly weights?: Weights;
  /** Hours of the range; default those among the rows. */
  readonly hours?: number;
  /** Hours that a value of the key `hour` stands for, where rows are of days; default 1. */
  readonly hoursOf?: (hour: Cell) => number;
  /** The chosen instances, with or without rows; default those among the rows. */
  readonly instances?: readonly string[];
  /** Instances that a value of the key `instance_id` stands for, where it is not one instance; default itself. */
  readonly instancesOf?: (instance: Cell) => readonly string[];
}

/** What the parameters of expressions are worth for groups of rows. */
export class ParameterValues<Cell> {
  readonly #context: DeriveContext<Cell>;
  readonly #cellsOf: (key: string) => readonly Cell[];
  #hours: number | undefined;
  #slots: number | null | undefined;

  /** `cellsOf` gives the different values of a key among all rows. */
  constructor(context: DeriveContext<Cell>, cellsOf: (key: string) => readonly Cell[]) {
    this.#context = context;
    this.#cellsOf = cellsOf;
  }

  /** For a group of which `keyOf` gives the values of the keys that tell it apart, and undefined for all others. */
  valueOf(name: Parameter, keyOf: (key: string) => Cell | undefined): number | null {
    const { queue, spill, performance, concurrency } = this.#context.weights ?? DEFAULT_WEIGHTS;
    switch (name) {
      case 'slot_hours':
        return this.#slotHours(keyOf('hour'), keyOf('instance_id'));
      case 'weight_queue':
        return queue;
      case 'weight_spill':
        return spill;
      case 'weight_performance':
        return performance;
      case 'weight_concurrency':
        return concurrency;
    }
  }

  #slotHours(hour: Cell | undefined, instance: Cell | undefined): number | null {
    const hours = hour === undefined ? this.#allHours() : this.#hoursOf(hour);
    const slots = instance === undefined ? this.#allSlots() : this.#slotsOf(instance);
    return slots === null ? null : slots * hours;
  }

  #hoursOf(hour: Cell): number {
    return this.#context.hoursOf?.(hour) ?? 1;
  }

  #allHours(): number {
    this.#hours ??= this.#context.hours ?? sum(this.#cellsOf('hour').map((hour) => this.#hoursOf(hour)));
    return this.#hours;
  }

  #slotsOf(instance: Cell): number | null {
    const { slots = DEFAULT_SLOTS, instancesOf = (one: Cell) => (one === null ? [] : [String(one)]) } = this.#context;
    const instances = instancesOf(instance);
    return instances.length === 0 ? null : sum(instances.map((one) => slotsOf(slots, one)));
  }

  #allSlots(): number | null {
    if (this.#slots !== undefined) return this.#slots;
    const { slots = DEFAULT_SLOTS, instances } = this.#context;
    const each =
      instances?.map((one) => slotsOf(slots, one)) ??
      this.#cellsOf('instance_id').map((instance) => this.#slotsOf(instance) ?? 0);
    this.#slots = each.length === 0 ? null : sum(each);
    return this.#slots;
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
