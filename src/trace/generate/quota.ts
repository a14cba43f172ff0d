/**
 * Keeps a running share on its target. A fixed probability leaves a share as wrong as chance makes it, and wrong for
 * good where decisions are taken in bulk (a whole session at once); a quota remembers what happened so far and makes
 * up for it within about `window` events.
 */
export class Quota {
  readonly #target: number;
  readonly #window: number;
  #seen = 0;
  #hits = 0;

  /** @param target share of all seen events in [0, 1]. @param window events over which a miss is made up for. */
  constructor(target: number, window = 100) {
    this.#target = target;
    this.#window = window;
  }

  /** Counts an event. */
  count(hit: boolean): void {
    this.#seen += 1;
    if (hit) this.#hits += 1;
  }

  /** The probability that brings the share back on target over the next window, in [0, 1]. */
  get probability(): number {
    const due = this.#target * (this.#seen + this.#window) - this.#hits;
    return Math.min(1, Math.max(0, due / this.#window));
  }
}
