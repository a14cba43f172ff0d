import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { DuckDBTimestampValue } from '@duckdb/node-api';
import { BATCH_COLUMNS } from '../../../src/bus/bus.ts';
import type { Row } from '../../../src/engine/session.ts';
import { identifier } from '../../../src/engine/sql.ts';
import { EVENT_COLUMNS } from '../../../src/hot-store/hot-store.ts';
import type { SanityLimits } from '../../../src/model/manifest.ts';
import { cleaningSql } from '../../../src/processor/cleaning.ts';
import { openSession } from '../../support/duckdb.ts';
import { busEvent, eventChunk } from '../../support/event-chunk.ts';
import { LIMITS } from '../../support/manifest.ts';
import { at } from '../../support/time.ts';
import type { RowSpec } from '../../support/trace-row.ts';

async function clean(t: TestContext, row: RowSpec, limits: SanityLimits = LIMITS): Promise<Row> {
  const session = await openSession(t);
  await session.run(
    `CREATE TABLE batch (${BATCH_COLUMNS.map(({ name, type }) => `${identifier(name)} ${type}`).join(', ')})`,
  );
  await session.append({ table: 'batch' }, [eventChunk([busEvent(row, { partition: 3, offset: 8 })]).chunk]);
  return await session.row(`SELECT ${cleaningSql(limits)} FROM batch`);
}

const DURATIONS = ['compile_duration_ms', 'queue_duration_ms', 'execution_duration_ms'];
const COUNTS = [
  'num_permanent_tables_accessed',
  'num_external_tables_accessed',
  'num_system_tables_accessed',
  'num_joins',
  'num_scans',
  'num_aggregations',
];
const nulls = (names: readonly string[]): RowSpec => Object.fromEntries(names.map((name) => [name, null]));

test('a clean event has the columns of the store, in their order', async (t) => {
  assert.deepEqual(
    Object.keys(await clean(t, {})),
    EVENT_COLUMNS.map(({ name }) => name),
  );
});

test('an instance is named with its deployment, and an event placed in its hour', async (t) => {
  const row = await clean(t, {
    deployment: 'serverless',
    instance_id: 12,
    arrival_timestamp: at('2024-03-01 14:59:59.999999'),
  });
  assert.equal(row.instance_id, 'serverless-12');
  assert.deepEqual(row.hour, new DuckDBTimestampValue(BigInt(at('2024-03-01 14:00'))));
  assert.deepEqual([row.partition, row.offset], [3, 8n]);
});

test('an executed query without a duration took none', async (t) => {
  const row = await clean(t, nulls(DURATIONS));
  assert.deepEqual(
    DURATIONS.map((name) => row[name]),
    [0n, 0n, 0n],
  );
});

test('an executed query without a count has none', async (t) => {
  const row = await clean(t, nulls(COUNTS));
  assert.deepEqual(
    COUNTS.map((name) => row[name]),
    COUNTS.map(() => 0n),
  );
});

test('an executed query that scanned nothing moved no bytes', async (t) => {
  for (const scans of [null, 0]) {
    const row = await clean(t, { mbytes_scanned: null, mbytes_spilled: null, num_scans: scans });
    assert.deepEqual([row.mbytes_scanned, row.mbytes_spilled], [0n, 0n], `num_scans ${scans}`);
  }
});

test('the bytes of a query that scanned something stay unknown where they are', async (t) => {
  const row = await clean(t, { mbytes_scanned: null, mbytes_spilled: null, num_scans: 1 });
  assert.deepEqual([row.mbytes_scanned, row.mbytes_spilled], [null, null]);
});

test('a cached row keeps its nulls: they do not mean zero', async (t) => {
  const unknown = [...DURATIONS, ...COUNTS, 'mbytes_scanned', 'mbytes_spilled', 'feature_fingerprint'];
  const row = await clean(t, { ...nulls(unknown), was_cached: true });
  assert.deepEqual(
    unknown.map((name) => row[name]),
    unknown.map(() => null),
  );
});

test('what an executed query does not know of its cluster, plan or source stays unknown', async (t) => {
  const unknown = [
    'cluster_size',
    'user_id',
    'database_id',
    'feature_fingerprint',
    'cache_source_query_id',
    'read_table_ids',
  ];
  const row = await clean(t, nulls(unknown));
  assert.deepEqual(
    unknown.map((name) => row[name]),
    unknown.map(() => null),
  );
});

test('a flag that is not said is false', async (t) => {
  const row = await clean(t, { was_aborted: null, was_cached: null });
  assert.deepEqual([row.was_aborted, row.was_cached], [false, false]);
  const other = await clean(t, { was_aborted: true, was_cached: true });
  assert.deepEqual([other.was_aborted, other.was_cached], [true, true]);
});

test('reads are executed selects and whatever came from the result cache', async (t) => {
  const reads = [
    [{ query_type: 'select' }, true],
    [{ query_type: 'other', was_cached: true }, true],
    [{ query_type: 'other' }, false],
    [{ query_type: 'insert', was_cached: null }, false],
  ] as const;
  for (const [row, expected] of reads) assert.equal((await clean(t, row)).is_read, expected, JSON.stringify(row));
});

test('the type of a query stays as it was recorded', async (t) => {
  assert.equal((await clean(t, { query_type: 'other', was_cached: true })).query_type, 'other');
});

test('a cap shortens durations to the limit, and leaves the others as they are', async (t) => {
  const limits = { ...LIMITS, maxDurationMs: 1_000, cap: true };
  const row = await clean(
    t,
    { compile_duration_ms: 1_001, queue_duration_ms: 1_000, execution_duration_ms: null },
    limits,
  );
  assert.deepEqual(
    DURATIONS.map((name) => row[name]),
    [1_000n, 1_000n, 0n],
  );
});

test('integers of 64 bits keep every digit', async (t) => {
  const big = 9_223_372_036_854_775_807n;
  const row = await clean(t, { user_id: big, query_id: -big, mbytes_scanned: big });
  assert.deepEqual([row.user_id, row.query_id, row.mbytes_scanned], [big, -big, big]);
});
