import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Metric } from '../../../src/metrics/metric.ts';
import { closeHours } from '../../../src/processor/close.ts';
import { BatchFeed } from '../../support/batch-feed.ts';
import { closerParts } from '../../support/closing.ts';
import { makeManifest } from '../../support/manifest.ts';
import { LOAD } from '../../support/metrics.ts';
import { ask, testStore } from '../../support/store.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { at } from '../../support/time.ts';

/** Counts to a number that no machine reaches. */
const ENDLESS: Metric = {
  ...LOAD,
  name: 'endless',
  hash: 'endless-1',
  sql: `SELECT hour, instance_id, user_id, count(*) AS queries, sum(a.range + b.range) AS execution_ms
    FROM events, range(10000000) a, range(10000000) b GROUP BY ALL`,
};
const HOURS = [0, 1, 2, 3, 4].map((n) => at(`2024-03-01 0${n}:00`));

test('a metric that does not come to an end marks itself, and is not tried for ever', async (t) => {
  const store = await testStore(t, await tempDir(t), {
    metrics: [ENDLESS, LOAD],
    manifest: makeManifest({ to: at('2024-03-01 05:00') }),
  });
  const parts = closerParts(store, { timeLimitMs: 150 });
  await new BatchFeed(store).batch(...HOURS.map((hour, n) => ({ row: { arrival_timestamp: hour, query_id: n } })));
  for (const hour of HOURS) await closeHours(parts, [hour], at('2024-03-01 06:10'));
  assert.deepEqual(await ask(store, 'SELECT count(*) FROM load'), [[5]]);
  assert.deepEqual(await ask(store, 'SELECT count(*) FROM endless'), [[0]]);
  const reasons = await ask(store, "SELECT reason FROM metric_failures WHERE metric = 'endless' ORDER BY hour");
  const slow = 'took longer than 0.15 s';
  const given = `not tried again after it ${slow} 3 times`;
  assert.deepEqual(reasons, [[slow], [slow], [slow], [given], [given]]);
});
