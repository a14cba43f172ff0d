import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { after, before, test } from 'node:test';
import { SpillwayError } from '../../../src/errors.ts';
import type { Metric } from '../../../src/metrics/metric.ts';
import type { Manifest } from '../../../src/model/manifest.ts';
import type { Trace } from '../../../src/trace/trace.ts';
import type { VerifyReport } from '../../../src/verify/verify.ts';
import { snapshotNames, verifyRun } from '../../../src/verify/verify.ts';
import { LOAD } from '../../support/metrics.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { at } from '../../support/time.ts';
import type { SnapshotSpec, TableName, TraceRow } from './fixture.ts';
import { makeTrace, manifestOf, verifySnapshot, writeSnapshot } from './fixture.ts';

/** Instance 1 lies in partition 1 of 2, instance 2 in partition 0. */
const ROWS: readonly TraceRow[] = [
  { instance_id: '1', query_id: '1', arrival_timestamp: "'2024-03-01 00:10:00'" },
  { instance_id: '1', query_id: '2', arrival_timestamp: "'2024-03-01 00:20:00'", execution_duration_ms: 'NULL' },
  { instance_id: '1', query_id: '2', arrival_timestamp: "'2024-03-01 00:20:00'", execution_duration_ms: 'NULL' },
  {
    instance_id: '2',
    query_id: '1',
    arrival_timestamp: "'2024-03-01 00:30:00'",
    user_id: '8',
    execution_duration_ms: '40',
  },
  { instance_id: '1', query_id: '3', arrival_timestamp: "'2024-03-01 00:40:00'", execution_duration_ms: '-1' },
  {
    instance_id: '2',
    query_id: '5',
    arrival_timestamp: "'2024-03-01 02:05:00'",
    user_id: 'NULL',
    execution_duration_ms: '9',
  },
  {
    instance_id: '2',
    query_id: '5',
    arrival_timestamp: "'2024-03-01 02:05:00'",
    user_id: 'NULL',
    execution_duration_ms: '7',
  },
  { instance_id: '2', query_id: '6', arrival_timestamp: 'NULL' },
];

/** What a run over `ROWS` must leave behind, worked out by hand. */
const RIGHT = {
  hours: [
    "'2024-03-01 00:00', 'final', 1, '2024-03-01 01:10', '2024-05-01', 3, 0, 1, 1",
    "'2024-03-01 01:00', 'final', 1, '2024-03-01 02:10', '2024-05-01', 0, 0, 0, 0",
    "'2024-03-01 02:00', 'final', 1, '2024-03-01 03:10', '2024-05-01', 1, 0, 1, 0",
  ],
  receipts: [
    "NULL, 0, 'open', 0, 0, 1, 0, 0, 0, 1, 1, NULL",
    "'2024-03-01 00:00', 0, 'final', 1, 0, 0, 0, 0, 0, 3, 3, '2024-03-01 01:10'",
    "'2024-03-01 00:00', 1, 'final', 2, 0, 1, 1, 0, 0, 1, 6, '2024-03-01 01:10'",
    "'2024-03-01 02:00', 0, 'final', 1, 0, 1, 0, 0, 0, 6, 7, '2024-03-01 03:10'",
  ],
  progress: ["0, 0, 9, '2024-03-01 03:10', 7, 0, 5, 0, true", "1, 0, 9, '2024-03-01 03:10', 5, 0, 5, 0, true"],
  load: [
    "'2024-03-01 00:00', 'provisioned-1', 7, 2, 100, 'final', 1",
    "'2024-03-01 00:00', 'provisioned-2', 8, 1, 40, 'final', 1",
    "'2024-03-01 02:00', 'provisioned-2', NULL, 1, 7, 'final', 1",
  ],
} satisfies SnapshotSpec;

let shared: { readonly dir: string; readonly trace: Trace };

before(async () => {
  const dir = await mkdtemp(join(tmpdir(), 'spillway-verify-trace-'));
  shared = { dir, trace: await makeTrace(dir, ROWS) };
});

