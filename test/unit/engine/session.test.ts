import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DuckDBTimestampValue } from '@duckdb/node-api';
import { Engine, numberOf, textOf } from '../../../src/engine/session.ts';
import { openSession } from '../../support/duckdb.ts';
import { tempDir } from '../../support/temp-dir.ts';

test('statements of a session run in the order of the calls, without waiting for one another', async (t) => {
  const session = await openSession(t);
  const made = session.run('CREATE TABLE t (i INTEGER)');
  const filled = session.run('INSERT INTO t SELECT range FROM range(10)');
  const row = await session.row('SELECT count(*) AS n FROM t');
  await Promise.all([made, filled]);
  assert.equal(row.n, 10n);
});

test('a statement that fails rejects only its own call', async (t) => {
  const session = await openSession(t);
  const failing = session.run('SELECT * FROM nothing');
  const next = session.row('SELECT 1 AS one');
  await assert.rejects(failing, /nothing/);
  assert.equal((await next).one, 1);
});

test('a transaction that throws leaves nothing behind', async (t) => {
  const session = await openSession(t);
  await session.run('CREATE TABLE t (i INTEGER)');
  const failing = session.transaction(async () => {
    await session.run('INSERT INTO t VALUES (1)');
    throw new Error('half way');
  });
  await assert.rejects(failing, /half way/);
  assert.equal((await session.row('SELECT count(*) AS n FROM t')).n, 0n);
});

test('a transaction returns what its work returned, and its effect stays', async (t) => {
  const session = await openSession(t);
  const result = await session.transaction(async () => {
    await session.run('CREATE TABLE t AS SELECT 1 AS i');
    return 'done';
  });
  assert.equal(result, 'done');
  assert.equal((await session.row('SELECT count(*) AS n FROM t')).n, 1n);
});

test('after a failed commit the session can be used again', async (t) => {
  const session = await openSession(t);
  await assert.rejects(session.transaction(() => session.run('SELECT * FROM nothing')));
  await session.transaction(() => session.run('CREATE TABLE t AS SELECT 1'));
  assert.equal((await session.row('SELECT count(*) AS n FROM t')).n, 1n);
});

test('chunks hold every row in order, and appended they make the same table', async (t) => {
  const session = await openSession(t);
  await session.run('CREATE TABLE a AS SELECT range AS i FROM range(10000); CREATE TABLE b (i BIGINT)');
  const chunks = await session.chunks('SELECT i FROM a ORDER BY i');
  assert.ok(chunks.length > 1);
  await session.append({ table: 'b' }, chunks);
  const values = (await session.rows('SELECT i FROM b')).map((row) => numberOf(row.i));
  assert.deepEqual(
    values,
    Array.from({ length: 10_000 }, (_, i) => i),
  );
});

test('a row is refused where there are none or several', async (t) => {
  const session = await openSession(t);
  await assert.rejects(session.row('SELECT 1 WHERE false'), /expected one row, found 0/);
  await assert.rejects(session.row('SELECT * FROM range(2)'), /expected one row, found 2/);
});

test('times are UTC whatever the zone of the machine', async (t) => {
  const session = await openSession(t);
  const row = await session.row("SELECT CAST(TIMESTAMPTZ '2024-03-01 00:00:00+02' AS TIMESTAMP) AS t");
  assert.deepEqual(row.t, new DuckDBTimestampValue(BigInt(Date.UTC(2024, 1, 29, 22)) * 1_000n));
});

test('sessions of one file see each other, and a reopened file holds what was committed', async (t) => {
  const file = `${await tempDir(t)}/some.duckdb`;
  const engine = await Engine.open(file, { memoryMb: 128, threads: 1 });
  const [a, b] = [await engine.session(), await engine.session()];
  await a.run('CREATE TABLE t AS SELECT 42 AS i');
  assert.equal((await b.row('SELECT i FROM t')).i, 42);
  a.close();
  b.close();
  engine.close();
  const again = await Engine.open(file, { memoryMb: 128, threads: 1 });
  const session = await again.session();
  assert.equal((await session.row('SELECT i FROM t')).i, 42);
  session.close();
  again.close();
});

test('a session that is ended interrupts its statement, refuses those that wait, and can be ended twice', async () => {
  const engine = await Engine.open(':memory:', { memoryMb: 128, threads: 1 });
  const session = await engine.session();
  const slow = session.run('SELECT count(*) FROM range(100000000000)').catch((error: unknown) => String(error));
  const waiting = session.run('SELECT 1').catch((error: unknown) => String(error));
  await new Promise((resolve) => setTimeout(resolve, 50));
  await Promise.all([session.end(), session.end()]);
  assert.match(String(await slow), /interrupt/i);
  assert.match(String(await waiting), /closed/);
  await assert.rejects(session.run('SELECT 1'), /closed/);
  engine.close();
});

test('an integer becomes a number only while no digit is lost', () => {
  assert.equal(numberOf(9_007_199_254_740_991n), Number.MAX_SAFE_INTEGER);
  assert.equal(numberOf(7), 7);
  assert.throws(() => numberOf(9_007_199_254_740_993n), TypeError);
  assert.throws(() => numberOf(null), TypeError);
  assert.throws(() => numberOf('7'), TypeError);
  assert.throws(() => numberOf(undefined), TypeError);
});

test('text is text', () => {
  assert.equal(textOf('a'), 'a');
  assert.throws(() => textOf(null), TypeError);
  assert.throws(() => textOf(1n), TypeError);
});

test('a query that keeps one row of each window is planned as it is written', async (t) => {
  const session = await openSession(t);
  await session.run('CREATE TABLE t AS SELECT i, i % 3 AS g FROM range(9000) AS r(i)');
  const rows = await session.rows('EXPLAIN SELECT * FROM t QUALIFY row_number() OVER (PARTITION BY g ORDER BY i) = 1');
  // DuckDB 1.5.6 would make an aggregate of it, and for some tables fail on the way with an internal error.
  assert.match(JSON.stringify(rows), /WINDOW/);
});
