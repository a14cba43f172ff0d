import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Row, Session } from '../../../src/engine/session.ts';
import { Engine } from '../../../src/engine/session.ts';
import type { SanityLimits } from '../../../src/model/manifest.ts';
import { TOTAL_ORDER } from '../../../src/trace/trace.ts';
import { CLEAN_COLUMNS, cleanSql, fieldSql, hourSql, RECORD_ORDER, reasonSql } from '../../../src/verify/judgement.ts';
import { LIMITS, makeManifest } from '../../support/manifest.ts';
import type { TraceRow } from './fixture.ts';
import { traceSql } from './fixture.ts';

let engine: Engine;
let session: Session;

before(async () => {
  engine = await Engine.open(':memory:', { memoryMb: 256, threads: 1 });
  session = await engine.session();
});

after(() => {
  session.close();
  engine.close();
});

async function reasonOf(row: TraceRow, bad: string, limits: SanityLimits = LIMITS): Promise<unknown> {
  const manifest = makeManifest({ sanity: limits });
  const result = await session.row(
    `SELECT ${reasonSql(manifest)} AS reason FROM (SELECT *, ${bad} AS bad_columns FROM (${traceSql([row])}))`,
  );
  return result.reason;
}

/** The field for which a record is rejected, and whether it belongs to an hour. */
async function fieldOf(row: TraceRow, bad: string): Promise<readonly [unknown, boolean]> {
  const manifest = makeManifest();
  const result =
    await session.row(`SELECT ${reasonSql(manifest)} AS reason, ${fieldSql(manifest)} AS field, ${hourSql(manifest)} AS hour
    FROM (SELECT *, ${bad} AS bad_columns FROM (${traceSql([row])}))`);
  return [result.field, result.hour !== null];
}

const REASONS: readonly (readonly [string, TraceRow, string | null, string?])[] = [
  ['an ordinary record passes', {}, null],
  [
    'nulls where nothing is required pass',
    { user_id: 'NULL', feature_fingerprint: 'NULL', mbytes_scanned: 'NULL' },
    null,
  ],
  ['zeros pass', { execution_duration_ms: '0', num_joins: '0', mbytes_spilled: '0', cluster_size: '0' }, null],
  ['negative ids are names and pass', { instance_id: '-4', query_id: '-1', user_id: '-1', database_id: '-1' }, null],
  ['a record that cannot be read', {}, 'unparseable', "'*'"],
  ['no arrival', { arrival_timestamp: 'NULL' }, 'missing_field'],
  ['no instance', { instance_id: 'NULL' }, 'missing_field'],
  ['no query', { query_id: 'NULL' }, 'missing_field'],
  ['no type', { query_type: 'NULL' }, 'missing_field'],
  ['a value of another type', { user_id: 'NULL' }, 'bad_type', "'user_id'"],
  ['a required value of another type is not missing', { query_id: 'NULL' }, 'bad_type', "'query_id,mbytes_scanned'"],
  ['missing comes before another type', { query_type: 'NULL' }, 'missing_field', "'user_id'"],
  [
    'a required column whose name is part of a bad one is missing',
    { query_id: 'NULL' },
    'missing_field',
    "'cache_source_query_id'",
  ],
  ['another type comes before negative', { mbytes_spilled: '-1' }, 'bad_type', "'user_id'"],
  ...[
    'cluster_size',
    'compile_duration_ms',
    'queue_duration_ms',
    'execution_duration_ms',
    'mbytes_scanned',
    'mbytes_spilled',
  ]
    .concat([
      'num_joins',
      'num_scans',
      'num_aggregations',
      'num_permanent_tables_accessed',
      'num_external_tables_accessed',
    ])
    .concat(['num_system_tables_accessed'])
    .map((name) => [`negative ${name}`, { [name]: '-1' }, 'negative'] as const),
  ['negative comes before too long', { queue_duration_ms: '-1', execution_duration_ms: '99999999999' }, 'negative'],
  ['exactly the longest duration passes', { execution_duration_ms: '604800000' }, null],
  ['one millisecond more is too long', { compile_duration_ms: '604800001' }, 'out_of_range'],
  ['a day before the run passes', { arrival_timestamp: "'2024-02-29 00:00:00'" }, null],
  ['more than a day before the run', { arrival_timestamp: "'2024-02-28 23:59:59.999999'" }, 'out_of_range'],
  ['less than a day after the run', { arrival_timestamp: "'2024-03-02 02:59:59.999999'" }, null],
  [
    'a day after the end of the run, which is no part of it',
    { arrival_timestamp: "'2024-03-02 03:00:00'" },
    'out_of_range',
  ],
];

