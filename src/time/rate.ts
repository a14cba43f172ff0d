/** A rate over the last seconds, from a running total. Pure but for its own samples; times are monotonic milliseconds. */
export class RateMeter {
  readonly #windowMs: number;
  #samples: { readonly ms: number; readonly total: number }[] = [];

  constructor(windowMs = 5_000) {
    this.#windowMs = windowMs;
  }

  /** Notes the running total at a moment; at most ten samples a second are kept. */
  sample(ms: number, total: number): void {
    const last = this.#samples.at(-1);
    if (last !== undefined && ms - last.ms < 100) return;
    this.#samples.push({ ms, total });
    while ((this.#samples[1]?.ms ?? ms) <= ms - this.#windowMs) this.#samples.shift();
  }

  /** Growth per second over the window; 0 without two samples. */
  perSecond(nowMs: number, total: number): number {
    const first = this.#samples.find((sample) => sample.ms >= nowMs - this.#windowMs) ?? this.#samples.at(-1);
    if (first === undefined || nowMs - first.ms < 50) return 0;
    return ((total - first.total) * 1000) / (nowMs - first.ms);
  }
}
