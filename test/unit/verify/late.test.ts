import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { after, before, test } from 'node:test';
import type { Manifest } from '../../../src/model/manifest.ts';
import type { Trace } from '../../../src/trace/trace.ts';
import type { VerifyReport } from '../../../src/verify/verify.ts';
import { tempDir } from '../../support/temp-dir.ts';
import type { TraceRow } from './fixture.ts';
import { makeTrace, manifestOf } from './fixture.ts';
import type { LatePlace, SnapshotSpec } from './snapshot-fixture.ts';
import { fileRow, lateRow, verifySnapshot } from './snapshot-fixture.ts';

/*
 * A run that holds every event back whose hour allows it: those of its first hour. Two of these, FIRST and TWIN, have one
 * key. Instance 1 lies in partition 1 of 2, instance 2 in partition 0.
 */

const FIRST: TraceRow = { query_id: '1', arrival_timestamp: "'2024-03-01 00:10:00'" };
const TWIN: TraceRow = { ...FIRST, execution_duration_ms: '120' };
const SECOND: TraceRow = { query_id: '2', arrival_timestamp: "'2024-03-01 00:20:00'", execution_duration_ms: '50' };
const OTHER: TraceRow = {
  instance_id: '2',
  user_id: '8',
  arrival_timestamp: "'2024-03-01 00:30:00.000001'",
  execution_duration_ms: '40',
};
const ON_TIME: TraceRow = { query_id: '9', arrival_timestamp: "'2024-03-01 02:05:00'", execution_duration_ms: '9' };

let trace: Trace;
let traceDir: string;

before(async () => {
  traceDir = await mkdtemp(join(tmpdir(), 'spillway-verify-late-'));
  trace = await makeTrace(traceDir, [FIRST, TWIN, SECOND, OTHER, ON_TIME]);
});

after(async () => {
  await trace.close();
  await rm(traceDir, { recursive: true, force: true });
});

async function verify(t: TestContext, snapshot: SnapshotSpec, changes: Partial<Manifest> = {}): Promise<VerifyReport> {
  const dir = await tempDir(t);
  const manifest = manifestOf(trace.identity, { faults: 'late=100%', ...changes });
  return await verifySnapshot({ dir, trace, manifest, snapshot });
}

function failed(report: VerifyReport): string[] {
  return report.checks.filter(({ equal }) => !equal).map(({ check }) => check);
}

/** Where the late events stand, in the order of their logs, and what became of each: its fate and revision. */
type Fates = Readonly<Record<'first' | 'twin' | 'second' | 'other', Pick<LatePlace, 'fate' | 'revision'>>>;
const PLACES = {
  first: { partition: 1, offset: 2, seen: '2024-03-01 01:10' },
  twin: { partition: 1, offset: 3, seen: '2024-03-01 01:10' },
  second: { partition: 1, offset: 6, seen: '2024-03-01 02:10' },
  other: { partition: 0, offset: 3, seen: '2024-03-01 01:10' },
} as const;
const ROWS = { first: FIRST, twin: TWIN, second: SECOND, other: OTHER };
const WAITS = {};
const NAMES = ['first', 'twin', 'second', 'other'] as const;

const lateRows = (fates: Fates): string[] =>
  NAMES.map((name) => lateRow({ ...PLACES[name], ...fates[name] }, ROWS[name]));

