import assert from 'node:assert/strict';
import { appendFile, cp, mkdtemp, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Engine } from '../../src/engine/session.ts';
import { archiveFaults, filesBelow } from '../support/archive-content.ts';
import type { RunPlace } from '../support/run-content.ts';
import { compareRuns, imbalances } from '../support/run-content.ts';
import { runSpillway } from '../support/run-process.ts';
import { writeSqlTrace } from '../support/sql-trace.ts';

/** Changes to a finished run's store that the comparison with the original must see. */
const STORE_CHANGES: Readonly<Record<string, string>> = {
  'a lost event': 'DELETE FROM store.events WHERE "offset" = 77',
  'an event counted twice': 'INSERT INTO store.events SELECT * FROM store.events WHERE "offset" = 77',
  'a changed value of an event': 'UPDATE store.events SET num_joins = num_joins + 1 WHERE "offset" = 77',
  'a lost rejected row': 'DELETE FROM store.rejected',
  'a changed sum': "UPDATE rollups.workload SET execution_ms = execution_ms + 1 WHERE instance_id = 'provisioned-1'",
  'a lost rollup row': "DELETE FROM rollups.spill WHERE instance_id = 'provisioned-1' AND query_type = 'copy'",
  'a rollup row twice': 'INSERT INTO rollups.result_cache SELECT * FROM rollups.result_cache LIMIT 1',
  'an hour that is open again': "UPDATE store.hours SET state = 'open' WHERE hour = '2024-03-04 01:00:00'",
  'a receipt off by one': 'UPDATE store.receipts SET counted = counted + 1 WHERE "partition" = 1',
  'an offset off by one': 'UPDATE store.progress SET next_offset = next_offset + 1 WHERE "partition" = 2',
};
/** Those of them that show in the run alone, without the original. */
const UNBALANCED = [
  'a lost event',
  'an event counted twice',
  'a lost rejected row',
  'an hour that is open again',
  'a receipt off by one',
  'an offset off by one',
];

const original: RunPlace = { dataDir: await mkdtemp(join(tmpdir(), 'spillway-asserters-')), run: 'original' };

before(async () => {
  const trace = join(original.dataDir, 'trace', 'provisioned', 'full.parquet');
  const negative = 'SELECT * REPLACE (-1 AS num_joins) FROM trace WHERE query_id % 500 = 1';
  await writeSqlTrace({ file: trace, rows: 3_000, hours: 3, instances: 4, extra: [negative] });
  const { code, stderr } = await runSpillway({ ...original, trace, speed: 'max' });
  assert.equal(code, 0, stderr);
});

after(() => rm(original.dataDir, { recursive: true, force: true }));

async function copyOf(name: string): Promise<RunPlace> {
  const copy = { dataDir: join(original.dataDir, 'copies', name), run: original.run };
  for (const part of ['runs', 'archive'])
    await cp(join(original.dataDir, part), join(copy.dataDir, part), { recursive: true });
  return copy;
}

test('an untouched copy of a run is the same, balances, and its archive is right', async () => {
  const copy = await copyOf('untouched');
  assert.deepEqual(await compareRuns(original, copy), []);
  assert.deepEqual(await imbalances(copy), []);
  assert.deepEqual(await archiveFaults(copy), []);
});

for (const [name, sql] of Object.entries(STORE_CHANGES)) {
  test(`comparing runs sees ${name}`, async () => {
    const copy = await copyOf(name);
    const engine = await Engine.open(join(copy.dataDir, 'runs', copy.run, 'hot.duckdb'), { memoryMb: 200, threads: 1 });
    const session = await engine.session();
    await session.run(`${sql}; CHECKPOINT`);
    session.close();
    engine.close();
    assert.notDeepEqual(await compareRuns(original, copy), []);
    assert.equal((await imbalances(copy)).length > 0, UNBALANCED.includes(name));
  });
}

const ARCHIVE_CHANGES: Readonly<Record<string, (base: string, file: string) => Promise<void>>> = {
  'a lost file': (base, file) => unlink(join(base, file)),
  'a file that no ledger knows': (base) => writeFile(join(base, 'events', 'stray.parquet'), 'x'),
  'a temporary file left over': (base) => writeFile(join(base, 'tmp', '1-0.parquet'), 'x'),
  'a file that grew': (base, file) => appendFile(join(base, file), 'x'),
  'a current.json that forgot a file': async (base, file) => {
    const current = join(base, 'current', 'date=2024-03-04', 'current.json');
    await writeFile(current, (await readFile(current, 'utf8')).replaceAll(file, 'elsewhere.parquet'));
  },
};

for (const [name, change] of Object.entries(ARCHIVE_CHANGES)) {
  test(`checking an archive sees ${name}`, async () => {
    const copy = await copyOf(name);
    const base = join(copy.dataDir, 'archive', copy.run);
    const file = (await filesBelow(base)).find((path) => path.startsWith('events/'));
    assert.ok(file !== undefined);
    await change(base, file);
    assert.notDeepEqual(await archiveFaults(copy), []);
  });
}
