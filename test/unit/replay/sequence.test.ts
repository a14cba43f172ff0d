import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OutgoingBatch, PartitionPosition } from '../../../src/bus/bus.ts';
import { addMicros, MICROS_PER_MINUTE, replayTime } from '../../../src/model/time.ts';
import type { SequencerOptions } from '../../../src/replay/sequence.ts';
import { Sequencer } from '../../../src/replay/sequence.ts';
import { busEvent, eventChunk } from '../../support/event-chunk.ts';
import { at } from '../../support/time.ts';

const FROM = at('2024-03-01 00:00');
const NEW: PartitionPosition = { nextOffset: 1, lastSeq: -1, watermark: undefined, ended: false };
const minute = (minutes: number) => addMicros(FROM, minutes * MICROS_PER_MINUTE);
const place = (minutes: number) => replayTime(minute(minutes));

function sequencer(
  positions: readonly PartitionPosition[] = [NEW, NEW],
  from = FROM,
  options: Partial<SequencerOptions> = {},
): Sequencer {
  return new Sequencer({ positions, intervalMicros: MICROS_PER_MINUTE, from, ...options });
}

/** A record's place in the film in minutes, its partition, and its place in that one's own order if it is another. */
type Placed = readonly [minutes: number, partition: number, sentAt?: number];

/** Wraps records that stand at the given places. */
function wrap(sequence: Sequencer, events: readonly Placed[], firstSeq = 0) {
  const { chunk } = eventChunk(events.map(([, partition], i) => busEvent({}, { partition, seq: firstSeq + i })));
  const outAt = Float64Array.from(events, ([minutes]) => minute(minutes));
  const sentAt = Float64Array.from(events, ([minutes, , sent = minutes]) => minute(sent));
  return sequence.wrap(chunk, { firstSeq, outAt, sentAt });
}

/** Watermarks in minutes, with the row they stand before and the partitions they go to. */
function watermarks(batch: OutgoingBatch | undefined) {
  return batch?.controls.map(({ beforeRow, partitions, watermark }) => [
    (Number(watermark) - FROM) / MICROS_PER_MINUTE,
    beforeRow,
    partitions,
  ]);
}

test('a watermark stands before the first event that arrives at it or later', () => {
  const batch = wrap(sequencer(), [
    [0.5, 0],
    [0.99, 1],
    [1, 0],
    [1.5, 1],
    [2.5, 0],
  ]);
  assert.deepEqual(watermarks(batch), [
    [1, 2, [0, 1]],
    [2, 4, [0, 1]],
  ]);
});

test('a silence is filled with the watermarks that lie in it, to every partition', () => {
  const batch = wrap(sequencer(), [[4.5, 1]]);
  assert.deepEqual(watermarks(batch), [
    [1, 0, [0, 1]],
    [2, 0, [0, 1]],
    [3, 0, [0, 1]],
    [4, 0, [0, 1]],
  ]);
});

test('watermarks up to a moment are those that no event has drawn out yet', () => {
  const sequence = sequencer();
  wrap(sequence, [[1.5, 0]]);
  assert.deepEqual(watermarks(sequence.watermarksUntil(place(3))), [
    [2, 0, [0, 1]],
    [3, 0, [0, 1]],
  ]);
  assert.equal(sequence.watermarksUntil(place(3)), undefined);
  assert.equal(sequence.watermarksUntil(addMicros(place(4), -1)), undefined);
  assert.equal(sequence.nextDue, place(4));
});

test('an event without an arrival draws out no watermark', () => {
  const batch = wrap(sequencer(), [
    [Number.NaN, 0],
    [0.1, 0],
  ]);
  assert.deepEqual(watermarks(batch), []);
});

test('each event names the one before it in its partition', () => {
  const sequence = sequencer();
  const first = wrap(sequence, [
    [0, 0],
    [0, 1],
    [0, 0],
  ]);
  assert.deepEqual([...(first.events?.seq ?? [])], [0, 1, 2]);
  assert.deepEqual([...(first.events?.prev ?? [])], [-1, -1, 0]);
  const second = wrap(
    sequence,
    [
      [0, 1],
      [0, 0],
    ],
    3,
  );
  assert.deepEqual([...(second.events?.prev ?? [])], [1, 2]);
});

test('after a restart the events go on from what each partition holds', () => {
  const positions = [
    { ...NEW, lastSeq: 10 },
    { ...NEW, lastSeq: 7 },
  ];
  const batch = wrap(
    sequencer(positions),
    [
      [0, 1],
      [0, 0],
    ],
    11,
  );
  assert.deepEqual([...(batch.events?.prev ?? [])], [7, 10]);
});

test('after a restart a watermark goes only where it is not yet', () => {
  const positions = [
    { ...NEW, watermark: minute(2) },
    { ...NEW, watermark: minute(1) },
  ];
  const batch = wrap(sequencer(positions, minute(1)), [[3.5, 0]]);
  assert.deepEqual(watermarks(batch), [
    [2, 0, [1]],
    [3, 0, [0, 1]],
  ]);
});

