import { ln } from './exact-math.ts';

const TWO_32 = 2 ** 32;

/**
 * A small seeded stream of random numbers: sfc32 (Chris Doty-Humphrey, PractRand), 128 bits of state. Every purpose
 * has a stream of its own, named, so that drawing more in one place changes nothing in another.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: bigint, ...names: readonly (string | number)[]) {
    const words = [Number(BigInt.asUintN(32, seed)), Number(BigInt.asUintN(32, seed >> 32n))];
    const text = names.join('/');
    this.#a = mixText(0x9e3779b9, words, text);
    this.#b = mixText(0x243f6a88, words, text);
    this.#c = mixText(0xb7e15162, words, text);
    for (let i = 0; i < 12; i++) this.word();
  }

  /** 32 random bits, as an integer of [0, 2^32). */
  word(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** Uniform in [0, 1). */
  unit(): number {
    return this.word() / TWO_32;
  }

  /** Uniform in [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.unit();
  }

  /** A whole number of [0, n); n at least 1. */
  below(n: number): number {
    return Math.floor(this.unit() * n);
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  /** Nearly normal with mean 0 and deviation 1, never beyond 3.5: the sum of four uniforms. */
  bell(): number {
    return (this.unit() + this.unit() + this.unit() + this.unit() - 2) * 1.7320508075688772;
  }

  /** Exponential with mean 1. */
  exponential(): number {
    return -ln(1 - this.unit());
  }

  /** Sorts `items` into a random order, in place. */
  shuffle<T>(items: T[]): T[] {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const [a, b] = [items[i], items[j]];
      if (a !== undefined && b !== undefined) [items[i], items[j]] = [b, a];
    }
    return items;
  }

  /** The index of one of the first `count` weights, each as likely as it is heavy; -1 if all are 0. */
  weighted(weights: Float64Array, count = weights.length): number {
    let total = 0;
    for (let i = 0; i < count; i++) total += weights[i] ?? 0;
    if (total <= 0) return -1;
    let left = this.unit() * total;
    let last = -1;
    for (let i = 0; i < count; i++) {
      const weight = weights[i] ?? 0;
      if (weight <= 0) continue;
      last = i;
      left -= weight;
      if (left < 0) break;
    }
    return last;
  }
}

/** One 32-bit word from a seed and a name; the final mix is MurmurHash3's. */
function mixText(start: number, words: readonly number[], text: string): number {
  let h = start;
  for (const word of words) h = finish(Math.imul(h ^ word, 0x01000193) + 0x7f4a7c15);
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return finish(h);
}

function finish(x: number): number {
  let h = x | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** 16 hexadecimal digits that stand for (stream, serial), different for different serials of one stream. */
export function fingerprintOf(stream: number, serial: number): string {
  // Each half is a bijection of its serial, so two serials of a stream below 2^32 never meet.
  const low = finish(serial ^ finish(stream));
  const high = finish(Math.imul(serial, 0x9e3779b1) ^ finish(stream + 0x3c6ef372));
  return hex(high) + hex(low);
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
