import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { LogItem } from '../support/arbitrary-log.ts';
import { logItems, recordsOf, sendLog } from '../support/arbitrary-log.ts';
import { TRACE_FROM, TRACE_TO } from '../support/arbitrary-trace.ts';
import { finishFlow } from '../support/flow.ts';
import { makeManifest } from '../support/manifest.ts';
import { builtInMetrics } from '../support/metrics.ts';
import type { Expected } from '../support/oracle.ts';
import { expectedOf } from '../support/oracle.ts';
import { check } from '../support/property.ts';
import { seededRandom } from '../support/random.ts';
import type { LogRecord, ShuffledBus } from '../support/shuffled-bus.ts';
import { createShuffledBus } from '../support/shuffled-bus.ts';
import type { Tables } from '../support/tables.ts';
import { withTempDir } from '../support/temp-dir.ts';
import { comparable } from '../support/trace-run.ts';

const PARTITIONS = 3;
const manifest = makeManifest({ from: TRACE_FROM, to: TRACE_TO, partitions: PARTITIONS });

/** Processes a log in an order and in batches that depend on the seed alone. */
async function processed(items: readonly LogItem[], seed: number): Promise<{ found: Tables; bus: ShuffledBus }> {
  const maxRecords = 2 + (seed % 60);
  const bus = createShuffledBus({ partitions: PARTITIONS, random: seededRandom(seed), maxRecords });
  await sendLog(bus.producer(), items, manifest);
  const metrics = await builtInMetrics();
  return { bus, found: await withTempDir((dataDir) => finishFlow({ dataDir, manifest, metrics, bus })) };
}

/** Partition and offset of the events that have a fate, in the order of `Tables`. */
function placesOf(fate: string, expected: Expected, items: readonly LogItem[], bus: ShuffledBus): unknown[] {
  const events = items.flatMap((item) => (item.kind === 'event' ? [item] : []));
  const places = new Map(bus.logs.flatMap((log, partition) => placesIn(log, partition)));
  return events
    .flatMap((_, seq) => (expected.fates[seq]?.fate === fate ? [places.get(seq) ?? []] : []))
    .toSorted(([p = 0, o = 0], [q = 0, r = 0]) => p - q || o - r);
}

function placesIn(log: readonly LogRecord[], partition: number): (readonly [number, number[]])[] {
  return log.flatMap((record) =>
    record.kind === 'event' ? [[record.event.seq, [partition, record.event.offset]] as const] : [],
  );
}

test('any interleaving of the partitions and any batch cuts give the same rollups, receipts and late set', async () => {
  const metrics = await builtInMetrics();
  const seeds = fc.tuple(fc.nat(), fc.nat());
  const property = fc.asyncProperty(logItems(PARTITIONS), seeds, async (items, [one, other]) => {
    const expected = await expectedOf(recordsOf(items, PARTITIONS), manifest, metrics);
    const { found, bus } = await processed(items, one);
    assert.deepEqual(comparable(found), comparable(expected));
    assert.deepEqual(
      found.late.map(([partition, offset]) => [partition, offset]),
      placesOf('late', expected, items, bus),
    );
    assert.deepEqual(
      found.rejected.map(([partition, offset]) => [partition, offset]),
      placesOf('rejected', expected, items, bus),
    );
    assert.deepEqual((await processed(items, other)).found, found);
  });
  await check(property, 8);
});

test('sending any part of a log again changes nothing but the count of resent records', async () => {
  const property = fc.asyncProperty(logItems(PARTITIONS), fc.nat(), fc.nat(), async (items, seed, part) => {
    const once = await processed(items, seed);
    const bus = createShuffledBus({ partitions: PARTITIONS, random: seededRandom(seed), maxRecords: 25 });
    await sendLog(bus.producer(), items, manifest);
    const again = bus.logs.map((log, partition) => resend(bus, log, partition, part));
    const metrics = await builtInMetrics();
    const found = await withTempDir((dataDir) => finishFlow({ dataDir, manifest, metrics, bus }));
    assert.deepEqual({ ...found, progress: [] }, { ...once.found, progress: [] });
    assert.deepEqual(
      found.progress.map(([, , lastSeq, resent, gaps]) => [lastSeq, resent, gaps]),
      once.found.progress.map(([, , lastSeq], partition) => [lastSeq, again[partition], 0]),
    );
  });
  await check(property, 4);
});

/** Puts a part of a partition's events into its log again, before its end. Returns how many there were. */
function resend(bus: ShuffledBus, log: readonly LogRecord[], partition: number, part: number): number {
  const end = log.at(-1);
  const events = log.filter((record) => record.kind === 'event').slice(0, part % 8);
  bus.truncate(partition, log.length - 1);
  for (const record of [...events, ...(end === undefined ? [] : [end])]) bus.append(partition, record);
  return events.length;
}
