import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DuckDBTimestampValue } from '@duckdb/node-api';
import { identifier, quoted, timestamp } from '../../../src/engine/sql.ts';
import { openSession } from '../../support/duckdb.ts';
import { at } from '../../support/time.ts';

const TEXTS = ["it's", '"quoted"', 'a;b--c', '', 'ä\n\\', "''"];

test('a quoted text is the text itself', async (t) => {
  const session = await openSession(t);
  for (const text of TEXTS) assert.equal((await session.row(`SELECT ${quoted(text)} AS x`)).x, text);
});

test('an identifier names just what it says', async (t) => {
  const session = await openSession(t);
  for (const text of TEXTS.filter((name) => name !== '')) {
    assert.deepEqual(Object.keys(await session.row(`SELECT 1 AS ${identifier(text)}`)), [text]);
  }
});

test('a timestamp is exact to the microsecond', async (t) => {
  const session = await openSession(t);
  const time = at('2024-03-01 00:00:00.000001');
  assert.deepEqual((await session.row(`SELECT ${timestamp(time)} AS x`)).x, new DuckDBTimestampValue(BigInt(time)));
});
