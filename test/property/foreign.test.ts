import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ControlKind, ControlRecord } from '../../src/bus/bus.ts';
import type { PartitionProgress } from '../../src/hot-store/hot-store.ts';
import type { EventTime } from '../../src/model/time.ts';
import { eventTime, MICROS_PER_HOUR, MICROS_PER_MS } from '../../src/model/time.ts';
import { lowestWatermark, readBatch } from '../../src/processor/watermark.ts';
import { endOf } from '../support/arbitrary-log.ts';
import type { BusEvent } from '../support/event-chunk.ts';
import { busEvent, eventChunk } from '../support/event-chunk.ts';
import { finishFlow, startFlow } from '../support/flow.ts';
import type { ForeignLogs, LoggedTime, TimeFate } from '../support/foreign-log.ts';
import {
  anyForeignLogs,
  fatesOfLogs,
  foreignLogs,
  FOREIGN_MANIFEST as manifest,
  sendControl,
  sendForeign,
} from '../support/foreign-log.ts';
import { LOAD } from '../support/metrics.ts';
import { check } from '../support/property.ts';
import { randomBelow, seededRandom } from '../support/random.ts';
import type { ShuffledBus } from '../support/shuffled-bus.ts';
import { createShuffledBus } from '../support/shuffled-bus.ts';
import type { Tables } from '../support/tables.ts';
import { tables } from '../support/tables.ts';
import { withTempDir } from '../support/temp-dir.ts';

const DISORDER = manifest.foreign.maxDisorderMs * MICROS_PER_MS;
const AHEAD = manifest.foreign.maxAheadMs * MICROS_PER_MS;
const PARTITIONS = [0, 1, 2];
const seed = fc.nat();

const NEW: readonly PartitionProgress[] = PARTITIONS.map((partition) => ({
  ...{ partition, firstOffset: 0, nextOffset: 0, watermark: undefined, lastSeq: -1, replayed: false },
  ...{ resent: 0, controls: 0, gaps: 0, ended: false, watermarkAt: undefined },
}));

/** A record of a log: what is read in one piece, and what came of it. */
interface Read {
  readonly partition: number;
  readonly offset: number;
  readonly time: LoggedTime;
  readonly fate: TimeFate;
}

/** What a reading came to: the records in the order in which they were read, and the progress after each batch. */
interface Reading {
  readonly records: readonly Read[];
  readonly states: readonly (readonly PartitionProgress[])[];
  /** How many records had been read at each of the states. */
  readonly counts: readonly number[];
}

/** Reads logs in an order and in batches that depend on the seed alone. `controls` stand at offsets of their partition. */
function read(logs: ForeignLogs, of: number, controls: readonly ControlRecord[] = []): Reading {
  const random = seededRandom(of);
  const next = logs.map(() => 0);
  const length = (partition: number): number => logs[partition]?.length ?? 0;
  const left = (): number[] => PARTITIONS.filter((partition) => (next[partition] ?? 0) < length(partition));
  const [states, counts, records]: [(readonly PartitionProgress[])[], number[], Read[]] = [[NEW], [0], []];
  let progress = NEW;
  while (left().length > 0) {
    const size = 1 + randomBelow(random, 8);
    const taken: { partition: number; offset: number; time: LoggedTime }[] = [];
    const own: ControlRecord[] = [];
    for (let count = 0; count < size; count++) {
      const partition = left()[randomBelow(random, left().length)];
      if (partition === undefined) break;
      const offset = next[partition] ?? 0;
      next[partition] = offset + 1;
      const control = controls.find((one) => one.partition === partition && one.offset === offset);
      if (control === undefined) taken.push({ partition, offset, time: logs[partition]?.[offset] ?? null });
      else own.push(control);
    }
    const events = taken.map(({ partition, offset, time }): BusEvent => {
      return busEvent({ arrival_timestamp: time }, { partition, offset, seq: Number.NaN, prev: Number.NaN });
    });
    const before = progress;
    const chunks = events.length === 0 ? [] : [eventChunk(events)];
    const reading = readBatch(before, { events: chunks, controls: own, waiting: left() }, manifest);
    const ahead = new Set(reading.ahead[0]);
    taken.forEach((record, row) => {
      records.push({
        ...record,
        fate: ahead.has(row) || !isUsable(record.time) ? 'rejected' : lateOrNot(record, reading),
      });
    });
    progress = reading.progress;
    states.push(progress);
    counts.push(records.length);
  }
  return { records, states, counts };
}

function isUsable(time: LoggedTime): time is EventTime {
  const slack = manifest.sanity.rangeSlackMs * MICROS_PER_MS;
  return time !== null && time >= manifest.from - slack && time < manifest.to + slack;
}

/** What the cutoffs of a batch say of one of its records. */
function lateOrNot(
  { partition, offset, time }: { partition: number; offset: number; time: LoggedTime },
  { lateThrough, cutoffs }: ReturnType<typeof readBatch>,
): TimeFate {
  const hour = Math.floor((time ?? 0) / MICROS_PER_HOUR) * MICROS_PER_HOUR;
  const isBefore = hour <= (lateThrough[partition] ?? Number.NEGATIVE_INFINITY);
  const isCutOff = cutoffs.some(
    (one) =>
      one.partition === partition &&
      one.from <= offset &&
      hour <= one.through &&
      hour > (one.after ?? Number.NEGATIVE_INFINITY),
  );
  return isBefore || isCutOff ? 'late' : 'counted';
}

/** Fates by partition and offset. */
function byPlace(records: readonly Read[]): TimeFate[][] {
  const fates: TimeFate[][] = PARTITIONS.map(() => []);
  for (const { partition, offset, fate } of records) (fates[partition] ?? [])[offset] = fate;
  return fates;
}

