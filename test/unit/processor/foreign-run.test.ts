import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { Bus, PartitionPosition } from '../../../src/bus/bus.ts';
import { createMemoryBus } from '../../../src/bus/memory.ts';
import type { Manifest } from '../../../src/model/manifest.ts';
import { addMicros, MICROS_PER_DAY } from '../../../src/model/time.ts';
import { endOf } from '../../support/arbitrary-log.ts';
import type { Flow } from '../../support/flow.ts';
import { startFlow } from '../../support/flow.ts';
import { NOTHING_SENT, sendControl, sendForeign } from '../../support/foreign-log.ts';
import { makeManifest } from '../../support/manifest.ts';
import { LOAD } from '../../support/metrics.ts';
import { ask } from '../../support/store.ts';
import { tables } from '../../support/tables.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { at } from '../../support/time.ts';

/** From midnight to three in two partitions, lateness 10 minutes, disorder 5 minutes, at most an hour ahead. */
const manifest = makeManifest();
const ALL = [0, 1];

interface Setup {
  /** A processor of the run on a memory bus that goes on at these positions; stopped when the test ends. */
  start(positions?: readonly PartitionPosition[]): Promise<{ flow: Flow; bus: Bus }>;
}

async function setUp(t: TestContext, of: Manifest = manifest): Promise<Setup> {
  const dataDir = await tempDir(t);
  return {
    start: async (positions = ALL.map(() => NOTHING_SENT)) => {
      const bus = createMemoryBus({ positions, capacityRows: 1_000 });
      const flow = await startFlow({ dataDir, manifest: of, metrics: [LOAD], bus });
      t.after(() => flow.stop());
      return { flow, bus };
    },
  };
}

/** An event of a partition at each of these times; its query id is its time, so that all differ. */
const eventsAt = (partition: number, ...times: readonly string[]) =>
  times.map((time) => {
    const arrival = at(time.includes('-') ? time : `2024-03-01 ${time}`);
    return { partition, row: { arrival_timestamp: arrival, query_id: arrival, instance_id: partition } };
  });

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 1_000; tries++) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('it did not happen within ten seconds');
}

/** Waits until the processor has taken every record that was sent. */
async function taken({ flow, bus }: { flow: Flow; bus: Bus }): Promise<void> {
  const sent = await bus.producer().positions();
  await until(() =>
    flow.processor.status().partitions.every(({ nextOffset }, p) => nextOffset === sent[p]?.nextOffset),
  );
}

test('a stream without a replay closes its hours by itself and goes on until it is told that it ends', async (t) => {
  const { start } = await setUp(t);
  const { flow, bus } = await start();
  for (const time of ['00:00', '00:50', '01:40', '02:20']) {
    await sendForeign(
      bus.producer(),
      ALL.flatMap((partition) => eventsAt(partition, time)),
    );
  }
  await until(() => flow.processor.status().finalHours === 2);
  const { state, watermark } = flow.processor.status();
  assert.deepEqual([state, watermark], ['running', at('2024-03-01 02:15')]);
  await sendControl(bus.producer(), 'end', endOf(manifest), ALL);
  assert.equal(await flow.finished, 'done');
  assert.deepEqual(await ask(flow.store, 'SELECT hour, queries FROM load ORDER BY ALL'), [
    ['2024-03-01T00:00:00Z', 2],
    ['2024-03-01T00:00:00Z', 2],
    ['2024-03-01T01:00:00Z', 1],
    ['2024-03-01T01:00:00Z', 1],
    ['2024-03-01T02:00:00Z', 1],
    ['2024-03-01T02:00:00Z', 1],
  ]);
});

test('a partition in which nothing ever comes holds no hour open for longer than an event may be ahead', async (t) => {
  const { start } = await setUp(t);
  const { flow, bus } = await start();
  await sendForeign(bus.producer(), eventsAt(0, '00:00', '00:50', '01:40', '02:14'));
  await until(() => flow.processor.status().watermark === at('2024-03-01 01:09'));
  assert.equal(flow.processor.status().finalHours, 0);
  await sendForeign(bus.producer(), eventsAt(0, '02:15'));
  await until(() => flow.processor.status().finalHours === 1);
  assert.equal(flow.processor.status().watermark, at('2024-03-01 01:10'));
});

