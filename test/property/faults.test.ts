import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DuckDBTimestampValue } from '@duckdb/node-api';
import fc from 'fast-check';
import { BATCH_COLUMNS, partitionOf } from '../../src/bus/bus.ts';
import { faultsOf, faultsText, parseFaults } from '../../src/model/faults.ts';
import type { Manifest } from '../../src/model/manifest.ts';
import { eventTime, hourOf, MICROS_PER_HOUR, MICROS_PER_MS } from '../../src/model/time.ts';
import { SENT_ORDER, sentSpecOf, sentSql } from '../../src/replay/faults.ts';
import type { Trace } from '../../src/trace/trace.ts';
import { faultSpecs } from '../support/arbitrary-faults.ts';
import { TRACE_FROM, TRACE_TO, traceRows } from '../support/arbitrary-trace.ts';
import { finishFlow, openTestTrace } from '../support/flow.ts';
import { makeManifest } from '../support/manifest.ts';
import type { SentRecord } from '../support/oracle.ts';
import { expectedOf } from '../support/oracle.ts';
import type { Log } from '../support/played-log.ts';
import { busOf, playedTo, saidBy } from '../support/played-log.ts';
import { check } from '../support/property.ts';
import { randomBelow, seededRandom } from '../support/random.ts';
import { createShuffledBus } from '../support/shuffled-bus.ts';
import { withTempDir } from '../support/temp-dir.ts';
import { writeTrace } from '../support/trace-file.ts';
import type { TraceRow } from '../support/trace-row.ts';
import { ROW_COLUMNS } from '../support/trace-row.ts';

const PARTITIONS = 3;
const HOURS = (TRACE_TO - TRACE_FROM) / MICROS_PER_HOUR;

/** A run of the given rows with faults. */
interface Disturbed {
  readonly rows: readonly TraceRow[];
  readonly manifest: Manifest;
  readonly seed: number;
}

const disturbed: fc.Arbitrary<Disturbed> = fc
  .record({
    rows: traceRows,
    faults: faultSpecs(PARTITIONS, HOURS),
    seed: fc.nat(),
    watermarkIntervalMs: fc.constantFrom(60_000, 1_260_000),
    latenessMs: fc.constantFrom(0, 600_000),
  })
  .map(({ rows, seed, ...fixed }) => ({
    rows,
    seed,
    manifest: makeManifest({ from: TRACE_FROM, to: TRACE_TO, partitions: PARTITIONS, faultSeed: seed, ...fixed }),
  }));

async function withTrace<T>(rows: readonly TraceRow[], work: (trace: Trace, dir: string) => Promise<T>): Promise<T> {
  return await withTempDir(async (dir) => {
    const trace = await openTestTrace(await writeTrace(dir, rows), dir);
    try {
      return await work(trace, dir);
    } finally {
      await trace.close();
    }
  });
}

/** What the ledger says of a record that was sent, per partition in the order of sending. */
interface Entry {
  readonly fault: string | null;
  readonly arrival: number | undefined;
}

async function ledger(trace: Trace, manifest: Manifest): Promise<Entry[][]> {
  const rows = trace.rowsSql({ from: manifest.from, to: manifest.to, withUntimed: true });
  const sql = sentSql({ ...sentSpecOf(manifest), rows });
  const session = await trace.session();
  try {
    const entries: Entry[][] = Array.from({ length: manifest.partitions }, () => []);
    for (const row of await session.rows(
      `SELECT route, fault, epoch_us(arrival_timestamp) AS arrival FROM (${sql}) ORDER BY ${SENT_ORDER}`,
    )) {
      const partition = row.route === null ? 0 : partitionOf(String(row.route), manifest.partitions);
      const arrival = row.arrival === null ? undefined : Number(row.arrival);
      entries[partition]?.push({ fault: row.fault === null ? null : String(row.fault), arrival });
    }
    return entries;
  } finally {
    session.close();
  }
}

const ARRIVAL_COLUMN = BATCH_COLUMNS.findIndex(({ name }) => name === 'arrival_timestamp');

function arrivalOf(values: readonly unknown[]): number | undefined {
  const time = values[ARRIVAL_COLUMN];
  return time instanceof DuckDBTimestampValue ? Number(time.micros) : undefined;
}