/** What the run leaves behind; `load` and files of the first hour follow from what it has taken in. */
function snapshot(
  fates: Fates,
  first: { revision: number; load: readonly string[]; files: readonly string[]; day: readonly string[] },
): SnapshotSpec {
  const count = (fate: string, partition?: number): number =>
    NAMES.filter(
      (name) => fates[name].fate === fate && (partition === undefined || PLACES[name].partition === partition),
    ).length;
  const amended = (partition?: number): string =>
    `${count('amended', partition)}, ${count('late_duplicate', partition)}`;
  return {
    hours: [
      `'2024-03-01 00:00', 'final', ${first.revision}, '2024-03-01 01:10', '2024-05-01', 0, 4, 0, 0, ${amended()}`,
      "'2024-03-01 01:00', 'final', 1, '2024-03-01 02:10', '2024-05-01', 0, 0, 0, 0, 0, 0",
      "'2024-03-01 02:00', 'final', 1, '2024-03-01 03:10', '2024-05-01', 1, 0, 0, 0, 0, 0",
    ],
    receipts: [
      `'2024-03-01 00:00', 0, 'final', 0, 0, 0, 0, 1, 0, ${amended(0)}, 3, 3, '2024-03-01 01:10'`,
      `'2024-03-01 00:00', 1, 'final', 0, 1, 0, 0, 2, 0, ${amended(1)}, 2, 6, '2024-03-01 01:10'`,
      "'2024-03-01 02:00', 1, 'final', 1, 0, 0, 0, 0, 0, 0, 0, 5, 5, '2024-03-01 03:10'",
    ],
    progress: ["0, 0, 7, '2024-03-01 03:10', 4, 0, 6, 0, true", "1, 0, 10, '2024-03-01 03:10', 3, 0, 6, 0, true"],
    load: [...first.load, "'2024-03-01 02:00', 'provisioned-1', 7, 1, 9, 'final', 1"],
    load_day: first.day,
    archive_files: [...first.files, fileRow('2024-03-01 02:00', 'events', 1), fileRow('2024-03-01 02:00', 'load', 1)],
    late_events: lateRows(fates),
  };
}

const H0 = '2024-03-01 00:00';
const ALL_WAIT: Fates = { first: WAITS, twin: WAITS, second: WAITS, other: WAITS };
const DAY = "'2024-03-01', 'provisioned-1', 7";

const WAITING = snapshot(ALL_WAIT, { revision: 1, load: [], files: [], day: [`${DAY}, 1, 9, 'final', 1`] });

const TAKEN = { fate: 'amended', revision: 2 };
const TWICE = { fate: 'late_duplicate', revision: 2 };
const ALL_TAKEN: Fates = { first: TAKEN, twin: TWICE, second: TAKEN, other: TAKEN };
const TAKEN_IN = {
  revision: 2,
  load: [`'${H0}', 'provisioned-1', 7, 2, 150, 'final', 2`, `'${H0}', 'provisioned-2', 8, 1, 40, 'final', 2`],
  files: [fileRow(H0, 'events', 3, 2), fileRow(H0, 'load', 2, 2)],
  day: [`${DAY}, 3, 159, 'final', 2`, "'2024-03-01', 'provisioned-2', 8, 1, 40, 'final', 2"],
};
const AMENDED = snapshot(ALL_TAKEN, TAKEN_IN);

/** `SECOND` came after the hour had been amended. */
const HALF_TAKEN = {
  revision: 2,
  load: [`'${H0}', 'provisioned-1', 7, 1, 100, 'final', 2`, `'${H0}', 'provisioned-2', 8, 1, 40, 'final', 2`],
  files: [fileRow(H0, 'events', 2, 2), fileRow(H0, 'load', 2, 2)],
  day: [`${DAY}, 2, 109, 'final', 2`, "'2024-03-01', 'provisioned-2', 8, 1, 40, 'final', 2"],
};
const HALF_AMENDED = snapshot({ ...ALL_TAKEN, second: WAITS }, HALF_TAKEN);

/** ... and was taken in by a second amendment, in which the metric failed. */
const FAILED_LATER: SnapshotSpec = {
  ...snapshot(
    { ...ALL_TAKEN, second: { fate: 'amended', revision: 3 } },
    { ...HALF_TAKEN, revision: 3, files: [...HALF_TAKEN.files, fileRow(H0, 'events', 3, 3)] },
  ),
  metric_failures: [`'${H0}', 'load', 'took too long'`],
};

/** The metric failed when the hour was amended, and had no rows before. */
const FAILED_AT_ONCE: SnapshotSpec = {
  ...snapshot(ALL_TAKEN, {
    revision: 2,
    load: [],
    files: [fileRow(H0, 'events', 3, 2)],
    day: [`${DAY}, 1, 9, 'final', 1`],
  }),
  metric_failures: [`'${H0}', 'load', 'took too long'`],
};

const GOOD: readonly (readonly [string, SnapshotSpec])[] = [
  ['they wait for being amended', WAITING],
  ['their hour was amended', AMENDED],
  ['one came after its hour had been amended', HALF_AMENDED],
  ['a metric failed when their hour was amended again, and kept its rows', FAILED_LATER],
  ['a metric failed when their hour was amended, and has no rows', FAILED_AT_ONCE],
];

for (const [what, right] of GOOD) {
  test(`late events are accounted for when ${what}`, async (t) => {
    assert.deepEqual(failed(await verify(t, right)), []);
  });
}

