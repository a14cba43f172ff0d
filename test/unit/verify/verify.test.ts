import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { SpillwayError } from '../../../src/errors.ts';
import type { Metric } from '../../../src/metrics/metric.ts';
import { snapshotNames, verifyRun } from '../../../src/verify/verify.ts';
import { LOAD } from '../../support/metrics.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { at } from '../../support/time.ts';
import { manifestOf } from './fixture.ts';
import { checkNamed, edit, failed, RIGHT, trace, verifySmallRun } from './small-run.ts';
import type { SnapshotSpec } from './snapshot-fixture.ts';
import { fileRow, writeSnapshot } from './snapshot-fixture.ts';

test('a store that holds exactly what the trace says is verified', async (t) => {
  const report = await verifySmallRun(t, RIGHT);
  assert.deepEqual(failed(report), []);
  assert.equal(report.ok, true);
  assert.deepEqual(report.totals, {
    hours: 3,
    finalHours: 3,
    ended: true,
    records: 8,
    counted: 4,
    rowsCompared: 3,
    elapsedMs: 0,
  });
  assert.deepEqual(
    report.checks.map(({ check, expected, found }) => [check, expected, found]),
    [
      ['columns', 96, 96],
      ['hours: each once', 3, 3],
      ['hours: closed in order', 3, 3],
      ['hours: closed by watermark', 3, 3],
      ['hours: sums of receipts', 3, 3],
      ['receipts: state of the hour', 4, 4],
      ['receipts: counted', 4, 4],
      ['receipts: duplicate', 1, 1],
      ['receipts: rejected', 3, 3],
      ['receipts: late', 0, 0],
      ['receipts: amended', 0, 0],
      ['partitions: each once', 2, 2],
      ['partitions: end', 2, 2],
      ['offsets: accounted for', 9, 9],
      ['offsets: gaps', 0, 0],
      ['offsets: accounted for', 9, 9],
      ['offsets: gaps', 0, 0],
      ['late events: rows', 0, 0],
      ['late events: how late', 0, 0],
      ['late events: fates', 0, 0],
      ['late events: revisions', 0, 0],
      ['rejected: rows', 3, 3],
      ['rejected: content', 3, 3],
      ['offsets: each once', 3, 3],
      ['revisions: hours', 3, 3],
      ['revisions: amended hours', 4, 4],
      ['metric failures', 0, 0],
      ['archive: ledger', 4, 4],
      ['archive: rows', 7, 7],
      ['metric load', 3, 3],
      ['metric load_day', 3, 3],
    ],
  );
});

test('the result does not depend on how many records are recounted at a time', async (t) => {
  for (const spanRows of [1, 2, 5, 1000]) {
    const report = await verifySmallRun(t, RIGHT, { spanRows });
    assert.deepEqual(
      [report.ok, report.totals.records, report.totals.rowsCompared],
      [true, 8, 3],
      `slices of ${spanRows}`,
    );
  }
});

const METRIC = 'metric load';

test('a difference names its key and the values that differ', async (t) => {
  const report = await verifySmallRun(t, edit('load', 0, '2, 100', '2, 101'));
  const check = checkNamed(report, METRIC);
  assert.deepEqual(check?.examples, [
    {
      problem: 'different',
      key: { hour: '2024-03-01T00:00:00Z', instance_id: 'provisioned-1', user_id: 7 },
      expected: { execution_ms: 100 },
      found: { execution_ms: 101 },
    },
  ]);
});

/** The run as it was before the third hour was closed: its open rows may hold anything. */
const LIVE: SnapshotSpec = {
  hours: [RIGHT.hours[0] ?? '', RIGHT.hours[1] ?? '', "'2024-03-01 02:00', 'open', 0, NULL, NULL, 1, 0, 0, 0, 0, 0"],
  receipts: [
    ...RIGHT.receipts.slice(1, 3),
    "'2024-03-01 02:00', 0, 'open', 1, 0, 0, 0, 0, 0, 0, 0, 6, 6, '2024-03-01 02:10'",
  ],
  archive_files: RIGHT.archive_files.slice(0, 2),
  rejected: RIGHT.rejected.slice(0, 1),
  load_day: [],
  progress: ["0, 0, 5, '2024-03-01 02:10', 6, 0, 3, 0, false", "1, 0, 8, '2024-03-01 02:10', 5, 0, 4, 0, false"],
  load: [...RIGHT.load.slice(0, 2), "'2024-03-01 02:00', 'provisioned-2', NULL, 5, 5, 'open', 0"],
};

test('of a run that goes on, open hours and rejected records without a time are left out', async (t) => {
  const report = await verifySmallRun(t, LIVE);
  assert.deepEqual(failed(report), []);
  assert.deepEqual([report.totals.finalHours, report.totals.ended, report.totals.rowsCompared], [2, false, 2]);
});

test('of a run that goes on, a final hour must be whole', async (t) => {
  const report = await verifySmallRun(t, { ...LIVE, load: LIVE.load.slice(1) });
  assert.deepEqual(failed(report), ['archive: rows', METRIC]);
});

test('a run that has not closed an hour yet has nothing to differ', async (t) => {
  const hours = RIGHT.hours.map((row) => `${row.slice(0, 18)}, 'open', 0, NULL, NULL, 0, 0, 0, 0, 0, 0`);
  const progress = ['0, 0, 0, NULL, -1, 0, 0, 0, false', '1, 0, 0, NULL, -1, 0, 0, 0, false'];
  const report = await verifySmallRun(t, { hours, receipts: [], progress, load: [], load_day: [], archive_files: [] });
  assert.deepEqual(failed(report), []);
  assert.equal(report.totals.records, 0);
});

