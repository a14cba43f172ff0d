import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { DuckDBTimestampValue } from '@duckdb/node-api';
import { BATCH_COLUMNS } from '../../../src/bus/bus.ts';
import { addMicros, MICROS_PER_HOUR } from '../../../src/model/time.ts';
import type { Trace } from '../../../src/trace/trace.ts';
import { openTestTrace } from '../../support/flow.ts';
import { makeManifest } from '../../support/manifest.ts';
import { busOf, playedTo, saidBy } from '../../support/played-log.ts';
import { randomBelow, seededRandom } from '../../support/random.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { at } from '../../support/time.ts';
import { writeTrace } from '../../support/trace-file.ts';
import type { RowSpec } from '../../support/trace-row.ts';

const ARRIVAL_COLUMN = BATCH_COLUMNS.findIndex(({ name }) => name === 'arrival_timestamp');
const EVERYTHING = 'disorder=7m,duplicate=20%,corrupt=20%,late=15%,stall=partition:1@T+50m+2h';
const undisturbed = makeManifest({
  from: at('2024-03-01 00:00'),
  to: at('2024-03-01 04:00'),
  partitions: 3,
  watermarkIntervalMs: 300_000,
});
const manifest = { ...undisturbed, faults: EVERYTHING, faultSeed: 3 };

/** Events of five instances over the whole run, some of them without a time or an instance. */
async function traceOf(t: TestContext, count = 90): Promise<Trace> {
  const rows = Array.from({ length: count }, (_, i): RowSpec => {
    const arrival = addMicros(undisturbed.from, Math.floor((((i * 37) % count) / count) * 4 * MICROS_PER_HOUR) + i);
    return { query_id: i, instance_id: i % 11 === 0 ? null : i % 5, arrival_timestamp: i % 17 === 0 ? null : arrival };
  });
  return await traceOfRows(t, rows);
}

async function traceOfRows(t: TestContext, rows: readonly RowSpec[]): Promise<Trace> {
  const dir = await tempDir(t);
  const trace = await openTestTrace(await writeTrace(dir, rows), dir);
  t.after(() => trace.close());
  return trace;
}

test('a replay with faults that died anywhere goes on so that the log is the same as if it had not', async (t) => {
  const trace = await traceOf(t);
  const whole = await playedTo(trace, manifest);
  const random = seededRandom(5);
  for (let round = 0; round < 8; round++) {
    // Partitions are behind one another as far as a bus lets them, or about as far as the film was.
    const film = random();
    const share = (): number => (round % 2 === 0 ? random() : Math.min(1, film + random() / 20));
    const bus = busOf(whole.logs, (log) => Math.floor(share() * log.length));
    await playedTo(trace, manifest, { bus, reelRows: 15 + randomBelow(random, 60) });
    assert.deepEqual(bus.logs, whole.logs, `round ${round}`);
  }
});

test('a replay that died at any record of the stalled partition goes on to the same log', async (t) => {
  const trace = await traceOf(t, 60);
  for (const faults of [EVERYTHING, 'stall=partition:1@T+1h+1h']) {
    const stalled = { ...manifest, faults };
    const whole = await playedTo(trace, stalled);
    const length = whole.logs[1]?.length ?? 0;
    for (let held = length - 1; held > 0; held -= faults === EVERYTHING ? 7 : 2) {
      const bus = busOf(whole.logs, (log, partition) => (partition === 1 ? held : log.length));
      await playedTo(trace, stalled, { bus, reelRows: 40 });
      assert.deepEqual(bus.logs, whole.logs, `${faults}: ${held} of ${length} records`);
    }
  }
});

test('a record that goes out exactly where the film goes on is sent', async (t) => {
  const watermark = addMicros(undisturbed.from, MICROS_PER_HOUR);
  // With a disorder of two microseconds about half of them go out one later, with the watermark of their hour.
  const rows = Array.from({ length: 20 }, (_, i): RowSpec => ({ query_id: i, arrival_timestamp: watermark + 1 }));
  const trace = await traceOfRows(t, rows);
  const of = { ...undisturbed, partitions: 1, faults: 'disorder=2us', faultSeed: 1 };
  const whole = await playedTo(trace, of);
  const [log = []] = whole.logs;
  const place = log.findIndex((record) => record.kind === 'control' && record.control.watermark === watermark);
  assert.ok(place > 12 && log[place - 1]?.kind === 'event' && log[place + 1]?.kind === 'event');
  const bus = busOf(whole.logs, () => place + 1);
  assert.deepEqual((await playedTo(trace, of, { bus })).logs, whole.logs);
});

test('however many events are loaded at a time, the log is the same', async (t) => {
  const trace = await traceOf(t);
  const whole = await playedTo(trace, manifest);
  for (const reelRows of [2, 30]) {
    assert.deepEqual((await playedTo(trace, manifest, { reelRows })).logs, whole.logs, `${reelRows} rows`);
  }
});

test('a stall changes when a partition is heard, but not what it says', async (t) => {
  const trace = await traceOf(t);
  for (const faults of ['disorder=7m,late=15%', 'none']) {
    const heard = await playedTo(trace, { ...manifest, faults });
    for (const stall of ['T+50m+2h', 'T+33s', 'T+3h30m+1d', '2024-02-29T23:00+90m', 'T+55m+5m']) {
      const spec = [...(faults === 'none' ? [] : [faults]), `stall=partition:1@${stall.replace('T+3h30m', 'T+210m')}`];
      const stalled = await playedTo(trace, { ...manifest, faults: spec.join(',') }, { reelRows: 20 });
      assert.deepEqual(stalled.logs.map(saidBy), heard.logs.map(saidBy), `${spec}`);
    }
  }
});

test('what a stalled partition was to say comes together when it is over, while the others go on', async (t) => {
  const { logs } = await playedTo(await traceOf(t), { ...undisturbed, faults: 'stall=partition:1@T+1h+1h' });
  const [start, end] = [addMicros(undisturbed.from, MICROS_PER_HOUR), addMicros(undisturbed.from, 2 * MICROS_PER_HOUR)];
  const delivered = logs
    .flatMap((log, partition) => log.flatMap((r) => (r.kind === 'event' ? [{ ...r.event, partition }] : [])))
    .sort((a, b) => a.seq - b.seq)
    .map(({ partition, values }) => {
      const time = values[ARRIVAL_COLUMN];
      const arrival = time instanceof DuckDBTimestampValue ? Number(time.micros) : undisturbed.from;
      const isHeld = partition === 1 && arrival >= start && arrival < end;
      return { isHeld, place: isHeld ? end : arrival };
    });
  assert.ok(delivered.filter(({ isHeld }) => isHeld).length > 5);
  const places = delivered.map(({ place }) => place);
  assert.deepEqual(
    places,
    places.toSorted((a, b) => a - b),
  );
});

test('the film goes on behind the end of the run until everything that was delayed is out', async (t) => {
  const trace = await traceOf(t);
  const { logs } = await playedTo(trace, { ...manifest, faults: 'disorder=1h' });
  const events = logs.flatMap((log) => log.filter(({ kind }) => kind === 'event'));
  assert.equal(events.length, 90);
  for (const log of logs) {
    const marks = log.flatMap((r) => (r.kind === 'control' && r.control.watermark ? [r.control.watermark] : []));
    assert.deepEqual(marks.slice(-2), [undisturbed.to, at('2024-03-01 04:10')]);
  }
});
