import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cell } from '../../../src/engine/session.ts';
import type { ColumnType } from '../../../src/model/redset.ts';
import { coercion } from '../../../src/trace/coerce.ts';
import { withSession } from '../../support/duckdb.ts';
import { at } from '../../support/time.ts';

/** A value that is of another type than its column must be: the column is null, and the record says so. */
const BAD = Symbol('bad');

type Case = readonly [foundType: string, sql: string, expected: Cell | typeof BAD];

const BIG = '9223372036854775807';

const CASES: Readonly<Record<ColumnType, readonly Case[]>> = {
  bigint: [
    ['TINYINT', '-7', -7n],
    ['SMALLINT', '300', 300n],
    ['INTEGER', '70000', 70_000n],
    ['BIGINT', BIG, BigInt(BIG)],
    ['BIGINT', 'NULL', null],
    ['UTINYINT', '255', 255n],
    ['USMALLINT', '65535', 65_535n],
    ['UINTEGER', '4294967295', 4_294_967_295n],
    ['UBIGINT', BIG, BigInt(BIG)],
    ['UBIGINT', '9223372036854775808', BAD],
    ['UBIGINT', 'NULL', null],
    ['HUGEINT', '-9223372036854775808', -9_223_372_036_854_775_808n],
    ['HUGEINT', '9223372036854775808', BAD],
    ['DOUBLE', '12', 12n],
    ['DOUBLE', '-0.0', 0n],
    ['DOUBLE', '9007199254740992', 9_007_199_254_740_992n],
    ['DOUBLE', '1e18', 10n ** 18n],
    ['DOUBLE', '3.7', BAD],
    ['DOUBLE', "'nan'", null],
    ['DOUBLE', 'NULL', null],
    ['DOUBLE', "'inf'", BAD],
    ['DOUBLE', "'-inf'", BAD],
    ['DOUBLE', '9223372036854775808', BAD],
    ['DOUBLE', '1e300', BAD],
    ['FLOAT', '12', 12n],
    ['FLOAT', '0.5', BAD],
    ['FLOAT', "'nan'", null],
    ['DECIMAL(9,2)', '12.00', 12n],
    ['DECIMAL(9,2)', '12.50', BAD],
    ['DECIMAL(38,0)', BIG.replace('7', '1').slice(0, 15), 922_331_203_685_477n],
    ['VARCHAR', "'12'", 12n],
    ['VARCHAR', "'-12'", -12n],
    ['VARCHAR', "'+12'", 12n],
    ['VARCHAR', "' 12 '", 12n],
    ['VARCHAR', "'12.0'", 12n],
    ['VARCHAR', "'12.'", 12n],
    ['VARCHAR', "'007'", 7n],
    ['VARCHAR', `'${BIG}'`, BigInt(BIG)],
    ['VARCHAR', "'9223372036854775808'", BAD],
    ['VARCHAR', "'3.7'", BAD],
    ['VARCHAR', "'1e3'", BAD],
    ['VARCHAR', "'0x10'", BAD],
    ['VARCHAR', "'1,000'", BAD],
    ['VARCHAR', "'twelve'", BAD],
    ['VARCHAR', "'-'", BAD],
    ['VARCHAR', "'inf'", BAD],
    ['VARCHAR', "''", null],
    ['VARCHAR', "'nan'", null],
    ['VARCHAR', "'NaN'", null],
    ['VARCHAR', "'None'", null],
    ['VARCHAR', "'null'", null],
    ['VARCHAR', "'<NA>'", null],
    ['VARCHAR', 'NULL', null],
    ['"NULL"', 'NULL', null],
  ],
  boolean: [
    ['BOOLEAN', 'true', true],
    ['BOOLEAN', 'NULL', null],
    ['BIGINT', '1', true],
    ['BIGINT', '0', false],
    ['BIGINT', '2', BAD],
    ['BIGINT', '-1', BAD],
    ['BIGINT', 'NULL', null],
    ['UTINYINT', '1', true],
    ['HUGEINT', '0', false],
    ['DOUBLE', '1', true],
    ['DOUBLE', '0', false],
    ['DOUBLE', '0.5', BAD],
    ['DOUBLE', "'nan'", null],
    ['DOUBLE', "'inf'", BAD],
    ['DECIMAL(3,1)', '1.0', true],
    ['VARCHAR', "'True'", true],
    ['VARCHAR', "'false'", false],
    ['VARCHAR', "'t'", true],
    ['VARCHAR', "'F'", false],
    ['VARCHAR', "'1'", true],
    ['VARCHAR', "'0.0'", false],
    ['VARCHAR', "' TRUE '", true],
    ['VARCHAR', "'yes'", BAD],
    ['VARCHAR', "'2'", BAD],
    ['VARCHAR', "''", null],
    ['VARCHAR', "'None'", null],
    ['"NULL"', 'NULL', null],
  ],
  varchar: [
    ['VARCHAR', "'select'", 'select'],
    ['VARCHAR', "' Select '", ' Select '],
    ['VARCHAR', "'nancy'", 'nancy'],
    ['VARCHAR', "''", null],
    ['VARCHAR', "'nan'", null],
    ['VARCHAR', "'None'", null],
    ['VARCHAR', 'NULL', null],
    ['BIGINT', BIG, BIG],
    ['UBIGINT', '18446744073709551615', '18446744073709551615'],
    ['BIGINT', 'NULL', null],
    ['DOUBLE', '12', '12'],
    ['DOUBLE', '12.5', BAD],
    ['DOUBLE', "'nan'", null],
    ['DOUBLE', "'inf'", BAD],
    ['DECIMAL(9,2)', '12.00', '12'],
    ['"NULL"', 'NULL', null],
  ],
  timestamp: [
    ['TIMESTAMP', "'2024-03-01 10:00:00.000001'", time('2024-03-01 10:00:00.000001')],
    ['TIMESTAMP', 'NULL', null],
    ['TIMESTAMP', "'infinity'", BAD],
    ['TIMESTAMP', "'-infinity'", BAD],
    ['TIMESTAMP', "'0001-01-01'", BAD],
    ['TIMESTAMP', "'9999-12-31'", BAD],
    ['TIMESTAMP_S', "'2024-03-01 10:00:00'", time('2024-03-01 10:00:00')],
    ['TIMESTAMP_MS', "'2024-03-01 10:00:00.001'", time('2024-03-01 10:00:00.001')],
    ['TIMESTAMP_NS', "'2024-03-01 10:00:00.000001999'", time('2024-03-01 10:00:00.000001')],
    ['TIMESTAMP WITH TIME ZONE', "'2024-03-01 12:00:00+02'", time('2024-03-01 10:00:00')],
    ['DATE', "'2024-03-01'", time('2024-03-01')],
    ['VARCHAR', "'2024-03-01 10:00:00'", time('2024-03-01 10:00:00')],
    ['VARCHAR', "'2024-03-01T10:00:00Z'", time('2024-03-01 10:00:00')],
    ['VARCHAR', "'2024-03-01T10:00:00.5'", time('2024-03-01 10:00:00.5')],
    ['VARCHAR', "'2024-03-01 12:00:00+02:00'", time('2024-03-01 10:00:00')],
    ['VARCHAR', "'2024-03-01 12:00:00-0530'", time('2024-03-01 17:30:00')],
    ['VARCHAR', "'2024-03-01 10:00:00 UTC'", time('2024-03-01 10:00:00')],
    ['VARCHAR', "' 2024-03-01 '", time('2024-03-01')],
    ['VARCHAR', "'01/03/2024'", BAD],
    ['VARCHAR', "'1709287200'", BAD],
    ['VARCHAR', "'infinity'", BAD],
    ['VARCHAR', "'2024-02-30'", BAD],
    ['VARCHAR', "'yesterday'", BAD],
    ['VARCHAR', "'NaT'", null],
    ['VARCHAR', "''", null],
    ['"NULL"', 'NULL', null],
  ],
};

