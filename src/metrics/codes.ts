/** The different values that rows have, as numbers from 0 on, in the order of their first rows. */
export interface Codes {
  /** The code of each row. */
  readonly of: Int32Array;
  /** The first row of each code. */
  readonly first: readonly number[];
}

/** Codes of a column: values are the same where their texts are; null is like no text. */
export function codesOf(size: number, read: (row: number) => unknown): Codes {
  const codes = new Map<string | null, number>();
  const [of, first] = [new Int32Array(size), [] as number[]];
  let before: unknown;
  for (let row = 0, code = 0; row < size; row++) {
    const cell = read(row);
    // Rows mostly come in the order of some key.
    if (cell !== before || row === 0) {
      before = cell;
      const text = cell === null || typeof cell === 'string' ? cell : String(cell);
      code = codes.get(text) ?? first.length;
      if (code === first.length) {
        codes.set(text, code);
        first.push(row);
      }
    }
    of[row] = code;
  }
  return { of, first };
}

/** Codes of several columns together: without any, all rows are the same. */
export function combined(size: number, columns: readonly Codes[]): Codes {
  const [only, ...others] = columns;
  if (only === undefined) return { of: new Int32Array(size), first: size === 0 ? [] : [0] };
  return others.reduce((a, b) => pairs(size, a, b), only);
}

/** Largest table of pairs kept as an array, which is much faster than a map. */
const MAX_PAIRS = 2_000_000;

function pairs(size: number, a: Codes, b: Codes): Codes {
  const [of, first] = [new Int32Array(size), [] as number[]];
  const count = a.first.length * b.first.length;
  // Codes + 1: 0 is for pairs that have none yet.
  const table: { get(id: number): number | undefined; set(id: number, code: number): unknown } =
    count > MAX_PAIRS ? new Map<number, number>() : tableOf(count);
  for (let row = 0; row < size; row++) {
    const id = (a.of[row] ?? 0) * b.first.length + (b.of[row] ?? 0);
    let code = table.get(id) ?? 0;
    if (code === 0) {
      code = first.push(row);
      table.set(id, code);
    }
    of[row] = code - 1;
  }
  return { of, first };
}

function tableOf(count: number): { get(id: number): number | undefined; set(id: number, code: number): void } {
  const codes = new Int32Array(count);
  return {
    get: (id) => codes[id],
    set: (id, code) => {
      codes[id] = code;
    },
  };
}
