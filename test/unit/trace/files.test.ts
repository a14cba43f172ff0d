import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { SpillwayError } from '../../../src/errors.ts';
import { findParquetFiles } from '../../../src/trace/files.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { writeParquet } from '../../support/trace-file.ts';

function fails(code: string, pattern: RegExp) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof SpillwayError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, pattern);
    assert.doesNotMatch(error.message, /\n/);
    return true;
  };
}

async function parquet(dir: string, ...names: readonly string[]): Promise<void> {
  for (const name of names) await writeParquet(join(dir, name), 'SELECT 1 AS i');
}

async function namesOf(spec: string): Promise<string[]> {
  return (await findParquetFiles(spec)).map(({ name }) => name);
}

test('a folder means its Parquet files at any depth, in the order of their names', async (t) => {
  const dir = await tempDir(t);
  await parquet(dir, 'b.parquet', 'serverless/deep/down/a.parquet', 'a.parquet', 'provisioned/z.parquet');
  await writeFile(join(dir, 'README'), 'no Parquet');
  assert.deepEqual(await namesOf(dir), [
    'a.parquet',
    'b.parquet',
    'provisioned/z.parquet',
    'serverless/deep/down/a.parquet',
  ]);
});

test('a file means itself, whatever it is called', async (t) => {
  const dir = await tempDir(t);
  await parquet(dir, 'some.pq');
  assert.deepEqual(await namesOf(join(dir, 'some.pq')), ['some.pq']);
});

test('a glob means what it matches, named from its fixed part on', async (t) => {
  const dir = await tempDir(t);
  await parquet(dir, 'provisioned/1.parquet', 'provisioned/22.parquet', 'serverless/1.parquet');
  assert.deepEqual(await namesOf(join(dir, '*/1.parquet')), ['provisioned/1.parquet', 'serverless/1.parquet']);
  assert.deepEqual(await namesOf(join(dir, 'provisioned/?.parquet')), ['1.parquet']);
  assert.deepEqual(await namesOf(join(dir, '{serverless,nothing}/*')), ['serverless/1.parquet']);
});

test('the same files in another place are the same by name and footer', async (t) => {
  const [one, two] = [await tempDir(t), await tempDir(t)];
  for (const dir of [one, two]) await parquet(dir, 'provisioned/a.parquet');
  const identity = async (dir: string) => (await findParquetFiles(dir)).map(({ path: _, ...rest }) => rest);
  assert.deepEqual(await identity(one), await identity(two));
});

test('the footer is hashed, and so another content is another file', async (t) => {
  const dir = await tempDir(t);
  await parquet(dir, 'a.parquet');
  await writeParquet(join(dir, 'b.parquet'), 'SELECT 2 AS i');
  const [a, b] = await findParquetFiles(dir);
  const bytes = await readFile(join(dir, 'a.parquet'));
  const footer = bytes.subarray(bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8), bytes.length - 8);
  assert.equal(a?.footerSha256, createHash('sha256').update(footer).digest('hex'));
  assert.equal(a?.bytes, bytes.length);
  assert.notEqual(a?.footerSha256, b?.footerSha256);
});

test('what is not there is said to be missing', async (t) => {
  const dir = await tempDir(t);
  await assert.rejects(
    findParquetFiles(join(dir, 'nothing.parquet')),
    fails('TRACE_NOT_FOUND', /nothing\.parquet: no such file or folder/),
  );
  await assert.rejects(findParquetFiles(dir), fails('TRACE_NOT_FOUND', /no Parquet file found/));
  await assert.rejects(findParquetFiles(join(dir, '*.parquet')), fails('TRACE_NOT_FOUND', /no Parquet file found/));
  await assert.rejects(findParquetFiles(' '), fails('TRACE_NOT_FOUND', /the path is empty/));
});

test('a link that leads nowhere is said to be one of the files that cannot be opened', async (t) => {
  const dir = await tempDir(t);
  await parquet(dir, 'a.parquet');
  await symlink(join(dir, 'gone'), join(dir, 'b.parquet'));
  await assert.rejects(findParquetFiles(dir), fails('TRACE_NOT_FOUND', /b\.parquet: cannot be opened/));
});

test('a folder that ends in .parquet is a folder', async (t) => {
  const dir = await tempDir(t);
  await parquet(dir, 'parts.parquet/a.parquet');
  assert.deepEqual(await namesOf(dir), ['parts.parquet/a.parquet']);
});

test('a file that is empty, cut off or something else is named with what was found', async (t) => {
  const dir = await tempDir(t);
  const broken = async (name: string, make: (file: string) => Promise<void>, found: RegExp): Promise<void> => {
    const file = join(dir, name);
    await mkdir(dirname(file), { recursive: true });
    await make(file);
    await assert.rejects(findParquetFiles(file), fails('TRACE_INVALID', found), name);
  };
  await broken('empty.parquet', (file) => writeFile(file, ''), /empty\.parquet: .*found an empty file/);
  await broken('tiny.parquet', (file) => writeFile(file, 'PAR1PAR1'), /found only 8 bytes/);
  await broken(
    'text.parquet',
    (file) => writeFile(file, 'instance_id,cluster_size\n1,2\n'),
    /does not start with PAR1/,
  );
  await broken(
    'cut.parquet',
    async (file) => {
      await writeParquet(file, 'SELECT * FROM range(1000)');
      await truncate(file, (await readFile(file)).length - 5);
    },
    /no PAR1 at its end \(truncated\?\)/,
  );
  await broken(
    'length.parquet',
    (file) => writeFile(file, `PAR1${'\xff'.repeat(8)}PAR1`, 'latin1'),
    /a footer length of \d+ bytes/,
  );
});

test('one broken file among many spoils the trace', async (t) => {
  const dir = await tempDir(t);
  await parquet(dir, 'a.parquet', 'c.parquet');
  await writeFile(join(dir, 'b.parquet'), '');
  await assert.rejects(findParquetFiles(dir), fails('TRACE_INVALID', /b\.parquet/));
});