after(async () => {
  await shared.trace.close();
  await rm(shared.dir, { recursive: true, force: true });
});

async function verifyWith(
  t: TestContext,
  snapshot: SnapshotSpec,
  options: { readonly manifest?: Partial<Manifest>; readonly metric?: Metric; readonly spanRows?: number } = {},
): Promise<VerifyReport> {
  const dir = await tempDir(t);
  const { trace } = shared;
  const metric = options.metric ?? LOAD;
  const manifest = manifestOf(trace.identity, { metrics: { load: metric.hash }, ...options.manifest });
  return await verifySnapshot({ dir, trace, manifest, snapshot, metrics: [metric], spanRows: options.spanRows ?? 3 });
}

function failed(report: VerifyReport): string[] {
  return [...new Set(report.checks.filter(({ equal }) => !equal).map(({ check }) => check))];
}

/** `RIGHT` with one row of one table replaced, taken out (`undefined`) or, past its end, added. */
function change(table: TableName, index: number, row?: string): SnapshotSpec {
  const rows: string[] = [...RIGHT[table]];
  rows.splice(index, 1, ...(row === undefined ? [] : [row]));
  return { ...RIGHT, [table]: rows };
}

function edit(table: TableName, index: number, from: string, to: string): SnapshotSpec {
  const row = RIGHT[table][index] ?? '';
  assert.ok(row.includes(from), `${table}[${index}] has no ${from}`);
  return change(table, index, row.replace(from, to));
}

test('a store that holds exactly what the trace says is verified', async (t) => {
  const report = await verifyWith(t, RIGHT);
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
      ['columns', 30, 30],
      ['hours: each once', 3, 3],
      ['hours: closed in order', 3, 3],
      ['hours: closed by watermark', 3, 3],
      ['hours: sums of receipts', 3, 3],
      ['receipts: state of the hour', 4, 4],
      ['receipts: counted', 4, 4],
      ['receipts: duplicate', 1, 1],
      ['receipts: rejected', 3, 3],
      ['receipts: late', 0, 0],
      ['partitions: each once', 2, 2],
      ['offsets: accounted for', 9, 9],
      ['offsets: gaps', 0, 0],
      ['offsets: accounted for', 9, 9],
      ['offsets: gaps', 0, 0],
      ['metric load', 3, 3],
    ],
  );
});

test('the result does not depend on how many records are recounted at a time', async (t) => {
  for (const spanRows of [1, 2, 5, 1000]) {
    const report = await verifyWith(t, RIGHT, { spanRows });
    assert.deepEqual(
      [report.ok, report.totals.records, report.totals.rowsCompared],
      [true, 8, 3],
      `slices of ${spanRows}`,
    );
  }
});

