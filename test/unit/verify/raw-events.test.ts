import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { KeptEvents } from '../../../src/verify/verify.ts';
import { at } from '../../support/time.ts';
import { checkNamed, failed, RIGHT, verifySmallRun } from './small-run.ts';
import type { SnapshotSpec } from './snapshot-fixture.ts';
import { fileRow, lateRow } from './snapshot-fixture.ts';

/** What a run leaves behind that keeps rollups only. */
const ROLLUPS_ONLY: SnapshotSpec = {
  ...RIGHT,
  archive_files: RIGHT.archive_files.filter((row) => !row.includes("'events'")),
  rejected: [
    "TIMESTAMP '2024-03-01 00:00', 1, 6, 5, 'negative', 'execution_duration_ms', NULL, NULL",
    "TIMESTAMP '2024-03-01 02:00', 0, 7, 7, 'conflict', 'execution_duration_ms', NULL, NULL",
    "NULL, 0, 1, 0, 'missing_field', 'arrival_timestamp', NULL, NULL",
  ],
};
const NONE_KEPT = 'raw events: none kept';
const KEPT = { hour: at('2024-03-01 00:00'), events: 3 };

async function verify(t: TestContext, snapshot: SnapshotSpec, keptEvents: readonly KeptEvents[] = []) {
  return await verifySmallRun(t, snapshot, { manifest: { keep: 'rollups' }, more: { keptEvents } });
}

test('a run that keeps rollups only is verified without any raw event', async (t) => {
  assert.deepEqual(failed(await verify(t, ROLLUPS_ONLY)), []);
  assert.deepEqual(failed(await verify(t, ROLLUPS_ONLY, [{ ...KEPT, events: 0 }])), []);
});

test('events of hours that are not final yet are kept', async (t) => {
  assert.deepEqual(failed(await verify(t, ROLLUPS_ONLY, [{ hour: at('2024-03-01 03:00'), events: 5 }])), []);
});

test('events of a final hour are not', async (t) => {
  const report = await verify(t, ROLLUPS_ONLY, [KEPT]);
  assert.deepEqual(failed(report), [NONE_KEPT]);
  assert.deepEqual(checkNamed(report, NONE_KEPT)?.examples, [
    {
      problem: 'extra',
      key: { table: 'events', hour: '2024-03-01T00:00:00Z' },
      expected: undefined,
      found: { rows: 3 },
    },
  ]);
});

test('the raw form of a rejected record is not kept', async (t) => {
  assert.deepEqual(failed(await verify(t, { ...ROLLUPS_ONLY, rejected: RIGHT.rejected })), [NONE_KEPT]);
});

test('a file of events is not kept', async (t) => {
  const files = [...(ROLLUPS_ONLY.archive_files ?? []), fileRow('2024-03-01 00:00', 'events', 3)];
  const report = await verify(t, { ...ROLLUPS_ONLY, archive_files: files });
  assert.deepEqual(failed(report), [NONE_KEPT, 'archive: ledger', 'archive: rows']);
});

test('the content of a late event is not kept', async (t) => {
  const late = lateRow({ partition: 1, offset: 7, seen: '2024-03-01 01:10' }, {});
  assert.ok(failed(await verify(t, { ...ROLLUPS_ONLY, late_events: [late] })).includes(NONE_KEPT));
});

test('of a run that keeps everything, nothing is said of this', async (t) => {
  assert.equal(checkNamed(await verifySmallRun(t, RIGHT), NONE_KEPT), undefined);
});
