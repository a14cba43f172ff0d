import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { Metric } from '../../../src/metrics/metric.ts';
import type { Manifest } from '../../../src/model/manifest.ts';
import type { DiffOptions, DiffReport, DiffSide } from '../../../src/verify/diff.ts';
import { diffNames, diffRuns } from '../../../src/verify/diff.ts';
import { makeManifest } from '../../support/manifest.ts';
import { LOAD } from '../../support/metrics.ts';
import { openTestStore } from '../../support/store.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { at } from '../../support/time.ts';

/** Three final hours of the metric `load`, and the sum of their day. */
const CONTENT = `
  UPDATE store.hours SET state = 'final', revision = 1, watermark = hour + INTERVAL 70 MINUTE;
  INSERT INTO store.receipts SELECT hour, 0, 2, 0, 0, 0, 0, 1, NULL, true FROM store.hours;
  INSERT INTO rollups.load SELECT hour, 'provisioned-1', unnest([1, NULL]), 1, 10, 1 FROM store.hours;
  INSERT INTO rollups.load_day SELECT date_trunc('day', hour), instance_id, user_id, sum(queries)::BIGINT, sum(execution_ms)::BIGINT, 1
    FROM rollups.load GROUP BY ALL`;

interface RunSpec {
  readonly change?: string;
  readonly manifest?: Partial<Manifest>;
  readonly metric?: Partial<Metric>;
}

/** A snapshot of a run with that content, changed by SQL. */
async function side(
  t: TestContext,
  { change = '', manifest: changes = {}, metric = {} }: RunSpec = {},
): Promise<DiffSide> {
  const dir = await tempDir(t);
  const [manifest, metrics] = [makeManifest(changes), [{ ...LOAD, ...metric }]];
  const store = await openTestStore(dir, { manifest, metrics });
  try {
    const progress = await store.progress();
    await store.ingest(async (session) => {
      await session.run(`${CONTENT};${change}`);
      return { progress, result: undefined };
    });
    const snapshotDir = join(dir, 'runs', 'default', 'snapshot');
    await store.snapshot(diffNames(metrics), snapshotDir);
    return { manifest, metrics, snapshotDir };
  } finally {
    await store.close();
  }
}

async function diffOf(
  t: TestContext,
  a: DiffSide,
  b: DiffSide,
  options: Partial<DiffOptions> = {},
): Promise<DiffReport> {
  const limits = { examples: 5, memoryMb: 256, threads: 1, tempDir: await tempDir(t) };
  return await diffRuns({ a, b, hours: 'both', ...limits, ...options });
}

/** What differs, as `table: differences`. */
function different({ tables }: DiffReport): string[] {
  return tables.filter(({ equal }) => !equal).map(({ table, differences }) => `${table}: ${differences}`);
}

test('how a run went is not compared, only what it came to', async (t) => {
  const change = `
    UPDATE store.hours SET revision = 7, watermark = hour + INTERVAL 90 MINUTE, finalized_at = TIMESTAMP '2026-01-01';
    UPDATE rollups.load SET revision = 7; UPDATE rollups.load_day SET revision = 7`;
  const report = await diffOf(t, await side(t), await side(t, { change, manifest: { latenessMs: 1, run: 'b' } }));
  assert.deepEqual(report.tables, [
    { table: 'hours', rows: { a: 3, b: 3 }, equal: true, differences: 0, examples: [], note: undefined },
    { table: 'load', rows: { a: 6, b: 6 }, equal: true, differences: 0, examples: [], note: undefined },
    { table: 'load_day', rows: { a: 2, b: 2 }, equal: true, differences: 0, examples: [], note: undefined },
  ]);
  assert.equal(report.equal, true);
  assert.deepEqual(report.b, { run: 'b', hours: 3, finalHours: 3 });
});

test('every kind of difference is found, with its key and the values that differ', async (t) => {
  const first = "hour = TIMESTAMP '2024-03-01'";
  const change = `
    UPDATE rollups.load SET execution_ms = 11 WHERE ${first} AND user_id IS NULL;
    UPDATE rollups.load SET user_id = 2 WHERE hour = TIMESTAMP '2024-03-01 01:00' AND user_id = 1;
    INSERT INTO rollups.load SELECT * FROM rollups.load WHERE hour = TIMESTAMP '2024-03-01 02:00' AND user_id = 1;
    UPDATE store.receipts SET duplicate = 3 WHERE ${first}`;
  const report = await diffOf(t, await side(t), await side(t, { change }));
  assert.equal(report.equal, false);
  assert.deepEqual(different(report), ['hours: 1', 'load: 4']);
  const [hours, load] = report.tables;
  assert.deepEqual(hours?.examples, [
    { problem: 'different', key: { hour: '2024-03-01T00:00:00Z' }, a: { duplicate: 0 }, b: { duplicate: 3 } },
  ]);
  const key = (hour: number, user: number | null) => ({
    ...{ hour: `2024-03-01T0${hour}:00:00Z`, instance_id: 'provisioned-1', user_id: user },
  });
  const row = { queries: 1, execution_ms: 10 };
  assert.deepEqual(load?.examples, [
    { problem: 'different', key: key(0, null), a: { execution_ms: 10 }, b: { execution_ms: 11 } },
    { problem: 'only in a', key: key(1, 1), a: row, b: undefined },
    { problem: 'only in b', key: key(1, 2), a: undefined, b: row },
    { problem: 'double', key: key(2, 1), a: { rows: 1 }, b: { rows: 2 } },
  ]);
});

