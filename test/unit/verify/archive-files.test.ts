import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { quoted } from '../../../src/engine/sql.ts';
import { compareArchiveFiles } from '../../../src/verify/archive-files.ts';
import { openSession } from '../../support/duckdb.ts';
import { tempDir } from '../../support/temp-dir.ts';

const CONTENTS = ['a file of events', 'a file of rollups'];
const path = (index: number): string => `rollups/load/hh=0${index}/r1.parquet`;

/** An archive of two files with the ledger that knows them. */
async function archive(t: TestContext, { states = ['local', 'local'] } = {}) {
  const dir = await tempDir(t);
  const session = await openSession(t);
  await session.run(
    'CREATE TABLE current_files (hour TIMESTAMP, dataset VARCHAR, revision INTEGER, path VARCHAR, bytes BIGINT, sha256 VARCHAR, state VARCHAR)',
  );
  for (const [index, content] of CONTENTS.entries()) {
    await mkdir(dirname(join(dir, path(index))), { recursive: true });
    await writeFile(join(dir, path(index)), content);
    const sha256 = createHash('sha256').update(content).digest('hex');
    await session.run(`INSERT INTO current_files VALUES (TIMESTAMP '2024-03-01 0${index}:00:00', 'load', 1, ${quoted(path(index))},
      ${content.length}, '${sha256}', '${states[index]}')`);
  }
  return { dir, session, compare: () => compareArchiveFiles(session, dir) };
}

test('files that are as the ledger says are equal', async (t) => {
  const { compare } = await archive(t);
  const { equal, expected, found } = await compare();
  assert.deepEqual([equal, expected, found], [true, 2, 2]);
});

test('a file that is gone is missing', async (t) => {
  const { dir, compare } = await archive(t);
  await rm(join(dir, path(1)));
  const { expected, found, differences, examples } = await compare();
  assert.deepEqual([expected, found, differences], [2, 1, 1]);
  assert.deepEqual(
    examples.map(({ problem, key }) => [problem, key.path]),
    [['missing', path(1)]],
  );
});

test('a folder in the place of a file is no file', async (t) => {
  const { dir, compare } = await archive(t);
  await rm(join(dir, path(1)));
  await mkdir(join(dir, path(1)));
  assert.equal((await compare()).examples[0]?.problem, 'missing');
});

test('a file of another length is told by its bytes, one of the same length by its content', async (t) => {
  const { dir, compare } = await archive(t);
  await writeFile(join(dir, path(0)), 'a shorter file');
  await writeFile(join(dir, path(1)), 'A file of rollups');
  const { equal, differences, examples } = await compare();
  assert.deepEqual([equal, differences], [false, 2]);
  assert.deepEqual(examples[0]?.found, { bytes: 14 });
  assert.deepEqual(Object.keys(examples[1]?.found ?? {}), ['sha256']);
});

test('files that have left this machine are not looked for', async (t) => {
  const { dir, compare } = await archive(t, { states: ['local', 'uploaded'] });
  await rm(join(dir, path(1)));
  const { equal, expected } = await compare();
  assert.deepEqual([equal, expected], [true, 1]);
});

test('without the archive nothing is compared, and one line says so', async (t) => {
  const { dir, session } = await archive(t);
  const elsewhere = join(dir, 'elsewhere');
  const check = await compareArchiveFiles(session, elsewhere);
  assert.deepEqual(
    [check.scope, check.expected, check.found, check.skipped, check.equal],
    [`no folder ${elsewhere}`, 2, 'not compared', true, true],
  );
});

test('a run without files needs no archive', async (t) => {
  const { dir, session } = await archive(t);
  await session.run('DELETE FROM current_files');
  const check = await compareArchiveFiles(session, join(dir, 'elsewhere'));
  assert.deepEqual([check.expected, check.found, check.skipped], [0, 0, undefined]);
});