for (const [what, row, reason, bad] of REASONS) {
  test(`the recount's checks: ${what}: ${reason ?? 'counted'}`, async () => {
    assert.equal(await reasonOf(row, bad ?? 'CAST(NULL AS VARCHAR)'), reason);
  });
}

const FIELDS: readonly (readonly [string, TraceRow, string | null, boolean, string?])[] = [
  ['an ordinary record has none', {}, null, true],
  ['one that cannot be read has none', { arrival_timestamp: 'NULL' }, null, false, "'*'"],
  ['the first missing one', { query_type: 'NULL', query_id: 'NULL' }, 'query_id', true],
  ['a missing time', { arrival_timestamp: 'NULL', query_type: 'NULL' }, 'arrival_timestamp', false],
  [
    'the missing one, not the bad one before it',
    { query_id: 'NULL', query_type: 'NULL' },
    'query_type',
    true,
    "'query_id'",
  ],
  ['the first bad one', { user_id: 'NULL', query_id: 'NULL' }, 'user_id', true, "'user_id,query_id'"],
  ['the first bad one in the order of the columns, however they are listed', {}, 'user_id', true, "'query_id,user_id'"],
  ['the first negative one', { num_joins: '-1', mbytes_scanned: '-1' }, 'mbytes_scanned', true],
  [
    'a negative count before a negative size',
    { num_system_tables_accessed: '-1', mbytes_scanned: '-1' },
    'num_system_tables_accessed',
    true,
  ],
  ['the cluster size before all others', { cluster_size: '-1', compile_duration_ms: '-1' }, 'cluster_size', true],
  [
    'a time before a duration',
    { arrival_timestamp: "'2024-05-01'", compile_duration_ms: '604800001' },
    'arrival_timestamp',
    false,
  ],
  [
    'the first duration',
    { execution_duration_ms: '604800001', queue_duration_ms: '604800001' },
    'queue_duration_ms',
    true,
  ],
];

for (const [what, row, field, hasHour, bad] of FIELDS) {
  test(`the field of a rejected record: ${what}`, async () => {
    assert.deepEqual(await fieldOf(row, bad ?? 'CAST(NULL AS VARCHAR)'), [field, hasHour]);
  });
}

test('capped durations are never out of range', async () => {
  assert.equal(await reasonOf({ execution_duration_ms: '999999999999' }, 'NULL', { ...LIMITS, cap: true }), null);
});

function cleanedSql(row: TraceRow, limits: SanityLimits): string {
  const source = `SELECT *, 'provisioned' AS deployment, 'provisioned-' || instance_id AS instance,
    date_trunc('hour', arrival_timestamp) AS hour, 1 AS partition FROM (${traceSql([row])})`;
  return cleanSql(source, limits);
}

async function clean(row: TraceRow, limits: SanityLimits = LIMITS): Promise<Row> {
  return await session.row(cleanedSql(row, limits));
}

async function cleanValues(
  row: TraceRow,
  columns: readonly string[],
  limits: SanityLimits = LIMITS,
): Promise<unknown[]> {
  const result = await clean(row, limits);
  return columns.map((column) => result[column]);
}