/** Types that cannot be meant for a column of a type. */
const REFUSED: Readonly<Record<ColumnType, readonly string[]>> = {
  bigint: ['BOOLEAN', 'TIMESTAMP', 'DATE', 'BLOB', 'BIGINT[]', 'STRUCT(a INTEGER)', 'INTERVAL', 'TIME', 'UUID'],
  boolean: ['TIMESTAMP', 'DATE', 'BLOB', 'BOOLEAN[]'],
  varchar: ['BOOLEAN', 'TIMESTAMP', 'BLOB', 'VARCHAR[]', 'MAP(VARCHAR, INTEGER)'],
  timestamp: ['BOOLEAN', 'BIGINT', 'DOUBLE', 'TIME', 'BLOB', 'TIMESTAMP[]'],
};

function time(text: string): Cell {
  // As the SQL below returns it: microseconds, so that no format comes in between.
  return BigInt(at(text));
}

for (const type of ['bigint', 'boolean', 'varchar', 'timestamp'] as const) {
  const column = { name: 'x', type, required: false };
  test(`every form of a ${type} column is read as what it means, and nothing else`, async () => {
    await withSession(async (session) => {
      for (const [foundType, sql, expected] of CASES[type]) {
        const found = coercion(column, foundType);
        assert.ok(found !== undefined, `${foundType} is refused`);
        const cast = foundType === '"NULL"' ? 'NULL' : `CAST(${sql} AS ${foundType})`;
        const value = type === 'timestamp' ? `epoch_us(${found.value})` : found.value;
        const row = await session.row(
          `SELECT ${value} AS value, coalesce(${found.bad?.(`(${found.value})`) ?? 'false'}, false) AS bad FROM (SELECT ${cast} AS x)`,
        );
        const what = `${foundType} ${sql}`;
        assert.equal(row.bad, expected === BAD, what);
        if (expected !== BAD) assert.equal(row.value, expected, what);
        else assert.equal(row.value, null, what);
      }
    });
  });

  test(`a type that cannot be meant is refused for a ${type} column`, () => {
    for (const foundType of REFUSED[type]) assert.equal(coercion(column, foundType), undefined, foundType);
  });
}

test('a time that is known to be sound is taken as it is', () => {
  const column = { name: 'x', type: 'timestamp', required: true } as const;
  assert.deepEqual(coercion(column, 'TIMESTAMP', true), { value: '"x"', bad: undefined });
});