const METRIC = 'metric load';
const WRONG: readonly (readonly [string, SnapshotSpec, readonly string[]])[] = [
  ['a rollup row is missing', change('load', 0), [METRIC]],
  ['a rollup row with a null key is missing', change('load', 2), [METRIC]],
  ['a rollup row is there twice', change('load', 3, RIGHT.load[1]), [METRIC]],
  [
    'a rollup row stands in an hour without events',
    change('load', 3, "'2024-03-01 01:00', 'provisioned-1', 7, 1, 1, 'final', 1"),
    [METRIC],
  ],
  [
    'a rollup row has a key that no event has',
    change('load', 3, "'2024-03-01 00:00', 'provisioned-9', 7, 1, 1, 'final', 1"),
    [METRIC],
  ],
  [
    'a rollup row stands outside the run',
    change('load', 3, "'2024-03-01 03:00', 'provisioned-1', 7, 1, 1, 'final', 1"),
    [METRIC],
  ],
  [
    'a rollup row stands between two hours',
    change('load', 3, "'2024-03-01 00:30', 'provisioned-1', 7, 1, 1, 'final', 1"),
    [METRIC],
  ],
  ['a rollup row stands under no hour', change('load', 3, "NULL, 'provisioned-1', 7, 1, 1, 'final', 1"), [METRIC]],
  ['a measure is one too high', edit('load', 0, '2, 100', '2, 101'), [METRIC]],
  ['a measure is null', edit('load', 0, '2, 100', '2, NULL'), [METRIC]],
  ['the conflicting record with the greater content is counted', edit('load', 2, '1, 7', '1, 9'), [METRIC]],
  ['a key is null where it has a value', edit('load', 1, '8, 1', 'NULL, 1'), [METRIC]],
  ['a final rollup row says that it is open', edit('load', 0, "'final'", "'open'"), [METRIC]],
  ['a rollup row is of another revision than its hour', edit('load', 0, "'final', 1", "'final', 2"), [METRIC]],
  ['a measure is stored as DOUBLE', { ...RIGHT, types: { 'load.execution_ms': 'DOUBLE' } }, [METRIC]],
  ['the hour of a rollup is stored with a zone', { ...RIGHT, types: { 'load.hour': 'TIMESTAMPTZ' } }, [METRIC]],
  ['a measure is not stored', { ...RIGHT, without: ['load.queries'] }, [METRIC]],
  ['a count of receipts is stored as DOUBLE', { ...RIGHT, types: { 'receipts.counted': 'DOUBLE' } }, ['columns']],
  [
    'a receipt is missing',
    change('receipts', 1),
    ['hours: sums of receipts', 'receipts: counted', 'offsets: accounted for'],
  ],
  [
    'a receipt is there twice',
    change('receipts', 4, RIGHT.receipts[1]),
    ['hours: sums of receipts', 'receipts: state of the hour', 'receipts: counted', 'offsets: accounted for'],
  ],
  [
    'an event is counted in the other partition',
    { ...RIGHT, receipts: RIGHT.receipts.map((row) => row.replace("0, 'final', 1, 0, 0", "1, 'final', 1, 0, 0")) },
    ['receipts: state of the hour', 'receipts: counted', 'offsets: accounted for'],
  ],
  [
    'a duplicate is counted as an event',
    edit('receipts', 2, '2, 0, 1, 1', '3, 0, 1, 0'),
    ['hours: sums of receipts', 'receipts: counted', 'receipts: duplicate'],
  ],
  [
    'a duplicate is taken for rejected',
    edit('receipts', 2, '2, 0, 1, 1', '2, 0, 2, 0'),
    ['hours: sums of receipts', 'receipts: duplicate', 'receipts: rejected'],
  ],
  [
    'an event is taken for late',
    edit('receipts', 1, '1, 0, 0, 0, 0', '0, 1, 0, 0, 0'),
    ['hours: sums of receipts', 'receipts: counted', 'receipts: late'],
  ],
  [
    'a late event came after closing',
    edit('receipts', 1, '1, 0, 0, 0, 0', '1, 0, 0, 0, 1'),
    ['hours: sums of receipts', 'receipts: late', 'offsets: accounted for'],
  ],
  [
    'a rejected record came again after closing',
    edit('receipts', 2, '1, 1, 0, 0', '1, 1, 0, 1'),
    ['hours: sums of receipts', 'receipts: rejected', 'offsets: accounted for'],
  ],
  [
    'the rejected record without a time is not counted',
    change('receipts', 0),
    ['receipts: rejected', 'offsets: accounted for'],
  ],
  [
    'a receipt does not know that its hour is final',
    edit('receipts', 1, "'final'", "'open'"),
    ['receipts: state of the hour'],
  ],
  [
    'a count is null',
    edit('receipts', 1, "'final', 1", "'final', NULL"),
    ['hours: sums of receipts', 'receipts: counted', 'offsets: accounted for'],
  ],
  ['an hour has no line', change('hours', 1), ['hours: each once', 'hours: sums of receipts']],
  ['an hour has two lines', change('hours', 3, RIGHT.hours[1]), ['hours: each once', 'hours: sums of receipts']],
  [
    'an hour beyond the run has a line',
    change('hours', 3, "'2024-03-01 03:00', 'open', 0, NULL, NULL, 0, 0, 0, 0"),
    ['hours: each once', 'hours: sums of receipts'],
  ],
  [
    "an hour's line counts one more than its receipts",
    edit('hours', 0, '3, 0, 1, 1', '4, 0, 1, 1'),
    ['hours: sums of receipts'],
  ],
  ['an hour is final behind an open one', edit('hours', 1, "'final'", "'open'"), ['hours: closed in order']],
  ['an hour has an unknown state', edit('hours', 1, "'final'", "'closed'"), ['hours: closed in order']],
  [
    'an hour was closed before its watermark',
    edit('hours', 0, '2024-03-01 01:10', '2024-03-01 01:09'),
    ['hours: closed by watermark'],
  ],
  [
    'an hour was closed without a watermark',
    edit('hours', 0, "'2024-03-01 01:10'", 'NULL'),
    ['hours: closed by watermark'],
  ],
  [
    "a partition's watermark is before the end of a final hour",
    edit('progress', 0, '03:10', '03:09'),
    ['hours: closed by watermark'],
  ],
  ['an offset is not accounted for', edit('progress', 0, '0, 9', '0, 10'), ['offsets: accounted for']],
  [
    'a record came again and is counted all the same',
    edit('progress', 1, '5, 0, 5', '5, 1, 5'),
    ['offsets: accounted for'],
  ],
  ['a gap was seen', edit('progress', 1, '5, 0, true', '5, 1, true'), ['offsets: gaps']],
  ['a partition is unknown', change('progress', 1), ['partitions: each once']],
];

