import assert from 'node:assert/strict';
import type { TextTable } from './panel.ts';
import type { PanelSql } from './panel-sql.ts';

/** Sums of the same fractions in another order. */
const ROUNDING = 1e-9;

type Row = ReadonlyMap<string, string | number | boolean | null>;

/** Rows of SQL by their keys. */
export interface SqlTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | boolean | null)[])[];
}

/** Throws unless the rows and the values of a panel are those that SQL answers. Other columns of the panel are passed over. */
export function assertSame(panel: TextTable, expected: SqlTable, { keys, within = {}, top }: PanelSql): void {
  const wanted = rowsByKey(expected, keys);
  const found = rowsByKey(panel, keys);
  assert.equal(found.size, panel.rows.length, 'rows with the same keys');
  if (top === undefined) assert.deepEqual([...found.keys()].sort(), [...wanted.keys()].sort());
  else assertTop(found, wanted, top);
  for (const [key, row] of found) {
    const other = wanted.get(key);
    assert.ok(other !== undefined, `SQL has no row ${key}`);
    for (const [column, value] of other) {
      const text = row.get(column);
      assert.ok(text !== undefined, `the panel has no column ${column}`);
      const same = keys.includes(column) || isSame(String(text), value, within[column] ?? ROUNDING);
      assert.ok(same, `${key}: ${column} is ${text}, in SQL ${value}`);
    }
  }
}

/** The shown rows are among those with the most; of several with equally many any may be shown. */
function assertTop(
  found: ReadonlyMap<string, Row>,
  wanted: ReadonlyMap<string, Row>,
  { rows, by }: NonNullable<PanelSql['top']>,
): void {
  const most = [...wanted.values()].map((row) => Number(row.get(by))).sort((a, b) => b - a);
  const shown = [...found.values()].map((row) => Number(row.get(by))).sort((a, b) => b - a);
  assert.deepEqual(shown, most.slice(0, rows));
}

function rowsByKey({ columns, rows }: SqlTable, keys: readonly string[]): Map<string, Row> {
  return new Map(
    rows.map((cells) => {
      const row: Row = new Map(columns.map((column, i) => [column, cells[i] ?? null]));
      return [keys.map((key) => String(row.get(key))).join(' '), row];
    }),
  );
}

function isSame(text: string, value: string | number | boolean | null, within: number): boolean {
  if (value === null || text === '') return value === null && text === '';
  const [a, b] = [Number(text), Number(value)];
  return Math.abs(a - b) <= within * Math.max(Math.abs(a), Math.abs(b));
}
