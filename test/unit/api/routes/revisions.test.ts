import assert from 'node:assert/strict';
import { mkdir, rename, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { describe, test } from 'node:test';
import type { HourRevision, RevisionsBody } from '../../../../src/api/routes/revisions.ts';
import { revisionsBody } from '../../../../src/api/routes/revisions.ts';
import { Engine } from '../../../../src/engine/session.ts';
import { quoted } from '../../../../src/engine/sql.ts';
import { apiFixture } from '../fixture.ts';
import { pipelineFixture } from '../pipeline-fixture.ts';

test('an hour that was amended has what each metric was before and is now', async (t) => {
  const { request, archive } = await pipelineFixture(t, { faults: 'late=5%' });
  const get = async (url: string) => {
    const response = await request('GET', url);
    assert.equal(response.statusCode, 200, response.body);
    return response.json();
  };
  const hour = '2024-03-04T00:00:00Z';
  const names: string[] = (await get('/api/metrics')).metrics.map(({ name }: { name: string }) => name);
  const inStore = async (): Promise<Record<string, unknown>> => {
    const series = names.map(async (name) => {
      const { rows } = await get(`/api/metrics/${name}/series?from=${hour}&to=2024-03-04T01:00Z`);
      return [name, rows[0]] as const;
    });
    return Object.fromEntries(await Promise.all(series));
  };
  const revisions = async (query = ''): Promise<RevisionsBody> => {
    const body = await get(`/api/hours/${hour}/revisions${query}`);
    return revisionsBody.strict().parse(body);
  };
  /** A revision's sums in the shape of a series' row. */
  const sums = ({ revision, metrics }: HourRevision): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(metrics).map(([name, of]) => [
        name,
        { hour, ...of.measures, ...of.derived, state: 'final', revision },
      ]),
    );

  const before = await inStore();
  const once = await revisions();
  const line = await get(`/api/hours/${hour}`);
  assert.deepEqual(
    once.revisions.map(({ metrics: _, ...rest }) => rest),
    [
      {
        ...{ revision: 1, made: 'closed', madeAt: line.finalized_at },
        ...{ amended: 0, late_duplicate: 0, maxLateByMs: null, events: line.counted },
      },
    ],
  );

  const [amended] = (await request('POST', '/api/amend', `{"from":"${hour}","to":"2024-03-04T01:00Z"}`)).json();
  assert.ok(amended.amended > 0);
  const after = await inStore();
  const { revisions: both, ...head } = await revisions();

  await t.test('equal to what the store answered then and answers now', () => {
    assert.deepEqual(head, { hour, state: 'final', revision: 2, earlier: 0 });
    assert.deepEqual(both.map(sums), [before, after]);
    assert.notDeepEqual(before, after);
  });

  await t.test('with what it came from', async () => {
    const [, second] = both;
    assert.ok(second !== undefined);
    const { revision, made, madeAt, amended: counted, late_duplicate: known, maxLateByMs, events } = second;
    assert.deepEqual([revision, made, counted, known], [2, 'amended', amended.amended, amended.lateDuplicate]);
    assert.equal(events, line.counted + amended.amended);
    assert.ok(maxLateByMs !== null && maxLateByMs > 0);
    const files = Object.values(second.metrics).map(({ path }) => String(path));
    const written = await Promise.all(files.map((file) => stat(join(archive, file))));
    assert.ok(Date.parse(String(madeAt)) >= Math.max(...written.map(({ mtimeMs }) => Math.floor(mtimeMs))));
  });

  await t.test('as many of the latest ones as are asked for', async () => {
    const last = await revisions('?limit=1');
    assert.equal(last.earlier, 1);
    assert.deepEqual(last.revisions, both.slice(1));
    for (const limit of ['0', '101', 'all']) {
      assert.equal((await request('GET', `/api/hours/${hour}/revisions?limit=${limit}`)).statusCode, 400);
    }
  });

  await t.test('where a file is gone or damaged, says so of that one only', async () => {
    const path = (metric: string, index: number): string => join(archive, String(both[index]?.metrics[metric]?.path));
    await rename(path('spill', 0), `${path('spill', 0)}.away`);
    await truncate(path('workload', 1), 100);
    await writeFile(path('latency', 1), Buffer.alloc((await stat(path('latency', 1))).size));
    const { revisions: found } = await revisions();
    const problems = found.map(({ metrics }) =>
      Object.fromEntries(Object.entries(metrics).flatMap(([name, { problem }]) => (problem ? [[name, problem]] : []))),
    );
    assert.deepEqual(problems[0], { spill: 'the file is not in the archive' });
    assert.match(String(problems[1]?.workload), /^the file has 100 bytes, the ledger says \d+$/);
    assert.match(String(problems[1]?.latency), /^reading the file: .+rollups\/latency\//);
    assert.ok(!JSON.stringify(problems).includes(archive), "where the archive lies is nobody else's business");
    assert.deepEqual(Object.keys(problems[1] ?? {}).sort(), ['latency', 'workload']);
    assert.equal(found[0]?.metrics.spill?.measures, null);
    assert.deepEqual(found[1]?.metrics.spill, both[1]?.metrics.spill);
  });

  await t.test('where the whole archive is gone, only that', async () => {
    await rm(archive, { recursive: true });
    const { revisions: found } = await revisions();
    assert.deepEqual(
      found.map(({ revision, madeAt }) => [revision, madeAt]),
      [
        [1, line.finalized_at],
        [2, null],
      ],
    );
    for (const { metrics } of found) for (const { measures } of Object.values(metrics)) assert.equal(measures, null);
  });
});

describe('the revisions of an hour', () => {
  const FINAL = '2024-03-01T23:00:00Z';

  /** The fixture's store, whose second hour has three revisions of these files of `traffic`, by their SELECT. */
  async function withFiles(t: TestContext, files: Readonly<Record<number, string>>) {
    const fixture = await apiFixture(t);
    const engine = await Engine.open(':memory:', { memoryMb: 100, threads: 1 });
    const session = await engine.session();
    const rows: string[] = [];
    for (const [revision, sql] of Object.entries(files)) {
      const path = `rollups/traffic/date=2024-03-01/hh=23/r${revision}-0.parquet`;
      const target = join(fixture.dir, 'archive', 'default', path);
      await mkdir(dirname(target), { recursive: true });
      await session.run(`COPY (${sql}) TO ${quoted(target)} (FORMAT parquet)`);
      await utimes(target, 1_000 + Number(revision), 1_000 + Number(revision));
      const { size } = await stat(target);
      rows.push(`(TIMESTAMP '2024-03-01 23:00:00', 'traffic', ${revision}, '${path}', 1, ${size}, '', 'local')`);
    }
    session.close();
    engine.close();
    await fixture.store.ingest(async (store) => {
      await store.run(`UPDATE store.hours SET revision = 3 WHERE hour = TIMESTAMP '2024-03-01 23:00:00';
        INSERT INTO store.archive_files VALUES ${rows.join(', ')};
        INSERT INTO store.metric_failures VALUES (TIMESTAMP '2024-03-01 23:00:00', 'classes', 'out of time')`);
      return { progress: await fixture.store.progress(), result: undefined };
    });
    const response = await fixture.get(`/api/hours/${FINAL}/revisions`);
    assert.equal(response.statusCode, 200, response.body);
    return revisionsBody.parse(response.json()).revisions;
  }

  const row = (queries: string, bytes: string): string => `SELECT TIMESTAMP '2024-03-01 23:00:00' AS hour,
      'serverless-1' AS instance_id, 7::BIGINT AS table_id, true AS is_read, TIMESTAMP '2024-01-01 00:00:00' AS since,
      ${queries}::BIGINT AS queries, ${bytes}::BIGINT AS bytes`;

  test('that were computed anew have the file of before where they have none of their own', async (t) => {
    const found = await withFiles(t, { 1: row('2', '9007199254740993'), 3: row('unnest([1, 3])', '10') });
    const path = (revision: number): string => `rollups/traffic/date=2024-03-01/hh=23/r${revision}-0.parquet`;
    const none = { revision: null, path: null, rows: 0, measures: null, derived: null };
    const late = { amended: 0, late_duplicate: 0, maxLateByMs: null, events: null };
    assert.deepEqual(found, [
      {
        ...{ revision: 1, made: 'closed', madeAt: '2026-01-01T00:00:02Z', ...late },
        metrics: {
          traffic: {
            ...{ revision: 1, path: path(1), rows: 1, problem: null },
            ...{ measures: { queries: 2, bytes: '9007199254740993' }, derived: { mean_bytes: 4_503_599_627_370_496 } },
          },
          classes: { ...none, problem: null },
        },
      },
      {
        ...{ revision: 3, made: 'recomputed', madeAt: '1970-01-01T00:16:43.000Z', ...late },
        metrics: {
          traffic: {
            ...{ revision: 3, path: path(3), rows: 1, problem: null },
            ...{ measures: { queries: 4, bytes: 20 }, derived: { mean_bytes: 5 } },
          },
          classes: { ...none, problem: 'out of time' },
        },
      },
    ]);
  });

  test('of a file without rows are no sums, of one of another definition a problem', async (t) => {
    const found = await withFiles(t, { 1: 'SELECT 1 AS queries', 2: `FROM (${row('1', '1')}) LIMIT 0` });
    assert.deepEqual(
      found.map(({ revision, metrics }) => [revision, metrics.traffic?.measures, metrics.traffic?.problem]),
      [
        [1, null, 'the file was written by another definition of the metric'],
        [2, null, null],
        [3, null, null],
      ],
    );
  });

  test('are none as long as it is open', async (t) => {
    const { get } = await apiFixture(t);
    assert.deepEqual((await get('/api/hours/2024-03-02T00:00:00Z/revisions')).json(), {
      ...{ hour: '2024-03-02T00:00:00Z', state: 'open', revision: 0, earlier: 0, revisions: [] },
    });
  });

  test('are asked for by a full hour of the run', async (t) => {
    const { get } = await apiFixture(t);
    const half = await get('/api/hours/2024-03-01T22:30:00Z/revisions');
    assert.equal(half.json().hint, 'ask for 2024-03-01T22:00:00Z');
    const other = await get('/api/hours/2024-03-02T02:00:00Z/revisions');
    assert.equal(other.statusCode, 404);
    assert.equal(other.json().detail, 'no hour 2024-03-02T02:00:00Z in this run');
    assert.equal((await get('/api/hours/2024-03-01T22:00:00Z/revisions?x=1')).statusCode, 400);
  });
});
