import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TRACE_FROM, TRACE_TO, traceRows } from '../support/arbitrary-trace.ts';
import { archiveFaults } from '../support/archive-content.ts';
import { check } from '../support/property.ts';
import { randomBelow, seededRandom } from '../support/random.ts';
import { startRun } from '../support/run.ts';
import type { Tables } from '../support/tables.ts';
import { tables } from '../support/tables.ts';
import { withTempDir } from '../support/temp-dir.ts';
import { writeTrace } from '../support/trace-file.ts';
import type { TraceRow } from '../support/trace-row.ts';
import { SHAPES } from '../support/trace-row.ts';
import type { Way } from '../support/trace-run.ts';
import { assertRun, comparable, expectedOfTrace, runTrace } from '../support/trace-run.ts';

/** A property of every trace: run in any such way it comes to what the oracle says. */
function whatever(ways: fc.Arbitrary<Way>): fc.IAsyncProperty<[readonly TraceRow[], Way]> {
  return fc.asyncProperty(traceRows, ways, assertRun);
}

const seed = fc.nat();

test('whatever the batch cuts, a run comes to the same', async () => {
  await check(whatever(fc.record({ shuffle: seed, batch: fc.constantFrom(1, 2, 3, 7, 30, 1_000) })), 5);
});

test('whatever the number of partitions, a run comes to the same', async () => {
  await check(whatever(fc.record({ partitions: fc.integer({ min: 1, max: 9 }) })), 5);
});

test('however the partitions are interleaved, a run comes to the same', async () => {
  await check(whatever(fc.record({ partitions: fc.integer({ min: 2, max: 6 }), shuffle: seed })), 5);
});

test('however the rows are ordered and spread over files, a run comes to the same', async () => {
  await check(whatever(fc.record({ files: seed })), 5);
});

test('whatever the shape of the files, a run comes to the same', async () => {
  await check(whatever(fc.record({ shape: fc.constantFrom(...SHAPES), files: seed })), 5);
});

test('however often watermarks are sent, a run comes to the same', async () => {
  await check(whatever(fc.record({ watermarkIntervalMs: fc.constantFrom(60_000, 420_000, 3_600_000) })), 3);
});

test('whatever the speed, a run comes to the same', async () => {
  await check(whatever(fc.record({ speed: fc.constantFrom(30_000, 100_000, 1_000_000) })), 3);
});

test('wherever it is stopped and started again, a run comes to the same', async () => {
  const stops = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 3 });
  await check(whatever(fc.record({ shuffle: seed, batch: fc.constantFrom(5, 40), stops })), 4);
});

test('however it is run, the receipts of each partition add up to its offsets, without a gap', async () => {
  const ways = fc.record({
    partitions: fc.integer({ min: 1, max: 5 }),
    shuffle: seed,
    stops: fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 2 }),
  });
  const property = fc.asyncProperty(traceRows, ways, async (rows, way) => {
    const { progress, receipts } = await withTempDir((dir) => runTrace(dir, rows, way));
    for (const [partition, next, , resent, gaps, controls, ended] of progress) {
      const own = receipts.filter(([, of]) => of === partition);
      const records = own.flatMap((row) => row.slice(3)).reduce<number>((sum, count) => sum + Number(count), 0);
      assert.deepEqual([Number(next), resent, gaps, ended], [records + Number(controls), 0, 0, true]);
    }
  });
  await check(property, 4);
});

test('a whole pipeline that is stopped at any moment goes on to the same end, its archive included', async () => {
  const property = fc.asyncProperty(traceRows, seed, async (rows, moment) => {
    await withTempDir(async (dir) => {
      const found = await interrupted(dir, rows, seededRandom(moment));
      assert.deepEqual(comparable(found), comparable(await expectedOfTrace(rows, 2)));
      assert.deepEqual(await archiveFaults({ dataDir: dir, run: 'default' }), []);
    });
  });
  await check(property, 2);
});

/** Starts the same run again and again, each time for some moments, until it is done. */
async function interrupted(dir: string, rows: readonly TraceRow[], random: () => number): Promise<Tables> {
  const trace = await writeTrace(dir, rows);
  for (let round = 0; ; round++) {
    // Four hours in a second; later rounds go on for longer, so that there is an end.
    const pipeline = await startRun({ trace, dataDir: dir, from: TRACE_FROM, to: TRACE_TO, pace: { speed: 14_400 } });
    const stopping = new Promise<'time'>((resolve) =>
      setTimeout(resolve, 50 + randomBelow(random, 400) * (1 + round), 'time'),
    );
    const how = await Promise.race([pipeline.finished, stopping]);
    const found = how === 'done' ? await tables(pipeline.store) : undefined;
    await pipeline.stop();
    if (found !== undefined) return found;
  }
}
