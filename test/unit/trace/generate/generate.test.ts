import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { SpillwayError } from '../../../../src/errors.ts';
import type { GenerateSpec } from '../../../../src/trace/generate/generate.ts';
import { generateTrace } from '../../../../src/trace/generate/generate.ts';
import type { Rows } from '../../../../src/trace/generate/rows.ts';
import { writeTrace } from '../../../../src/trace/generate/writer.ts';
import { openSession } from '../../../support/duckdb.ts';
import { tempDir } from '../../../support/temp-dir.ts';

function spec(out: string, change: Partial<GenerateSpec> = {}): GenerateSpec {
  return { out, seed: 1, events: 3_000, from: new Date('2024-03-04'), to: new Date('2024-03-06'), ...change };
}

async function hashes(out: string): Promise<string[]> {
  const files = ['provisioned', 'serverless'].map((tier) => readFile(join(out, tier, 'full.parquet')));
  return (await Promise.all(files)).map((bytes) => createHash('sha256').update(bytes).digest('hex'));
}

test('the same seed gives the same bytes, another seed others', async (t) => {
  const dir = await tempDir(t);
  for (const [name, seed] of [
    ['a', 1],
    ['b', 1n],
    ['c', 2],
  ] as const) {
    await generateTrace(spec(join(dir, name), { seed, events: 20_000 }));
  }
  assert.deepEqual(await hashes(join(dir, 'a')), await hashes(join(dir, 'b')));
  const [a, c] = [await hashes(join(dir, 'a')), await hashes(join(dir, 'c'))];
  assert.ok(a.every((hash, i) => hash !== c[i]));
});

test('columns have the names, order and types that Redset is published with', async (t) => {
  const dir = await tempDir(t);
  await generateTrace(spec(dir));
  const session = await openSession(t);
  const columns = await session.rows(`DESCRIBE SELECT * FROM '${dir}/provisioned/full.parquet'`);
  assert.deepEqual(
    columns.map((column) => `${String(column.column_name)} ${String(column.column_type)}`),
    PUBLISHED,
  );
});

test('exactly the wanted events, instances and range come out, each file in order of time', async (t) => {
  const dir = await tempDir(t);
  const from = new Date('2024-03-04T10:20:30.500Z');
  const to = new Date('2024-03-04T13:10:00Z');
  const seen: number[] = [];
  const result = await generateTrace(spec(dir, { events: 4_321, instances: 5, from, to }), ({ rows }) =>
    seen.push(rows),
  );
  assert.equal(result.rows, 4_321);
  assert.ok(seen.length >= 8, 'progress is told for each hour of each tier');
  const session = await openSession(t);
  for (const file of result.files) {
    const row = await session.row(`
      SELECT count(*) AS rows, count(DISTINCT instance_id) AS instances, count(DISTINCT (instance_id, query_id)) AS keys,
        min(arrival_timestamp) >= '2024-03-04 10:20:30.5' AND max(arrival_timestamp) < '2024-03-04 13:10' AS inside,
        count(*) FILTER (WHERE i > 1 AND (arrival_timestamp, instance_id, query_id) < (before, instance_before, query_before)) AS misplaced
      FROM (SELECT *, lag(arrival_timestamp) OVER w AS before, lag(instance_id) OVER w AS instance_before,
          lag(query_id) OVER w AS query_before
        FROM (SELECT *, row_number() OVER () AS i FROM '${file.path}') WINDOW w AS (ORDER BY i))`);
    assert.deepEqual(row, {
      rows: BigInt(file.rows),
      instances: 5n,
      keys: BigInt(file.rows),
      inside: true,
      misplaced: 0n,
    });
  }
});

test('one tier alone can be generated, and the incident is then in it', async (t) => {
  const dir = await tempDir(t);
  const result = await generateTrace(spec(dir, { deployment: 'serverless', events: 20_000 }));
  assert.deepEqual(await readdir(dir), ['serverless']);
  assert.match(result.incident?.instance ?? '', /^serverless-/);
});

test('a trace of any size works', async (t) => {
  const dir = await tempDir(t);
  for (const events of [1, 2, 13, 250]) {
    const result = await generateTrace(spec(join(dir, String(events)), { events }));
    assert.equal(result.rows, events);
  }
});