test('a clean event has the columns of the public table, in its order', async () => {
  const row = await clean({});
  assert.deepEqual(Object.keys(row), [
    ...['hour', 'instance_id', 'deployment', 'cluster_size', 'user_id', 'database_id', 'query_id', 'arrival_timestamp'],
    ...['compile_duration_ms', 'queue_duration_ms', 'execution_duration_ms', 'feature_fingerprint', 'was_aborted'],
    ...['was_cached', 'cache_source_query_id', 'query_type', 'num_permanent_tables_accessed'],
    ...['num_external_tables_accessed', 'num_system_tables_accessed', 'read_table_ids', 'write_table_ids'],
    ...['mbytes_scanned', 'mbytes_spilled', 'num_joins', 'num_scans', 'num_aggregations', 'is_read'],
    ...['is_zero_compile', 'is_zero_queue', 'is_zero_execution', 'is_zero_scanned', 'is_zero_spilled'],
    ...['ln_compile', 'ln_queue', 'ln_execution', 'ln_scanned', 'ln_spilled', 'partition', 'offset'],
  ]);
  assert.equal(row.instance_id, 'provisioned-1');
  const described = await session.rows(`DESCRIBE ${cleanedSql({}, LIMITS)}`);
  assert.deepEqual(
    described.slice(0, -2).map(({ column_name: name, column_type: type }) => ({ name, type })),
    CLEAN_COLUMNS,
  );
});

const EMPTY: TraceRow = {
  compile_duration_ms: 'NULL',
  queue_duration_ms: 'NULL',
  execution_duration_ms: 'NULL',
  num_joins: 'NULL',
  num_system_tables_accessed: 'NULL',
  num_scans: 'NULL',
  mbytes_scanned: 'NULL',
  mbytes_spilled: 'NULL',
};
const FILLED = Object.keys(EMPTY);

test('an executed query that has no values has zeros', async () => {
  assert.deepEqual(
    await cleanValues(EMPTY, FILLED),
    FILLED.map(() => 0n),
  );
});

test('a cached row keeps its nulls', async () => {
  assert.deepEqual(
    await cleanValues({ ...EMPTY, was_cached: 'true' }, FILLED),
    FILLED.map(() => null),
  );
});

test('a query that scanned something keeps an unknown size unknown', async () => {
  const row = { ...EMPTY, num_scans: '2', mbytes_spilled: '5' };
  assert.deepEqual(await cleanValues(row, ['mbytes_scanned', 'mbytes_spilled', 'num_joins']), [null, 5n, 0n]);
});

test('unknown flags are false, and a row with an unknown cache flag was executed', async () => {
  const row = { ...EMPTY, was_cached: 'NULL', was_aborted: 'NULL' };
  assert.deepEqual(await cleanValues(row, ['was_cached', 'was_aborted', 'num_joins']), [false, false, 0n]);
});

test('executed selects and cached rows are reads', async () => {
  const reads = async (row: TraceRow): Promise<unknown> => (await clean(row)).is_read;
  assert.equal(await reads({ query_type: "'select'" }), true);
  assert.equal(await reads({ query_type: "'other'", was_cached: 'true' }), true);
  assert.equal(await reads({ query_type: "'other'" }), false);
  assert.equal(await reads({ query_type: "'Select'" }), false);
});

test('zeros and logarithms follow the clean values, and nothing is known of an unknown one', async () => {
  const row = { compile_duration_ms: 'NULL', execution_duration_ms: '999', mbytes_scanned: 'NULL', num_scans: '1' };
  const columns = [
    'is_zero_compile',
    'ln_compile',
    'is_zero_execution',
    'ln_execution',
    'is_zero_scanned',
    'ln_scanned',
  ];
  assert.deepEqual(await cleanValues(row, columns), [true, 0n, false, 6908n, null, null]);
});

test('the logarithm of the largest integer there is does not overflow', async () => {
  assert.deepEqual(await cleanValues({ mbytes_scanned: '9223372036854775807' }, ['ln_scanned']), [43668n]);
});

test('only a cap shortens durations, and only those beyond the limit', async () => {
  const limits = { ...LIMITS, maxDurationMs: 50, cap: true };
  const columns = ['compile_duration_ms', 'queue_duration_ms', 'execution_duration_ms'];
  const row = { compile_duration_ms: '51', queue_duration_ms: 'NULL', execution_duration_ms: '49' };
  assert.deepEqual(await cleanValues(row, columns, limits), [50n, 0n, 49n]);
  assert.deepEqual(await cleanValues(row, columns), [51n, 0n, 49n]);
});

test('records are ordered as the replay orders them', () => {
  assert.equal(`${RECORD_ORDER.replaceAll('"', '')}, raw ASC NULLS FIRST`, TOTAL_ORDER);
});
