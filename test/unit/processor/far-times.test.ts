import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryBus } from '../../../src/bus/memory.ts';
import type { EventTime } from '../../../src/model/time.ts';
import { addMicros, isoTime, MICROS_PER_DAY } from '../../../src/model/time.ts';
import { readBatch } from '../../../src/processor/watermark.ts';
import type { LogItem } from '../../support/arbitrary-log.ts';
import { endOf, sendLog } from '../../support/arbitrary-log.ts';
import { busEvent, eventChunk } from '../../support/event-chunk.ts';
import { startFlow } from '../../support/flow.ts';
import { NOTHING_SENT } from '../../support/foreign-log.ts';
import { makeManifest } from '../../support/manifest.ts';
import { LOAD } from '../../support/metrics.ts';
import { ask } from '../../support/store.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { at } from '../../support/time.ts';
import { fullRow } from '../../support/trace-row.ts';

const DAYS = 21;
const manifest = makeManifest({ to: addMicros(at('2024-03-01'), DAYS * MICROS_PER_DAY) });
const FAR = addMicros(manifest.from, 20 * MICROS_PER_DAY);
const OUTSIDE = addMicros(manifest.to, 2 * MICROS_PER_DAY);

let query = 0;
const row = (arrival: EventTime): LogItem => ({
  kind: 'event',
  row: fullRow({ arrival_timestamp: arrival, query_id: ++query, instance_id: query % 5 }),
});
const watermark = (time: EventTime): LogItem => ({ kind: 'watermark', watermark: time, partition: undefined });

test('in a replay an event twenty days ahead is counted for its hour, and closes and holds nothing', async (t) => {
  const bus = createMemoryBus({ positions: [NOTHING_SENT, NOTHING_SENT], capacityRows: 1_000 });
  const flow = await startFlow({ dataDir: await tempDir(t), manifest, metrics: [LOAD], bus });
  t.after(() => flow.stop());
  const firstHour = addMicros(manifest.from, 10 * 60_000_000);
  const items = [
    row(FAR),
    row(OUTSIDE),
    row(firstHour),
    watermark(at('2024-03-01 01:09:59.999999')),
    row(firstHour),
    watermark(at('2024-03-01 01:10')),
    row(firstHour),
    row(addMicros(FAR, -MICROS_PER_DAY)),
  ];
  await sendLog(
    { ...bus.producer(), send: (batch) => (isEnd(batch) ? Promise.resolve() : bus.producer().send(batch)) },
    items,
    manifest,
  );
  // The hours of the run and no other: what is far ahead makes none.
  for (let tries = 0; tries < 1_000; tries++) {
    if (flow.processor.status().openHours === DAYS * 24 - 1 && flow.processor.status().counted === 4) break;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const { counted, late, rejected, finalHours, openHours, watermark: lowest } = flow.processor.status();
  assert.deepEqual({ counted, late, rejected, finalHours }, { counted: 4, late: 1, rejected: 1, finalHours: 1 });
  assert.equal(openHours, DAYS * 24 - 1);
  assert.equal(lowest, at('2024-03-01 01:10'));
  assert.deepEqual(
    await ask(flow.store, 'SELECT hour, state, counted, late FROM hours WHERE counted + late > 0 ORDER BY hour'),
    [
      ['2024-03-01T00:00:00Z', 'final', 2, 1],
      [isoTime(addMicros(FAR, -MICROS_PER_DAY)), 'open', 1, 0],
      [isoTime(FAR), 'open', 1, 0],
    ],
  );
  await bus.producer().send({
    events: undefined,
    controls: [{ beforeRow: 0, kind: 'end', partitions: [0, 1], watermark: endOf(manifest), manifest: undefined }],
  });
  assert.equal(await flow.finished, 'done');
  assert.deepEqual(await ask(flow.store, 'SELECT hour, sum(queries) FROM load GROUP BY hour ORDER BY hour'), [
    ['2024-03-01T00:00:00Z', 2],
    [isoTime(addMicros(FAR, -MICROS_PER_DAY)), 1],
    [isoTime(FAR), 1],
  ]);
});

function isEnd({ controls }: { readonly controls: readonly { readonly kind: string }[] }): boolean {
  return controls.some(({ kind }) => kind === 'end');
}

test('of a replay no time is looked at: whatever it is, it moves no watermark and cuts off nothing', () => {
  const before = [0, 1].map((partition) => ({
    ...{ partition, firstOffset: 0, nextOffset: 1, watermark: at('2024-03-01 00:30'), lastSeq: -1 },
    ...{ resent: 0, controls: 1, gaps: 0, ended: false, replayed: true, watermarkAt: undefined },
  }));
  const times = [FAR, OUTSIDE, null, at('2024-03-01'), at('2024-02-01')];
  const events = times.map((arrival, seq) =>
    busEvent({ arrival_timestamp: arrival }, { seq, prev: seq - 1, offset: 1 + seq }),
  );
  const reading = readBatch(before, { events: [eventChunk(events)], controls: [], waiting: [] }, manifest);
  assert.deepEqual([reading.cutoffs, reading.ahead], [[], [[]]]);
  assert.deepEqual(reading.progress, [{ ...before[0], nextOffset: 6, lastSeq: 4 }, before[1]]);
});