test('a watermark that every partition holds is not sent again', () => {
  const positions = [
    { ...NEW, watermark: minute(2) },
    { ...NEW, watermark: minute(2) },
  ];
  const sequence = sequencer(positions);
  assert.equal(sequence.watermarksUntil(place(2)), undefined);
  assert.deepEqual(watermarks(sequence.watermarksUntil(place(3))), [[3, 0, [0, 1]]]);
});

test('the same events give the same sequence wherever they are cut', () => {
  const events = [
    [0.2, 0],
    [0.9, 1],
    [1, 1],
    [1, 0],
    [5.5, 1],
    [5.6, 0],
  ] as const;
  const flat = (batches: readonly { batch: OutgoingBatch; first: number }[]) =>
    batches.flatMap(({ batch, first }) => [
      ...batch.controls.map(({ beforeRow, watermark }) => [first + beforeRow, watermark]),
      ...[...(batch.events?.prev ?? [])].map((prev, row) => [first + row, 'prev', prev]),
    ]);
  const whole = flat([{ batch: wrap(sequencer(), events), first: 0 }]);
  for (let cut = 1; cut < events.length; cut++) {
    const sequence = sequencer();
    const parts = [
      { batch: wrap(sequence, events.slice(0, cut)), first: 0 },
      { batch: wrap(sequence, events.slice(cut), cut), first: cut },
    ];
    assert.deepEqual(flat(parts).map(String).sort(), whole.map(String).sort(), `cut at ${cut}`);
  }
});

test('watermarks stay behind the film by the delay, so that no event on time is behind them', () => {
  const sequence = sequencer([NEW, NEW], FROM, { delayMicros: 2 * MICROS_PER_MINUTE });
  assert.equal(sequence.nextDue, place(3));
  const batch = wrap(sequence, [
    [2.9, 0],
    [3, 1],
    [4.5, 0],
  ]);
  assert.deepEqual(watermarks(batch), [
    [1, 1, [0, 1]],
    [2, 2, [0, 1]],
  ]);
  assert.deepEqual(watermarks(sequence.watermarksUntil(place(5))), [[3, 0, [0, 1]]]);
});

const silence = { partition: 1, from: place(2), until: place(4) };

test('a silent partition gets no watermark, and afterwards each in its place between its records', () => {
  const sequence = sequencer([NEW, NEW], FROM, { silence });
  const before = wrap(sequence, [
    [1.5, 1],
    [2.5, 0],
    [3.5, 0],
  ]);
  assert.deepEqual(watermarks(before), [
    [1, 0, [0]],
    [1, 0, [1]],
    [2, 1, [0]],
    [3, 2, [0]],
  ]);
  const after = wrap(
    sequence,
    [
      [4, 1, 1.9],
      [4, 1, 2.5],
      [4, 1, 3.5],
      [4.1, 0],
    ],
    3,
  );
  assert.deepEqual(watermarks(after), [
    [4, 0, [0]],
    [2, 1, [1]],
    [3, 2, [1]],
    [4, 3, [1]],
  ]);
});

test('the watermarks of a silence wait for its records, however the film comes to its end', () => {
  const sequence = sequencer([NEW, NEW], FROM, { silence });
  assert.deepEqual(watermarks(sequence.watermarksUntil(place(3))), [
    [1, 0, [0]],
    [2, 0, [0]],
    [3, 0, [0]],
    [1, 0, [1]],
  ]);
  assert.equal(sequence.nextDue, place(4));
  assert.deepEqual(watermarks(sequence.watermarksUntil(place(4))), [[4, 0, [0]]]);
  assert.equal(sequence.nextDue, addMicros(place(4), 1));
  assert.deepEqual(watermarks(sequence.watermarksUntil(place(4.5))), [
    [2, 0, [1]],
    [3, 0, [1]],
    [4, 0, [1]],
  ]);
});

test('after a restart within a silence the partition goes on from the watermark that it holds', () => {
  const positions = [
    { ...NEW, watermark: minute(3) },
    { ...NEW, watermark: minute(2) },
  ];
  const sequence = sequencer(positions, minute(2), { silence });
  const batch = wrap(sequence, [
    [4, 1, 2.5],
    [4, 1, 3.5],
    [4.5, 0],
  ]);
  assert.deepEqual(watermarks(batch), [
    [4, 0, [0]],
    [3, 1, [1]],
    [4, 2, [1]],
  ]);
});

test('a watermark that is due at the very end of a silence waits for its records too', () => {
  const short = { partition: 1, from: place(3.5), until: place(4) };
  const sequence = sequencer([NEW, NEW], minute(3), { silence: short });
  assert.deepEqual(watermarks(sequence.watermarksUntil(place(4))), [[4, 0, [0]]]);
  const batch = wrap(sequence, [
    [4, 1, 3.7],
    [4.2, 1],
  ]);
  assert.deepEqual(watermarks(batch), [[4, 1, [1]]]);
});
