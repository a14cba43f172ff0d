import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { DuckDBTimestampValue } from '@duckdb/node-api';
import type { Session } from '../../src/engine/session.ts';
import { numberOf } from '../../src/engine/session.ts';
import { quoted } from '../../src/engine/sql.ts';
import type { Metric } from '../../src/metrics/metric.ts';
import type { Manifest } from '../../src/model/manifest.ts';
import { addMicros, MICROS_PER_HOUR } from '../../src/model/time.ts';
import { openTrace } from '../../src/trace/open.ts';
import type { Trace } from '../../src/trace/trace.ts';
import type { VerifyReport } from '../../src/verify/verify.ts';
import { verifyRun } from '../../src/verify/verify.ts';
import { makeManifest } from '../support/manifest.ts';
import { builtInMetrics } from '../support/metrics.ts';
import { TRACE_START, writeSqlTrace } from '../support/sql-trace.ts';
import type { BusEvent, Tampering } from '../support/tampered-run.ts';
import { playTampered } from '../support/tampered-run.ts';
import { at } from '../support/time.ts';
import { writeParquet } from '../support/trace-file.ts';

/*
 * Who checks the checker? One event is dropped, doubled or changed in one of three places, and each time verification
 * must find it: on the bus before the processor, in the store behind the processor, and in the trace that the recount
 * reads. What the store gives out is tampered with in `mutated-output.test.ts`.
 */

const ACTIONS = ['drop', 'double', 'change'] as const;
type Action = (typeof ACTIONS)[number];

/** A change of one event that the numbers of its hour must show, as it is made in SQL and on the bus. */
interface Change {
  readonly column: string;
  readonly sql: string;
  readonly onBus: (event: BusEvent) => BusEvent;
  /** Which events show it; default all. */
  readonly only?: string;
}

/** Adds one to a column, counting an unknown value as 0. */
function plusOne(column: string, only = 'true'): Change {
  const value = (event: BusEvent): bigint => BigInt(String(event[column] ?? 0)) + 1n;
  return { column, only, sql: `coalesce(${column}, 0) + 1`, onBus: (event) => ({ ...event, [column]: value(event) }) };
}

const CHANGES: readonly Change[] = [
  plusOne('execution_duration_ms'),
  plusOne('queue_duration_ms'),
  plusOne('compile_duration_ms'),
  plusOne('mbytes_scanned', 'mbytes_scanned > 0'),
  plusOne('mbytes_spilled', 'mbytes_spilled > 0'),
  plusOne('num_joins', "query_type = 'select'"),
  {
    column: 'was_aborted',
    sql: 'NOT was_aborted',
    onBus: (event) => ({ ...event, was_aborted: event.was_aborted !== true }),
  },
  {
    column: 'query_type',
    sql: "CASE query_type WHEN 'insert' THEN 'copy' ELSE 'insert' END",
    onBus: (event) => ({ ...event, query_type: event.query_type === 'insert' ? 'copy' : 'insert' }),
  },
  {
    column: 'read_table_ids',
    sql: "concat_ws(',', read_table_ids, '987')",
    onBus: (event) => ({ ...event, read_table_ids: `${String(event.read_table_ids)},987` }),
  },
];

/** Changes that decide an event's fate or hour: they matter before the processor only. */
const EARLY_CHANGES: readonly Change[] = [
  ...CHANGES,
  { column: 'query_id', sql: 'NULL', onBus: (event) => ({ ...event, query_id: null }) },
  { column: 'num_scans', sql: '-1', onBus: (event) => ({ ...event, num_scans: -1n }) },
  {
    column: 'arrival_timestamp',
    sql: 'arrival_timestamp + INTERVAL 1 hour',
    only: 'arrival_timestamp < (SELECT max(arrival_timestamp) - INTERVAL 1 hour FROM trace)',
    onBus: (event) => ({ ...event, arrival_timestamp: anHourLater(event.arrival_timestamp) }),
  },
];

