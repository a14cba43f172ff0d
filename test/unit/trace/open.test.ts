import assert from 'node:assert/strict';
import { mkdir, readdir, rename, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { SpillwayError } from '../../../src/errors.ts';
import { addMicros } from '../../../src/model/time.ts';
import { openTrace } from '../../../src/trace/open.ts';
import type { Trace } from '../../../src/trace/trace.ts';
import { TOTAL_ORDER } from '../../../src/trace/trace.ts';
import { openTestTrace } from '../../support/flow.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { at } from '../../support/time.ts';
import { writeParquet, writeTrace } from '../../support/trace-file.ts';
import type { RowSpec } from '../../support/trace-row.ts';
import { rowsSql, SHAPES, shapedSql } from '../../support/trace-row.ts';

async function open(t: TestContext, path: string, dir: string): Promise<Trace> {
  const trace = await openTestTrace(path, dir);
  t.after(() => trace.close());
  return trace;
}

/** Every row that a trace gives for a range, in the total order, as text. */
async function rowsOf(
  trace: Trace,
  from = at('2024-03-01'),
  to = at('2024-03-02'),
  withUntimed = true,
): Promise<string[]> {
  const session = await trace.session();
  const rows = await session.rows(
    `SELECT CAST(struct_pack(*COLUMNS(* EXCLUDE (raw))) AS VARCHAR) AS text FROM (${trace.rowsSql({ from, to, withUntimed })}) ORDER BY ${TOTAL_ORDER}`,
  );
  session.close();
  return rows.map((row) => String(row.text));
}

function fails(code: string, pattern: RegExp) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof SpillwayError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, pattern);
    assert.doesNotMatch(error.message, /\n/);
    return true;
  };
}

const MIXED: readonly RowSpec[] = [
  { instance_id: 12, arrival_timestamp: at('2024-03-01 10:00:00.000001'), query_id: 4 },
  { instance_id: 12, deployment: 'serverless', arrival_timestamp: at('2024-03-01 09:00'), cluster_size: null },
  {
    was_cached: true,
    was_aborted: null,
    num_joins: null,
    mbytes_scanned: null,
    read_table_ids: null,
    query_type: 'other',
  },
  { arrival_timestamp: null, query_id: 9 },
  { compile_duration_ms: -4, execution_duration_ms: null, cache_source_query_id: 77, query_id: 3 },
];

test('a trace tells its rows, its range and its instances before anything starts', async (t) => {
  const dir = await tempDir(t);
  const trace = await open(t, await writeTrace(dir, MIXED), dir);
  assert.equal(trace.rows, 5);
  assert.equal(trace.first, at('2024-03-01 00:10'));
  assert.equal(trace.last, at('2024-03-01 10:00:00.000001'));
  assert.deepEqual(
    trace.instances.map(({ key, rows }) => [key, rows]),
    [
      ['provisioned-1', 3],
      ['provisioned-12', 1],
      ['serverless-12', 1],
    ],
  );
  assert.deepEqual(
    trace.identity.files.map(({ name, rows }) => [name, rows]),
    [
      ['provisioned/part.parquet', 4],
      ['serverless/part.parquet', 1],
    ],
  );
});

test('the three shapes of a trace hold the same rows', async (t) => {
  const dir = await tempDir(t);
  const found: string[][] = [];
  for (const shape of SHAPES) {
    const path = await writeTrace(join(dir, shape), MIXED, { shape });
    found.push(await rowsOf(await open(t, path, dir)));
  }
  assert.equal(found[0]?.length, 5);
  assert.deepEqual(found[1], found[0]);
  assert.deepEqual(found[2], found[0]);
});

test('files of different shapes make one trace', async (t) => {
  const dir = await tempDir(t);
  const [first, ...rest] = MIXED;
  const provisioned = join(dir, 'mixed', 'provisioned');
  await writeParquet(join(provisioned, 'a.parquet'), shapedSql(rowsSql([first ?? {}]), 'typed'));
  await writeParquet(join(provisioned, 'b.parquet'), shapedSql(rowsSql(rest.slice(1)), 'text'));
  await writeParquet(join(dir, 'mixed', 'serverless', 'c.parquet'), shapedSql(rowsSql(rest.slice(0, 1)), 'pandas'));
  const whole = await open(t, await writeTrace(dir, MIXED), dir);
  const mixed = await open(t, join(dir, 'mixed'), dir);
  assert.deepEqual(await rowsOf(mixed), await rowsOf(whole));
});

test('a slice holds the rows that arrive in it, its start included and its end not', async (t) => {
  const dir = await tempDir(t);
  const times = [at('2024-03-01 01:00'), addMicros(at('2024-03-01 02:00'), -1), at('2024-03-01 02:00'), null];
  const rows = times.map((arrival, i) => ({ arrival_timestamp: arrival, query_id: i }));
  for (const shape of SHAPES) {
    const trace = await open(t, await writeTrace(join(dir, shape), rows, { shape }), dir);
    const of = async (withUntimed: boolean): Promise<number> =>
      (await rowsOf(trace, at('2024-03-01 01:00'), at('2024-03-01 02:00'), withUntimed)).length;
    assert.deepEqual([await of(false), await of(true)], [2, 3], shape);
  }
});

