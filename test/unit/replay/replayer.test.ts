import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { createMemoryBus } from '../../../src/bus/memory.ts';
import type { Manifest } from '../../../src/model/manifest.ts';
import { addMicros, isoTime, MICROS_PER_MINUTE, replayTime } from '../../../src/model/time.ts';
import { sentSpecOf, sentSql } from '../../../src/replay/faults.ts';
import type { Replay } from '../../../src/replay/replay.ts';
import type { ReplayOptions } from '../../../src/replay/replayer.ts';
import { startReplay } from '../../../src/replay/replayer.ts';
import { systemClock } from '../../../src/time/clock.ts';
import { testClock } from '../../../src/time/test-clock.ts';
import type { Trace } from '../../../src/trace/trace.ts';
import { partitionOfRow } from '../../support/event-chunk.ts';
import { openTestTrace } from '../../support/flow.ts';
import { makeManifest } from '../../support/manifest.ts';
import { seededRandom } from '../../support/random.ts';
import type { LogRecord, ShuffledBus } from '../../support/shuffled-bus.ts';
import { createShuffledBus } from '../../support/shuffled-bus.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { at } from '../../support/time.ts';
import { writeParquet, writeTrace } from '../../support/trace-file.ts';
import type { RowSpec } from '../../support/trace-row.ts';
import { rowsSql, shapedSql } from '../../support/trace-row.ts';

const QUERY_ID_COLUMN = 9;
const manifest = makeManifest({ from: at('2024-03-01 00:00'), to: at('2024-03-01 02:00') });

/** Rows at the given minutes of the first of March; their number is their query id. */
function rowsAt(minutes: readonly number[], changes: RowSpec = {}): RowSpec[] {
  return minutes.map((minute, i) => ({
    query_id: i,
    instance_id: i % 5,
    arrival_timestamp: manifest.from + minute * MICROS_PER_MINUTE,
    ...changes,
  }));
}

async function traceOf(t: TestContext, rows: readonly RowSpec[]): Promise<Trace> {
  const dir = await tempDir(t);
  const trace = await openTestTrace(await writeTrace(dir, rows), dir);
  t.after(() => trace.close());
  return trace;
}

function busOf(partitions = manifest.partitions): ShuffledBus {
  return createShuffledBus({ partitions, random: seededRandom(1) });
}

/** Starts a replay at full speed; it is stopped when the test ends. */
function play(t: TestContext, options: Partial<ReplayOptions> & Pick<ReplayOptions, 'trace' | 'producer'>): Replay {
  const replay = startReplay({ manifest, pace: { speed: 'max' }, clock: systemClock, ...options });
  t.after(async () => {
    replay.stop();
    await replay.finished;
  });
  return replay;
}

/** The log of a whole, undisturbed replay. */
async function logsOf(t: TestContext, trace: Trace, of: Manifest = manifest): Promise<ShuffledBus['logs']> {
  const bus = busOf(of.partitions);
  assert.equal(await play(t, { trace, manifest: of, producer: bus.producer() }).finished, 'ended');
  return bus.logs;
}

/** Events by their query id, control records by kind and time. */
function written(log: readonly LogRecord[] | undefined): string[] {
  return (log ?? []).map((record) =>
    record.kind === 'event'
      ? String(record.event.values[QUERY_ID_COLUMN])
      : `${record.control.kind} ${record.control.watermark === undefined ? '' : isoTime(record.control.watermark).slice(11, 16)}`.trim(),
  );
}

function eventsOf(log: readonly LogRecord[] | undefined): string[] {
  return written(log).filter((text) => !/[a-z]/.test(text));
}

test('every partition begins with the manifest and ends with the end of the last hour plus lateness', async (t) => {
  const logs = await logsOf(t, await traceOf(t, rowsAt([5, 70])));
  for (const log of logs) {
    const [first, last] = [log[0], log.at(-1)];
    assert.deepEqual(first?.kind === 'control' ? first.control.manifest : undefined, manifest);
    assert.equal(last?.kind === 'control' ? last.control.kind : undefined, 'end');
    assert.equal(last?.kind === 'control' ? last.control.watermark : undefined, at('2024-03-01 02:10'));
  }
});

