import { identifier, quoted } from '../engine/sql.ts';
import type { HotStore, JsonCell } from '../hot-store/hot-store.ts';

/** A key with more or longer values has no dictionary: the statement that holds it would cost more than it saves. */
const [MOST_VALUES, MOST_CHARACTERS] = [1_000, 40_000];
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
    const values = withTexts(this.#values.get(id) ?? new Set(), cells);
    if (values === undefined) this.#values.delete(id);
    else if (this.#values.size < MOST_KEYS || this.#values.has(id)) this.#values.set(id, values);
  }
}

/** The texts of both; undefined where they cannot be a dictionary. */
function withTexts(known: ReadonlySet<string>, cells: readonly JsonCell[]): ReadonlySet<string> | undefined {
  const values = new Set(known);
  for (const cell of cells) {
    // A key that can be null does not tell an unknown value from none; DuckDB would read a statement only up to a NUL.
    if (typeof cell !== 'string' || cell.includes('\0')) return undefined;
    values.add(cell);
    if (values.size > MOST_VALUES) return undefined;
  }
  const characters = [...values].reduce((sum, { length }) => sum + length, 0);
  return values.size === 0 || characters > MOST_CHARACTERS ? undefined : values;
}

function idOf(metric: string, key: string): string {
  return `${metric}.${key}`;
}
