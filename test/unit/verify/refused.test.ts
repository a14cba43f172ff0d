import assert from 'node:assert/strict';
import { test } from 'node:test';
import { change, edit, failed, RIGHT, verifySmallRun } from './small-run.ts';
import type { SnapshotSpec } from './snapshot-fixture.ts';
import { fileRow } from './snapshot-fixture.ts';

const METRIC = 'metric load';
const DAY = 'metric load_day';
const ROWS = 'archive: rows';
const SUMS = 'hours: sums of receipts';
const COUNTED = 'receipts: counted';
const OFFSETS = 'offsets: accounted for';
const WATERMARK = 'hours: closed by watermark';
const ENDS = 'partitions: end';
const REVISIONS = 'revisions: hours';
const LEDGER = 'archive: ledger';
const FAILURES = 'metric failures';

/** What is wrong with a snapshot, and the checks that must say so, in their order. */
type Wrong = readonly [what: string, snapshot: SnapshotSpec, checks: readonly string[]];

const WRONG_ROLLUPS: readonly Wrong[] = [
  ['a rollup row is missing', change('load', 0), [ROWS, METRIC, DAY]],
  ['a rollup row with a null key is missing', change('load', 2), [ROWS, METRIC, DAY]],
  ['a rollup row is there twice', change('load', 3, RIGHT.load[1]), [ROWS, METRIC, DAY]],
  [
    'a rollup row stands in an hour without events',
    change('load', 3, "'2024-03-01 01:00', 'provisioned-1', 7, 1, 1, 'final', 1"),
    [ROWS, METRIC, DAY],
  ],
  [
    'a rollup row has a key that no event has',
    change('load', 3, "'2024-03-01 00:00', 'provisioned-9', 7, 1, 1, 'final', 1"),
    [ROWS, METRIC, DAY],
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
  ['a measure is one too high', edit('load', 0, '2, 100', '2, 101'), [METRIC, DAY]],
  ['a measure is null', edit('load', 0, '2, 100', '2, NULL'), [METRIC, DAY]],
  ['the conflicting record with the greater content is counted', edit('load', 2, '1, 7', '1, 9'), [METRIC, DAY]],
  ['a key is null where it has a value', edit('load', 1, '8, 1', 'NULL, 1'), [METRIC, DAY]],
  ['a final rollup row says that it is open', edit('load', 0, "'final'", "'open'"), [METRIC]],
  ['a rollup row is of another revision than its file', edit('load', 0, "'final', 1", "'final', 2"), [METRIC, DAY]],
  ['a measure is stored as DOUBLE', { ...RIGHT, types: { 'load.execution_ms': 'DOUBLE' } }, [METRIC, DAY]],
  ['the hour of a rollup is stored with a zone', { ...RIGHT, types: { 'load.hour': 'TIMESTAMPTZ' } }, [METRIC]],
  ['a measure is not stored', { ...RIGHT, without: ['load.queries'] }, [METRIC, DAY]],
];

const WRONG_DAYS: readonly Wrong[] = [
  ['a day has no row of an instance', change('load_day', 0), [DAY]],
  ['a day has a row twice', change('load_day', 3, RIGHT.load_day[0]), [DAY]],
  ["a day's sum is one too high", edit('load_day', 1, '1, 40', '1, 41'), [DAY]],
  ["a day's key is null where it has a value", edit('load_day', 1, '8, 1', 'NULL, 1'), [DAY]],
  ["a day's row is of a later revision than its hours", edit('load_day', 0, "'final', 1", "'final', 2"), [DAY]],
  ["a day's row says that it is open", edit('load_day', 0, 'final', 'open'), [DAY]],
  ["a day's row stands under an hour", edit('load_day', 0, "'2024-03-01'", "'2024-03-01 01:00'"), [DAY]],
  [
    'a day outside the run has a row',
    change('load_day', 3, "'2024-03-02', 'provisioned-1', 7, 1, 1, 'final', 1"),
    [DAY],
  ],
  ["a day's measure is stored as DOUBLE", { ...RIGHT, types: { 'load_day.queries': 'DOUBLE' } }, [DAY]],
];

const WRONG_RECEIPTS: readonly Wrong[] = [
  ['a count of receipts is stored as DOUBLE', { ...RIGHT, types: { 'receipts.counted': 'DOUBLE' } }, ['columns']],
  ['a receipt is missing', change('receipts', 1), [SUMS, COUNTED, OFFSETS]],
  [
    'a receipt is there twice',
    change('receipts', 4, RIGHT.receipts[1]),
    [SUMS, 'receipts: state of the hour', COUNTED, OFFSETS],
  ],
  [
    'an event is counted in the other partition',
    { ...RIGHT, receipts: RIGHT.receipts.map((row) => row.replace("0, 'final', 1, 0, 0", "1, 'final', 1, 0, 0")) },
    ['receipts: state of the hour', COUNTED, OFFSETS],
  ],
  [
    'a duplicate is counted as an event',
    edit('receipts', 2, '2, 0, 1, 1', '3, 0, 1, 0'),
    [SUMS, COUNTED, 'receipts: duplicate'],
  ],
  [
    'a duplicate is taken for rejected',
    edit('receipts', 2, '2, 0, 1, 1', '2, 0, 2, 0'),
    [SUMS, 'receipts: duplicate', 'receipts: rejected'],
  ],
  [
    'an event is taken for late',
    edit('receipts', 1, '1, 0, 0, 0, 0', '0, 1, 0, 0, 0'),
    [SUMS, COUNTED, 'receipts: late'],
  ],
  [
    'a late event came after closing',
    edit('receipts', 1, '1, 0, 0, 0, 0', '1, 0, 0, 0, 1'),
    [SUMS, 'receipts: late', OFFSETS],
  ],
  [
    'a rejected record came again after closing',
    edit('receipts', 2, '1, 1, 0, 0', '1, 1, 0, 1'),
    [SUMS, 'receipts: rejected', OFFSETS],
  ],
  ['the rejected record without a time is not counted', change('receipts', 0), ['receipts: rejected', OFFSETS]],
  [
    'a receipt says that a late event was amended',
    edit('receipts', 1, '0, 0, 3, 3', '1, 0, 3, 3'),
    [SUMS, 'receipts: amended'],
  ],
  [
    'a receipt says that a late event was counted already',
    edit('receipts', 1, '0, 0, 3, 3', '0, 1, 3, 3'),
    [SUMS, 'receipts: amended'],
  ],
  [
    'a receipt does not know that its hour is final',
    edit('receipts', 1, "'final'", "'open'"),
    ['receipts: state of the hour'],
  ],
  ['a count is null', edit('receipts', 1, "'final', 1", "'final', NULL"), [SUMS, COUNTED, OFFSETS]],
  ['an offset is not accounted for', edit('progress', 0, '0, 9', '0, 10'), [OFFSETS]],
  ['a record came again and is counted all the same', edit('progress', 1, '5, 0, 5', '5, 1, 5'), [OFFSETS]],
  ['a gap was seen', edit('progress', 1, '5, 0, true', '5, 1, true'), ['offsets: gaps']],
  ['a partition has ended without its end', edit('progress', 1, '03:10', '03:00'), [WATERMARK, ENDS]],
  ['a partition has taken its end and does not know', edit('progress', 1, 'true', 'false'), [ENDS]],
  ['a partition has ended after the end of the run', edit('progress', 1, '03:10', '04:10'), [ENDS]],
  [
    'a receipt of no hour is taken for final',
    edit('receipts', 0, "'open'", "'final'"),
    ['receipts: state of the hour'],
  ],
  ['a partition is unknown', change('progress', 1), ['partitions: each once', 'offsets: each once']],
];

const WRONG_HOURS: readonly Wrong[] = [
  ['an hour has no line', change('hours', 1), ['hours: each once', SUMS, DAY]],
  ['an hour has two lines', change('hours', 3, RIGHT.hours[1]), ['hours: each once', SUMS]],
  [
    'an hour beyond the run has a line',
    change('hours', 3, "'2024-03-01 03:00', 'open', 0, NULL, NULL, 0, 0, 0, 0, 0, 0"),
    ['hours: each once', SUMS],
  ],
  ["an hour's line counts one more than its receipts", edit('hours', 0, '3, 0, 1, 1', '4, 0, 1, 1'), [SUMS]],
  ["an hour's line says that it was amended", edit('hours', 0, '1, 1, 0, 0', '1, 1, 1, 0'), [SUMS]],
  ['an hour is final behind an open one', edit('hours', 1, "'final'", "'open'"), ['hours: closed in order', DAY]],
  ['an hour has an unknown state', edit('hours', 1, "'final'", "'closed'"), ['hours: closed in order', DAY]],
  ['an hour was closed before its watermark', edit('hours', 0, '2024-03-01 01:10', '2024-03-01 01:09'), [WATERMARK]],
  ['an hour was closed without a watermark', edit('hours', 0, "'2024-03-01 01:10'", 'NULL'), [WATERMARK]],
  [
    "a partition's watermark is before the end of a final hour",
    edit('progress', 0, '03:10', '03:09'),
    [WATERMARK, ENDS],
  ],
  ['an hour is of a later revision than all it has', edit('hours', 0, "'final', 1", "'final', 2"), [REVISIONS]],
  ['an hour is of no revision', edit('hours', 1, "'final', 1", "'final', 0"), [REVISIONS]],
];

/** In the ledger each entry stands on its own path. */
const FILE = RIGHT.archive_files[1];
const WRONG_LEDGER: readonly Wrong[] = [
  ['the ledger does not know a file', change('archive_files', 1), [ROWS, METRIC]],
  ['the ledger does not know a file of events', change('archive_files', 2), [ROWS]],
  ['the ledger has a file twice', change('archive_files', 4, FILE), [LEDGER]],
  ['the ledger counts other rows', edit('archive_files', 1, "parquet', 2", "parquet', 3"), [ROWS]],
  [
    'the ledger has a file of a later revision than its hour',
    change('archive_files', 4, fileRow('2024-03-01 00:00', 'load', 2, 2)),
    [REVISIONS, LEDGER, METRIC],
  ],
  [
    'the ledger has a file of an hour that has no rows',
    change('archive_files', 4, fileRow('2024-03-01 01:00', 'load', 1)),
    [ROWS],
  ],
  [
    'the ledger has a file of an hour outside the run',
    change('archive_files', 4, fileRow('2024-03-01 03:00', 'load', 1)),
    [LEDGER, ROWS],
  ],
  [
    'the ledger has a file of another metric',
    change('archive_files', 4, fileRow('2024-03-01 00:00', 'x', 0)),
    [LEDGER],
  ],
  ['a file lies in the folder of another hour', edit('archive_files', 1, 'hh=00', 'hh=01'), [LEDGER]],
  ["a file's name is not of its content", edit('archive_files', 1, '-ababab', '-acabab'), [LEDGER]],
  ['a file has no bytes', edit('archive_files', 1, '1000', '0'), [LEDGER]],
  ['a file is in an unknown state', edit('archive_files', 1, 'local', 'lost'), [LEDGER]],
];

const FAILED = "'2024-03-01 01:00', 'load', 'took too long'";
const WRONG_FAILURES: readonly Wrong[] = [
  [
    'a metric is said to have failed for an hour whose rows are there',
    change('metric_failures', 0, FAILED.replace('01:00', '00:00')),
    [FAILURES],
  ],
  ['a failure is told twice', { ...RIGHT, metric_failures: [FAILED, FAILED] }, [FAILURES]],
  ['an unknown metric has failed', change('metric_failures', 0, FAILED.replace('load', 'lost')), [FAILURES]],
  [
    'a metric has failed for an hour outside the run',
    change('metric_failures', 0, FAILED.replace('01:00', '03:00')),
    [FAILURES],
  ],
  [
    "a day's sums have failed in the middle of it",
    change('metric_failures', 0, FAILED.replace('load', 'load_day')),
    [FAILURES, DAY],
  ],
  [
    "a day's sums are said to have failed and are there",
    change('metric_failures', 0, FAILED.replace('load', 'load_day').replace('01:00', '02:00')),
    [DAY],
  ],
];

const REJECTED = 'rejected: rows';
const CONTENT = 'rejected: content';
const PLACES = 'offsets: each once';
const WRONG_REJECTED: readonly Wrong[] = [
  ['a rejected record is missing', change('rejected', 0), [REJECTED, CONTENT]],
  ['a rejected record is there twice', change('rejected', 3, RIGHT.rejected[0]), [REJECTED, CONTENT, PLACES]],
  ['a record is rejected for another reason', edit('rejected', 0, "'negative'", "'out_of_range'"), [REJECTED]],
  ['a record is rejected for another field', edit('rejected', 0, "'execution_duration_ms'", "'num_joins'"), [REJECTED]],
  [
    'a record is rejected in another hour',
    edit('rejected', 0, "'2024-03-01 00:00'", "'2024-03-01 01:00'"),
    [REJECTED, CONTENT],
  ],
  ['a record is rejected in another partition', edit('rejected', 0, ', 1, 6, 5', ', 0, 6, 5'), [REJECTED, CONTENT]],
  [
    'a record without a time is rejected under an hour',
    edit('rejected', 2, 'NULL, 0, 1', "TIMESTAMP '2024-03-01 00:00', 0, 1"),
    [REJECTED, CONTENT],
  ],
  [
    'a rejected record keeps another content',
    edit('rejected', 0, 'CAST(3 AS BIGINT) AS query_id', 'CAST(4 AS BIGINT) AS query_id'),
    [CONTENT],
  ],
  ['a rejected record lies beyond what was processed', edit('rejected', 0, ', 1, 6, 5', ', 1, 9, 5'), [PLACES]],
  ['a rejected record was sent after the last one', edit('rejected', 0, ', 1, 6, 5', ', 1, 6, 6'), [PLACES]],
];

const ALL = [WRONG_ROLLUPS, WRONG_DAYS, WRONG_RECEIPTS, WRONG_HOURS, WRONG_LEDGER, WRONG_FAILURES, WRONG_REJECTED];

for (const [what, snapshot, checks] of ALL.flat()) {
  test(`a store is refused when ${what}`, async (t) => {
    const report = await verifySmallRun(t, snapshot);
    assert.equal(report.ok, false);
    assert.deepEqual(failed(report), checks);
    for (const check of report.checks) assert.ok(check.equal || check.differences > 0, check.check);
  });
}

test('a field of a conflict is not compared: it depends on the record that it met', async (t) => {
  const snapshot = edit('rejected', 1, "'execution_duration_ms'", "'user_id'");
  assert.deepEqual(failed(await verifySmallRun(t, snapshot)), []);
});
