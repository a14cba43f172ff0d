import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openHours } from '../../../src/api/store-status.ts';
import type { PartitionProgress } from '../../../src/hot-store/hot-store.ts';
import type { EventTime } from '../../../src/model/time.ts';
import { isoTime, replayTime, wallTime } from '../../../src/model/time.ts';
import { at } from '../../support/time.ts';

const HOURS = [0, 1, 2, 3].map((hour) => at(`2024-03-01 0${hour}:00`));

function partition(number: number, watermark: string | undefined, parts: Partial<PartitionProgress> = {}) {
  const counts = { firstOffset: 0, nextOffset: 0, lastSeq: -1, resent: 0, controls: 0, gaps: 0, ended: false };
  return {
    ...{ partition: number, watermark: watermark === undefined ? undefined : at(`2024-03-01 ${watermark}`) },
    ...{ ...counts, replayed: true, watermarkAt: wallTime(1_000 + number), ...parts },
  } satisfies PartitionProgress;
}

/** Each open hour as `HH: partitions that hold it`. */
function held(progress: readonly PartitionProgress[], film: string, hours: readonly EventTime[] = HOURS): string[] {
  const place = replayTime(at(`2024-03-01 ${film}`));
  return openHours({ hours, progress, at: place, latenessMs: 600_000 }).map(({ hour, heldBy }) =>
    `${isoTime(hour).slice(11, 13)}: ${heldBy.map((one) => one.partition).join(' ')}`.trim(),
  );
}

test('hours that the film has not reached are not told', () => {
  assert.deepEqual(held([partition(0, undefined)], '00:00'), []);
  assert.deepEqual(held([partition(0, undefined)], '00:01'), ['00: 0']);
  assert.deepEqual(held([partition(0, '01:00')], '01:00'), ['00: 0']);
});

test('an hour is held by the partitions before its end and the lateness, the one furthest behind first', () => {
  const progress = [partition(0, '02:09'), partition(1, '01:30'), partition(2, undefined), partition(3, '02:10')];
  assert.deepEqual(held(progress, '02:10'), ['00: 2', '01: 2 1 0', '02: 2 1 0 3']);
});

test('an hour is begun where any partition is past its start, though a stalled one holds the film back', () => {
  assert.deepEqual(held([partition(0, '00:20'), partition(1, '02:30')], '00:20'), ['00: 0', '01: 0', '02: 0 1']);
});

test('an hour that waits for no partition is ready', () => {
  const [hour] = openHours({
    ...{ hours: HOURS, progress: [partition(0, '01:10')], at: replayTime(at('2024-03-01 01:10')), latenessMs: 600_000 },
  });
  assert.deepEqual(hour, { hour: HOURS[0], finalFrom: at('2024-03-01 01:10'), heldBy: [] });
});

test('a holder tells its watermark, when it moved, and whether more can come', () => {
  const progress = [partition(0, '00:50', { ended: true }), partition(1, undefined, { watermarkAt: undefined })];
  const [hour] = openHours({ hours: HOURS, progress, at: replayTime(at('2024-03-01 00:50')), latenessMs: 0 });
  assert.deepEqual(hour?.heldBy, [
    { partition: 1, watermark: undefined, since: undefined, ended: false },
    { partition: 0, watermark: at('2024-03-01 00:50'), since: wallTime(1_000), ended: true },
  ]);
});