function anHourLater(value: unknown): DuckDBTimestampValue {
  assert.ok(value instanceof DuckDBTimestampValue);
  return new DuckDBTimestampValue(value.micros + BigInt(MICROS_PER_HOUR));
}

const HOURS = 3;

interface Setting {
  readonly dir: string;
  readonly file: string;
  readonly trace: Trace;
  readonly metrics: readonly Metric[];
  readonly manifest: Manifest;
  /** Snapshot of a run that nobody tampered with. */
  readonly right: string;
}
let setting: Setting;

before(async () => {
  const dir = await mkdtemp(join(tmpdir(), 'spillway-mutations-'));
  const file = join(dir, 'trace', 'provisioned', 'part.parquet');
  // Repeated, conflicting and broken records too: what is dropped must be missed among them as well.
  const extra = [
    'SELECT * FROM trace WHERE query_id % 50 = 0',
    'SELECT * REPLACE (execution_duration_ms + 1 AS execution_duration_ms) FROM trace WHERE query_id % 50 = 5',
    'SELECT * REPLACE (-1 AS num_joins) FROM trace WHERE query_id % 50 = 10',
    'SELECT * REPLACE (CAST(NULL AS TIMESTAMP) AS arrival_timestamp) FROM trace WHERE query_id % 200 = 15',
  ];
  await writeSqlTrace({ file, rows: 600, hours: HOURS, instances: 6, extra });
  const trace = await open(dir, 'trace');
  const metrics = await builtInMetrics();
  const manifest = manifestOf(trace, metrics);
  const { snapshotDir: right } = await playTampered({ dir, trace, manifest, metrics, tampering: {} });
  setting = { dir, file, trace, metrics, manifest, right };
});

after(async () => {
  await setting.trace.close();
  await rm(setting.dir, { recursive: true, force: true });
});

function open(dir: string, name: string): Promise<Trace> {
  return openTrace({ path: join(dir, name), cacheDir: join(dir, 'cache'), memoryMb: 300, threads: 1 });
}

function manifestOf(trace: Trace, metrics: readonly Metric[]): Manifest {
  const from = at(TRACE_START);
  return makeManifest({
    run: 'mutated',
    trace: trace.identity,
    from,
    to: addMicros(from, HOURS * MICROS_PER_HOUR),
    metrics: Object.fromEntries(metrics.map(({ name, hash }) => [name, hash])),
  });
}

/** Names of the checks that failed. The run is taken for one over `trace`, whatever it was made from. */
async function verify(snapshotDir: string, trace: Trace = setting.trace): Promise<string[]> {
  const { metrics, dir } = setting;
  const manifest = { ...setting.manifest, trace: trace.identity };
  const tempDir = join(dir, 'temp');
  const report: VerifyReport = await verifyRun({
    trace,
    manifest,
    metrics,
    snapshotDir,
    memoryMb: 300,
    threads: 1,
    tempDir,
  });
  assert.ok(report.totals.finalHours > 0);
  return report.checks.filter(({ equal }) => !equal).map(({ check }) => check);
}

async function play(tampering: Tampering): Promise<string[]> {
  const { dir, trace, manifest, metrics } = setting;
  const { snapshotDir } = await playTampered({ dir, trace, manifest, metrics, tampering });
  return await verify(snapshotDir);
}

/** A number below `n` that looks random and is always the same for a seed. */
function pick(seed: number, n: number): number {
  const mixed = Math.imul(seed ^ 0x5bd1e995, 0x2c1b3c6d);
  return ((mixed ^ (mixed >>> 13)) >>> 0) % n;
}

/** The query of an ordinary executed event that shares its key with no other and shows `change`. */
async function victim(seed: number, change: Change): Promise<bigint> {
  const { manifest, trace } = setting;
  const session = await trace.session();
  try {
    const rows = await session.rows(`WITH trace AS (${trace.rowsSql({ ...manifest, withUntimed: false })})
      SELECT query_id FROM trace WHERE query_id % 5 <> 0 AND NOT was_cached AND (${change.only ?? 'true'}) ORDER BY 1`);
    const id = rows[pick(seed, rows.length)]?.query_id;
    assert.ok(typeof id === 'bigint');
    return id;
  } finally {
    session.close();
  }
}

