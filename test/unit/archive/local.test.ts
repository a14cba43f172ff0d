import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { Archive, WrittenFile } from '../../../src/archive/archive.ts';
import { openLocalArchive } from '../../../src/archive/local.ts';
import type { Session } from '../../../src/engine/session.ts';
import { quoted } from '../../../src/engine/sql.ts';
import { openSession } from '../../support/duckdb.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { at } from '../../support/time.ts';

const DAY = at('2024-03-01');
const HOUR = at('2024-03-01 09:00');

async function setUp(t: TestContext): Promise<{ archive: Archive; session: Session; base: string }> {
  const root = await tempDir(t);
  return { archive: await openLocalArchive(root, 'night'), session: await openSession(t), base: join(root, 'night') };
}

async function filesBelow(base: string): Promise<string[]> {
  const entries = await readdir(base, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(base.length + 1))
    .sort();
}

const file = (sql: string, dataset = 'events') => ({ hour: HOUR, dataset, revision: 1, sql });

test('a file is named by its hash, and is described as it lies there', async (t) => {
  const { archive, session, base } = await setUp(t);
  const written = await archive.write(session, file('SELECT range AS i FROM range(1000)'));
  const content = await readFile(join(base, written.path));
  const sha256 = createHash('sha256').update(content).digest('hex');
  assert.deepEqual(written, {
    hour: HOUR,
    dataset: 'events',
    revision: 1,
    path: `events/date=2024-03-01/hh=09/r1-${sha256.slice(0, 12)}.parquet`,
    rows: 1_000,
    bytes: content.length,
    sha256,
  });
});

test('a file holds its rows in their order, compressed', async (t) => {
  const { archive, session, base } = await setUp(t);
  const written = await archive.write(session, file('SELECT 3 - range AS i FROM range(3)', 'spill'));
  const path = quoted(join(base, written.path));
  const rows = await session.rows(`SELECT i FROM read_parquet(${path}, hive_partitioning = false)`);
  assert.deepEqual(
    rows.map((row) => row.i),
    [3n, 2n, 1n],
  );
  const codec = await session.row(`SELECT DISTINCT compression FROM parquet_metadata(${path})`);
  assert.equal(codec.compression, 'ZSTD');
});

test('the same rows again are the same file', async (t) => {
  const { archive, session, base } = await setUp(t);
  const first = await archive.write(session, file('SELECT 1 AS i'));
  const second = await archive.write(session, file('SELECT 1 AS i'));
  assert.deepEqual(second, first);
  assert.deepEqual(await filesBelow(base), [first.path]);
});

test('other rows are another file beside it: a file never changes', async (t) => {
  const { archive, session, base } = await setUp(t);
  const first = await archive.write(session, file('SELECT 1 AS i'));
  const before = await readFile(join(base, first.path));
  const second = await archive.write(session, file('SELECT 2 AS i'));
  assert.notEqual(second.path, first.path);
  assert.deepEqual(await readFile(join(base, first.path)), before);
});

test('a file that cannot be written leaves nothing under its name', async (t) => {
  const { archive, session, base } = await setUp(t);
  await assert.rejects(archive.write(session, file("SELECT CAST('x' || range AS BIGINT) AS i FROM range(3)")));
  assert.deepEqual(
    (await filesBelow(base)).filter((name) => !name.startsWith('tmp/')),
    [],
  );
});

async function current(
  base: string,
): Promise<{ hours: string[]; files: WrittenFile[]; date: string; version: number }> {
  return JSON.parse(await readFile(join(base, 'current', 'date=2024-03-01', 'current.json'), 'utf8'));
}

test('the current files of a day are published with its final hours, those without files too', async (t) => {
  const { archive, session, base } = await setUp(t);
  const written = await archive.write(session, file('SELECT 1 AS i'));
  await archive.publish(DAY, [DAY, HOUR], [written]);
  assert.deepEqual(await current(base), {
    version: 1,
    date: '2024-03-01',
    hours: ['2024-03-01T00:00:00Z', '2024-03-01T09:00:00Z'],
    files: [{ ...written, hour: '2024-03-01T09:00:00Z' }],
  });
});

test('publishing again replaces what was published, as a whole', async (t) => {
  const { archive, session, base } = await setUp(t);
  const written = await archive.write(session, file('SELECT 1 AS i'));
  await archive.publish(DAY, [HOUR], [written]);
  let reading = true;
  const reader = (async () => {
    const seen = new Set<number>();
    while (reading) seen.add((await current(base)).hours.length);
    return seen;
  })();
  for (let round = 0; round < 30; round++)
    await archive.publish(DAY, round % 2 === 0 ? [DAY, HOUR] : [HOUR], [written]);
  reading = false;
  const seen = await reader;
  assert.ok([...seen].every((hours) => hours === 1 || hours === 2));
  assert.deepEqual(await readdir(join(base, 'current', 'date=2024-03-01')), ['current.json']);
});

test('each day is published apart', async (t) => {
  const { archive, base } = await setUp(t);
  await archive.publish(DAY, [], []);
  await archive.publish(at('2024-03-02'), [at('2024-03-02 05:00')], []);
  assert.deepEqual((await current(base)).hours, []);
  assert.deepEqual(await filesBelow(base), [
    'current/date=2024-03-01/current.json',
    'current/date=2024-03-02/current.json',
  ]);
});

test('files that no ledger knows are removed, known ones and what was published stay', async (t) => {
  const { archive, session, base } = await setUp(t);
  const known = await archive.write(session, file('SELECT 1 AS i'));
  const orphan = await archive.write(session, { ...file('SELECT 2 AS i', 'spill'), hour: DAY });
  await archive.publish(DAY, [HOUR], [known]);
  await writeFile(join(base, 'tmp', '1-0.parquet'), 'half written');
  assert.deepEqual((await archive.removeOrphans(new Set([known.path]))).toSorted(), [orphan.path, 'tmp/1-0.parquet']);
  assert.deepEqual(await filesBelow(base), ['current/date=2024-03-01/current.json', known.path].sort());
  const folders = await readdir(join(base, 'rollups', 'spill', 'date=2024-03-01'));
  assert.deepEqual(folders, [], 'a reader that lists folders finds no hour that is not there');
});

test('an orphan beside a known file goes alone', async (t) => {
  const { archive, session, base } = await setUp(t);
  const known = await archive.write(session, file('SELECT 1 AS i'));
  const orphan = await archive.write(session, file('SELECT 2 AS i'));
  assert.deepEqual(await archive.removeOrphans(new Set([known.path])), [orphan.path]);
  assert.deepEqual(await filesBelow(base), [known.path]);
});

test('what lies elsewhere in the folder is nobody s orphan', async (t) => {
  const { archive, base } = await setUp(t);
  await mkdir(join(base, 'notes'));
  await writeFile(join(base, 'notes', 'mine.txt'), 'kept');
  assert.deepEqual(await archive.removeOrphans(new Set()), []);
  assert.deepEqual(await filesBelow(base), ['notes/mine.txt']);
});

test('runs do not see the files of one another', async (t) => {
  const root = await tempDir(t);
  const session = await openSession(t);
  const [day, night] = [await openLocalArchive(root, 'day'), await openLocalArchive(root, 'night')];
  const written = await day.write(session, file('SELECT 1 AS i'));
  assert.deepEqual(await night.removeOrphans(new Set()), []);
  assert.deepEqual(await filesBelow(join(root, 'day')), [written.path]);
});