test('events come in the order of time, watermarks between them, whatever the order of the file', async (t) => {
  const trace = await traceOf(t, rowsAt([3.5, 1.2, 1.1, 0.5], { instance_id: 1 }));
  const of = makeManifest({ to: at('2024-03-01 01:00'), partitions: 1 });
  const [log] = await logsOf(t, trace, of);
  const start = ['begin', '3', 'watermark 00:01', '2', '1', 'watermark 00:02', 'watermark 00:03', '0'];
  assert.deepEqual(written(log).slice(0, 9), [...start, 'watermark 00:04']);
  assert.deepEqual(written(log).slice(-2), ['watermark 01:00', 'end 01:10']);
});

test('each event goes to the partition of its instance', async (t) => {
  const rows = rowsAt([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  const logs = await logsOf(t, await traceOf(t, rows));
  for (const [partition, log] of logs.entries()) {
    const expected = rows.filter((row) => partitionOfRow(row, logs.length) === partition);
    assert.deepEqual(
      eventsOf(log),
      expected.map((row) => String(row.query_id)),
    );
  }
});

test('a row without an instance or without a time is sent all the same, first of all', async (t) => {
  const rows = [...rowsAt([1]), { query_id: 7, arrival_timestamp: null }, { query_id: 8, instance_id: null }];
  const of = makeManifest({ to: at('2024-03-01 01:00'), partitions: 3 });
  const logs = await logsOf(t, await traceOf(t, rows), of);
  assert.deepEqual(logs.flatMap(eventsOf).sort(), ['0', '7', '8']);
  assert.ok(eventsOf(logs[0]).includes('8'), 'a row without an instance goes to the first partition');
  const timeless = logs[partitionOfRow({}, 3)];
  assert.deepEqual(written(timeless).slice(0, 2), ['begin', '7']);
});

test('only the range and the instances of the run are sent', async (t) => {
  const trace = await traceOf(t, rowsAt([10, 59.99, 60, 60.01, 119.99, 120, 130], { instance_id: 1 }));
  const late = makeManifest({ from: at('2024-03-01 01:00'), to: at('2024-03-01 02:00') });
  assert.deepEqual((await logsOf(t, trace, late)).flatMap(eventsOf), ['2', '3', '4']);
  const mixed = await traceOf(t, rowsAt([1, 2, 3, 4, 5]));
  const some = { ...manifest, instances: ['provisioned-1', 'provisioned-3'] };
  assert.deepEqual((await logsOf(t, mixed, some)).flatMap(eventsOf).sort(), ['1', '3']);
});

test('a replay that died goes on so that the log is the same as if it had not', async (t) => {
  const minutes = Array.from({ length: 60 }, (_, i) => (i * 37) % 119);
  const trace = await traceOf(t, rowsAt(minutes));
  const of = { ...manifest, partitions: 3 };
  const whole = await logsOf(t, trace, of);
  const random = seededRandom(7);
  for (let round = 0; round < 10; round++) {
    const bus = busOf(of.partitions);
    await play(t, { trace, manifest: of, producer: bus.producer() }).finished;
    for (const [partition, log] of bus.logs.entries()) bus.truncate(partition, Math.floor(random() * log.length));
    await play(t, { trace, manifest: of, producer: bus.producer() }).finished;
    assert.deepEqual(bus.logs.map(written), whole.map(written));
    assert.deepEqual(bus.logs.map(headers), whole.map(headers));
  }
});

function headers(log: readonly LogRecord[]): unknown[] {
  return log.map((record) => (record.kind === 'event' ? [record.event.seq, record.event.prev] : record.control.kind));
}

test('what has ended is not sent again', async (t) => {
  const trace = await traceOf(t, rowsAt([1]));
  const bus = busOf();
  await play(t, { trace, producer: bus.producer() }).finished;
  const before = bus.logs.map((log) => log.length);
  assert.equal(await play(t, { trace, producer: bus.producer() }).finished, 'ended');
  assert.deepEqual(
    bus.logs.map((log) => log.length),
    before,
  );
});

test('a paced film sends each event when it is due', async (t) => {
  const clock = filmClock();
  const bus = busOf(1);
  const of = { ...manifest, partitions: 1 };
  const trace = await traceOf(t, rowsAt([1, 2, 30, 90]));
  const replay = play(t, { trace, manifest: of, producer: bus.producer(), clock, pace: { speed: 60 } });
  await until(() => replay.status().state === 'playing');
  const sentAfter = async (ms: number): Promise<string[]> => {
    await moveBy(clock, ms);
    return eventsOf(bus.logs[0]);
  };
  assert.deepEqual(await sentAfter(900), []);
  assert.deepEqual(await sentAfter(200), ['0']);
  assert.deepEqual(await sentAfter(1_000), ['0', '1']);
  assert.deepEqual(await sentAfter(27_000), ['0', '1']);
  assert.deepEqual(await sentAfter(1_000), ['0', '1', '2']);
  assert.deepEqual(await sentAfter(60_000), ['0', '1', '2', '3']);
});

test('with faults a paced film sends a record when its delay is over, to the end of the longest one', async (t) => {
  const clock = filmClock();
  const bus = busOf(1);
  const of = { ...manifest, partitions: 1, faults: 'disorder=1h', faultSeed: 2 };
  const trace = await traceOf(t, rowsAt([1, 119]));
  const delays = (await sentAt(trace, of)).map((place) => (place - manifest.from) / MICROS_PER_MINUTE);
  const [first = 0, second = 0] = delays;
  assert.ok(first > 2 && first < 61 && second > 120, `${delays}`);
  const replay = play(t, { trace, manifest: of, producer: bus.producer(), clock, pace: { speed: 60 } });
  await until(() => replay.status().state === 'playing');
  await moveBy(clock, 1_000 * first - 200);
  assert.deepEqual(eventsOf(bus.logs[0]), []);
  await moveBy(clock, 300);
  assert.deepEqual(eventsOf(bus.logs[0]), ['0']);
  await moveBy(clock, 1_000 * (second - first) - 200);
  assert.deepEqual(eventsOf(bus.logs[0]), ['0']);
  assert.equal(replay.status().at, replayTime(manifest.to));
  assert.ok((replay.status().remainingMs ?? 0) > 1_000);
  await moveBy(clock, 300);
  assert.deepEqual(eventsOf(bus.logs[0]), ['0', '1']);
  assert.equal(replay.status().state, 'playing');
  await clock.advance(180_000);
  assert.equal(await replay.finished, 'ended');
});

/** The ledger's places of a run's records, ascending. */
async function sentAt(trace: Trace, of: Manifest): Promise<number[]> {
  const session = await trace.session();
  const rows = trace.rowsSql({ from: of.from, to: of.to, withUntimed: true });
  const spec = { ...sentSpecOf(of), rows };
  try {
    const places = await session.rows(`SELECT sent_at FROM (${sentSql(spec)}) ORDER BY sent_at`);
    return places.map(({ sent_at: place }) => Number(place));
  } finally {
    session.close();
  }
}

test('watermarks go on through a silence', async (t) => {
  const clock = filmClock();
  const bus = busOf(1);
  const trace = await traceOf(t, rowsAt([0, 119]));
  const of = { ...manifest, partitions: 1 };
  const replay = play(t, { trace, manifest: of, producer: bus.producer(), clock, pace: { speed: 60 } });
  await until(() => replay.status().state === 'playing');
  await moveBy(clock, 30_100);
  assert.equal(written(bus.logs[0]).at(-1), 'watermark 00:30');
});

test('a paused film sends nothing, says so, and goes on where it was', async (t) => {
  const clock = filmClock();
  const bus = busOf(1);
  const trace = await traceOf(t, rowsAt([1, 2, 3, 4]));
  const of = { ...manifest, partitions: 1 };
  const replay = play(t, { trace, manifest: of, producer: bus.producer(), clock, pace: { speed: 60 } });
  await until(() => replay.status().state === 'playing');
  await moveBy(clock, 2_100);
  replay.pause();
  const stoodAt = replay.status().at;
  assert.equal(replay.status().state, 'paused');
  await moveBy(clock, 600_000);
  assert.deepEqual(eventsOf(bus.logs[0]), ['0', '1']);
  assert.equal(replay.status().at, stoodAt);
  assert.equal(replay.status().speedReached, 0);
  replay.resume();
  assert.equal(replay.status().state, 'playing');
  await moveBy(clock, 1_000);
  assert.deepEqual(eventsOf(bus.logs[0]), ['0', '1', '2']);
});

test('a change of speed neither skips nor waits', async (t) => {
  const clock = filmClock();
  const bus = busOf(1);
  const trace = await traceOf(t, rowsAt([1, 10, 100]));
  const of = { ...manifest, partitions: 1 };
  const replay = play(t, { trace, manifest: of, producer: bus.producer(), clock, pace: { speed: 60 } });
  await until(() => replay.status().state === 'playing');
  await moveBy(clock, 2_000);
  const before = replay.status().at;
  replay.setSpeed(600);
  assert.equal(replay.status().at, before);
  assert.equal(replay.status().speed, 600);
  await moveBy(clock, 700);
  assert.deepEqual(eventsOf(bus.logs[0]), ['0']);
  await moveBy(clock, 200);
  assert.deepEqual(eventsOf(bus.logs[0]), ['0', '1']);
  replay.setSpeed('max');
  await replay.finished;
  assert.deepEqual(eventsOf(bus.logs[0]), ['0', '1', '2']);
});

test('a step sends the rest of the hour and its watermarks, holds the film there, and the film goes on from there', async (t) => {
  const clock = filmClock();
  const bus = busOf(1);
  const trace = await traceOf(t, rowsAt([1, 30, 59.99, 60, 61]));
  const of = { ...manifest, to: at('2024-03-01 03:00'), partitions: 1 };
  const replay = play(t, { trace, manifest: of, producer: bus.producer(), clock, pace: { speed: 60 } });
  await until(() => replay.status().state === 'playing');
  await moveBy(clock, 2_000);
  replay.step();
  assert.equal(replay.status().state, 'playing');
  await until(() => replay.status().state === 'paused');
  assert.equal(replay.status().at, replayTime(at('2024-03-01 01:00')));
  assert.deepEqual(eventsOf(bus.logs[0]), ['0', '1', '2']);
  assert.equal(written(bus.logs[0]).at(-1), 'watermark 01:00');
  await moveBy(clock, 600_000);
  assert.equal(written(bus.logs[0]).at(-1), 'watermark 01:00');
  replay.resume();
  await moveBy(clock, 500);
  assert.deepEqual(eventsOf(bus.logs[0]), ['0', '1', '2', '3']);
  await moveBy(clock, 600);
  assert.deepEqual(eventsOf(bus.logs[0]), ['0', '1', '2', '3', '4']);
});

test('a step from a full hour plays the hour that begins there; one in the last hour ends the film', async (t) => {
  const clock = filmClock();
  const bus = busOf(1);
  const trace = await traceOf(t, rowsAt([1, 59, 60, 90]));
  const of = { ...manifest, partitions: 1, faults: 'disorder=1h', faultSeed: 2 };
  const replay = play(t, { trace, manifest: of, producer: bus.producer(), clock, pace: { speed: 60 } });
  replay.pause();
  await until(() => clock.isAsleep());
  assert.equal(replay.status().at, replayTime(manifest.from));
  replay.step();
  await until(() => replay.status().state === 'paused');
  assert.equal(replay.status().at, replayTime(at('2024-03-01 01:00')));
  replay.step();
  assert.equal(await replay.finished, 'ended');
  assert.equal(replay.status().state, 'ended');
  assert.deepEqual(eventsOf(bus.logs[0]).sort(), ['0', '1', '2', '3']);
  assert.equal(written(bus.logs[0]).at(-1), 'end 02:10');
});

test('at full speed a step ends at the full hour, and nothing of the next one is sent', async (t) => {
  const rows = 60_000;
  const trace = await largeTrace(t, rows);
  const bus = createMemoryBus({ positions: [fresh()], capacityRows: 2_000 });
  const consumer = bus.consumer([0]);
  const replay = play(t, { trace, manifest: { ...manifest, partitions: 1 }, producer: bus.producer() });
  await until(() => replay.status().eventsSent > 0);
  replay.step();
  await until(async () => {
    await consumer.poll({ minRows: 1, maxRows: 10_000, waitMs: 1 });
    return replay.status().state !== 'playing';
  });
  assert.equal(replay.status().state, 'paused');
  assert.equal(replay.status().at, replayTime(at('2024-03-01 01:00')));
  assert.equal(replay.status().eventsSent, rows / 2);
});

test('what was on its way when a step began moves its end to the next full hour', async (t) => {
  const trace = await largeTrace(t, 240);
  const producer = busOf(1).producer();
  const gate = Promise.withResolvers<void>();
  let waiting = false;
  const send: typeof producer.send = async (batch, signal) => {
    waiting = batch.events !== undefined;
    if (waiting) await gate.promise;
    await producer.send(batch, signal);
  };
  const of = { ...manifest, to: at('2024-03-01 04:00'), partitions: 1 };
  const replay = play(t, { trace, manifest: of, producer: { ...producer, send } });
  await until(() => waiting);
  replay.step();
  gate.resolve();
  await until(() => replay.status().state !== 'playing');
  assert.equal(replay.status().state, 'paused');
  assert.equal(replay.status().eventsSent, 240);
  assert.equal(replay.status().at, replayTime(at('2024-03-01 02:00')));
});

test('a pause, a speed and going on hold in the middle of a step', async (t) => {
  const clock = filmClock();
  const bus = createMemoryBus({ positions: [fresh()], capacityRows: 1 });
  const consumer = bus.consumer([0]);
  const of = { ...manifest, partitions: 1 };
  const trace = await traceOf(t, rowsAt([1, 2, 3, 4, 5, 6]));
  const replay = play(t, { trace, manifest: of, producer: bus.producer(), clock, pace: { speed: 60 } });
  await until(() => replay.status().state === 'playing');
  replay.step();
  replay.setSpeed(3_600);
  assert.equal(replay.status().speed, 3_600);
  replay.pause();
  assert.equal(replay.status().state, 'paused');
  replay.resume();
  assert.equal(replay.status().state, 'playing');
  await until(async () => {
    await consumer.poll({ minRows: 1, maxRows: 100, waitMs: 1 });
    await moveBy(clock, 200, true);
    return replay.status().at > at('2024-03-01 01:00');
  });
  assert.equal(replay.status().state, 'playing');
});

test('what is asked of a film before it plays holds when it does', async (t) => {
  const clock = filmClock();
  const trace = await traceOf(t, rowsAt([1, 2]));
  const replay = play(t, { trace, producer: busOf().producer(), clock, pace: { speed: 60 } });
  assert.equal(replay.status().state, 'starting');
  replay.setSpeed(600);
  replay.pause();
  await until(clock.isAsleep);
  assert.equal(replay.status().state, 'paused');
  assert.equal(replay.status().speed, 600);
  assert.equal(replay.status().at, replayTime(manifest.from));
});

test('the film fills at full speed and is paced from there', async (t) => {
  const clock = filmClock();
  const bus = busOf(1);
  const of = { ...manifest, partitions: 1 };
  const trace = await traceOf(t, rowsAt([1, 20, 59, 61, 70]));
  const fillUntil = at('2024-03-01 01:00');
  const replay = play(t, { trace, manifest: of, producer: bus.producer(), clock, pace: { speed: 60, fillUntil } });
  await until(() => replay.status().at === replayTime(fillUntil));
  assert.deepEqual(eventsOf(bus.logs[0]), ['0', '1', '2']);
  assert.equal(replay.status().speed, 60);
  assert.equal(replay.status().fullSpeedUntil, undefined);
  await moveBy(clock, 900);
  assert.deepEqual(eventsOf(bus.logs[0]), ['0', '1', '2']);
  await moveBy(clock, 200);
  assert.deepEqual(eventsOf(bus.logs[0]), ['0', '1', '2', '3']);
});

test('a stopped film sends no end, and says that it was stopped', async (t) => {
  const clock = filmClock();
  const bus = busOf();
  const replay = play(t, {
    trace: await traceOf(t, rowsAt([1, 2])),
    producer: bus.producer(),
    clock,
    pace: { speed: 60 },
  });
  await until(() => replay.status().state === 'playing');
  await moveBy(clock, 1_500);
  replay.stop();
  assert.equal(await replay.finished, 'stopped');
  assert.equal(replay.status().state, 'stopped');
  assert.ok(!bus.logs.flatMap(written).some((text) => text.startsWith('end')));
});

test('a film that waits for its consumers falls behind, says so, and catches up', async (t) => {
  const clock = filmClock();
  const bus = createMemoryBus({ positions: [fresh()], capacityRows: 1 });
  const consumer = bus.consumer([0]);
  const of = { ...manifest, partitions: 1 };
  const trace = await traceOf(t, rowsAt([1, 2, 3, 4, 5, 6]));
  const replay = play(t, { trace, manifest: of, producer: bus.producer(), clock, pace: { speed: 60 } });
  await until(() => replay.status().state === 'playing');
  await moveBy(clock, 4_100, true);
  const behind = replay.status();
  assert.ok(behind.driftMs >= 2_000, `${behind.driftMs} ms`);
  assert.ok(consumer.lag() <= 2, 'nothing is buffered without bound');
  await until(async () => {
    await consumer.poll({ minRows: 1, maxRows: 100, waitMs: 1 });
    await moveBy(clock, 10, true);
    return replay.status().driftMs < 200;
  });
  assert.ok(replay.status().at >= manifest.from + 4 * MICROS_PER_MINUTE);
});

test('at full speed a pause takes hold in the middle of much film, and the clock does not go back', async (t) => {
  const rows = 60_000;
  const trace = await largeTrace(t, rows);
  const bus = createMemoryBus({ positions: [fresh()], capacityRows: 2_000 });
  const consumer = bus.consumer([0]);
  const of = { ...manifest, partitions: 1 };
  const replay = play(t, { trace, manifest: of, producer: bus.producer() });
  const drain = async (wanted: number): Promise<number> => {
    let taken = 0;
    for (let idle = 0; taken < wanted && idle < 20; idle++) {
      const batch = await consumer.poll({ minRows: 1, maxRows: 10_000, waitMs: 20 });
      const count = batch.events.reduce((sum, { rowCount }) => sum + rowCount, 0);
      if (count > 0) idle = 0;
      taken += count;
    }
    return taken;
  };
  await drain(20_000);
  replay.pause();
  const pausedAt = replay.status().at;
  const afterPause = await drain(rows);
  assert.ok(afterPause < 30_000, `${afterPause} events came after the pause`);
  const stoodAt = replay.status().at;
  assert.ok(stoodAt >= pausedAt);
  replay.resume();
  assert.ok(replay.status().at >= stoodAt);
  await drain(rows);
  assert.equal(await replay.finished, 'ended');
  assert.equal(replay.status().eventsSent, rows);
});

test('a film is stopped while its next piece is being loaded', async (t) => {
  const trace = await largeTrace(t, 250_000);
  const bus = createMemoryBus({ positions: [fresh()], capacityRows: 1_000 });
  bus.consumer([0]);
  const replay = play(t, { trace, manifest: { ...manifest, partitions: 1 }, producer: bus.producer() });
  await until(() => replay.status().eventsSent > 0);
  replay.stop();
  assert.equal(await replay.finished, 'stopped');
});

function fresh() {
  return { nextOffset: 0, lastSeq: -1, watermark: undefined, ended: false };
}

/** Rows spread evenly over the two hours. */
async function largeTrace(t: TestContext, rows: number): Promise<Trace> {
  const dir = await tempDir(t);
  const spread = `SELECT * REPLACE (i AS query_id, make_timestamp(${manifest.from} + i * ${Math.floor(7_200_000_000 / rows)}) AS arrival_timestamp)
    FROM (${rowsSql([{}])}) CROSS JOIN range(${rows}) AS counted(i)`;
  await writeParquet(join(dir, 'provisioned', 'large.parquet'), shapedSql(spread, 'typed'));
  const trace = await openTestTrace(dir, dir);
  t.after(() => trace.close());
  return trace;
}

/** A test clock that knows whether the film is asleep: whatever is due by then has been sent. */
function filmClock() {
  const clock = testClock();
  let asleep = 0;
  return {
    ...clock,
    sleep: async (ms: number, signal?: AbortSignal): Promise<void> => {
      asleep++;
      await clock.sleep(ms, signal);
      asleep--;
    },
    isAsleep: () => asleep > 0,
  };
}

/** Moves the clock in steps that wait for the film; unless it is held up, it falls asleep after each of them. */
async function moveBy(clock: ReturnType<typeof filmClock>, ms: number, heldUp = false): Promise<void> {
  const step = Math.max(50, ms / 40);
  for (let moved = 0; moved < ms; moved += step) {
    await clock.advance(Math.min(step, ms - moved));
    if (heldUp) await new Promise((resolve) => setTimeout(resolve, 5));
    else await until(clock.isAsleep);
  }
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 2_000; tries++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error('it did not happen within ten seconds');
}

test('the place of the film is its time, not that of the last event', async (t) => {
  const clock = filmClock();
  const trace = await traceOf(t, rowsAt([1, 100]));
  const replay = play(t, { trace, producer: busOf().producer(), clock, pace: { speed: 60 } });
  await until(() => replay.status().state === 'playing');
  await moveBy(clock, 10_000);
  const { at: place, from, to } = replay.status();
  assert.ok(Math.abs(place - addMicros(manifest.from, 10 * MICROS_PER_MINUTE)) < MICROS_PER_MINUTE / 10);
  assert.deepEqual([from, to], [manifest.from, manifest.to]);
});