test('examples are as many as asked for, and all differences are counted', async (t) => {
  const b = await side(t, { change: 'UPDATE rollups.load SET queries = 5' });
  const report = await diffOf(t, await side(t), b, { examples: 2 });
  const load = report.tables.find(({ table }) => table === 'load');
  assert.deepEqual([load?.differences, load?.examples.length], [6, 2]);
});

/** The last hour is open: its day is not complete, and its rows are not there. */
const SHORTER = `
  UPDATE store.hours SET state = 'open', revision = 0, watermark = NULL WHERE hour = TIMESTAMP '2024-03-01 02:00';
  DELETE FROM rollups.load WHERE hour = TIMESTAMP '2024-03-01 02:00'; DELETE FROM rollups.load_day`;

test('hours and days that are final in one run only are left out, or differences, as asked', async (t) => {
  const [a, b] = [await side(t), await side(t, { change: SHORTER })];
  const both = await diffOf(t, a, b);
  assert.equal(both.equal, true);
  assert.deepEqual(both.hours, { which: 'both', compared: 2, onlyA: 1, onlyB: 0 });
  assert.deepEqual(
    both.tables.map(({ table, rows }) => [table, rows.a, rows.b]),
    [
      ['hours', 2, 2],
      ['load', 4, 4],
      ['load_day', 0, 0],
    ],
  );
  const all = await diffOf(t, b, a, { hours: 'all' });
  assert.deepEqual(different(all), ['hours: 1', 'load: 2', 'load_day: 2']);
  assert.deepEqual(all.hours, { which: 'all', compared: 3, onlyA: 0, onlyB: 1 });
});

test('a day of which the runs have different hours is not compared: its sums are of different things', async (t) => {
  const change = `DELETE FROM store.hours WHERE hour = TIMESTAMP '2024-03-01';
    DELETE FROM rollups.load WHERE hour = TIMESTAMP '2024-03-01'; UPDATE rollups.load_day SET queries = 2`;
  const b = await side(t, { change, manifest: { from: at('2024-03-01 01:00') } });
  const report = await diffOf(t, await side(t), b);
  assert.equal(report.equal, true);
  assert.deepEqual(report.tables.at(-1)?.rows, { a: 0, b: 0 });
});

test('runs without an hour in common are not equal', async (t) => {
  const open = "UPDATE store.hours SET state = 'open'";
  const report = await diffOf(t, await side(t), await side(t, { change: open }));
  assert.deepEqual([report.equal, report.hours.compared, different(report)], [false, 0, []]);
});

test('only what is asked for is compared', async (t) => {
  const b = await side(t, { change: 'UPDATE rollups.load SET queries = 5' });
  const a = await side(t);
  assert.equal((await diffOf(t, a, b, { only: ['hours'] })).equal, true);
  assert.deepEqual(different(await diffOf(t, a, b, { only: ['load'] })), ['load: 6']);
  assert.deepEqual(diffNames([LOAD], ['hours']), ['hours']);
  assert.deepEqual(diffNames([LOAD], ['load']), ['hours', 'load', 'load_day']);
});

test('a metric of another definition is said to be so, and compared where its columns are the same', async (t) => {
  const b = await side(t, { metric: { hash: 'other' } });
  const report = await diffOf(t, await side(t), b);
  assert.equal(report.equal, true);
  assert.deepEqual(
    report.tables.map(({ table, note }) => [table, note]),
    [
      ['hours', undefined],
      ['load', 'defined differently'],
      ['load_day', 'defined differently'],
    ],
  );
});

test('other columns are a difference, and no crash', async (t) => {
  const a = await side(t);
  const metrics = [
    { ...LOAD, keys: LOAD.keys.map((key) => (key.name === 'user_id' ? { ...key, type: 'VARCHAR' as const } : key)) },
  ];
  const report = await diffOf(t, a, { ...a, metrics });
  const load = report.tables.find(({ table }) => table === 'load');
  assert.equal(report.equal, false);
  assert.equal(load?.note, 'other columns: user_id is a key of type BIGINT in a and a key of type VARCHAR in b');
  const without = await diffOf(t, { ...a, metrics: [] }, a);
  assert.equal(without.tables.find(({ table }) => table === 'load')?.note, 'only run b has it');
});