test('foreign logs that keep the bounds have one late set, however they are interleaved and cut into batches', async () => {
  const property = fc.property(foreignLogs(), seed, (logs, of) => {
    assert.deepEqual(byPlace(read(logs, of).records), fatesOfLogs(logs));
  });
  await check(property, 400);
});

test('whatever foreign producers send, watermarks never go back', async () => {
  const control = fc.record({
    place: fc.tuple(fc.constantFrom(...PARTITIONS), fc.nat({ max: 9 })),
    kind: fc.constantFrom<ControlKind>('watermark', 'begin', 'end'),
    minutes: fc.integer({ min: -3_000, max: 30_000 }),
  });
  const controls = fc.uniqueArray(control, { maxLength: 5, selector: ({ place }) => place.join() });
  const property = fc.property(anyForeignLogs, controls, seed, (logs, some, of) => {
    const records = some.map(({ place: [partition, offset], kind, minutes }): ControlRecord => {
      const watermark = kind === 'begin' ? undefined : eventTime(manifest.from + minutes * 60_000_000);
      return { kind, partition, offset, watermark, manifest: undefined };
    });
    const { states } = read(logs, of, records);
    states.slice(1).forEach((after, i) => {
      for (const { partition, watermark } of after) {
        const before = states[i]?.[partition]?.watermark;
        assert.ok(before === undefined || (watermark !== undefined && watermark >= before));
      }
    });
  });
  await check(property, 300);
});

test('no event within the disorder of the latest one is ever late, whatever else foreign producers send', async () => {
  const property = fc.property(fc.oneof(anyForeignLogs, foreignLogs()), seed, (logs, of) => {
    let latest: number = manifest.from;
    for (const { time, fate } of read(logs, of).records) {
      if (time === null || fate === 'rejected') continue;
      if (time >= latest - DISORDER) assert.equal(fate, 'counted');
      latest = Math.max(latest, time);
    }
  });
  await check(property, 300);
});

test('no foreign event moves time further than it may be ahead, and none beyond itself', async () => {
  const property = fc.property(anyForeignLogs, seed, (logs, of) => {
    const { states, records, counts } = read(logs, of);
    states.forEach((state, i) => {
      const believed = records.slice(0, counts[i]).filter(({ fate }) => fate !== 'rejected');
      const latest = Math.max(manifest.from, ...believed.map(({ time }) => time ?? 0));
      for (const { watermark } of state) assert.ok(watermark === undefined || watermark <= latest - DISORDER);
      assert.ok(latest <= manifest.from + believed.length * AHEAD);
    });
  });
  await check(property, 300);
});

test('an idle foreign partition holds nothing open for longer than an event may be ahead', async () => {
  const property = fc.property(foreignLogs(), seed, fc.constantFrom(...PARTITIONS), (logs, of, idle) => {
    const { states, records } = read(
      logs.map((log, partition) => (partition === idle ? [] : log)),
      of,
    );
    const believed = records.filter(({ fate }) => fate !== 'rejected').map(({ time }) => time ?? 0);
    if (believed.length === 0) return;
    const lowest = lowestWatermark(states.at(-1) ?? []);
    const due = Math.max(manifest.from, ...believed) - DISORDER - AHEAD;
    assert.ok(due <= manifest.from - DISORDER || (lowest !== undefined && lowest >= due));
  });
  await check(property, 300);
});

/** A bus that holds these logs and their end. */
async function busOf(logs: ForeignLogs, of: number): Promise<ShuffledBus> {
  const bus = createShuffledBus({ partitions: PARTITIONS.length, random: seededRandom(of), maxRecords: 1 + (of % 20) });
  let query = 0;
  for (const [partition, log] of logs.entries()) {
    for (const time of log) {
      const row = { arrival_timestamp: time, query_id: ++query, instance_id: partition };
      await sendForeign(bus.producer(), [{ partition, row }]);
    }
  }
  await sendControl(bus.producer(), 'end', endOf(manifest), PARTITIONS);
  return bus;
}

/** Processes logs that are on the bus as a whole, stopped and started again after some polls. */
async function processed(logs: ForeignLogs, of: number, stops: readonly number[]): Promise<Tables> {
  const bus = await busOf(logs, of);
  return await withTempDir(async (dataDir) => {
    const options = { dataDir, manifest, metrics: [LOAD], bus };
    for (const stop of stops) {
      const flow = await startFlow(options);
      bus.onPoll((polls) => {
        if (polls > stop) flow.processor.stop();
      });
      try {
        if ((await flow.finished) === 'done') return await tables(flow.store);
      } finally {
        await flow.stop();
      }
    }
    bus.onPoll(() => {});
    return await finishFlow(options);
  });
}

test('a foreign stream comes to the same, however it is interleaved and cut, stopped and started again', async () => {
  const stops = fc.array(fc.nat({ max: 6 }), { maxLength: 2 });
  const property = fc.asyncProperty(foreignLogs(8), seed, seed, stops, async (logs, one, other, some) => {
    const found = await processed(logs, one, []);
    const fates = fatesOfLogs(logs);
    assert.deepEqual(placesOf(found.late), placesWith('late', fates));
    assert.deepEqual(placesOf(found.rejected), placesWith('rejected', fates));
    assert.deepEqual(await processed(logs, other, some), found);
  });
  await check(property, 5);
});

function placesOf(rows: Tables['late']): unknown[] {
  return rows.map(([partition, offset]) => [partition, offset]);
}

function placesWith(wanted: TimeFate, fates: readonly (readonly TimeFate[])[]): unknown[] {
  return fates.flatMap((own, partition) =>
    own.flatMap((fate, offset) => (fate === wanted ? [[partition, offset]] : [])),
  );
}
