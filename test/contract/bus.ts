import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { suite, test } from 'node:test';
import { DuckDBBlobValue } from '@duckdb/node-api';
import type {
  Bus,
  BusConsumer,
  ControlRecord,
  EventChunk,
  OutgoingControl,
  PartitionPosition,
} from '../../src/bus/bus.ts';
import { BATCH_COLUMNS } from '../../src/bus/bus.ts';
import { busEvent, eventChunk, rowsOf } from '../support/event-chunk.ts';
import { makeManifest } from '../support/manifest.ts';
import { at } from '../support/time.ts';

/** How the suite gets at a bus. */
export interface BusFactory {
  /** A bus of a run of its own, with nothing on it. */
  create(t: TestContext, options: { readonly partitions: number; readonly capacityRows: number }): Promise<Bus>;
  /** The same run's bus as a new process finds it when everything up to `positions` has been processed. */
  restart(t: TestContext, bus: Bus, positions: readonly PartitionPosition[]): Promise<Bus>;
}

const PARTITIONS = 3;
const ALL = [0, 1, 2];
const SEQ_COLUMN = BATCH_COLUMNS.findIndex(({ name }) => name === 'seq');
const manifest = makeManifest({ partitions: PARTITIONS });
const WATERMARK = at('2024-03-01 01:00');

