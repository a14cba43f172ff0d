import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { partitionOf } from '../../../src/bus/bus.ts';
import { countedEventsSql, prepareRecount, recountSpan } from '../../../src/verify/recount.ts';
import { reportRow } from '../../../src/verify/report.ts';
import { withSession } from '../../support/duckdb.ts';
import { makeManifest } from '../../support/manifest.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { writeParquet } from '../../support/trace-file.ts';
import type { TraceRow } from './fixture.ts';
import { traceSql } from './fixture.ts';

/** Recounts the rows as one span and returns its receipts and the execution times that are counted. */
async function recount(
  t: TestContext,
  rows: readonly TraceRow[],
): Promise<{ receipts: unknown[]; counted: unknown[] }> {
  const staged = join(await tempDir(t), 'span.parquet');
  const sent = `SELECT *, 'provisioned' AS deployment, 'provisioned-' || instance_id AS instance,
    CAST(NULL AS VARCHAR) AS bad_columns, CAST(NULL AS VARCHAR) AS raw FROM (${traceSql(rows)})`;
  await writeParquet(staged, sent);
  return await withSession(async (session) => {
    const manifest = makeManifest();
    await prepareRecount(session);
    await recountSpan(session, staged, manifest);
    const receipts = await session.rows('SELECT * FROM receipts_expected ORDER BY hour NULLS FIRST, partition');
    const hours = 'SELECT DISTINCT hour FROM records';
    const events = await session.rows(
      `SELECT execution_duration_ms AS ms FROM (${countedEventsSql(manifest, hours)}) ORDER BY arrival_timestamp, query_id`,
    );
    return {
      receipts: receipts.map((row) => Object.values(reportRow(row, Object.keys(row)))),
      counted: events.map(({ ms }) => Number(ms)),
    };
  });
}

const HOUR = '2024-03-01T00:00:00Z';
const execution = (...values: string[]): TraceRow[] => values.map((ms) => ({ execution_duration_ms: ms }));

test('records of different keys are all counted', async (t) => {
  const rows = [{ query_id: '1' }, { query_id: '2' }, { query_id: '1', instance_id: '2' }];
  assert.deepEqual((await recount(t, rows)).receipts, [
    [HOUR, 0, 1, 0, 0, 0],
    [HOUR, 1, 2, 0, 0, 0],
  ]);
});

test('the same query in another hour is another event', async (t) => {
  const { receipts } = await recount(t, [{}, { arrival_timestamp: "'2024-03-01 01:00:00'" }]);
  assert.deepEqual(receipts, [
    [HOUR, 1, 1, 0, 0, 0],
    ['2024-03-01T01:00:00Z', 1, 1, 0, 0, 0],
  ]);
});

/** Of one key: executions in any order in the file, then counted, duplicate, rejected, and the execution that stays. */
const CONTESTS: readonly (readonly [string, readonly TraceRow[], readonly number[], number])[] = [
  ['three of the same are one and two duplicates', execution('5', '5', '5'), [1, 2, 0], 5],
  ['of two that differ the smaller stays', execution('9', '7'), [1, 0, 1], 7],
  ['what equals the smaller is a duplicate', execution('9', '7', '7'), [1, 1, 1], 7],
  ['what equals the rejected one is rejected too', execution('9', '7', '9'), [1, 0, 2], 7],
  ['null and zero are the same content of an executed query', execution('NULL', '0'), [1, 1, 0], 0],
  [
    'a record that comes later by its raw values may be the smaller one when clean',
    // Null comes first in replay, is 0 when clean, and then the queue decides: the first two are there when it comes.
    [
      { compile_duration_ms: 'NULL', queue_duration_ms: '5', execution_duration_ms: '1' },
      { compile_duration_ms: 'NULL', queue_duration_ms: '5', execution_duration_ms: '1' },
      { compile_duration_ms: '0', queue_duration_ms: '3', execution_duration_ms: '2' },
    ],
    [1, 1, 1],
    2,
  ],
  [
    'an earlier arrival is the smaller one whatever follows',
    [{ arrival_timestamp: "'2024-03-01 00:11:00'", execution_duration_ms: '1' }, { execution_duration_ms: '3' }],
    [1, 0, 1],
    3,
  ],
  ['a rejected record does not contest', execution('-1', '4', '4'), [1, 1, 1], 4],
];

for (const [what, rows, [counted, duplicate, rejected], stays] of CONTESTS) {
  test(`of records with one key: ${what}`, async (t) => {
    const result = await recount(t, rows);
    assert.deepEqual(result.receipts, [[HOUR, 1, counted, duplicate, rejected, 0]]);
    assert.deepEqual(result.counted, [stays]);
  });
}

test('rejected records stand in their hour, or under none without a time', async (t) => {
  const rows = [{ query_type: 'NULL' }, { arrival_timestamp: 'NULL' }, { instance_id: 'NULL' }];
  const { receipts, counted } = await recount(t, rows);
  assert.deepEqual(receipts, [
    [null, 1, 0, 0, 1, 0],
    [HOUR, 0, 0, 0, 1, 0],
    [HOUR, 1, 0, 0, 1, 0],
  ]);
  assert.deepEqual(counted, []);
});

test('records lie in the partition of their instance', async (t) => {
  const ids = Array.from({ length: 20 }, (_, id) => String(id));
  const { receipts } = await recount(
    t,
    ids.map((instance_id) => ({ instance_id })),
  );
  const first = ids.filter((id) => partitionOf(`provisioned-${id}`, 2) === 0).length;
  assert.ok(first > 0 && first < 20);
  assert.deepEqual(receipts, [
    [HOUR, 0, first, 0, 0, 0],
    [HOUR, 1, 20 - first, 0, 0, 0],
  ]);
});