test('a write_table_ids column of numbers names the same tables as one of text', async (t) => {
  const dir = await tempDir(t);
  const rows = [{ write_table_ids: '12' }, { write_table_ids: null, query_id: 2 }];
  const asNumbers = `SELECT * REPLACE (coalesce(CAST(write_table_ids AS DOUBLE), CAST('nan' AS DOUBLE)) AS write_table_ids)
    FROM (${shapedSql(rowsSql(rows), 'typed')})`;
  await writeParquet(join(dir, 'numbers', 'provisioned', 'a.parquet'), asNumbers);
  const numbers = await open(t, join(dir, 'numbers'), dir);
  const texts = await open(t, await writeTrace(dir, rows), dir);
  assert.deepEqual(await rowsOf(numbers), await rowsOf(texts));
});

test('a trace whose files are in order of time is read as it is', async (t) => {
  const dir = await tempDir(t);
  const trace = await open(t, await writeTrace(dir, MIXED), dir);
  assert.equal(trace.ordered, true);
  assert.deepEqual(
    (await readdir(join(dir, 'cache'))).filter((name) => name.startsWith('ordered')),
    [],
  );
});

test('a trace that cannot be read in slices is put in order once, and that is kept', async (t) => {
  const dir = await tempDir(t);
  const path = await writeTrace(dir, MIXED, { shape: 'text' });
  const told: string[] = [];
  const spec = {
    path,
    cacheDir: join(dir, 'cache'),
    memoryMb: 256,
    threads: 1,
    onProgress: (what: string) => told.push(what),
  };
  const first = await openTrace(spec);
  assert.equal(first.ordered, false);
  assert.match(told.join('\n'), /^ordering 5 rows by time, once/);
  await first.close();
  const [copy = ''] = (await readdir(spec.cacheDir)).filter((name) => name.endsWith('.parquet'));
  await utimes(join(spec.cacheDir, copy), 1, 1);
  const again = await openTrace(spec);
  t.after(() => again.close());
  assert.equal(told.length, 1);
  assert.equal((await rowsOf(again)).length, 5);
});

test('what a killed process left in the cache is removed, what a living one has there is not', async (t) => {
  const dir = await tempDir(t);
  const cache = join(dir, 'cache');
  await mkdir(join(cache, 'spill-999999999'), { recursive: true });
  await writeFile(join(cache, 'ordered-abc.parquet.999999999.tmp'), '');
  await writeFile(join(cache, `ordered-abc.parquet.${process.ppid}.tmp`), '');
  await open(t, await writeTrace(dir, MIXED), dir);
  assert.deepEqual((await readdir(cache)).sort(), [`ordered-abc.parquet.${process.ppid}.tmp`]);
});

test('the same trace in another folder is the same trace', async (t) => {
  const dir = await tempDir(t);
  const path = await writeTrace(dir, MIXED);
  const before = await open(t, path, dir);
  await rename(path, join(dir, 'moved'));
  const after = await open(t, join(dir, 'moved'), dir);
  assert.deepEqual(after.identity, before.identity);
});

test('a folder above a file is no column of it', async (t) => {
  const dir = await tempDir(t);
  const file = join(dir, 'trace', 'provisioned', 'query_type=insert', 'user_id=9', 'a.parquet');
  await writeParquet(file, shapedSql(rowsSql([{ query_type: 'select', user_id: 7 }]), 'typed'));
  const trace = await open(t, join(dir, 'trace'), dir);
  assert.match((await rowsOf(trace))[0] ?? '', /'user_id': 7.*'query_type': select/);
});

test('a path with characters that mean something in a glob is a path', async (t) => {
  const dir = await tempDir(t);
  for (const name of ['trace [copy]', 'what?', 'a*b', "it's {here}"]) {
    const file = join(dir, name, 'provisioned', 'part [1].parquet');
    await writeParquet(file, shapedSql(rowsSql(MIXED), 'typed'));
    const folder = await open(t, join(dir, name), dir);
    assert.equal(folder.rows, 5, name);
    assert.equal((await rowsOf(folder)).length, 5, name);
    const alone = await open(t, file, dir);
    assert.equal((await rowsOf(alone)).length, 5, name);
  }
});

test('a trace of text needs little more memory than one of numbers', async (t) => {
  const dir = await tempDir(t);
  const path = await writeTrace(dir, MIXED, { shape: 'text' });
  const trace = await openTrace({ path, cacheDir: join(dir, 'cache'), memoryMb: 96, threads: 1 });
  t.after(() => trace.close());
  assert.equal((await rowsOf(trace)).length, 5);
});

test('a trace without a row is refused', async (t) => {
  const dir = await tempDir(t);
  await writeParquet(join(dir, 'trace', 'provisioned', 'a.parquet'), shapedSql(rowsSql([]), 'typed'));
  await assert.rejects(
    open(t, join(dir, 'trace'), dir),
    fails('TRACE_INVALID', /expected at least one row, found none in 1 file/),
  );
});

test('a file of something else is refused with its first wrong column', async (t) => {
  const dir = await tempDir(t);
  await writeParquet(join(dir, 'trace', 'provisioned', 'a.parquet'), 'SELECT 1 AS i');
  await assert.rejects(
    open(t, join(dir, 'trace'), dir),
    fails('TRACE_INVALID', /a\.parquet: column instance_id: expected .*, found no such column/),
  );
});

test('a trace of which no row has a time can be opened, and says so', async (t) => {
  const dir = await tempDir(t);
  const trace = await open(t, await writeTrace(dir, [{ arrival_timestamp: null }]), dir);
  assert.deepEqual([trace.first, trace.last, trace.rows], [undefined, undefined, 1]);
});