test('records of other instances than the run has are not expected', async (t) => {
  const snapshot: SnapshotSpec = {
    hours: [
      "'2024-03-01 00:00', 'final', 1, '2024-03-01 01:10', '2024-05-01', 2, 0, 1, 1, 0, 0",
      RIGHT.hours[1] ?? '',
      "'2024-03-01 02:00', 'final', 1, '2024-03-01 03:10', '2024-05-01', 0, 0, 0, 0, 0, 0",
    ],
    receipts: RIGHT.receipts.slice(2, 3),
    progress: ["0, 0, 5, '2024-03-01 03:10', -1, 0, 5, 0, true", RIGHT.progress[1] ?? ''],
    load: RIGHT.load.slice(0, 1),
    load_day: RIGHT.load_day.slice(0, 1),
    archive_files: [fileRow('2024-03-01 00:00', 'events', 2), fileRow('2024-03-01 00:00', 'load', 1)],
    rejected: RIGHT.rejected.slice(0, 1),
  };
  const report = await verifySmallRun(t, snapshot, { manifest: { instances: ['provisioned-1'] } });
  assert.deepEqual(failed(report), []);
  assert.deepEqual(
    failed(await verifySmallRun(t, RIGHT, { manifest: { instances: ['provisioned-1'] } })).includes(METRIC),
    true,
  );
});

test('records outside the range of the run are not expected', async (t) => {
  const snapshot: SnapshotSpec = {
    hours: RIGHT.hours.slice(0, 2),
    receipts: RIGHT.receipts.slice(0, 3),
    progress: ["0, 0, 7, '2024-03-01 02:10', 7, 0, 5, 0, true", (RIGHT.progress[1] ?? '').replace('03:10', '02:10')],
    load: RIGHT.load.slice(0, 2),
    load_day: RIGHT.load_day.slice(0, 2),
    archive_files: RIGHT.archive_files.slice(0, 2),
    rejected: RIGHT.rejected.filter((_, index) => index !== 1),
  };
  const manifest = { to: at('2024-03-01 02:00') };
  assert.deepEqual(failed(await verifySmallRun(t, snapshot, { manifest })), []);
  assert.equal((await verifySmallRun(t, RIGHT, { manifest })).ok, false);
});

test('a metric whose SQL fails is refused with the reason, and everything else is still compared', async (t) => {
  const metric: Metric = { ...LOAD, sql: LOAD.sql.replace('count(*)', "error('no such luck')") };
  const report = await verifySmallRun(t, RIGHT, { metric });
  assert.deepEqual(failed(report), [METRIC]);
  assert.match(String(checkNamed(report, METRIC)?.found), /recount failed: .*no such luck/);
});

test('the SQL of a metric reaches no file outside the verification', async (t) => {
  const metric: Metric = { ...LOAD, sql: LOAD.sql.replace('FROM events', "FROM events, read_text('/etc/hostname')") };
  const report = await verifySmallRun(t, RIGHT, { metric });
  assert.match(String(checkNamed(report, METRIC)?.found), /recount failed: Permission Error/);
});

test('a report keeps a few examples however many rows differ', async (t) => {
  const extra = Array.from(
    { length: 50 },
    (_, i) => `'2024-03-01 00:00', 'provisioned-${i + 10}', 7, 1, 1, 'final', 1`,
  );
  const report = await verifySmallRun(t, { ...RIGHT, load: [...RIGHT.load, ...extra] });
  const check = checkNamed(report, METRIC);
  assert.deepEqual([check?.differences, check?.examples.length, check?.expected, check?.found], [50, 5, 3, 53]);
});

test('a report survives JSON', async (t) => {
  const report = await verifySmallRun(t, edit('load', 0, '2, 100', '2, 9223372036854775807'));
  assert.deepEqual(JSON.parse(JSON.stringify(report)), report);
  assert.deepEqual(checkNamed(report, METRIC)?.examples[0]?.found, {
    execution_ms: '9223372036854775807',
  });
});

test('a snapshot without one of its tables is an error and not a difference', async (t) => {
  const dir = await tempDir(t);
  const snapshotDir = join(dir, 'nothing');
  const options = {
    trace,
    manifest: manifestOf(trace.identity),
    metrics: [LOAD],
    snapshotDir,
    memoryMb: 256,
    threads: 1,
  };
  await assert.rejects(verifyRun({ ...options, tempDir: dir }), (error: unknown) => {
    assert.ok(error instanceof SpillwayError);
    assert.equal(error.code, 'IO');
    assert.match(error.message, /reading table hours of the snapshot/);
    return true;
  });
});

test('verification tells how far it is and leaves no file behind', async (t) => {
  const dir = await tempDir(t);
  const [snapshotDir, workDir] = [join(dir, 'snapshot'), join(dir, 'temp')];
  await writeSnapshot(snapshotDir, RIGHT);
  const seen: number[] = [];
  await verifyRun({
    trace,
    manifest: manifestOf(trace.identity),
    metrics: [LOAD],
    snapshotDir,
    memoryMb: 256,
    threads: 1,
    tempDir: workDir,
    spanRows: 1,
    onProgress: ({ hoursDone, hoursTotal }) => seen.push(hoursDone / hoursTotal),
  });
  assert.deepEqual(seen, [2 / 3, 1]);
  assert.deepEqual(await readdir(workDir), []);
});

test('a snapshot needs the state of the run and every metric', () => {
  assert.deepEqual(snapshotNames([LOAD]), [
    ...['hours', 'receipts', 'progress', 'late_events', 'rejected', 'archive_files', 'metric_failures'],
    ...['load', 'load_day'],
  ]);
});
