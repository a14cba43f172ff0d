import { identifier, quoted } from '../engine/sql.ts';
import type { HotStore, JsonCell } from '../hot-store/hot-store.ts';

/** A key with more values than this has no dictionary: the statement that holds it would cost more than it saves. */
const MOST_VALUES = 1_000;
/** Keys with a dictionary at most, of one store. */
const MOST_KEYS = 100;

const OF_STORE = new WeakMap<HotStore, Dictionaries>();

/**
 * The values that keys of a store's metrics are known to have. A result of many rows tells them by number, because to
 * read the same text from every row takes longer than all else together. A value that is not known comes as null: then
 * the same has to be asked without.
 */
export class Dictionaries {
  readonly #values = new Map<string, ReadonlySet<string>>();

  static of(store: HotStore): Dictionaries {
    const dictionaries = OF_STORE.get(store) ?? new Dictionaries();
    OF_STORE.set(store, dictionaries);
    return dictionaries;
  }

  /** The key as SQL that gives a number of the dictionary for each value; undefined where there is none. */
  sql(metric: string, key: string): string | undefined {
    const values = this.#values.get(idOf(metric, key));
    if (values === undefined) return undefined;
    return `TRY_CAST(${identifier(key)} AS ENUM(${[...values].map(quoted).join(', ')}))`;
  }

  /** Takes the values of a key over from an answer without dictionary. */
  learn(metric: string, key: string, cells: readonly JsonCell[]): void {
    const id = idOf(metric, key);
    const values = new Set(this.#values.get(id));
    for (const cell of cells) {
      // A key that can be null does not tell an unknown value from none.
      if (typeof cell !== 'string' || values.size > MOST_VALUES) {
        this.#values.delete(id);
        return;
      }
      values.add(cell);
    }
    if (values.size > 0 && (this.#values.size < MOST_KEYS || this.#values.has(id))) this.#values.set(id, values);
  }
}

function idOf(metric: string, key: string): string {
  return `${metric}.${key}`;
}
