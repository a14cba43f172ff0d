import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { Archive } from '../../../src/archive/archive.ts';
import type { Bus } from '../../../src/bus/bus.ts';
import type { Manifest } from '../../../src/model/manifest.ts';
import { addMicros, isoTime, MICROS_PER_DAY } from '../../../src/model/time.ts';
import { endOf, sendLog } from '../../support/arbitrary-log.ts';
import { busEvent, eventChunk, partitionOfRow } from '../../support/event-chunk.ts';
import type { Flow } from '../../support/flow.ts';
import { noArchive, startFlow } from '../../support/flow.ts';
import { makeManifest } from '../../support/manifest.ts';
import { BROKEN, LOAD } from '../../support/metrics.ts';
import { seededRandom } from '../../support/random.ts';
import { createShuffledBus } from '../../support/shuffled-bus.ts';
import { ask } from '../../support/store.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { at } from '../../support/time.ts';
import type { RowSpec } from '../../support/trace-row.ts';
import { fullRow } from '../../support/trace-row.ts';

const manifest = makeManifest();
const ALL = [0, 1];

interface Setup {
  readonly bus: Bus;
  start(options?: { manifest?: Manifest; metrics?: readonly (typeof LOAD)[]; archive?: Archive }): Promise<Flow>;
}

/** A bus and a folder of the test's own; flows are stopped when the test ends. */
async function setUp(
  t: TestContext,
  bus: Bus = createShuffledBus({ partitions: 2, random: seededRandom(3) }),
): Promise<Setup> {
  const dataDir = await tempDir(t);
  return {
    bus,
    start: async (options = {}) => {
      const flow = await startFlow({ dataDir, manifest, metrics: [LOAD], bus, ...options });
      t.after(() => flow.stop());
      return flow;
    },
  };
}

const row = (changes: RowSpec) => ({ kind: 'event', row: fullRow(changes) }) as const;

async function watermark(bus: Bus, time: string, partitions: readonly number[] = ALL): Promise<void> {
  const control = {
    beforeRow: 0,
    kind: 'watermark',
    partitions,
    watermark: at(`2024-03-01 ${time}`),
    manifest: undefined,
  } as const;
  await bus.producer().send({ events: undefined, controls: [control] });
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 1_000; tries++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('it did not happen within ten seconds');
}

test('a processor is done when every partition has ended and every hour is final', async (t) => {
  const { bus, start } = await setUp(t);
  await sendLog(
    bus.producer(),
    [row({}), row({ instance_id: 2, arrival_timestamp: at('2024-03-01 02:59') })],
    manifest,
  );
  const flow = await start();
  assert.equal(await flow.finished, 'done');
  const status = flow.processor.status();
  assert.equal(status.state, 'done');
  assert.deepEqual([status.counted, status.openHours, status.finalHours, status.lag], [2, 0, 3, 0]);
  assert.equal(status.lastFinal, at('2024-03-01 02:00'));
  assert.equal(status.watermark, endOf(manifest));
  assert.deepEqual(
    status.partitions.map(({ ended }) => ended),
    [true, true],
  );
});

test('an hour becomes final as soon as every partition has passed it, events or not', async (t) => {
  const { bus, start } = await setUp(t);
  const flow = await start();
  await watermark(bus, '01:10', [0]);
  await watermark(bus, '01:09', [1]);
  await until(() => flow.processor.status().watermark === at('2024-03-01 01:09'));
  assert.equal(flow.processor.status().finalHours, 0);
  await watermark(bus, '01:10', [1]);
  await until(() => flow.processor.status().finalHours === 1);
  assert.equal(flow.processor.status().lastFinal, at('2024-03-01 00:00'));
});

test('an idle partition holds nothing open: its watermarks are enough', async (t) => {
  const { bus, start } = await setUp(t);
  const busy = Array.from({ length: 20 }, (_, query) => row({ query_id: query }));
  await sendLog(bus.producer(), busy, manifest);
  const flow = await start();
  await flow.finished;
  assert.equal(flow.processor.status().finalHours, 3);
});

test('no time in an event closes an hour', async (t) => {
  const { bus, start } = await setUp(t);
  const flow = await start();
  const late = addMicros(manifest.to, MICROS_PER_DAY - 1);
  const events = [at('2024-03-01 02:59'), late, addMicros(late, MICROS_PER_DAY)].flatMap((arrival, i) =>
    ALL.map((partition) =>
      busEvent({ arrival_timestamp: arrival, query_id: i, instance_id: partition }, { partition, seq: i, prev: i - 1 }),
    ),
  );
  await bus.producer().send({ events: eventChunk(events), controls: [] });
  await until(() => flow.processor.status().lag === 0 && flow.processor.status().counted === 4);
  const status = flow.processor.status();
  assert.deepEqual([status.finalHours, status.rejected, status.watermark], [0, 2, undefined]);
});

