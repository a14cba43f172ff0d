import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { SpillwayError } from '../../../src/errors.ts';
import type { HotStore } from '../../../src/hot-store/hot-store.ts';
import { openTestStore } from '../../support/store.ts';
import { withTempDir } from '../../support/temp-dir.ts';

suite('a query of a user', async () => {
  // One store for all: no query may leave a trace in it.
  const opened = Promise.withResolvers<{ store: HotStore; dir: string }>();
  const done = Promise.withResolvers<void>();
  const running = withTempDir(async (dir) => {
    const store = await openTestStore(dir);
    await writeFile(join(dir, 'runs', 'default', 'owner.json'), '{"token":"secret"}');
    opened.resolve({ store, dir });
    await done.promise;
    await store.close();
  });
  running.catch(opened.reject);

  async function refusal(sql: string): Promise<string> {
    const { store } = await opened.promise;
    try {
      const { rows } = await store.query(sql);
      return `answered: ${JSON.stringify(rows)}`;
    } catch (error) {
      assert.ok(error instanceof SpillwayError, `${sql}: ${error}`);
      assert.equal(error.code, 'QUERY_INVALID');
      assert.doesNotMatch(error.message, /\n/);
      return error.message;
    }
  }

  const SELECTS = [
    'SELECT 1',
    'FROM hours',
    'VALUES (1)',
    'SELECT * FROM hours;',
    '/* first */ SELECT 1 -- last',
    'WITH h AS (SELECT hour FROM hours) SELECT count(*) FROM h',
    'SELECT * FROM range(3), generate_series(1, 2), unnest([1, 2])',
    'SELECT h.hour FROM hours h JOIN receipts r ON r.hour = h.hour',
    'SELECT queries FROM load',
    'SELECT (SELECT count(*) FROM events) + (SELECT count(*) FROM late_events)',
    'SELECT 1 UNION ALL SELECT 2 ORDER BY 1',
    'SELECT * FROM "HOURS"',
  ];
  for (const sql of SELECTS) {
    test(`is answered: ${sql}`, async () => {
      const { store } = await opened.promise;
      assert.ok(Array.isArray((await store.query(sql)).rows));
    });
  }

  const NOT_ONE_SELECT = [
    '',
    ' -- nothing',
    'SELECT 1; SELECT 2',
    "INSERT INTO hours VALUES ('2024-03-01')",
    'DELETE FROM store.events',
    'UPDATE hours SET state = 1',
    'CREATE TABLE t (i INTEGER)',
    'CREATE TEMP TABLE t AS SELECT 1',
    'CREATE OR REPLACE VIEW hours AS SELECT 1',
    'DROP VIEW hours',
    'ALTER TABLE store.events ADD COLUMN x INTEGER',
    "COPY hours TO '/tmp/hours.csv'",
    "COPY (SELECT 1) TO '/dev/stdout'",
    "ATTACH '/tmp/other.duckdb'",
    'DETACH hot',
    'SET threads = 1',
    'RESET threads',
    'PRAGMA database_list',
    'INSTALL httpfs',
    "LOAD 'httpfs'",
    'CHECKPOINT',
    'BEGIN TRANSACTION',
    'COMMIT',
    'ROLLBACK',
    'USE hot',
    'CALL pragma_version()',
    'EXPLAIN ANALYZE SELECT 1',
    "EXPORT DATABASE '/tmp/x'",
    'VACUUM',
    'SELECT $1',
    'SELECT ?',
    'PREPARE p AS SELECT 1',
    'WITH x AS (SELECT 1) DELETE FROM store.events',
    'SELEC 1',
    'SELECT * FROM',
  ];
  for (const sql of NOT_ONE_SELECT) {
    test(`is refused: ${sql === '' ? 'nothing' : sql}`, async () => {
      assert.doesNotMatch(await refusal(sql), /^answered/);
    });
  }

  const OUT_OF_REACH = [
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('/etc/passwd')",
    "SELECT * FROM '/etc/passwd.csv'",
    "SELECT * FROM read_json('https://example.org/x.json')",
    "SELECT * FROM glob('/*')",
    "SELECT * FROM sniff_csv('/etc/passwd')",
    "SELECT * FROM parquet_metadata('/tmp/x.parquet')",
    'SELECT * FROM duckdb_settings()',
    'SELECT * FROM duckdb_secrets()',
    'SELECT * FROM pragma_database_list()',
    "SELECT * FROM query('SELECT 1')",
    "SELECT * FROM query_table('hours')",
    'SELECT * FROM store.meta',
    'SELECT * FROM hot.store.events',
    'SELECT * FROM sqlite_master',
    'SELECT * FROM information_schema.tables',
    'SELECT (SELECT count(*) FROM hot.store.meta)',
    "SELECT * FROM hours WHERE hour IN (SELECT content FROM read_text('/etc/passwd'))",
    "WITH x AS (SELECT * FROM read_text('/etc/passwd')) SELECT * FROM x",
    'DESCRIBE hot.store.meta',
    'SUMMARIZE hot.store.meta',
  ];
  for (const sql of OUT_OF_REACH) {
    test(`reaches the public names only: ${sql}`, async () => {
      assert.doesNotMatch(await refusal(sql), /^answered/);
    });
  }

  test('does not reach the files of its own run, however they are named', async () => {
    const { dir } = await opened.promise;
    const file = join(dir, 'runs', 'default', 'owner.json');
    const ways = [
      `SELECT * FROM read_text('${file}')`,
      `SELECT * FROM read_json('${file}')`,
      `SELECT * FROM '${file}'`,
      `SELECT * FROM "${file}"`,
      `DESCRIBE '${file}'`,
      `DESCRIBE SELECT * FROM '${file}'`,
      `SUMMARIZE '${file}'`,
      `SUMMARIZE SELECT * FROM '${file}'`,
      `SELECT * FROM (WITH "${file}" AS (SELECT 1) SELECT 1) AS inner_one, "${file}"`,
      `SELECT count(*) FROM read_blob('${join(dir, 'runs', 'default', 'hot.duckdb')}')`,
      `SELECT * FROM (DESCRIBE '${file}')`,
      `PIVOT '${file}' ON token`,
    ];
    for (const sql of ways) assert.doesNotMatch(await refusal(sql), /^answered|secret/, sql);
  });

  test('is interrupted when it takes too long, and the store answers on', async () => {
    const { store } = await opened.promise;
    const slow = store.query('SELECT count(*) FROM range(100000000000)', { timeoutMs: 100 });
    await assert.rejects(slow, (error) => error instanceof SpillwayError && error.code === 'QUERY_TIMEOUT');
    assert.deepEqual((await store.query('SELECT 1')).rows, [[1]]);
  });

  test('returns at most the rows that were asked for, and says that there are more', async () => {
    const { store } = await opened.promise;
    const some = await store.query('SELECT * FROM range(10000)', { maxRows: 5_000 });
    assert.deepEqual([some.rows.length, some.truncated], [5_000, true]);
    const all = await store.query('SELECT * FROM range(5000)', { maxRows: 5_000 });
    assert.deepEqual([all.rows.length, all.truncated], [5_000, false]);
  });

  test('names its columns and their types', async () => {
    const { store } = await opened.promise;
    const { columns } = await store.query("SELECT hour, 1 AS one, 'x' AS text FROM hours LIMIT 0");
    assert.deepEqual(columns, [
      { name: 'hour', type: 'TIMESTAMP' },
      { name: 'one', type: 'INTEGER' },
      { name: 'text', type: 'VARCHAR' },
    ]);
  });

  test('that fails says why in one line', async () => {
    assert.match(await refusal('SELECT nothing FROM hours'), /^query: .*nothing/);
    assert.match(await refusal("SELECT CAST('x' AS INTEGER)"), /^query: .*Could not convert/);
  });

  test('that is empty is said to be no statement', async () => {
    for (const sql of ['', '   ', '-- nothing', ';']) {
      assert.equal(await refusal(sql), 'query: expected exactly one SELECT, found no statement', sql);
    }
  });

  test('leaves the store to its end', async () => {
    done.resolve();
    await running;
  });
});
