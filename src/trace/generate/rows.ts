import type { Instance } from './fleet.ts';
import type { Template } from './template.ts';

/** One row before it is written: what its instance and template do not already say. */
export interface Row {
  readonly instance: Instance;
  /** Undefined for a row answered from the result cache. */
  readonly template: Template | undefined;
  readonly user: number;
  readonly database: number;
  readonly query: number;
  /** Arrival, microseconds since 1970. */
  readonly at: number;
  readonly compileMs: number;
  readonly queueMs: number;
  readonly executionMs: number;
  readonly aborted: boolean;
  readonly source: number;
  readonly scannedMb: number;
  readonly spilledMb: number;
}

/** Columns of numbers; a NaN stands for null. */
const NUMBERS = [
  'user',
  'database',
  'query',
  'at',
  'compileMs',
  'queueMs',
  'executionMs',
  'source',
  'scannedMb',
  'spilledMb',
] as const;
export type NumberColumn = (typeof NUMBERS)[number];

/** The rows of one hour of a tier, as columns: no object per row survives. */
export class Rows {
  length = 0;
  readonly instances: Instance[] = [];
  readonly templates: (Template | undefined)[] = [];
  readonly aborted: boolean[] = [];
  readonly columns: Record<NumberColumn, Float64Array>;
  #order = new Uint32Array(0);

  constructor(capacity = 4_096) {
    const columns: Partial<Record<NumberColumn, Float64Array>> = {};
    for (const name of NUMBERS) columns[name] = new Float64Array(capacity);
    // Every name is set by now, which the type of the loop cannot say.
    this.columns = columns as Record<NumberColumn, Float64Array>;
  }

  add(row: Row): void {
    const i = this.length;
    if (i === this.columns.at.length) this.#grow();
    for (const name of NUMBERS) this.columns[name][i] = row[name];
    this.instances[i] = row.instance;
    this.templates[i] = row.template;
    this.aborted[i] = row.aborted;
    this.length += 1;
  }

  /** Forgets the rows and keeps the memory. */
  clear(): void {
    this.length = 0;
  }

  /** Puts the rows in order of arrival, instance and query id; `place(i)` is then the row that comes i-th. */
  sort(): void {
    const { at, query } = this.columns;
    const { instances } = this;
    const order = Uint32Array.from({ length: this.length }, (_, i) => i);
    order.sort((a, b) => {
      const byTime = (at[a] ?? 0) - (at[b] ?? 0);
      if (byTime !== 0) return byTime;
      return (instances[a]?.id ?? 0) - (instances[b]?.id ?? 0) || (query[a] ?? 0) - (query[b] ?? 0);
    });
    this.#order = order;
  }

  place(i: number): number {
    return this.#order[i] ?? 0;
  }

  #grow(): void {
    for (const name of NUMBERS) {
      const wider = new Float64Array(this.columns[name].length * 2);
      wider.set(this.columns[name]);
      this.columns[name] = wider;
    }
  }
}