test('counts go on where they were after a restart', async (t) => {
  const { bus, start } = await setUp(t);
  const rows = [row({}), row({}), row({ num_joins: -1 }), row({ arrival_timestamp: null }), row({ user_id: 1 })];
  await sendLog(bus.producer(), rows, manifest);
  const first = await start();
  await first.finished;
  const { counted, rejected, duplicate, late, finalHours, lastFinal } = first.processor.status();
  await first.stop();
  const again = (await start()).processor.status();
  assert.deepEqual([again.counted, again.rejected, again.duplicate, again.late], [counted, rejected, duplicate, late]);
  assert.deepEqual([counted, rejected, duplicate, late], [1, 3, 1, 0]);
  assert.deepEqual([again.finalHours, again.lastFinal], [finalHours, lastFinal]);
});

test('the counts of a live processor are those of its receipts, displaced records included', async (t) => {
  const { bus, start } = await setUp(t, createShuffledBus({ partitions: 2, random: seededRandom(3), maxRecords: 1 }));
  await sendLog(bus.producer(), [row({ user_id: 3 }), row({ user_id: 2 }), row({ user_id: 1 })], manifest);
  const flow = await start();
  await flow.finished;
  const { counted, rejected } = flow.processor.status();
  assert.deepEqual([counted, rejected], [1, 2]);
  assert.deepEqual(await ask(flow.store, 'SELECT sum(counted), sum(rejected) FROM receipts'), [[1, 2]]);
});

test('a stopped processor ends after the batch under way, and another one takes over', async (t) => {
  const { bus, start } = await setUp(t);
  const flow = await start();
  await sendLog(bus.producer(), [row({}), row({ query_id: 2 })], manifest);
  await flow.stop();
  assert.equal(
    await flow.finished.catch(() => 'failed'),
    flow.processor.status().state === 'done' ? 'done' : 'stopped',
  );
  const again = await start();
  assert.equal(await again.finished, 'done');
  assert.deepEqual(await ask(again.store, 'SELECT sum(counted) FROM receipts'), [[2]]);
});

test('a processor that was stopped before it closed its hours closes them at the next start', async (t) => {
  const { bus, start } = await setUp(t);
  await sendLog(bus.producer(), [row({})], manifest);
  const broken: Archive = { ...noArchive(), write: () => Promise.reject(new Error('disk full')) };
  const failed = await start({ archive: broken });
  await assert.rejects(failed.finished, /disk full/);
  assert.equal(failed.processor.status().state, 'failed');
  await failed.stop();
  const again = await start();
  assert.equal(await again.finished, 'done');
  assert.deepEqual(await ask(again.store, "SELECT count(*) FROM hours WHERE state = 'final'"), [[3]]);
  assert.deepEqual(await ask(again.store, 'SELECT queries FROM load'), [[1]]);
});

test('after a crash between closing and publishing every day of that closing is published', async (t) => {
  const over = makeManifest({ from: at('2024-03-01 22:00'), to: at('2024-03-02 02:00') });
  const { bus, start } = await setUp(t);
  await sendLog(bus.producer(), [row({ arrival_timestamp: at('2024-03-01 22:10') })], over);
  const dies: Archive = { ...noArchive(), publish: () => Promise.reject(new Error('killed')) };
  const crashed = await start({ manifest: over, archive: dies });
  await assert.rejects(crashed.finished, /killed/);
  await crashed.stop();
  const published: string[] = [];
  const archive: Archive = {
    ...noArchive(),
    publish: async (day, hours) => void published.push(`${isoTime(day).slice(0, 10)} ${hours.length}`),
  };
  await (await start({ manifest: over, archive })).finished;
  assert.deepEqual(published.sort(), ['2024-03-01 2', '2024-03-02 2']);
});

test('files that no ledger knows are removed before anything else', async (t) => {
  const { bus, start } = await setUp(t);
  await sendLog(bus.producer(), [row({})], manifest);
  const known: string[][] = [];
  const archive: Archive = {
    ...noArchive(),
    removeOrphans: async (paths) => {
      known.push([...paths].sort());
      return [];
    },
  };
  const flow = await start({ archive });
  await flow.finished;
  const ledger = (await flow.store.archiveFiles()).map(({ path }) => path).sort();
  await flow.stop();
  await start({ archive });
  assert.deepEqual(known, [[], ledger]);
  assert.equal(ledger.length, 2);
});

test('a failing metric is reported with its reason, and the run goes on', async (t) => {
  const { bus, start } = await setUp(t);
  await sendLog(bus.producer(), [row({})], manifest);
  const flow = await start({ metrics: [LOAD, BROKEN] });
  assert.equal(await flow.finished, 'done');
  assert.deepEqual(Object.keys(flow.processor.status().failedMetrics), ['broken']);
});

test('a lost record is seen as a gap', async (t) => {
  const { bus, start } = await setUp(t);
  const partition = partitionOfRow({}, 2);
  const events = [
    busEvent({}, { partition, seq: 0, prev: -1 }),
    busEvent({ query_id: 2 }, { partition, seq: 4, prev: 3 }),
  ];
  await bus.producer().send({ events: eventChunk(events), controls: [] });
  const flow = await start();
  await until(() => flow.processor.status().counted === 2);
  assert.equal(flow.processor.status().gaps, 1);
});
