import assert from 'node:assert/strict';
import { appendFile, cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { numberOf, textOf } from '../../src/engine/session.ts';
import { identifier, quoted } from '../../src/engine/sql.ts';
import type { Metric } from '../../src/metrics/metric.ts';
import { parseFaults } from '../../src/model/faults.ts';
import type { Manifest } from '../../src/model/manifest.ts';
import { addMicros, MICROS_PER_HOUR } from '../../src/model/time.ts';
import { sentSql } from '../../src/replay/faults.ts';
import { openTrace } from '../../src/trace/open.ts';
import type { Trace } from '../../src/trace/trace.ts';
import { snapshotNames, verifyRun } from '../../src/verify/verify.ts';
import { withSession } from '../support/duckdb.ts';
import { makeManifest } from '../support/manifest.ts';
import { builtInMetrics, LOAD } from '../support/metrics.ts';
import { TRACE_START, writeSqlTrace } from '../support/sql-trace.ts';
import type { BusEvent, PlayedRun } from '../support/tampered-run.ts';
import { playTampered } from '../support/tampered-run.ts';
import { at } from '../support/time.ts';
import { writeParquet } from '../support/trace-file.ts';

/*
 * Who checks the checker, once more: a disturbed run whose late events were folded in and one of whose metrics failed for
 * an hour. One row of one table that its store gives out is dropped, doubled, or changed in one column; or one record that
 * its faults brought about is tampered with on the bus. Each time verification must find it.
 */

const HOURS = 4;
const FAULTS = 'disorder=2m,duplicate=4%,corrupt=8%,late=6%';

/** Fails for the second hour. */
const FAILING: Metric = {
  ...LOAD,
  name: 'failing',
  hash: 'failing-1',
  sql: `SELECT hour, instance_id, user_id, count(*) AS queries,
      CASE WHEN hour(any_value(hour)) = 1 THEN error('not this hour') ELSE 0 END AS execution_ms
    FROM events GROUP BY hour, instance_id, user_id`,
};

interface Setting {
  readonly dir: string;
  readonly trace: Trace;
  readonly metrics: readonly Metric[];
  readonly manifest: Manifest;
  /** The run as nobody tampered with it. */
  readonly right: PlayedRun;
}
let setting: Setting;

before(async () => {
  const dir = await mkdtemp(join(tmpdir(), 'spillway-mutated-output-'));
  const extra = [
    'SELECT * FROM trace WHERE query_id % 50 = 0',
    'SELECT * REPLACE (execution_duration_ms + 1 AS execution_duration_ms) FROM trace WHERE query_id % 50 = 5',
    'SELECT * REPLACE (CAST(NULL AS TIMESTAMP) AS arrival_timestamp) FROM trace WHERE query_id % 200 = 15',
  ];
  const file = join(dir, 'trace', 'provisioned', 'part.parquet');
  await writeSqlTrace({ file, rows: 600, hours: HOURS, instances: 3, extra });
  const trace = await openTrace({ path: join(dir, 'trace'), cacheDir: join(dir, 'cache'), memoryMb: 300, threads: 1 });
  const withHistory = (await builtInMetrics()).filter(({ history }) => history);
  const metrics = [LOAD, FAILING, ...withHistory];
  const from = at(TRACE_START);
  const manifest = makeManifest({
    run: 'mutated',
    trace: trace.identity,
    from,
    to: addMicros(from, HOURS * MICROS_PER_HOUR),
    faults: FAULTS,
    metrics: Object.fromEntries(metrics.map(({ name, hash }) => [name, hash])),
  });
  const right = await playTampered({ dir, trace, manifest, metrics, tampering: {}, amend: true });
  setting = { dir, trace, metrics, manifest, right };
});

after(async () => {
  await setting.trace.close();
  await rm(setting.dir, { recursive: true, force: true });
});

/** Names of the checks that failed. */
async function verify({ snapshotDir, archiveDir }: PlayedRun): Promise<string[]> {
  const { trace, manifest, metrics, dir } = setting;
  const options = { trace, manifest, metrics, memoryMb: 300, threads: 1, tempDir: join(dir, 'temp') };
  const report = await verifyRun({ ...options, snapshotDir, archiveDir });
  return report.checks.filter(({ equal }) => !equal).map(({ check }) => check);
}

test('a disturbed and amended run that nobody tampered with is verified', async () => {
  assert.deepEqual(await verify(setting.right), []);
});

test('the run has rows of every kind to tamper with', async () => {
  await withSession(async (session) => {
    const count = async (table: string, where = 'true'): Promise<number> =>
      numberOf((await session.row(`SELECT count(*) AS n FROM ${rowsOf(table)} WHERE ${where}`)).n);
    for (const name of snapshotNames(setting.metrics)) assert.ok((await count(name)) > 0, name);
    for (const fate of ['amended', 'late_duplicate'])
      assert.ok((await count('late_events', `fate = '${fate}'`)) > 0, fate);
    assert.equal(await count('late_events', "fate = 'late'"), 0);
    assert.equal(await count('metric_failures'), 1);
  });
});

const rowsOf = (table: string): string =>
  `read_parquet(${quoted(join(setting.right.snapshotDir, `${table}.parquet`))}, file_row_number = true)`;

/**
 * Columns in which a change need not be noticed. Wall times and watermarks when something was written, the place of a
 * record in the log and words that explain are not told by the trace; `state` of a file is, but moves it out of reach.
 */
const UNCHECKED: Readonly<Record<string, readonly string[]>> = {
  hours: ['watermark', 'finalized_at'],
  receipts: ['watermark', 'first_offset', 'last_offset'],
  progress: ['last_seq', 'watermark_at', 'replayed'],
  late_events: ['offset'],
  rejected: ['offset', 'seq', 'raw'],
  archive_files: ['state'],
  metric_failures: ['reason'],
};

/** A value that is none of the column's own. */
function otherValue(name: string, type: string): string {
  const column = identifier(name);
  if (type === 'TIMESTAMP') return `coalesce(${column}, TIMESTAMP '2024-03-04') + INTERVAL 1 hour`;
  if (type === 'VARCHAR') return `coalesce(${column}, '') || '1'`;
  if (type === 'BOOLEAN') return `NOT coalesce(${column}, false)`;
  if (type === 'BLOB') return `${column} || encode('1')`;
  return `coalesce(${column}, 0) + 1`;
}

/** Verifies the run with one row of `table` that `where` picks replaced by the result of `sql`, a SELECT from `hit`. */
async function replaceRow(table: string, sql: string, where = 'true'): Promise<string[]> {
  const snapshotDir = await mkdtemp(join(setting.dir, 'output-'));
  await cp(setting.right.snapshotDir, snapshotDir, { recursive: true });
  const picked = `SELECT * FROM ${rowsOf(table)} WHERE ${where} ORDER BY md5(file_row_number::VARCHAR) LIMIT 1`;
  await writeParquet(
    join(snapshotDir, `${table}.parquet`),
    `WITH picked AS MATERIALIZED (${picked}), hit AS (SELECT * EXCLUDE (file_row_number) FROM picked)
     SELECT * EXCLUDE (file_row_number) FROM ${rowsOf(table)} WHERE file_row_number NOT IN (SELECT file_row_number FROM picked)
     UNION ALL ${sql}`,
  );
  return await verify({ ...setting.right, snapshotDir });
}

const STATE_TABLES = snapshotNames([]);
const METRIC_TABLES = ['load', 'failing', 'repetition', 'utilization'].flatMap((name) => [name, `${name}_day`]);

for (const table of [...STATE_TABLES, ...METRIC_TABLES]) {
  test(`a row that is not there is noticed: ${table}`, async () => {
    assert.notDeepEqual(await replaceRow(table, 'SELECT * FROM hit LIMIT 0'), []);
  });

  test(`a row that is there twice is noticed: ${table}`, async () => {
    assert.notDeepEqual(await replaceRow(table, 'SELECT * FROM hit UNION ALL SELECT * FROM hit'), []);
  });
}

/** Rows of which a change of the column can be noticed. */
const PICKED: Readonly<Record<string, string>> = {
  // An hour's revision may be that of a metric that has no rows of it: in the second hour one has failed.
  'hours.revision': 'hour(hour) <> 1',
  // The field of a conflict depends on what it met.
  'rejected.field': "reason <> 'conflict'",
};

/** Of the columns of an event, which are all compared alike, some of every type. */
const SOME_COLUMNS =
  /^(hour|instance_id|deployment|user_id|arrival_timestamp|feature_fingerprint|was_aborted|is_zero_queue|ln_spilled|partition|seen_watermark|late_by_ms|fate|revision)$/;

for (const table of [...STATE_TABLES, 'load', 'load_day', 'utilization']) {
  test(`a changed value is noticed in every column of ${table}`, async () => {
    const columns = await withSession((session) =>
      session.rows(`DESCRIBE SELECT * EXCLUDE (file_row_number) FROM ${rowsOf(table)}`),
    );
    for (const { column_name: column, column_type: type } of columns) {
      const name = textOf(column);
      if (UNCHECKED[table]?.includes(name) === true) continue;
      if (table === 'late_events' && !SOME_COLUMNS.test(name)) continue;
      const where = PICKED[`${table}.${name}`] ?? 'true';
      const changed = `SELECT * REPLACE (${otherValue(name, textOf(type))} AS ${identifier(name)}) FROM hit`;
      assert.notDeepEqual(await replaceRow(table, changed, where), [], `${table}.${name}`);
    }
  });
}

test('a file of the archive that has changed is noticed, in its bytes and in their number', async () => {
  const archiveDir = join(setting.dir, 'archive-copy');
  await cp(setting.right.archiveDir, archiveDir, { recursive: true });
  const changed = { ...setting.right, archiveDir };
  assert.deepEqual(await verify(changed), []);
  const files = await withSession((session) =>
    session.rows(`SELECT path FROM ${rowsOf('archive_files')} WHERE revision = 2 ORDER BY path`),
  );
  await appendFile(join(archiveDir, textOf(files[0]?.path)), ' ');
  assert.deepEqual(await verify(changed), ['archive: files']);
  await cp(join(setting.right.archiveDir, textOf(files[0]?.path)), join(archiveDir, textOf(files[0]?.path)));
  await rm(join(archiveDir, textOf(files[1]?.path)));
  assert.deepEqual(await verify(changed), ['archive: files']);
  await rm(archiveDir, { recursive: true });
  assert.deepEqual(await verify(changed), []);
  assert.ok((await readdir(setting.right.archiveDir)).length > 0);
});

/** The query of a record that a fault brought about, and that no other fault touches. */
async function injected(fault: string): Promise<bigint> {
  const { trace, manifest } = setting;
  const faults = parseFaults(manifest.faults);
  assert.ok(faults !== undefined);
  const rows = trace.rowsSql({ ...manifest, withUntimed: false });
  const session = await trace.session();
  try {
    const row = await session.row(`
      SELECT min(query_id) AS id FROM (
        SELECT query_id FROM (${sentSql({ ...manifest, rows, faults, seed: manifest.faultSeed })})
        WHERE query_id % 5 <> 0 GROUP BY query_id
        HAVING count(fault) = 1 AND bool_or(coalesce(split_part(fault, ':', 1) = '${fault}', false)))`);
    assert.ok(typeof row.id === 'bigint', fault);
    return row.id;
  } finally {
    session.close();
  }
}

const ON_THE_BUS: Readonly<Record<string, (event: BusEvent) => readonly BusEvent[]>> = {
  drop: () => [],
  double: (event) => [event, { ...event }],
  change: (event) => [{ ...event, user_id: 987n }],
};

for (const fault of ['late', 'duplicate', 'negative', 'conflict']) {
  for (const [action, tamper] of Object.entries(ON_THE_BUS)) {
    test(`an injected record that is tampered with is noticed: ${action} ${fault}`, async () => {
      const id = await injected(fault);
      const { dir, trace, manifest, metrics } = setting;
      let hits = 0;
      const tampering = {
        bus: (event: BusEvent) => (event.query_id === id && hits++ === 0 ? tamper(event) : [event]),
      };
      const played = await playTampered({ dir, trace, manifest, metrics, tampering });
      assert.ok(hits > 0);
      assert.notDeepEqual(await verify(played), []);
    });
  }
}