test('a time far ahead closes nothing and holds nothing', async (t) => {
  const long = makeManifest({ to: addMicros(manifest.from, 21 * MICROS_PER_DAY) });
  const { start } = await setUp(t, long);
  const run = await start();
  const { flow, bus } = run;
  // Twenty days ahead within the range, and beyond it by more than a day.
  await sendForeign(bus.producer(), eventsAt(0, '00:10', '2024-03-21 00:10', '2024-03-29', '00:20'));
  await taken(run);
  const before = flow.processor.status();
  assert.deepEqual([before.counted, before.rejected, before.finalHours], [2, 2, 0]);
  assert.equal(before.openHours, 21 * 24);
  await sendForeign(bus.producer(), [
    ...eventsAt(0, '01:10', '01:15'),
    ...eventsAt(1, '00:59:59'),
    ...eventsAt(1, '01:15'),
  ]);
  await until(() => flow.processor.status().openHours === 21 * 24 - 1);
  const { counted, late, rejected, watermark, finalHours } = flow.processor.status();
  assert.deepEqual([counted, late, rejected, finalHours], [6, 0, 2, 1]);
  assert.equal(watermark, at('2024-03-01 01:10'));
  assert.deepEqual(await ask(flow.store, 'SELECT hour, reason, field FROM rejected'), [
    [null, 'out_of_range', 'arrival_timestamp'],
    [null, 'out_of_range', 'arrival_timestamp'],
  ]);
});

test('a processor that is started again goes on with the watermarks, lifted ones among them', async (t) => {
  const parts = [
    eventsAt(0, '00:00', '00:50', '01:40'),
    [...eventsAt(0, '02:30', '2024-03-01 20:00'), ...eventsAt(1, '00:20', '00:59', '02:10')],
    [...eventsAt(1, '00:59:59'), ...eventsAt(0, '02:40', '01:00')],
  ];
  const whole = await setUp(t).then(({ start }) => start());
  for (const part of parts) {
    await sendForeign(whole.bus.producer(), part);
    await taken(whole);
  }
  const setup = await setUp(t);
  let run = await setup.start();
  for (const part of parts) {
    await sendForeign(run.bus.producer(), part);
    await taken(run);
    const positions = await run.flow.store.progress();
    await run.flow.stop();
    run = await setup.start(positions);
    assert.equal(run.flow.processor.status().state, 'running');
  }
  for (const { flow, bus } of [whole, run]) {
    await sendControl(bus.producer(), 'end', endOf(manifest), ALL);
    assert.equal(await flow.finished, 'done');
  }
  const [expected, found] = [await tables(whole.flow.store), await tables(run.flow.store)];
  assert.deepEqual(found, expected);
  // Lifted to 00:35 and 01:25: the first three are on time, then the hour of 00:59:59 is over.
  assert.deepEqual(
    expected.late.map(([partition, offset]) => [partition, offset]),
    [
      [0, 6],
      [1, 3],
    ],
  );
  assert.deepEqual(
    expected.rejected.map(([partition, offset]) => [partition, offset]),
    [[0, 4]],
  );
});

test('a foreign producer may send watermarks: what it says then counts before what its events say', async (t) => {
  const { start } = await setUp(t);
  const { flow, bus } = await start();
  await sendForeign(bus.producer(), eventsAt(0, '00:10'));
  await sendControl(bus.producer(), 'watermark', at('2024-03-01 02:10'), ALL);
  await until(() => flow.processor.status().finalHours === 2);
  await sendForeign(bus.producer(), [...eventsAt(0, '01:59'), ...eventsAt(1, '02:10'), ...eventsAt(0, '02:59')]);
  await until(() => flow.processor.status().counted === 3);
  assert.deepEqual([flow.processor.status().late, flow.processor.status().rejected], [1, 0]);
  assert.equal(flow.processor.status().watermark, at('2024-03-01 02:10'));
});
