import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HourFigures } from '../../../src/cli/figures.ts';
import { balances, readHourFigures } from '../../../src/cli/figures.ts';
import { idleStatus } from '../../../src/cli/idle-status.ts';
import { runToEnd, testRun } from '../../support/run.ts';
import { openTestStore } from '../../support/store.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { at } from '../../support/time.ts';
import { writeTrace } from '../../support/trace-file.ts';

const ROWS = [
  { query_id: 1, arrival_timestamp: at('2024-03-01 00:10'), mbytes_spilled: 40, compile_duration_ms: 30 },
  { query_id: 2, arrival_timestamp: at('2024-03-01 00:20'), read_table_ids: '12', compile_duration_ms: 10 },
  {
    query_id: 3,
    arrival_timestamp: at('2024-03-01 00:30'),
    query_type: 'other',
    was_cached: true,
    read_table_ids: null,
    mbytes_spilled: null,
  },
  {
    query_id: 4,
    arrival_timestamp: at('2024-03-01 00:40'),
    query_type: 'copy',
    execution_duration_ms: 501,
    read_table_ids: null,
  },
  { query_id: 5, arrival_timestamp: at('2024-03-01 00:50'), execution_duration_ms: -1 },
  { query_id: 6, arrival_timestamp: at('2024-03-01 02:10'), read_table_ids: null },
];

const FIRST: HourFigures = {
  hour: at('2024-03-01 00:00'),
  state: 'final',
  counted: 4,
  late: 0,
  rejected: 1,
  duplicate: 0,
  amended: 0,
  queries: 4,
  spilled: 1,
  spilledMb: 40,
  reads: 3,
  cached: 1,
  compiled: 2,
  compileMs: 40,
  topTable: 'provisioned-1/12',
  topTableReads: 2,
  bottleneck: 'network',
  bottleneckQueries: 1,
};

test('the figures of an hour are those of its rollups and receipts, an hour without events included', async (t) => {
  const dir = await tempDir(t);
  const run = await testRun(t, { trace: await writeTrace(dir, ROWS), dataDir: dir });
  await run.finished;
  const hours = await readHourFigures(run.store, { limit: 10 });
  assert.equal(hours.length, 3);
  assert.deepEqual(hours[0], FIRST);
  const { topTable, queries, reads, bottleneck } = hours[1] ?? assert.fail();
  assert.deepEqual([topTable, queries, reads, bottleneck], [undefined, 0, 0, undefined]);
  assert.deepEqual(hours.map(balances), [true, true, true]);
});

test('hours are chosen by state and time, the newest first to stay, oldest first in order', async (t) => {
  const dir = await tempDir(t);
  const run = await testRun(t, { trace: await writeTrace(dir, ROWS), dataDir: dir });
  await run.finished;
  const chosen = async (choice: Parameters<typeof readHourFigures>[1]): Promise<string[]> =>
    (await readHourFigures(run.store, choice)).map(({ hour }) => new Date(hour / 1000).toISOString().slice(11, 13));
  assert.deepEqual(await chosen({ limit: 2 }), ['01', '02']);
  assert.deepEqual(await chosen({ limit: 9, after: at('2024-03-01 00:00') }), ['01', '02']);
  assert.deepEqual(await chosen({ limit: 9, upTo: at('2024-03-01 01:00') }), ['00', '01']);
  assert.deepEqual(await chosen({ limit: 9, state: 'final' }), ['00', '01', '02']);
});

test('a rollup that lost a query does not balance with its receipt, one that is unknown says nothing', () => {
  assert.equal(balances({ ...FIRST, queries: 3 }), false);
  assert.equal(balances({ ...FIRST, queries: undefined }), undefined);
  const amended = { ...FIRST, amended: 2, queries: FIRST.counted + 2 };
  assert.equal(balances(amended), true, 'late events that were folded in are counted too');
  assert.equal(balances({ ...amended, queries: FIRST.counted }), false);
});

test('a store without the built-in metrics still has its receipts', async (t) => {
  const dir = await tempDir(t);
  const store = await openTestStore(dir);
  t.after(() => store.close());
  const [hour] = await readHourFigures(store, { limit: 1 });
  assert.deepEqual([hour?.counted, hour?.queries, hour?.topTable], [0, undefined, undefined]);
});

test('a run that nothing plays says where it was left', async (t) => {
  const dir = await tempDir(t);
  await runToEnd({ trace: await writeTrace(dir, ROWS), dataDir: dir });
  const store = await openTestStore(dir);
  t.after(() => store.close());
  const { replay, processor } = await idleStatus(store);
  assert.deepEqual([replay.state, replay.at, replay.to], ['ended', at('2024-03-01 03:00'), at('2024-03-01 03:00')]);
  assert.deepEqual(
    [processor.state, processor.counted, processor.rejected, processor.finalHours, processor.openHours],
    ['done', 5, 1, 3, 0],
  );
});

test('a run that has not begun stands at its start', async (t) => {
  const store = await openTestStore(await tempDir(t));
  t.after(() => store.close());
  const { replay, processor } = await idleStatus(store);
  assert.deepEqual([replay.state, replay.at], ['idle', at('2024-03-01 00:00')]);
  assert.deepEqual([processor.state, processor.watermark, processor.openHours], ['idle', undefined, 3]);
});
