import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { compareDays, prepareDays } from '../../../src/verify/compare-days.ts';
import { prepareHours } from '../../../src/verify/run-state.ts';
import { openSession } from '../../support/duckdb.ts';
import { makeManifest } from '../../support/manifest.ts';
import { LOAD } from '../../support/metrics.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { at } from '../../support/time.ts';
import { writeParquet } from '../../support/trace-file.ts';

/** A row of the metric: when, user, queries, execution, revision. */
type Row = readonly [time: string, user: number | null, queries: number, ms: number, revision: number];

function rowsSql(time: 'hour' | 'day', rows: readonly Row[]): string {
  const values = rows.map(
    ([when, user, queries, ms, revision]) => `('${when}', 'a', ${user}, ${queries}, ${ms}, ${revision})`,
  );
  const columns = `CAST(t AS TIMESTAMP) AS ${time}, i AS instance_id, CAST(u AS BIGINT) AS user_id, CAST(q AS BIGINT) AS queries,
    CAST(m AS BIGINT) AS execution_ms, 'final' AS state, CAST(r AS INTEGER) AS revision`;
  const source = values.length === 0 ? "('2024-03-01', 'a', 1, 1, 1, 1)" : values.join(', ');
  return `SELECT ${columns} FROM (VALUES ${source}) AS rows(t, i, u, q, m, r)${values.length === 0 ? ' LIMIT 0' : ''}`;
}

/** A run from 22:00 to 01:00 the day after next, of which the hours before `finalTo` are final. */
async function compare(
  t: TestContext,
  hourly: readonly Row[],
  daily: readonly Row[],
  { finalTo = '2024-03-03 01:00', failures = [] as readonly string[] } = {},
) {
  const dir = await tempDir(t);
  await writeParquet(join(dir, 'load.parquet'), rowsSql('hour', hourly));
  await writeParquet(join(dir, 'load_day.parquet'), rowsSql('day', daily));
  const session = await openSession(t);
  await prepareHours(session, makeManifest({ from: at('2024-03-01 22:00'), to: at('2024-03-03 01:00') }));
  await session.run(`CREATE TABLE final_hours AS SELECT hour FROM run_hours WHERE hour < TIMESTAMP '${finalTo}';
    CREATE TABLE metric_failures (hour TIMESTAMP, metric VARCHAR)`);
  for (const failure of failures)
    await session.run(`INSERT INTO metric_failures VALUES (TIMESTAMP '${failure}', 'load_day')`);
  await prepareDays(session);
  const { equal, scope, expected, found } = await compareDays(session, LOAD, dir);
  return [equal, scope, expected, found];
}

const HOURLY: readonly Row[] = [
  ['2024-03-01 22:00', 1, 2, 10, 1],
  ['2024-03-01 23:00', 1, 3, 20, 2],
  ['2024-03-01 23:00', null, 1, 5, 1],
  ['2024-03-02 00:00', 1, 4, 30, 1],
  ['2024-03-03 00:00', 1, 6, 40, 1],
];
const DAILY: readonly Row[] = [
  ['2024-03-01', 1, 5, 30, 2],
  ['2024-03-01', null, 1, 5, 1],
  ['2024-03-02', 1, 4, 30, 1],
  ['2024-03-03', 1, 6, 40, 1],
];

test('a day holds the sums of its hours within the run, in the latest revision of what is summed', async (t) => {
  assert.deepEqual(await compare(t, HOURLY, DAILY), [true, '3 days', 4, 4]);
});

test('a day that is not over has no row', async (t) => {
  const options = { finalTo: '2024-03-02 23:00' };
  assert.deepEqual(await compare(t, HOURLY.slice(0, 4), DAILY.slice(0, 2), options), [true, '1 day', 2, 2]);
  assert.deepEqual(await compare(t, HOURLY.slice(0, 4), DAILY.slice(0, 3), options), [false, '1 day', 2, 3]);
});

test('a day is over when its last hour within the run is final', async (t) => {
  const options = { finalTo: '2024-03-03 00:00' };
  assert.deepEqual(await compare(t, HOURLY.slice(0, 4), DAILY.slice(0, 3), options), [true, '2 days', 3, 3]);
  assert.deepEqual(await compare(t, HOURLY.slice(0, 4), DAILY.slice(0, 2), options), [false, '2 days', 3, 2]);
});

test('a day whose sums failed in the run has no row, and the line says so', async (t) => {
  const options = { failures: ['2024-03-02 23:00'] };
  const daily = DAILY.filter(([day]) => day !== '2024-03-02');
  assert.deepEqual(await compare(t, HOURLY, daily, options), [true, '3 days, failed in 1', 3, 3]);
  assert.deepEqual(await compare(t, HOURLY, DAILY, options), [false, '3 days, failed in 1', 3, 4]);
});

test('a sum that no BIGINT can hold is expected nowhere', async (t) => {
  const most = Number('9223372036854774784');
  const hourly: readonly Row[] = [
    ['2024-03-01 22:00', 1, 1, most, 1],
    ['2024-03-01 23:00', 1, 1, most, 1],
  ];
  assert.deepEqual((await compare(t, hourly, [['2024-03-01', 1, 2, most, 1]]))[0], false);
});

test('a run without rows has days without rows', async (t) => {
  assert.deepEqual(await compare(t, [], []), [true, '3 days', 0, 0]);
});
