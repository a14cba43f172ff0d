import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openHourLines } from '../../../src/cli/open-hours-text.ts';
import type { RunReport } from '../../../src/cli/run-report.ts';
import { wallTime } from '../../../src/model/time.ts';

type OpenHour = RunReport['openHours'][number];
type Holder = OpenHour['heldBy'][number];

const NOW = wallTime(Date.UTC(2026, 0, 1, 12, 0, 0));
const OWNER: RunReport['owner'] = { pid: 1, address: '', startedAt: '', leftBehind: false };

const holder = (partition: number, minute: number | null, parts: Partial<Holder> = {}): Holder => ({
  ...{ partition, watermark: minute === null ? null : `2024-03-01T14:${minute}:00Z` },
  ...{ since: '2026-01-01T11:59:00.000Z', ended: false, ...parts },
});

const hour = (number: number, heldBy: readonly Holder[]): OpenHour => ({
  ...{ hour: `2024-03-01T${number}:00:00Z`, finalFrom: `2024-03-01T${number + 1}:10:00Z`, heldBy: [...heldBy] },
});

const lines = (openHours: OpenHour[], owner: RunReport['owner'] = OWNER): string[] =>
  openHourLines({ openHours, owner }, NOW);

test('the partition that is behind is named, with how long it has not moved', () => {
  assert.deepEqual(lines([hour(13, [holder(2, 10)])]), [
    '2024-03-01T13:00Z  until 2024-03-01T14:10Z: partition 2 is at 2024-03-01T14:10Z for 1 min 0 s',
  ]);
});

test('partitions at the same place are one statement, and those ahead of them another', () => {
  const holders = [holder(3, 10, { since: '2026-01-01T11:59:30.000Z' }), holder(1, 10), holder(0, 12)];
  assert.deepEqual(lines([hour(14, holders)]), [
    '2024-03-01T14:00Z  until 2024-03-01T15:10Z: 2 partitions are at 2024-03-01T14:10Z for 1 min 0 s, 1 other ahead of it too',
  ]);
});

test('a partition without a watermark is said to have none', () => {
  const [line] = lines([hour(14, [holder(0, null, { since: null })])]);
  assert.match(line ?? '', /: partition 0 is without a watermark yet$/);
});

test('an hour that only has to be closed says so, and waits for the run where nobody plays it', () => {
  assert.deepEqual(lines([hour(12, [])]), ['2024-03-01T12:00Z  ready, closing']);
  assert.deepEqual(lines([hour(12, [])], null), ['2024-03-01T12:00Z  ready: it closes when the run goes on']);
});

test('an hour after the end of the run is said to stay open', () => {
  const [line] = lines([hour(20, [holder(0, 10, { ended: true }), holder(1, 10, { ended: true })])]);
  assert.equal(line, "2024-03-01T20:00Z  lies beyond the run's end and stays open");
});

test('only the oldest hours have a line of their own', () => {
  const hours = [10, 11, 12, 13, 14].map((number) => hour(number, [holder(0, 10)]));
  assert.deepEqual(
    lines(hours).map((line) => line.slice(0, 17)),
    ['2024-03-01T10:00Z', '2024-03-01T11:00Z', '2024-03-01T12:00Z', 'and 2 later hours'],
  );
  assert.deepEqual(lines([]), []);
});
