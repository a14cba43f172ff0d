import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JsonColumns, rowsOf, toJsonCell } from '../../../src/hot-store/cells.ts';
import { openSession } from '../../support/duckdb.ts';

/** SQL expressions with the JSON value that each leaves the process as. */
const CELLS: readonly (readonly [sql: string, json: unknown])[] = [
  ['NULL', null],
  ["'text'", 'text'],
  ['true', true],
  ['42::TINYINT', 42],
  ['9007199254740991::BIGINT', 9_007_199_254_740_991],
  ['-9007199254740991::BIGINT', -9_007_199_254_740_991],
  ['9007199254740992::BIGINT', '9007199254740992'],
  ['9007199254740993::BIGINT', '9007199254740993'],
  ['(-9223372036854775808)::BIGINT', '-9223372036854775808'],
  ['18446744073709551615::UBIGINT', '18446744073709551615'],
  ['170141183460469231731687303715884105727::HUGEINT', '170141183460469231731687303715884105727'],
  ['sum(1)', 1],
  ['1.5::DOUBLE', 1.5],
  ["'nan'::DOUBLE", null],
  ["'-infinity'::DOUBLE", null],
  ['1.50::DECIMAL(9, 2)', '1.50'],
  ["TIMESTAMP '2024-03-01 00:00:00'", '2024-03-01T00:00:00Z'],
  ["TIMESTAMP '2024-03-01 00:00:00.25'", '2024-03-01T00:00:00.250Z'],
  ["TIMESTAMP '2024-03-01 00:00:00.000001'", '2024-03-01T00:00:00.000001Z'],
  ["TIMESTAMPTZ '2024-03-01 02:00:00+02'", '2024-03-01T00:00:00Z'],
  ["'2024-03-01 10:00:01'::TIMESTAMP_S", '2024-03-01T10:00:01Z'],
  ["'2024-03-01 10:00:01.5'::TIMESTAMP_MS", '2024-03-01T10:00:01.5Z'],
  ["'2024-03-01 10:00:01.123456789'::TIMESTAMP_NS", '2024-03-01T10:00:01.123456789Z'],
  ["TIMESTAMP '0001-01-01 00:00:00.000001'", '0001-01-01T00:00:00.000001Z'],
  ["TIMESTAMP '20000-01-01'", '20000-01-01T00:00:00Z'],
  ["'infinity'::TIMESTAMP", null],
  ["'-infinity'::TIMESTAMPTZ", null],
  ["DATE '2024-03-01'", '2024-03-01'],
  ["TIME '01:02:03'", '01:02:03'],
  ['INTERVAL 90 minutes', '01:30:00'],
  ["'abc'::BLOB", 'YWJj'],
  ["'a'::ENUM('a', 'b')", 'a'],
  ["'123e4567-e89b-12d3-a456-426614174000'::UUID", '123e4567-e89b-12d3-a456-426614174000'],
  ['[9007199254740993, NULL]', ['9007199254740993', null]],
  ['array_value(1, 2)', [1, 2]],
  [
    "{'a': 9007199254740993, 'b': {'t': TIMESTAMP '2024-03-01'}}",
    { a: '9007199254740993', b: { t: '2024-03-01T00:00:00Z' } },
  ],
  ["MAP {'k': [TIMESTAMP '2024-03-01']}", [{ key: 'k', value: ['2024-03-01T00:00:00Z'] }]],
];

for (const [sql, json] of CELLS) {
  test(`${sql} leaves as ${JSON.stringify(json)}`, async (t) => {
    const session = await openSession(t);
    const { x = null } = await session.row(`SELECT ${sql} AS x`);
    assert.deepEqual(toJsonCell(x), json);
    assert.doesNotThrow(() => JSON.stringify(toJsonCell(x)));
  });
}

test('cells by column are those of each row, whatever their type and however many chunks they come in', async (t) => {
  const session = await openSession(t);
  // DuckDB has no CASE of arrays.
  const cells = CELLS.filter(([sql]) => !sql.startsWith('array_value'));
  const expressions = cells.map(([sql], i) => `CASE WHEN i % 3 > 0 THEN (SELECT ${sql}) END AS c${i}`);
  const chunks = await session.chunks(
    `SELECT i, TIMESTAMP '2024-03-01' + to_hours(CAST(i // 100 AS INTEGER)) AS hour, ${expressions.join(', ')} FROM range(5_000) rows(i)`,
  );
  assert.ok(chunks.length > 1);
  const columns = new JsonColumns(cells.length + 2);
  for (const chunk of chunks) columns.add(chunk);
  assert.equal(columns.size, 5_000);
  const rows = rowsOf({ cells: columns.first(5_000), size: 5_000 });
  for (const i of [0, 1, 2_047, 2_048, 4_999]) {
    const hour = new Date(Date.UTC(2024, 2, 1, Math.floor(i / 100))).toISOString().replace('.000', '');
    assert.deepEqual(rows[i], [i, hour, ...cells.map(([, json]) => (i % 3 > 0 ? json : null))]);
  }
  assert.deepEqual(
    columns.first(2_049).map(({ length }) => length),
    Array.from({ length: cells.length + 2 }, () => 2_049),
  );
});
