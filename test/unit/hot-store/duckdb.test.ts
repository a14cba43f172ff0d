import assert from 'node:assert/strict';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { Engine } from '../../../src/engine/session.ts';
import { SpillwayError } from '../../../src/errors.ts';
import { openDuckDBStore, storeFile } from '../../../src/hot-store/duckdb.ts';
import { closeHours } from '../../../src/processor/close.ts';
import { systemClock } from '../../../src/time/clock.ts';
import { BatchFeed } from '../../support/batch-feed.ts';
import { closerParts } from '../../support/closing.ts';
import { LOAD } from '../../support/metrics.ts';
import { ask, openTestStore, testStore } from '../../support/store.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { at } from '../../support/time.ts';

async function runDir(t: TestContext): Promise<{ dataDir: string; dir: string }> {
  const dataDir = await tempDir(t);
  const dir = join(dataDir, 'runs', 'default');
  await mkdir(dir, { recursive: true });
  return { dataDir, dir };
}

/** Runs statements in the run's file with DuckDB alone, as another tool would. */
async function asAnotherTool<T>(dir: string, sql: string): Promise<T> {
  const engine = await Engine.open(storeFile(dir), { memoryMb: 128, threads: 1 });
  const session = await engine.session();
  try {
    // The test names the columns that it asks for.
    return (await session.rows(sql)) as T;
  } finally {
    session.close();
    engine.close();
  }
}

function open(dir: string) {
  return openDuckDBStore({ dir, writable: [], memoryMb: 128, threads: 1, clock: systemClock });
}

function fails(code: string, pattern: RegExp) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof SpillwayError);
    assert.equal(error.code, code);
    assert.match(error.message, pattern);
    assert.ok(error.hint !== undefined);
    return true;
  };
}

test('a file that is no database is refused by its name', async (t) => {
  const { dir } = await runDir(t);
  await writeFile(storeFile(dir), 'something else entirely, and long enough to be looked at'.repeat(100));
  await assert.rejects(open(dir), fails('STORE_INVALID', /hot\.duckdb: expected a store of Spillway/));
});

test('a database of somebody else is refused, and left as it is', async (t) => {
  const { dir } = await runDir(t);
  await asAnotherTool(dir, 'CREATE TABLE mine AS SELECT 1 AS i');
  await assert.rejects(open(dir), fails('STORE_INVALID', /expected a store of Spillway, found another database/));
  assert.deepEqual(await asAnotherTool(dir, 'SELECT i FROM mine'), [{ i: 1 }]);
});

test('a store of another version is refused, with both versions', async (t) => {
  const { dataDir, dir } = await runDir(t);
  await (await openTestStore(dataDir)).close();
  await asAnotherTool(dir, "UPDATE store.meta SET value = '99' WHERE name = 'schema_version'");
  await assert.rejects(open(dir), fails('STORE_VERSION', /expected schema version 2, found 99/));
});

test('other tools find the final rows under the public names', async (t) => {
  const { dataDir, dir } = await runDir(t);
  const store = await openTestStore(dataDir);
  await new BatchFeed(store).batch({ row: {} }, { row: { query_id: 2, arrival_timestamp: at('2024-03-01 01:00') } });
  await closeHours(closerParts(store), [at('2024-03-01 00:00')], at('2024-03-01 03:10'));
  await store.close();
  assert.deepEqual(await asAnotherTool(dir, 'SELECT queries, state FROM load'), [{ queries: 1n, state: 'final' }]);
  assert.deepEqual(await asAnotherTool(dir, 'SELECT count(*) AS n FROM events'), [{ n: 2n }]);
  assert.deepEqual(await asAnotherTool(dir, "SELECT count(*) AS n FROM hours WHERE state = 'open'"), [{ n: 2n }]);
});

test('a closed store is one file, without a log beside it', async (t) => {
  const { dataDir, dir } = await runDir(t);
  const store = await openTestStore(dataDir);
  await new BatchFeed(store).batch({ row: {} });
  await store.close();
  assert.deepEqual(await readdir(dir), ['hot.duckdb']);
});

test('what a killed process had spilled is removed', async (t) => {
  const { dataDir, dir } = await runDir(t);
  await mkdir(join(dir, 'spill'));
  await writeFile(join(dir, 'spill', 'duckdb_temp_storage-0.tmp'), 'left behind');
  await testStore(t, dataDir);
  assert.ok(!(await readdir(dir)).includes('spill'));
});

test('no statement of the store leaves the folders of its run', async (t) => {
  const { dataDir } = await runDir(t);
  const other = join(await tempDir(t), 'elsewhere.csv');
  const store = await testStore(t, dataDir);
  const session = store.closingSession();
  await assert.rejects(session.run(`COPY (SELECT 1) TO '${other}'`), /Permission Error/);
  await assert.rejects(session.run("SELECT * FROM read_text('/etc/passwd')"), /Permission Error/);
  await assert.rejects(session.run('SET enable_external_access = true'), /locked/);
  await assert.rejects(session.run("ATTACH '/tmp/elsewhere.duckdb'"), /Permission Error/);
});

test('the columns of an event are the same in the store, in a query and in a metric', async (t) => {
  const { dataDir } = await runDir(t);
  const everything = { ...LOAD, sql: LOAD.sql.replace('FROM events', 'FROM (SELECT * FROM events)') };
  const store = await testStore(t, dataDir, { metrics: [everything] });
  await new BatchFeed(store).batch({ row: {} });
  await store.refreshLive();
  assert.deepEqual(await ask(store, 'SELECT queries FROM load'), [[1]]);
  const { columns } = await store.query('SELECT * FROM events');
  const names = columns.map(({ name }) => name);
  assert.deepEqual(names.slice(0, 4), ['hour', 'instance_id', 'deployment', 'cluster_size']);
  assert.deepEqual(names.slice(-2), ['partition', 'offset']);
  assert.equal(new Set(names).size, names.length);
});