test('what was injected and what was found is told', async (t) => {
  const report = await verify(t, AMENDED);
  const rows = report.checks.filter(({ check }) => /^(faults|late events)/.test(check));
  assert.deepEqual(
    rows.map(({ check, expected, found }) => [check, expected, found]),
    [
      ['faults: late', 4, 4],
      ['late events: rows', 4, 4],
      ['late events: how late', 4, 4],
      ['late events: fates', 4, 4],
      ['late events: revisions', 4, 4],
    ],
  );
});

test('an hour for which a metric failed is counted in its line', async (t) => {
  const report = await verify(t, FAILED_AT_ONCE);
  const scopes = report.checks.filter(({ check }) => check.startsWith('metric load')).map(({ scope }) => scope);
  assert.deepEqual(scopes, ['3 final hours, failed in 1', '1 day']);
});

/** `AMENDED` with another late event in the place of one. */
function relate(name: keyof Fates, place: Partial<LatePlace>, row: TraceRow = {}): SnapshotSpec {
  const changed = lateRow({ ...PLACES[name], ...ALL_TAKEN[name], ...place }, { ...ROWS[name], ...row });
  return { ...AMENDED, late_events: lateRows(ALL_TAKEN).with(NAMES.indexOf(name), changed) };
}

/** ... with a part of the row's text replaced. */
function rewrite(name: keyof Fates, from: string, to: string): SnapshotSpec {
  const rows = lateRows(ALL_TAKEN);
  const row = rows[NAMES.indexOf(name)] ?? '';
  assert.ok(row.includes(from), row);
  return { ...AMENDED, late_events: rows.with(NAMES.indexOf(name), row.replace(from, to)) };
}

const [LATE_ROWS, HOW_LATE, FATES] = ['late events: rows', 'late events: how late', 'late events: fates'];
const REVISIONS = 'late events: revisions';
const FOUND = 'faults: late';
const RECEIPTS = 'receipts: amended';
const METRICS = ['archive: rows', 'metric load'];

const WRONG: readonly (readonly [string, SnapshotSpec, readonly string[]])[] = [
  [
    'one is missing',
    { ...AMENDED, late_events: lateRows(ALL_TAKEN).slice(0, -1) },
    [RECEIPTS, FOUND, LATE_ROWS, ...METRICS],
  ],
  [
    'one is there twice',
    { ...AMENDED, late_events: [...lateRows(ALL_TAKEN), lateRow({ ...PLACES.twin, ...TWICE, offset: 7 }, TWIN)] },
    [RECEIPTS, FOUND, LATE_ROWS],
  ],
  ['one has another user', relate('second', {}, { user_id: '9' }), [LATE_ROWS, 'metric load']],
  ['one has another fingerprint', relate('twin', {}, { feature_fingerprint: "'f2'" }), [LATE_ROWS]],
  ['one was never sent', relate('twin', {}, { query_id: '77' }), [LATE_ROWS, FATES]],
  ['one stands in another partition', relate('other', { partition: 1, offset: 7 }), [RECEIPTS, LATE_ROWS]],
  ["one's derived column is wrong", rewrite('twin', 'CAST(round(1000', 'CAST(round(1 + 1000'), [LATE_ROWS]],
  ['one met no watermark that makes it late', relate('twin', { seen: '2024-03-01 01:09:59.999' }), [HOW_LATE]],
  ['one was later than it says', rewrite('twin', '// 1000 AS BIGINT', '// 1000 - 1 AS BIGINT'), [HOW_LATE]],
  ['the larger one of a key was taken in', relate('twin', TAKEN), [RECEIPTS, FATES, 'archive: rows']],
  ['none of a key was taken in', relate('first', TWICE), [RECEIPTS, FATES, ...METRICS]],
  [
    'one waits that came before others of its hour',
    relate('first', { fate: 'late', revision: undefined }),
    [RECEIPTS, FATES, REVISIONS, ...METRICS],
  ],
  ['one has a fate and no revision', relate('second', { revision: undefined }), [FATES, ...METRICS]],
  ['one was taken in by the first revision', relate('second', { revision: 1 }), [REVISIONS]],
  [
    'one was taken in by a revision that is not there',
    relate('second', { revision: 3 }),
    [REVISIONS, 'revisions: hours', 'revisions: amended hours', ...METRICS],
  ],
  ['one has an unknown fate', relate('twin', { fate: 'lost' }), [RECEIPTS, FATES]],
  ['two have one place', relate('twin', { offset: 2 }), [FATES, 'offsets: each once']],
  ['a file was not written again', { ...FAILED_LATER, metric_failures: [] }, ['revisions: amended hours']],
];

