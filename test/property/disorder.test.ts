import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { logItems, recordsOf, sendLog } from '../support/arbitrary-log.ts';
import { TRACE_FROM, TRACE_TO } from '../support/arbitrary-trace.ts';
import { finishFlow } from '../support/flow.ts';
import { makeManifest } from '../support/manifest.ts';
import { builtInMetrics } from '../support/metrics.ts';
import { expectedOf } from '../support/oracle.ts';
import { seededRandom } from '../support/random.ts';
import { createShuffledBus } from '../support/shuffled-bus.ts';
import type { Tables } from '../support/tables.ts';
import { withTempDir } from '../support/temp-dir.ts';

const PARTITIONS = 3;
const manifest = makeManifest({ from: TRACE_FROM, to: TRACE_TO, partitions: PARTITIONS });

test('any interleaving of the partitions and any batch cuts give the same rollups, receipts and late set', async () => {
  const metrics = await builtInMetrics();
  const property = fc.asyncProperty(logItems(PARTITIONS), fc.array(fc.nat(), { minLength: 2, maxLength: 2 }), async (items, seeds) => {
    const expected = await expectedOf(recordsOf(items, PARTITIONS), manifest, metrics);
    const outcomes: Tables[] = [];
    for (const seed of seeds) {
      const bus = createShuffledBus({ partitions: PARTITIONS, random: seededRandom(seed), maxRecords: 1 + (seed % 40) });
      await sendLog(bus.producer(), items, manifest);
      outcomes.push(await withTempDir((dataDir) => finishFlow({ dataDir, manifest, metrics, bus })));
    }
    for (const { hours, receipts, rollups } of outcomes) {
      assert.deepEqual({ hours, receipts, rollups }, { hours: expected.hours, receipts: expected.receipts, rollups: expected.rollups });
    }
    assert.deepEqual(outcomes[1], outcomes[0]);
  });
  await fc.assert(property, { seed: 20240301, numRuns: Number(process.env.RUNS ?? 10) });
});
