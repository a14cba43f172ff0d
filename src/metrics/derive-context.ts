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

type Row<Cell> = Readonly<Record<string, Cell>>;

/** What the parameters of expressions are worth for groups of rows. */
export class ParameterValues<Cell> {
  readonly #context: DeriveContext<Cell>;
  readonly #rows: () => Iterable<Row<Cell>>;
  #hours: number | undefined;
  #slots: number | null | undefined;

  /** `rows` are all rows of all groups. */
  constructor(context: DeriveContext<Cell>, rows: () => Iterable<Row<Cell>>) {
    this.#context = context;
    this.#rows = rows;
  }

  /** For the group of `row` when rows are grouped by `keys`. */
  valueOf(name: Parameter, keys: readonly string[], row: Row<Cell> | undefined): number | null {
    const { queue, spill, performance, concurrency } = this.#context.weights ?? DEFAULT_WEIGHTS;
    switch (name) {
      case 'slot_hours':
        return this.#slotHours(keys, row);
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

  #slotHours(keys: readonly string[], row: Row<Cell> | undefined): number | null {
    const [hour, instance] = [row?.hour, row?.instance_id];
    const hours = keys.includes('hour') && hour !== undefined ? this.#hoursOf(hour) : this.#allHours();
    const slots = keys.includes('instance_id') && instance !== undefined ? this.#slotsOf(instance) : this.#allSlots();
    return slots === null ? null : slots * hours;
  }

  #hoursOf(hour: Cell): number {
    return this.#context.hoursOf?.(hour) ?? 1;
  }

  #allHours(): number {
    this.#hours ??= this.#context.hours ?? sum(this.#cells('hour').map((hour) => this.#hoursOf(hour)));
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
      this.#cells('instance_id').map((instance) => this.#slotsOf(instance) ?? 0);
    this.#slots = each.length === 0 ? null : sum(each);
    return this.#slots;
  }

  /** The different values of a column. */
  #cells(name: string): Cell[] {
    const cells = new Map<string, Cell>();
    for (const row of this.#rows()) {
      const cell = row[name];
      if (cell !== undefined) cells.set(String(cell), cell);
    }
    return [...cells.values()];
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