/** Checks one partition's log against what the ledger says of it. */
function assertLog(log: Log, entries: readonly Entry[], { from, to, latenessMs, watermarkIntervalMs }: Manifest): void {
  const marks: number[] = [];
  const events: (number | undefined)[] = [];
  let prev = -1;
  for (const record of log) {
    if (record.kind === 'control') {
      if (record.control.watermark !== undefined) marks.push(record.control.watermark);
      continue;
    }
    const { seq, prev: named, values } = record.event;
    assert.equal(named, prev);
    assert.ok(seq > prev);
    prev = seq;
    const entry = entries[events.length];
    const arrival = arrivalOf(values);
    events.push(arrival);
    const watermark = marks.at(-1) ?? from;
    if (entry?.fault === 'late') {
      assert.ok(hourOf(eventTime(arrival ?? 0)) + MICROS_PER_HOUR + latenessMs * MICROS_PER_MS <= watermark);
    } else if (entry?.fault === null || entry?.fault === 'duplicate') {
      assert.ok((arrival ?? from) >= watermark || arrival === undefined, `${arrival} behind ${watermark}`);
    }
  }
  assert.deepEqual(
    events,
    entries.map(({ arrival }) => arrival),
  );
  const grid: number[] = [];
  for (let mark = from + watermarkIntervalMs * MICROS_PER_MS; mark <= to; mark += watermarkIntervalMs * MICROS_PER_MS) {
    grid.push(mark);
  }
  assert.deepEqual(marks, [...grid, to + latenessMs * MICROS_PER_MS]);
  const last = log.at(-1);
  assert.equal(last?.kind === 'control' ? last.control.kind : undefined, 'end');
}

test('whatever is injected, each log is what the ledger says, and nothing but what is late lies behind its watermark', async () => {
  const property = fc.asyncProperty(disturbed, async ({ rows, manifest }) => {
    await withTrace(rows, async (trace) => {
      const entries = await ledger(trace, manifest);
      const { logs } = await playedTo(trace, manifest);
      for (const [partition, log] of logs.entries()) assertLog(log, entries[partition] ?? [], manifest);
      const seqs = logs.flatMap((log) => log.flatMap((r) => (r.kind === 'event' ? [r.event.seq] : [])));
      assert.deepEqual(
        seqs.toSorted((a, b) => a - b),
        seqs.map((_, i) => i),
      );
    });
  });
  await check(property, 10);
});

test('whatever is injected, a replay that died anywhere goes on to the same log', async () => {
  const property = fc.asyncProperty(disturbed, async ({ rows, manifest, seed }) => {
    await withTrace(rows, async (trace) => {
      const whole = await playedTo(trace, manifest);
      assert.deepEqual((await playedTo(trace, manifest, { reelRows: 10 })).logs, whole.logs);
      const random = seededRandom(seed);
      const bus = busOf(whole.logs, (log) => randomBelow(random, log.length + 1));
      assert.deepEqual((await playedTo(trace, manifest, { bus, reelRows: 20 })).logs, whole.logs);
    });
  });
  await check(property, 7);
});

test('a stall alone changes no log but for the numbers of its events', async () => {
  const property = fc.asyncProperty(disturbed, async ({ rows, manifest }) => {
    const faults = { ...faultsOf(manifest), stall: undefined };
    await withTrace(rows, async (trace) => {
      const stalled = await playedTo(trace, manifest);
      const heard = await playedTo(trace, { ...manifest, faults: faultsText(faults) });
      assert.deepEqual(stalled.logs.map(saidBy), heard.logs.map(saidBy));
    });
  });
  await check(property, 6);
});

test('whatever is injected, every record gets the fate that its place and content give it', async () => {
  const property = fc.asyncProperty(disturbed, async ({ rows, manifest, seed }) => {
    await withTrace(rows, async (trace, dataDir) => {
      const bus = createShuffledBus({ partitions: PARTITIONS, random: seededRandom(seed), maxRecords: 60 });
      const found = await finishFlow({ dataDir, manifest, metrics: [], bus, trace });
      const expected = await expectedOf(bus.logs.flatMap(sentRecords), manifest, []);
      assert.deepEqual([found.hours, found.receipts], [expected.hours, expected.receipts]);
    });
  });
  await check(property, 5);
});

/** A log as the oracle takes it; a record that the checks cannot read in full is one that they refuse. */
function sentRecords(log: Log, partition: number): SentRecord[] {
  let watermark: number | undefined;
  return log.flatMap((record) => {
    if (record.kind === 'control') {
      watermark = record.control.watermark ?? watermark;
      return [];
    }
    const { values } = record.event;
    const names = BATCH_COLUMNS.map(({ name }) => name as string);
    const cell = (name: string): unknown => values[names.indexOf(name)];
    const entries = ROW_COLUMNS.map((name) => [
      name,
      name === 'arrival_timestamp' ? (arrivalOf(values) ?? null) : plain(cell(name)),
    ]);
    const row = Object.fromEntries(entries) as TraceRow;
    return [{ row: cell('bad_columns') === null ? row : { ...row, num_scans: -1 }, partition, watermark }];
  });
}

function plain(value: unknown): unknown {
  return typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

test('a specification and its text say the same', () => {
  fc.assert(
    fc.property(faultSpecs(PARTITIONS, 400), (text) => {
      const parsed = parseFaults(text);
      assert.equal(parsed === undefined ? undefined : faultsText(parsed), text);
    }),
  );
});
