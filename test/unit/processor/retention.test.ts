import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { Manifest } from '../../../src/model/manifest.ts';
import type { EventTime } from '../../../src/model/time.ts';
import { addMicros, MICROS_PER_HOUR } from '../../../src/model/time.ts';
import { closeHours } from '../../../src/processor/close.ts';
import { BatchFeed } from '../../support/batch-feed.ts';
import { closerParts } from '../../support/closing.ts';
import { noArchive } from '../../support/flow.ts';
import { makeManifest } from '../../support/manifest.ts';
import { ask, testStore } from '../../support/store.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { at } from '../../support/time.ts';

const FROM = at('2024-03-01 00:00');
const hour = (n: number): EventTime => addMicros(FROM, n * MICROS_PER_HOUR);

/** A run of 400 hours, each with one event that runs for two of them. */
async function newRun(t: TestContext, options: { hotHours?: number; keep?: Manifest['keep'] } = {}) {
  const { hotHours = 48, keep = 'all' } = options;
  const manifest = makeManifest({ to: hour(400), keep });
  const store = await testStore(t, await tempDir(t), { manifest });
  const written: string[] = [];
  const archive = noArchive();
  const write: typeof archive.write = (session, file) => {
    written.push(file.dataset);
    return archive.write(session, file);
  };
  const parts = closerParts(store, { hotHours, archive: { ...archive, write } });
  const rows = Array.from({ length: 400 }, (_, n) => ({
    row: {
      query_id: n,
      arrival_timestamp: hour(n),
      feature_fingerprint: `f${n % 7}`,
      execution_duration_ms: 7_200_000,
      compile_duration_ms: 0,
    },
  }));
  const feed = new BatchFeed(store);
  await feed.batch(...rows);
  return {
    store,
    feed,
    written,
    close: (first: number, count: number) =>
      closeHours(
        parts,
        Array.from({ length: count }, (_, n) => hour(first + n)),
        hour(402),
      ),
  };
}

const countAndFirst = (table: string): string =>
  `SELECT count(*), CAST(date_diff('hour', ${`make_timestamp(${FROM})`}, min(hour)) AS BIGINT) FROM ${table}`;

test('the store keeps the events of open hours and of the last final ones', async (t) => {
  const { store, close } = await newRun(t, { hotHours: 5 });
  await close(0, 3);
  assert.deepEqual(await ask(store, countAndFirst('events')), [[400, 0]]);
  await close(3, 3);
  assert.deepEqual(await ask(store, countAndFirst('events')), [[399, 1]]);
  await close(6, 394);
  assert.deepEqual(await ask(store, countAndFirst('events')), [[5, 395]]);
});

test('history goes back two weeks and no further, however long the run is', async (t) => {
  const { store, close } = await newRun(t);
  await close(0, 300);
  await close(300, 100);
  const session = store.closingSession();
  const rows = await session.rows(`${countAndFirst('store.fingerprints')} UNION ALL ${countAndFirst('store.carried')}`);
  assert.deepEqual(
    rows.map((row) => Object.values(row).map(Number)),
    [
      [336, 64],
      [336, 64],
    ],
  );
});

test('a run that keeps rollups only has no raw event of a final hour, in no table and no file', async (t) => {
  const { store, feed, written, close } = await newRun(t, { keep: 'rollups' });
  await feed.batch(
    { row: { query_id: 900, arrival_timestamp: hour(2), num_joins: -1 } },
    { watermark: hour(3) },
    {
      row: { query_id: 901, arrival_timestamp: hour(0) },
    },
  );
  await close(0, 10);
  assert.deepEqual(await ask(store, countAndFirst('events')), [[390, 10]]);
  assert.deepEqual([...new Set(written)], ['load']);
  assert.deepEqual(await ask(store, 'SELECT reason, field, raw, raw_bytes FROM rejected'), [
    ['negative', 'num_joins', null, null],
  ]);
  assert.deepEqual(
    await ask(
      store,
      'SELECT hour, "offset", late_by_ms, query_id, instance_id, arrival_timestamp, user_id FROM late_events',
    ),
    [['2024-03-01T00:00:00Z', 402, 7_800_000, null, null, null, null]],
  );
});
