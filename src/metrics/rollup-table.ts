/** A row of a metric's table, as a session or a query gives it. Measures may come as bigint, number or text. */
export type RollupRow<Cell> = Readonly<Record<string, Cell>>;

/** Rows of a metric's table, however they are held: what is not looked at costs nothing. */
export interface RollupTable<Cell> {
  readonly size: number;
  has(column: string): boolean;
  /** Reads the cells of a column. What it gives throws where there is none: a mistake of ours. */
  column(name: string): (row: number) => Cell;
}

/** Rows as objects. */
export function tableOfObjects<Cell>(rows: readonly RollupRow<Cell>[]): RollupTable<Cell> {
  return {
    size: rows.length,
    has: (name) => rows[0] !== undefined && name in rows[0],
    column: (name) => (i) => {
      const row = rows[i];
      if (row === undefined || !(name in row)) throw missing(name);
      // The check above leaves only an explicit undefined, which no row of a store has.
      return row[name] as Cell;
    },
  };
}

/** Rows as arrays in the order of `names`: far cheaper to make than objects. */
export function tableOfArrays<Cell>(names: readonly string[], rows: readonly (readonly Cell[])[]): RollupTable<Cell> {
  return {
    size: rows.length,
    has: (name) => names.includes(name),
    column: (name) => {
      const at = names.indexOf(name);
      if (at < 0) throw missing(name);
      // Every row of a result has every column.
      return (i) => rows[i]?.[at] as Cell;
    },
  };
}

/** Rows by column, the cheapest: `cells` has a list for each of `names`. */
export function tableOfColumns<Cell>(
  names: readonly string[],
  cells: readonly (readonly Cell[])[],
  size: number,
): RollupTable<Cell> {
  return {
    size,
    has: (name) => names.includes(name),
    column: (name) => {
      const column = cells[names.indexOf(name)];
      if (column === undefined) throw missing(name);
      // Every column has a cell for every row.
      return (i) => column[i] as Cell;
    },
  };
}

/** Only the rows of a table at these places. */
export function tableOfRows<Cell>(table: RollupTable<Cell>, places: readonly number[]): RollupTable<Cell> {
  return {
    size: places.length,
    has: (name) => table.has(name),
    column: (name) => {
      const read = table.column(name);
      return (i) => read(places[i] ?? -1);
    },
  };
}

function missing(name: string): Error {
  return new Error(`a row of a metric without its column "${name}"`);
}
