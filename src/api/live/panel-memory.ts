import type { HotStore, JsonCell } from '../../hot-store/hot-store.ts';
import type { LiveQuestion } from './live-question.ts';
import { questionText } from './live-question.ts';

/** Parts of answers remembered of a store at most, each with some hundred values at most. */
const KEPT = 500;

const OF_STORE = new WeakMap<HotStore, PanelMemory>();

/**
 * Which values of its series the rows of a panel (or of a figure of the top row: none) have had, for each question:
 * while these and those of a change are not more than are shown, the change alone is enough for everybody who asked that
 * question before. Once some were hidden, or it could not be answered, there are viewers who lack rows, and it always
 * comes whole.
 */
export class PanelMemory {
  readonly #known = new Map<string, ReadonlySet<JsonCell> | undefined>();

  static of(store: HotStore): PanelMemory {
    const memory = OF_STORE.get(store) ?? new PanelMemory();
    OF_STORE.set(store, memory);
    return memory;
  }

  /** The values that were sent; undefined where some may not have been. */
  sent(part: string, live: LiveQuestion): ReadonlySet<JsonCell> | undefined {
    return this.#known.get(idOf(part, live));
  }

  /** Notes the values of the rows in view after an answer; undefined for one that hides some, or failed. */
  note(part: string, live: LiveQuestion, values: ReadonlySet<JsonCell> | undefined): void {
    const id = idOf(part, live);
    const wasHidden = this.#known.has(id) && this.#known.get(id) === undefined;
    // The one that was asked for longest ago is the first.
    this.#known.delete(id);
    this.#known.set(id, wasHidden ? undefined : values);
    const [oldest] = this.#known.keys();
    if (this.#known.size > KEPT && oldest !== undefined) this.#known.delete(oldest);
  }
}

function idOf(part: string, live: LiveQuestion): string {
  return JSON.stringify([part, questionText(live)]);
}
