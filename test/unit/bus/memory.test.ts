import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryBus } from '../../../src/bus/memory.ts';
import { busEvent, eventChunk } from '../../support/event-chunk.ts';

const position = (nextOffset: number) => ({ nextOffset, lastSeq: -1, watermark: undefined, ended: false });

test('a memory bus goes on at the offsets it is given', async () => {
  const bus = createMemoryBus({ positions: [position(40), position(7)], capacityRows: 10 });
  const consumer = bus.consumer([40, 7]);
  const events = [busEvent({}, { partition: 1, seq: 90 }), busEvent({}, { partition: 0, seq: 91 })];
  await bus.producer().send({ events: eventChunk(events), controls: [] });
  const { events: chunks } = await consumer.poll({ minRows: 2, maxRows: 2, waitMs: 1_000 });
  assert.deepEqual([...(chunks[0]?.offset ?? [])], [7, 40]);
});

test('a memory bus keeps nothing: a consumer from elsewhere is refused', () => {
  const bus = createMemoryBus({ positions: [position(40)], capacityRows: 10 });
  assert.throws(() => bus.consumer([39]), /holds nothing before offsets/);
  assert.throws(() => bus.consumer([41]), /holds nothing before offsets/);
});

test('a full memory bus takes nothing until it has been emptied below its bound', async () => {
  const bus = createMemoryBus({ positions: [position(0)], capacityRows: 2 });
  const consumer = bus.consumer([0]);
  const send = (seq: number): Promise<void> =>
    bus.producer().send({ events: eventChunk([busEvent({}, { seq })]), controls: [] });
  await send(0);
  await send(1);
  let taken = false;
  const third = send(2).then(() => {
    taken = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(taken, false);
  assert.equal(consumer.lag(), 2);
  await consumer.poll({ minRows: 1, maxRows: 1, waitMs: 1_000 });
  await third;
  assert.equal(consumer.lag(), 2);
});

test('control records fill a memory bus like events: a flood of them waits for its consumer', async () => {
  const bus = createMemoryBus({ positions: [position(0), position(0)], capacityRows: 10 });
  const consumer = bus.consumer([0, 0]);
  const control = {
    beforeRow: 0,
    kind: 'watermark',
    partitions: [0, 1],
    watermark: undefined,
    manifest: undefined,
  } as const;
  let sent = 0;
  const flood = (async () => {
    for (; sent < 100; sent++) await bus.producer().send({ events: undefined, controls: [control] });
  })();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(sent, 5);
  assert.equal(consumer.lag(), 0, 'they are no work');
  const offsets: number[] = [];
  while (offsets.length < 200) {
    // A bus that is full of them does not wait for events that it would not take.
    const { controls } = await consumer.poll({ minRows: 1_000, maxRows: 1_000, waitMs: 1_000 });
    assert.ok(controls.length <= 10, `${controls.length} held`);
    offsets.push(...controls.map(({ offset }) => offset));
  }
  await flood;
  assert.deepEqual(
    offsets,
    Array.from({ length: 200 }, (_, index) => Math.floor(index / 2)),
  );
});

test('a consumer of a full memory bus does not wait for more than it holds', async () => {
  const bus = createMemoryBus({ positions: [position(0)], capacityRows: 2 });
  const polling = bus.consumer([0]).poll({ minRows: 1_000, maxRows: 1_000, waitMs: 60_000 });
  await bus.producer().send({ events: eventChunk([busEvent({}), busEvent({})]), controls: [] });
  assert.equal((await polling).events[0]?.rowCount, 2);
});