/** Changes come in turn, so that every one is made; the seed alone picks the event. */
function changeFor(seed: number, changes: readonly Change[]): Change {
  const change = changes[seed % changes.length];
  assert.ok(change !== undefined);
  return change;
}

async function onBus(action: Action, seed: number): Promise<string[]> {
  const change = changeFor(seed, EARLY_CHANGES);
  const id = await victim(seed, change);
  let hits = 0;
  const failed = await play({
    bus: (event) => {
      if (event.query_id !== id) return [event];
      hits++;
      if (action === 'drop') return [];
      return action === 'double' ? [event, { ...event }] : [change.onBus(event)];
    },
  });
  assert.equal(hits, 1);
  return failed;
}

async function inStore(action: Action, seed: number): Promise<string[]> {
  const change = changeFor(seed, CHANGES);
  const id = await victim(seed, change);
  const statements = {
    drop: `DELETE FROM store.events WHERE query_id = ${id}`,
    double: `INSERT INTO store.events SELECT * FROM store.events WHERE query_id = ${id}`,
    change: `UPDATE store.events SET ${change.column} = ${change.sql} WHERE query_id = ${id}`,
  };
  let hits = 0;
  const tamper = async (session: Session): Promise<void> => {
    if (hits > 0) return;
    hits = numberOf((await session.row(statements[action])).Count);
  };
  const failed = await play({ store: tamper });
  assert.equal(hits, 1);
  return failed;
}

async function inTrace(action: Action, seed: number): Promise<string[]> {
  const change = changeFor(seed, EARLY_CHANGES);
  const id = await victim(seed, change);
  const { dir, file } = setting;
  const name = `trace-${action}-${seed}`;
  const source = `FROM read_parquet(${quoted(file)})`;
  const others = `SELECT * ${source} WHERE query_id IS DISTINCT FROM ${id}`;
  const one = `SELECT * ${source} WHERE query_id = ${id}`;
  const mutated = {
    drop: others,
    double: `SELECT * ${source} UNION ALL ${one}`,
    change: `${others} UNION ALL SELECT * REPLACE (${change.sql} AS ${change.column}) ${source} WHERE query_id = ${id}`,
  };
  await writeParquet(join(dir, name, 'provisioned', 'part.parquet'), mutated[action]);
  const trace = await open(dir, name);
  try {
    const { rows } = setting.trace;
    assert.equal(trace.rows, { drop: rows - 1, double: rows + 1, change: rows }[action]);
    return await verify(setting.right, trace);
  } finally {
    await trace.close();
  }
}

/** Each place with how often each action is tried there: every kind of change once. */
const PLACES: readonly {
  readonly place: string;
  readonly times: Readonly<Record<Action, number>>;
  readonly mutate: (action: Action, seed: number) => Promise<string[]>;
}[] = [
  { place: 'on the bus', times: { drop: 3, double: 3, change: EARLY_CHANGES.length }, mutate: onBus },
  { place: 'in the store', times: { drop: 3, double: 3, change: CHANGES.length }, mutate: inStore },
  { place: 'in the trace', times: { drop: 3, double: 3, change: EARLY_CHANGES.length }, mutate: inTrace },
];

test('a run that nobody tampered with is verified', async () => {
  assert.deepEqual(await verify(setting.right), []);
});

test('a run whose events were taken off the bus and put back as they were is verified', async () => {
  assert.deepEqual(await play({ bus: (event) => [event], store: async () => undefined }), []);
});

for (const { place, times, mutate } of PLACES) {
  for (const action of ACTIONS) {
    for (let seed = 0; seed < times[action]; seed++) {
      test(`one event is noticed: ${action} ${place} (seed ${seed})`, async () => {
        assert.notDeepEqual(await mutate(action, seed), []);
      });
    }
  }
}