/** What every bus must do. */
export function busContract(name: string, factory: BusFactory): void {
  const open = (t: TestContext, capacityRows = 1_000): Promise<Bus> =>
    factory.create(t, { partitions: PARTITIONS, capacityRows });

  suite(`bus ${name}`, () => {
    test('a new bus holds nothing', async (t) => {
      const bus = await open(t);
      assert.equal(bus.partitions, PARTITIONS);
      const nothing = { nextOffset: 0, lastSeq: -1, watermark: undefined, ended: false };
      assert.deepEqual(
        await bus.producer().positions(),
        ALL.map(() => nothing),
      );
      await bus.close();
    });

    test('each partition delivers its records in the order of sending, without a gap between offsets', async (t) => {
      const bus = await open(t);
      const consumer = bus.consumer([0, 0, 0]);
      const producer = bus.producer();
      await producer.send({ events: undefined, controls: [control('begin', 0)] });
      await producer.send({ events: events([0, 1, 0, 2, 2, 0], 0), controls: [control('watermark', 3)] });
      await producer.send({ events: events([1, 1, 0], 6), controls: [] });
      await producer.send({ events: undefined, controls: [control('end', 0)] });
      const got = await collect(consumer, 9, 9);
      assert.deepEqual(got.offsets(0), [0, 1, 2, 3, 4, 5, 6]);
      assert.deepEqual(got.offsets(1), [0, 1, 2, 3, 4, 5]);
      assert.deepEqual(got.offsets(2), [0, 1, 2, 3, 4]);
      assert.deepEqual(
        ALL.map((partition) => got.seqs(partition)),
        [
          [0, 2, 5, 8],
          [1, 6, 7],
          [3, 4],
        ],
      );
      await bus.close();
    });

    test('a control record stands at the same point of the order in every partition', async (t) => {
      const bus = await open(t);
      const consumer = bus.consumer([0, 0, 0]);
      const producer = bus.producer();
      await producer.send({ events: events([0, 1, 0, 2, 2, 0], 0), controls: [control('watermark', 3)] });
      const got = await collect(consumer, 6, 3);
      // Before the fourth event: two of partition 0, one of partition 1, none of partition 2.
      assert.deepEqual(got.controls.map(({ partition, offset }) => [partition, offset]).sort(), [
        [0, 2],
        [1, 1],
        [2, 0],
      ]);
      await bus.close();
    });

    test('a control record reaches only the partitions it is meant for', async (t) => {
      const bus = await open(t);
      const consumer = bus.consumer([0, 0, 0]);
      await bus.producer().send({
        events: undefined,
        controls: [{ ...control('watermark', 0), partitions: [1] }],
      });
      const got = await collect(consumer, 0, 1);
      assert.deepEqual(
        got.controls.map(({ partition }) => partition),
        [1],
      );
      await bus.close();
    });

    test('control records keep their kind, watermark and manifest', async (t) => {
      const bus = await open(t);
      const consumer = bus.consumer([0, 0, 0]);
      await bus.producer().send({ events: undefined, controls: [control('begin', 0), control('watermark', 0)] });
      await bus.producer().send({ events: undefined, controls: [control('end', 0)] });
      const { controls } = await collect(consumer, 0, 9);
      const first = controls.filter(({ partition }) => partition === 0);
      assert.deepEqual(
        first.map(({ kind, watermark, manifest: carried }) => [kind, watermark, carried]),
        [
          ['begin', undefined, manifest],
          ['watermark', WATERMARK, undefined],
          ['end', WATERMARK, undefined],
        ],
      );
      await bus.close();
    });

    test('an event arrives with its headers and its columns, its own offset among them', async (t) => {
      const bus = await open(t);
      const consumer = bus.consumer([0, 0, 0]);
      const row = { query_id: 9_007_199_254_740_993n, read_table_ids: '1,2', num_joins: null, was_cached: true };
      const event = busEvent(row, { partition: 2, seq: 7, prev: 4, badColumns: 'num_joins', raw: '{}' });
      await bus.producer().send({ events: undefined, controls: [control('begin', 0)] });
      await bus.producer().send({ events: eventChunk([event]), controls: [] });
      const { chunks } = await collect(consumer, 1, 3);
      const [chunk] = chunks;
      assert.equal(chunk?.seq[0], 7);
      assert.equal(chunk?.prev[0], 4);
      const values = valuesOf(chunk);
      const sent = {
        partition: 2,
        offset: 1n,
        seq: 7n,
        query_id: row.query_id,
        read_table_ids: '1,2',
        num_joins: null,
        was_cached: true,
        bad_columns: 'num_joins',
        raw: DuckDBBlobValue.fromString('{}'),
      };
      assert.deepEqual({ ...values, ...sent }, values);
      await bus.close();
    });

    test('an event whose producer sends no numbers arrives without them', async (t) => {
      const bus = await open(t);
      const consumer = bus.consumer([0, 0, 0]);
      const none = { seq: Number.NaN, prev: Number.NaN };
      const sent = [busEvent({}, { seq: 5 }), busEvent({}, none), busEvent({}, { partition: 1, ...none })];
      await bus.producer().send({ events: eventChunk(sent), controls: [] });
      const got = await collect(consumer, 3, 0);
      assert.deepEqual(got.offsets(0), [0, 1]);
      assert.deepEqual([got.seqs(0), got.seqs(1)], [[5, Number.NaN], [Number.NaN]]);
      const columns = got.chunks.flatMap(({ chunk }) => rowsOf(chunk).map((row) => row[SEQ_COLUMN]));
      assert.deepEqual(columns.filter((seq) => seq === null).length, 2);
      assert.deepEqual(
        (await bus.producer().positions()).map(({ nextOffset, lastSeq }) => [nextOffset, lastSeq]),
        [
          [2, 5],
          [1, -1],
          [0, -1],
        ],
      );
      await bus.close();
    });

    test('a batch names the partitions of which more is waiting', async (t) => {
      const bus = await open(t);
      const consumer = bus.consumer([0, 0, 0]);
      const left = [3, 2, 1];
      for (const seq of [0, 1]) await bus.producer().send({ events: events([0, 1], seq * 2), controls: [] });
      await bus
        .producer()
        .send({ events: events([0], 4), controls: [{ ...control('watermark', 0), partitions: [2] }] });
      for (let polls = 0; left.some((count) => count > 0); polls++) {
        assert.ok(polls < 20, `${left} records never came`);
        const { events: chunks, controls, waiting } = await consumer.poll({ minRows: 1, maxRows: 1, waitMs: 50 });
        const partitions = [
          ...chunks.flatMap((chunk) => [...chunk.partition]),
          ...controls.map((one) => one.partition),
        ];
        for (const partition of partitions) left[partition] = (left[partition] ?? 0) - 1;
        assert.deepEqual(
          waiting,
          ALL.filter((partition) => (left[partition] ?? 0) > 0),
        );
      }
      await bus.close();
    });

    test('positions tell what was sent', async (t) => {
      const bus = await open(t);
      const producer = bus.producer();
      await producer.send({ events: undefined, controls: [control('begin', 0)] });
      await producer.send({ events: events([0, 0, 1], 0), controls: [control('watermark', 1)] });
      await producer.send({ events: undefined, controls: [{ ...control('end', 0), partitions: [0] }] });
      assert.deepEqual(await producer.positions(), [
        { nextOffset: 5, lastSeq: 1, watermark: WATERMARK, ended: true },
        { nextOffset: 3, lastSeq: 2, watermark: WATERMARK, ended: false },
        { nextOffset: 2, lastSeq: -1, watermark: WATERMARK, ended: false },
      ]);
      await bus.close();
    });

    test('a producer waits while consumers are behind, and loses nothing', async (t) => {
      const bus = await open(t, 10);
      const producer = bus.producer();
      const consumer = bus.consumer([0, 0, 0]);
      let accepted = 0;
      const sending = (async () => {
        for (let seq = 0; seq < 60; seq += 6) {
          await producer.send({ events: events([0, 1, 2, 0, 1, 2], seq), controls: [] });
          accepted += 6;
        }
      })();
      await settle();
      // What is held may exceed the bound by the batch that crossed it, and no more.
      assert.ok(accepted <= 16, `${accepted} events taken`);
      assert.ok(consumer.lag() <= 16, `${consumer.lag()} events held`);
      const got = await collect(consumer, 60, 0);
      await sending;
      assert.deepEqual(
        ALL.map((partition) => got.seqs(partition).length),
        [20, 20, 20],
      );
      assert.equal(consumer.lag(), 0);
      await bus.close();
    });

    test('a waiting producer gives up without the batch when it is told to stop', async (t) => {
      const bus = await open(t, 3);
      const consumer = bus.consumer([0, 0, 0]);
      const producer = bus.producer();
      await producer.send({ events: events([0, 1, 2], 0), controls: [] });
      const abort = new AbortController();
      const sending = producer.send({ events: events([0], 3), controls: [control('watermark', 0)] }, abort.signal);
      await settle();
      abort.abort();
      await sending;
      const got = await collect(consumer, 3, 0);
      assert.deepEqual(
        ALL.flatMap((partition) => got.seqs(partition)),
        [0, 1, 2],
      );
      assert.deepEqual(
        (await producer.positions()).map(({ nextOffset }) => nextOffset),
        [1, 1, 1],
      );
      await bus.close();
    });

    test('a consumer that has to wait too long gets nothing, and what comes later afterwards', async (t) => {
      const bus = await open(t);
      const consumer = bus.consumer([0, 0, 0]);
      const empty = await consumer.poll({ minRows: 1, maxRows: 10, waitMs: 20 });
      assert.deepEqual(empty, { events: [], controls: [], waiting: [] });
      await bus.producer().send({ events: events([0], 0), controls: [] });
      assert.deepEqual((await collect(consumer, 1, 0)).seqs(0), [0]);
      await bus.close();
    });

    test('a waiting consumer wakes as soon as there is enough', async (t) => {
      const bus = await open(t);
      const polling = bus.consumer([0, 0, 0]).poll({ minRows: 2, maxRows: 10, waitMs: 60_000 });
      await bus.producer().send({ events: events([0, 1], 0), controls: [] });
      const batch = await polling;
      assert.ok(batch.events.length > 0);
      await bus.close();
    });

    test('a waiting consumer wakes when it is told to stop', async (t) => {
      const bus = await open(t);
      const abort = new AbortController();
      const options = { minRows: 1, maxRows: 10, waitMs: 60_000, signal: abort.signal };
      const polling = bus.consumer([0, 0, 0]).poll(options);
      abort.abort();
      assert.deepEqual(await polling, { events: [], controls: [], waiting: [] });
      await bus.close();
    });

    test('a batch has at most the rows that were asked for, or is one chunk', async (t) => {
      const bus = await open(t);
      const consumer = bus.consumer([0, 0, 0]);
      for (let seq = 0; seq < 40; seq += 4) {
        await bus.producer().send({ events: events([0, 1, 2, 0], seq), controls: [] });
      }
      let rows = 0;
      while (rows < 40) {
        const batch = await consumer.poll({ minRows: 10, maxRows: 10, waitMs: 100 });
        const sizes = batch.events.map(({ rowCount }) => rowCount);
        const taken = sizes.reduce((sum, size) => sum + size, 0);
        assert.ok(taken <= 10 || sizes.length === 1, `chunks of ${sizes}`);
        rows += taken;
      }
      assert.equal(rows, 40);
      await bus.close();
    });

    test('a bus that is opened again goes on where it was', async (t) => {
      const before = await open(t);
      const consumerBefore = before.consumer([0, 0, 0]);
      await before.producer().send({ events: undefined, controls: [control('begin', 0)] });
      await before.producer().send({ events: events([0, 1, 0], 0), controls: [control('watermark', 2)] });
      await collect(consumerBefore, 3, 6);
      const positions = await before.producer().positions();
      const bus = await factory.restart(t, before, positions);
      assert.deepEqual(await bus.producer().positions(), positions);
      const consumer = bus.consumer(positions.map(({ nextOffset }) => nextOffset));
      await bus.producer().send({ events: events([0, 2], 3), controls: [control('end', 2)] });
      const got = await collect(consumer, 2, 3);
      assert.deepEqual(got.offsets(0), [4, 5]);
      assert.deepEqual(got.offsets(1), [3]);
      assert.deepEqual(got.offsets(2), [2, 3]);
      await bus.close();
    });
  });
}