test('a specification that makes no sense is refused in words', async (t) => {
  const dir = await tempDir(t);
  const cases: [Partial<GenerateSpec>, RegExp][] = [
    [{ events: 0 }, /events must be a whole number from 1 .* found 0/],
    [{ events: 2.5 }, /events must be a whole number/],
    [{ instances: 0 }, /instances must be a whole number from 1 to 10000, found 0/],
    [{ seed: 1.5 }, /seed must be a whole number, found 1.5/],
    [{ to: new Date('2024-03-04') }, /ends at 2024-03-04T00:00:00Z, not after its start/],
    [{ from: new Date('nonsense') }, /from must be a time/],
    [{ out: join(dir, 'trace.parquet') }, /names a file/],
  ];
  for (const [change, message] of cases) {
    await assert.rejects(generateTrace(spec(join(dir, 'x'), change)), (error) => {
      assert.ok(error instanceof SpillwayError && error.code === 'USAGE' && error.hint !== undefined, String(error));
      assert.match(error.message, message);
      return true;
    });
  }
  assert.deepEqual(await readdir(dir), []);
});

test('a generated trace is written over, anything else is left alone', async (t) => {
  const dir = await tempDir(t);
  const refused = (out: string, named: RegExp): Promise<void> =>
    assert.rejects(generateTrace(spec(out)), (error) => {
      assert.ok(error instanceof SpillwayError && error.code === 'USAGE', String(error));
      assert.match(error.message, named);
      return true;
    });
  const ours = join(dir, 'ours');
  await generateTrace(spec(ours));
  await writeFile(join(ours, 'provisioned', 'full.parquet.part'), 'left by a crash');
  await generateTrace(spec(ours, { seed: 2 }));
  assert.deepEqual(await readdir(join(ours, 'provisioned')), ['full.parquet']);

  await writeFile(join(dir, 'file'), '');
  await refused(join(dir, 'file'), /is a file/);
  await mkdir(join(dir, 'home'));
  await writeFile(join(dir, 'home', 'notes.txt'), '');
  await refused(join(dir, 'home'), /holds notes\.txt, which is not a generated trace/);

  const session = await openSession(t);
  await mkdir(join(dir, 'redset', 'provisioned'), { recursive: true });
  const download = join(dir, 'redset', 'provisioned', 'full.parquet');
  await session.run(`COPY (SELECT 1 AS instance_id) TO '${download}' (FORMAT PARQUET)`);
  const before = await readFile(download);
  await refused(join(dir, 'redset'), /holds provisioned\/full\.parquet/);
  assert.deepEqual(await readFile(download), before);
});

test('a failure while generating surfaces as itself and leaves no file', async (t) => {
  const dir = await tempDir(t);
  const failure = new RangeError('out of numbers');
  // biome-ignore lint/correctness/useYield: it fails before its first hour.
  const hours = (function* (): Generator<Rows> {
    throw failure;
  })();
  await assert.rejects(
    writeTrace(join(dir, 'full.parquet'), hours, '{}', () => undefined),
    (error) => error === failure,
  );
  assert.deepEqual(await readdir(dir), []);
});

const PUBLISHED = [
  'instance_id BIGINT',
  'cluster_size DOUBLE',
  'user_id BIGINT',
  'database_id BIGINT',
  'query_id BIGINT',
  'arrival_timestamp TIMESTAMP',
  'compile_duration_ms DOUBLE',
  'queue_duration_ms BIGINT',
  'execution_duration_ms BIGINT',
  'feature_fingerprint VARCHAR',
  'was_aborted BOOLEAN',
  'was_cached BOOLEAN',
  'cache_source_query_id DOUBLE',
  'query_type VARCHAR',
  'num_permanent_tables_accessed DOUBLE',
  'num_external_tables_accessed DOUBLE',
  'num_system_tables_accessed DOUBLE',
  'read_table_ids VARCHAR',
  'write_table_ids VARCHAR',
  'mbytes_scanned DOUBLE',
  'mbytes_spilled DOUBLE',
  'num_joins BIGINT',
  'num_scans BIGINT',
  'num_aggregations BIGINT',
];