for (const [what, snapshot, checks] of WRONG) {
  test(`a store is refused when ${what}`, async (t) => {
    const report = await verifyWith(t, snapshot);
    assert.equal(report.ok, false);
    assert.deepEqual(failed(report), checks);
    for (const check of report.checks) assert.ok(check.equal || check.differences > 0, check.check);
  });
}

test('a difference names its key and the values that differ', async (t) => {
  const report = await verifyWith(t, edit('load', 0, '2, 100', '2, 101'));
  const check = report.checks.find(({ equal }) => !equal);
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
  hours: [RIGHT.hours[0] ?? '', RIGHT.hours[1] ?? '', "'2024-03-01 02:00', 'open', 0, NULL, NULL, 1, 0, 0, 0"],
  receipts: [
    ...RIGHT.receipts.slice(1, 3),
    "'2024-03-01 02:00', 0, 'open', 1, 0, 0, 0, 0, 0, 6, 6, '2024-03-01 02:10'",
  ],
  progress: ["0, 0, 5, '2024-03-01 02:10', 6, 0, 3, 0, false", "1, 0, 8, '2024-03-01 02:10', 5, 0, 4, 0, false"],
  load: [...RIGHT.load.slice(0, 2), "'2024-03-01 02:00', 'provisioned-2', NULL, 5, 5, 'open', 0"],
};

test('of a run that goes on, open hours and rejected records without a time are left out', async (t) => {
  const report = await verifyWith(t, LIVE);
  assert.deepEqual(failed(report), []);
  assert.deepEqual([report.totals.finalHours, report.totals.ended, report.totals.rowsCompared], [2, false, 2]);
});

test('of a run that goes on, a final hour must be whole', async (t) => {
  const report = await verifyWith(t, { ...LIVE, load: LIVE.load.slice(1) });
  assert.deepEqual(failed(report), [METRIC]);
});

test('a run that has not closed an hour yet has nothing to differ', async (t) => {
  const hours = RIGHT.hours.map((row) => `${row.slice(0, 18)}, 'open', 0, NULL, NULL, 0, 0, 0, 0`);
  const progress = ['0, 0, 0, NULL, -1, 0, 0, 0, false', '1, 0, 0, NULL, -1, 0, 0, 0, false'];
  const report = await verifyWith(t, { hours, receipts: [], progress, load: [] });
  assert.deepEqual(failed(report), []);
  assert.equal(report.totals.records, 0);
});

test('records of other instances than the run has are not expected', async (t) => {
  const snapshot: SnapshotSpec = {
    hours: [
      "'2024-03-01 00:00', 'final', 1, '2024-03-01 01:10', '2024-05-01', 2, 0, 1, 1",
      RIGHT.hours[1] ?? '',
      "'2024-03-01 02:00', 'final', 1, '2024-03-01 03:10', '2024-05-01', 0, 0, 0, 0",
    ],
    receipts: RIGHT.receipts.slice(2, 3),
    progress: ["0, 0, 5, '2024-03-01 03:10', -1, 0, 5, 0, true", RIGHT.progress[1] ?? ''],
    load: RIGHT.load.slice(0, 1),
  };
  const report = await verifyWith(t, snapshot, { manifest: { instances: ['provisioned-1'] } });
  assert.deepEqual(failed(report), []);
  assert.deepEqual(
    failed(await verifyWith(t, RIGHT, { manifest: { instances: ['provisioned-1'] } })).includes(METRIC),
    true,
  );
});

test('records outside the range of the run are not expected', async (t) => {
  const snapshot: SnapshotSpec = {
    hours: RIGHT.hours.slice(0, 2),
    receipts: RIGHT.receipts.slice(0, 3),
    progress: ["0, 0, 7, '2024-03-01 02:10', 7, 0, 5, 0, true", RIGHT.progress[1] ?? ''],
    load: RIGHT.load.slice(0, 2),
  };
  const manifest = { to: at('2024-03-01 02:00') };
  assert.deepEqual(failed(await verifyWith(t, snapshot, { manifest })), []);
  assert.equal((await verifyWith(t, RIGHT, { manifest })).ok, false);
});

test('a metric whose SQL fails is refused with the reason, and everything else is still compared', async (t) => {
  const metric: Metric = { ...LOAD, sql: LOAD.sql.replace('count(*)', "error('no such luck')") };
  const report = await verifyWith(t, RIGHT, { metric });
  assert.deepEqual(failed(report), [METRIC]);
  assert.match(String(report.checks.at(-1)?.found), /recount failed: .*no such luck/);
});

test('the SQL of a metric reaches no file outside the verification', async (t) => {
  const metric: Metric = { ...LOAD, sql: LOAD.sql.replace('FROM events', "FROM events, read_text('/etc/hostname')") };
  const report = await verifyWith(t, RIGHT, { metric });
  assert.match(String(report.checks.at(-1)?.found), /recount failed: Permission Error/);
});

test('a report keeps a few examples however many rows differ', async (t) => {
  const extra = Array.from(
    { length: 50 },
    (_, i) => `'2024-03-01 00:00', 'provisioned-${i + 10}', 7, 1, 1, 'final', 1`,
  );
  const report = await verifyWith(t, { ...RIGHT, load: [...RIGHT.load, ...extra] });
  const check = report.checks.find(({ equal }) => !equal);
  assert.deepEqual([check?.differences, check?.examples.length, check?.expected, check?.found], [50, 5, 3, 53]);
});

test('a report survives JSON', async (t) => {
  const report = await verifyWith(t, edit('load', 0, '2, 100', '2, 9223372036854775807'));
  assert.deepEqual(JSON.parse(JSON.stringify(report)), report);
  assert.deepEqual(report.checks.find(({ equal }) => !equal)?.examples[0]?.found, {
    execution_ms: '9223372036854775807',
  });
});

test('a snapshot without one of its tables is an error and not a difference', async (t) => {
  const dir = await tempDir(t);
  const { trace } = shared;
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
  const { trace } = shared;
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
  assert.deepEqual(snapshotNames([LOAD]), ['hours', 'receipts', 'progress', 'load']);
});