/** The values of a chunk's only event, by column. */
function valuesOf(events: EventChunk | undefined): Record<string, unknown> {
  const [row] = events === undefined ? [] : rowsOf(events.chunk);
  return Object.fromEntries(BATCH_COLUMNS.map(({ name }, column) => [name, row?.[column]]));
}

/** Events of the given partitions, `seq` counted up from `firstSeq`; the query id is the seq as well. */
function events(partitions: readonly number[], firstSeq: number): EventChunk {
  return eventChunk(
    partitions.map((partition, i) => busEvent({ query_id: firstSeq + i }, { partition, seq: firstSeq + i })),
  );
}

function control(kind: OutgoingControl['kind'], beforeRow: number): OutgoingControl {
  return {
    beforeRow,
    kind,
    partitions: ALL,
    watermark: kind === 'begin' ? undefined : WATERMARK,
    manifest: kind === 'begin' ? manifest : undefined,
  };
}

class Received {
  readonly chunks: EventChunk[] = [];
  readonly controls: ControlRecord[] = [];
  rows = 0;

  /** Offsets of all records of a partition, in order. Events and controls come apart, so their union is sorted. */
  offsets(partition: number): number[] {
    const inChunks = this.#of(partition, 'offset');
    const ofControls = this.controls.filter((record) => record.partition === partition).map(({ offset }) => offset);
    assert.deepEqual(
      inChunks,
      inChunks.toSorted((a, b) => a - b),
      'events out of order',
    );
    assert.deepEqual(
      ofControls,
      ofControls.toSorted((a, b) => a - b),
      'control records out of order',
    );
    return [...inChunks, ...ofControls].sort((a, b) => a - b);
  }

  seqs(partition: number): number[] {
    return this.#of(partition, 'seq');
  }

  #of(partition: number, field: 'offset' | 'seq'): number[] {
    return this.chunks.flatMap((chunk) => [...chunk[field]].filter((_, row) => chunk.partition[row] === partition));
  }
}

/** Polls until that many events and control records are there. */
async function collect(consumer: BusConsumer, rows: number, controls: number): Promise<Received> {
  const received = new Received();
  while (received.rows < rows || received.controls.length < controls) {
    const batch = await consumer.poll({ minRows: 1, maxRows: 1_000, waitMs: 50 });
    received.chunks.push(...batch.events);
    received.controls.push(...batch.controls);
    received.rows += batch.events.reduce((sum, { rowCount }) => sum + rowCount, 0);
  }
  return received;
}

/** Gives whatever can go on the time to do so. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 50));
}
