import type { CostGroup, QueryKind } from './calibration.ts';
import { QUERY_KINDS } from './calibration.ts';
import type { Cell } from './cost-model.ts';
import { exp } from './exact-math.ts';
import type { Instance } from './fleet.ts';
import { Random } from './prng.ts';
import type { Template } from './template.ts';
import { drawTemplate } from './template.ts';

/** Templates and results an instance remembers; beyond it, old ones are forgotten, so memory does not grow. */
const REMEMBERED = 256;

/** A result in the cache. */
export interface CachedResult {
  readonly query: number;
  /** When the result was complete, microseconds since 1970. */
  readonly readyAt: number;
  readonly user: number;
  readonly database: number;
}

/** What a session is about: one of the kinds of query, or reads answered from the result cache. */
export type SessionKind = QueryKind | 'cached';
export const SESSION_KINDS: readonly SessionKind[] = [...QUERY_KINDS, 'cached'];

/** An instance's busiest template and the share of its queries that it makes. */
export interface Busiest {
  readonly kind: QueryKind;
  readonly group: CostGroup;
  readonly share: number;
}

/** What an instance has done so far, and what it remembers of it. */
export class InstanceState {
  readonly instance: Instance;
  readonly random: Random;
  /** How much more than the fleet the instance does of each session kind. */
  readonly taste: Float64Array;
  readonly busiestShare: number;
  readonly busiest: Template;
  busiestRuns = 0;
  emitted = 0;
  /** Users' last cached reads, microseconds since 1970. */
  readonly lastCached = new Map<number, number>();
  readonly #templates = new Map<QueryKind, Template[]>();
  readonly #results: CachedResult[] = [];
  readonly #long = new Map<Cell, Template>();
  #templateSerial = 0;
  #querySerial = 0;

  constructor(instance: Instance, busiest: Busiest, seed: bigint) {
    this.instance = instance;
    this.random = new Random(seed, instance.deployment, 'workload', instance.id);
    this.taste = Float64Array.from(SESSION_KINDS, (kind) => exp((kind === 'cached' ? 1.6 : 0.8) * this.random.bell()));
    this.busiestShare = busiest.share;
    this.busiest = this.newTemplate(busiest.kind, busiest.group, undefined);
  }

  newTemplate(kind: QueryKind, group: CostGroup, cell: Cell | undefined): Template {
    const { instance, random } = this;
    // Users are not equally busy: a product of two prefers the first ones.
    const user = instance.users[Math.floor(random.unit() * random.unit() * instance.users.length)] ?? 0;
    this.#templateSerial += 1;
    return drawTemplate({ instance, serial: this.#templateSerial, kind, group, cell, user }, random);
  }

  /** A long query's template: the instance's one of that cost, or a new one. */
  longTemplate(kind: QueryKind, cell: Cell): Template {
    const known = this.#long.get(cell);
    if (known !== undefined && this.random.chance(0.7)) return known;
    const template = this.newTemplate(kind, cell.group, cell);
    this.#long.set(cell, template);
    return template;
  }

  /** Remembers a session of the template. What was used often is remembered often, so it is likely used again. */
  remember(template: Template): void {
    const known = this.#templates.get(template.kind) ?? [];
    this.#templates.set(template.kind, known);
    keep(known, template, this.random);
  }

  /** A template of the kind that was used before, or undefined if there is none. */
  recall(kind: QueryKind): Template | undefined {
    const known = this.#templates.get(kind);
    return known?.[this.random.below(known.length)];
  }

  rememberResult(result: CachedResult): void {
    keep(this.#results, result, this.random);
  }

  /** A result that is complete at `now`, of the given user if there is one. */
  recallResult(now: number, user?: number): CachedResult | undefined {
    for (let attempt = 0; attempt < 6; attempt++) {
      const result = this.#results[this.random.below(Math.max(1, this.#results.length))];
      if (result !== undefined && result.readyAt < now && (user === undefined || result.user === user)) return result;
    }
    return undefined;
  }

  /** A query id: unique on the instance, and not in order of time. */
  nextQuery(): number {
    const serial = this.#querySerial;
    this.#querySerial += 1;
    // Within each block of 64 ids the order is that of multiples of an odd number: a permutation.
    const block = serial - (serial % 64);
    return this.instance.firstQuery + block + ((serial * 37 + block / 64 + this.instance.id) % 64);
  }
}

function keep<T>(kept: T[], item: T, random: Random): void {
  if (kept.length < REMEMBERED) kept.push(item);
  else kept[random.below(REMEMBERED)] = item;
}
