import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { Metric } from '../../../src/metrics/metric.ts';
import type { EventTime } from '../../../src/model/time.ts';
import { addMicros, MICROS_PER_HOUR } from '../../../src/model/time.ts';
import { closeHours } from '../../../src/processor/close.ts';
import { completedDays } from '../../../src/processor/days.ts';
import { BatchFeed } from '../../support/batch-feed.ts';
import { closerParts } from '../../support/closing.ts';
import { makeManifest } from '../../support/manifest.ts';
import { LOAD } from '../../support/metrics.ts';
import { ask, testStore } from '../../support/store.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { at } from '../../support/time.ts';

const FROM = at('2024-03-01 22:00');
const TO = at('2024-03-03 02:00');
const RUN = { from: FROM, to: TO };
const hour = (n: number): EventTime => addMicros(FROM, n * MICROS_PER_HOUR);

async function newRun(t: TestContext, metrics: readonly Metric[] = [LOAD]) {
  const store = await testStore(t, await tempDir(t), { manifest: makeManifest(RUN), metrics });
  const parts = closerParts(store);
  return {
    store,
    feed: new BatchFeed(store),
    close: (first: number, last: number) =>
      closeHours(
        parts,
        Array.from({ length: last - first + 1 }, (_, n) => hour(first + n)),
        at('2024-03-03 03:10'),
      ),
  };
}

test('a day is complete with its last hour, or with the last one of the run', () => {
  assert.deepEqual(completedDays([hour(0)], RUN), []);
  assert.deepEqual(completedDays([hour(1)], RUN), [at('2024-03-01')]);
  assert.deepEqual(completedDays([hour(1), hour(25), hour(26), hour(27)], RUN), [
    at('2024-03-01'),
    at('2024-03-02'),
    at('2024-03-03'),
  ]);
  assert.deepEqual(completedDays([hour(-23), hour(50)], RUN), [], 'hours outside the run complete no day of it');
});

test('sums by day are written when a day is complete, over the hours of the run', async (t) => {
  const { store, feed, close } = await newRun(t);
  const row = (n: number, id: number, ms: number, user = 7) => ({
    row: { arrival_timestamp: hour(n), query_id: id, execution_duration_ms: ms, user_id: user },
  });
  await feed.batch(row(0, 1, 5), row(1, 2, 6), row(1, 3, 1, 8), row(2, 4, 7), row(27, 5, 9));
  const days = () =>
    ask(store, 'SELECT day, user_id, queries, execution_ms, state, revision FROM load_day ORDER BY day, user_id');
  await close(0, 0);
  assert.deepEqual(await days(), []);
  await close(1, 1);
  const first = [
    ['2024-03-01T00:00:00Z', 7, 2, 11, 'final', 1],
    ['2024-03-01T00:00:00Z', 8, 1, 1, 'final', 1],
  ];
  assert.deepEqual(await days(), first);
  await close(2, 24);
  assert.deepEqual(await days(), first);
  await close(25, 27);
  assert.deepEqual(await days(), [
    ...first,
    ['2024-03-02T00:00:00Z', 7, 1, 7, 'final', 1],
    ['2024-03-03T00:00:00Z', 7, 1, 9, 'final', 1],
  ]);
});

test('a sum that no BIGINT holds marks itself and not its hours', async (t) => {
  const huge: Metric = {
    ...LOAD,
    sql: LOAD.sql.replace('coalesce(sum(execution_duration_ms), 0)', '9223372036854775807'),
  };
  const { store, feed, close } = await newRun(t, [huge]);
  await feed.batch({ row: { arrival_timestamp: hour(0) } }, { row: { arrival_timestamp: hour(1), query_id: 2 } });
  await close(0, 1);
  assert.deepEqual(await ask(store, 'SELECT queries FROM load ORDER BY hour'), [[1], [1]]);
  assert.deepEqual(await ask(store, 'SELECT count(*) FROM load_day'), [[0]]);
  assert.deepEqual(await ask(store, 'SELECT hour, metric FROM metric_failures'), [
    ['2024-03-01T23:00:00Z', 'load_day'],
  ]);
});