for (const [what, wrong, checks] of WRONG) {
  test(`late events are refused when ${what}`, async (t) => {
    assert.deepEqual(failed(await verify(t, wrong)), checks);
  });
}

/** The run when its first hour alone was final, with some of the late events. */
function goingOn(watermark: string, late: readonly string[]): SnapshotSpec {
  const open = ['01:00', '02:00'].map((hour) => `'2024-03-01 ${hour}', 'open', 0, NULL, NULL, 0, 0, 0, 0, 0, 0`);
  const taken = late.length === 0 ? [6, 6] : [7, 9];
  return {
    ...WAITING,
    hours: [(WAITING.hours[0] ?? '').replace('0, 4, 0, 0', `0, ${late.length}, 0, 0`), ...open],
    receipts: late.length === 0 ? [] : WAITING.receipts.slice(0, 2),
    progress: taken.map((next, partition) => `${partition}, 0, ${next}, '${watermark}', 4, 0, 6, 0, false`),
    load: [],
    load_day: [],
    archive_files: [],
    late_events: late,
  };
}

test('while a run goes on, late events that may be on their way may be there or not', async (t) => {
  // They were sent between 01:10, before which their hour was not cut off, and the end of the run.
  assert.deepEqual(failed(await verify(t, goingOn('2024-03-01 01:10', []))), []);
  assert.deepEqual(failed(await verify(t, goingOn('2024-03-01 01:10', lateRows(ALL_WAIT)))), []);
});

test('while a run goes on, late events that must have come are there', async (t) => {
  assert.deepEqual(failed(await verify(t, goingOn('2024-03-01 03:00', lateRows(ALL_WAIT)))), []);
  const missing = ['receipts: late', FOUND, LATE_ROWS];
  assert.deepEqual(failed(await verify(t, goingOn('2024-03-01 03:00', []))), missing);
});

test('while a run goes on, a late event that is there must be right', async (t) => {
  const rows = lateRows(ALL_WAIT).with(2, lateRow(PLACES.second, { ...SECOND, user_id: '9' }));
  assert.deepEqual(failed(await verify(t, goingOn('2024-03-01 01:10', rows))), [LATE_ROWS]);
});

test('a copy that was sent on time is counted in the place of its late event', async (t) => {
  const fates: Fates = { first: TWICE, twin: TWICE, second: TWICE, other: TWICE };
  const right = snapshot(fates, TAKEN_IN);
  const counted: SnapshotSpec = {
    ...right,
    hours: right.hours.map((row) =>
      row
        .replace("'2024-05-01', 0, 4, 0, 0", "'2024-05-01', 3, 4, 1, 0")
        .replace('1, 0, 0, 0, 0, 0', '1, 0, 0, 1, 0, 0'),
    ),
    receipts: [
      "'2024-03-01 00:00', 0, 'final', 1, 0, 0, 0, 1, 0, 0, 1, 1, 3, '2024-03-01 01:10'",
      "'2024-03-01 00:00', 1, 'final', 2, 0, 1, 0, 3, 0, 0, 3, 2, 6, '2024-03-01 01:10'",
      "'2024-03-01 02:00', 1, 'final', 1, 0, 0, 1, 0, 0, 0, 0, 7, 8, '2024-03-01 03:10'",
    ],
    progress: ["0, 0, 8, '2024-03-01 03:10', 4, 0, 6, 0, true", "1, 0, 14, '2024-03-01 03:10', 9, 0, 6, 0, true"],
    rejected: [
      `TIMESTAMP '2024-03-01 00:00', 1, 4, 3, 'conflict', 'execution_duration_ms', '{"query_id": 1}', encode('{"query_id": 1}')`,
    ],
  };
  const report = await verify(t, counted, { faults: 'duplicate=100%,late=100%' });
  // What the conflict keeps is not the point here.
  assert.deepEqual(failed(report), ['rejected: content']);
  const line = report.checks.find(({ check }) => check === 'faults: duplicate');
  assert.deepEqual(
    [line?.scope, line?.expected, line?.found],
    ['all hours; 4 not a second time: their event was late or rejected', 1, 1],
  );
});
