import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { HotStore, PartitionProgress } from '../../../src/hot-store/hot-store.ts';
import type { Manifest } from '../../../src/model/manifest.ts';
import { addMicros, eventTime, MICROS_PER_HOUR, MICROS_PER_MINUTE } from '../../../src/model/time.ts';
import { foreignRules, frontOf, isForeign, liftedTo, watermarkOf } from '../../../src/processor/foreign.ts';
import { readBatch } from '../../../src/processor/watermark.ts';
import type { FeedItem } from '../../support/batch-feed.ts';
import { BatchFeed, fatesByOffset, receiptSums } from '../../support/batch-feed.ts';
import { busEvent, eventChunk } from '../../support/event-chunk.ts';
import { LIMITS, makeManifest } from '../../support/manifest.ts';
import { ask, testStore } from '../../support/store.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { at } from '../../support/time.ts';
import type { RowSpec } from '../../support/trace-row.ts';

/** From midnight to three, lateness 10 minutes, disorder 5 minutes, at most an hour ahead. */
const manifest = makeManifest();
const RULES = foreignRules(manifest);

function progressOf(partition: number, changes: Partial<PartitionProgress> = {}): PartitionProgress {
  const counts = { lastSeq: -1, resent: 0, controls: 0, gaps: 0, replayed: false, watermarkAt: undefined };
  return { partition, firstOffset: 0, nextOffset: 0, watermark: undefined, ended: false, ...counts, ...changes };
}

/** A foreign partition with this watermark. */
const foreign = (partition: number, time: string): PartitionProgress =>
  progressOf(partition, { nextOffset: 1, watermark: at(`2024-03-01 ${time}`) });

async function newFeed(t: TestContext, of: Manifest = manifest): Promise<{ store: HotStore; feed: BatchFeed }> {
  const store = await testStore(t, await tempDir(t), { manifest: of });
  return { store, feed: new BatchFeed(store) };
}

/** An event of a producer that sends no numbers; a time without a day is of the run's. */
function event(time: string | null, placed: RowSpec & { readonly in?: number } = {}): FeedItem {
  const { in: partition = 0, ...row } = placed;
  const arrival = time === null ? null : at(time.includes('-') ? time : `2024-03-01 ${time}`);
  return { row: { query_id: ++query, ...row, arrival_timestamp: arrival }, partition, seq: Number.NaN };
}
let query = 0;

/** Sends the items as one batch, and cut at every place into two: all must come to the same. */
async function fatesOf(t: TestContext, items: readonly FeedItem[], of = manifest): Promise<Record<string, string>> {
  const whole = await newFeed(t, of);
  await whole.feed.batch(...items);
  const expected = await fatesByOffset(whole.store);
  for (let cut = 1; cut < items.length; cut++) {
    const { store, feed } = await newFeed(t, of);
    await feed.batch(...items.slice(0, cut));
    await feed.batch(...items.slice(cut));
    assert.deepEqual(await fatesByOffset(store), expected, `cut before record ${cut}`);
    assert.deepEqual(await watermarks(store), await watermarks(whole.store), `cut before record ${cut}`);
    assert.deepEqual(await lateRows(store), await lateRows(whole.store), `cut before record ${cut}`);
  }
  return expected;
}

async function watermarks(store: HotStore): Promise<unknown> {
  return (await ask(store, 'SELECT watermark FROM progress ORDER BY "partition"')).flat();
}

function lateRows(store: HotStore): Promise<unknown> {
  return ask(store, 'SELECT "partition", "offset", hour, seen_watermark, late_by_ms FROM late_events ORDER BY ALL');
}

test('the latest time of a partition less the disorder is its watermark', async (t) => {
  const { store, feed } = await newFeed(t);
  await feed.batch(event('00:30'), event('00:20'), event('00:10', { in: 1 }));
  assert.deepEqual(await watermarks(store), ['2024-03-01T00:25:00Z', '2024-03-01T00:05:00Z']);
});

test('an event is late behind the one that ended its hour, and not a microsecond before', async (t) => {
  const fates = await fatesOf(t, [
    event('00:50'),
    event('01:14:59.999999'),
    event('00:00'),
    event('01:15'),
    event('00:59:59.999999'),
    event('01:00'),
  ]);
  assert.deepEqual(fates, { 0: 'counted', 1: 'counted', 2: 'counted', 3: 'counted', 4: 'late', 5: 'counted' });
});

test('the first event of a partition may be as far ahead of the start as any other', async (t) => {
  // The start is 00:00 - 5 minutes.
  assert.deepEqual(await fatesOf(t, [event('00:55:00.000001'), event('00:55')]), {
    0: 'rejected out_of_range arrival_timestamp',
    1: 'counted',
  });
});

test('an event too far ahead is rejected and moves nothing', async (t) => {
  // Behind 00:10 the watermark is 00:05.
  const fates = await fatesOf(t, [
    event('00:10'),
    event('01:05:00.000001'),
    event('2024-03-01 23:00'),
    event('01:05'),
    event('02:00'),
    event('02:00:00.000001'),
    event('00:59'),
  ]);
  const rejected = 'rejected out_of_range arrival_timestamp';
  assert.deepEqual(fates, {
    0: 'counted',
    1: rejected,
    2: rejected,
    3: 'counted',
    4: 'counted',
    5: 'counted',
    6: 'late',
  });
});

test('an event too far ahead stands under no hour', async (t) => {
  const { store, feed } = await newFeed(t);
  await feed.batch(
    event('00:10'),
    event('02:30'),
    event('02:40', { num_joins: -1 }),
    event('00:20', { num_joins: -1 }),
  );
  assert.deepEqual(await ask(store, 'SELECT "offset", hour, reason, field, seq FROM rejected ORDER BY "offset"'), [
    [1, null, 'out_of_range', 'arrival_timestamp', null],
    [2, null, 'negative', 'num_joins', null],
    [3, '2024-03-01T00:00:00Z', 'negative', 'num_joins', null],
  ]);
  assert.deepEqual(await ask(store, 'SELECT hour, counted, rejected FROM receipts ORDER BY hour NULLS FIRST'), [
    [null, 0, 2],
    ['2024-03-01T00:00:00Z', 1, 1],
  ]);
  const [[raw] = []] = await ask(store, 'SELECT raw FROM rejected WHERE "offset" = 1');
  assert.match(String(raw), /2024-03-01 02:30/);
});

test('thousands of events too far ahead are all rejected, each in its place', async (t) => {
  const { store, feed } = await newFeed(t);
  const far = Array.from({ length: 2_040 }, (_, i) => event('02:30', { in: i % 2 }));
  await feed.batch(event('00:10'), ...far, event('00:20'));
  assert.deepEqual(await receiptSums(store), [2, 0, 2_040, 0]);
  assert.deepEqual(
    await ask(store, 'SELECT "partition", count(*), min("offset"), max("offset") FROM rejected GROUP BY 1 ORDER BY 1'),
    [
      [0, 1_020, 1, 1_020],
      [1, 1_020, 0, 1_019],
    ],
  );
});

test('a time that is missing or outside the range is rejected as ever and moves nothing', async (t) => {
  const items = [event(null), event('2024-02-28 23:59'), event('2024-03-02 03:00'), event('2024-03-09 00:00')];
  const { store, feed } = await newFeed(t);
  await feed.batch(...items);
  assert.deepEqual(await fatesByOffset(store), {
    0: 'rejected missing_field arrival_timestamp',
    1: 'rejected out_of_range arrival_timestamp',
    2: 'rejected out_of_range arrival_timestamp',
    3: 'rejected out_of_range arrival_timestamp',
  });
  assert.deepEqual(await watermarks(store), ['2024-02-29T23:55:00Z', null]);
});

test('a record that is rejected for something else tells the time all the same', async (t) => {
  const { store, feed } = await newFeed(t);
  await feed.batch(event('00:30', { num_joins: -1 }), event('00:40', { query_id: null }));
  assert.deepEqual(await watermarks(store), ['2024-03-01T00:35:00Z', null]);
});

test('an event before the start is late from the first record on, however old it is', async (t) => {
  const far = makeManifest({ sanity: { ...LIMITS, rangeSlackMs: 20 * 86_400_000 } });
  const items = [event('2024-02-29 22:59'), event('2024-02-29 23:00'), event('2024-02-12 00:00'), event('00:10')];
  assert.deepEqual(await fatesOf(t, items, far), { 0: 'late', 1: 'counted', 2: 'late', 3: 'counted' });
});

test('a late event may be of any age behind the first watermark of a replay, too', async (t) => {
  const far = makeManifest({ sanity: { ...LIMITS, rangeSlackMs: 20 * 86_400_000 } });
  const old: FeedItem = { row: { arrival_timestamp: at('2024-02-12') } };
  assert.deepEqual(await fatesOf(t, [old, { watermark: at('2024-03-01 00:01') }, old], far), {
    0: 'counted',
    2: 'late',
  });
});

test('a watermark beyond every hour of the run makes them late, and costs no more than the range has hours', async (t) => {
  const beyond: FeedItem = { watermark: at('2199-01-01') };
  const last = event('2024-03-02 02:59');
  assert.deepEqual(await fatesOf(t, [last, beyond, last]), { 0: 'rejected out_of_range arrival_timestamp', 2: 'late' });
});

test('a partition that was quiet goes on at the front of the others', async (t) => {
  const { store, feed } = await newFeed(t);
  await feed.batch(event('00:10', { in: 1 }), ...['00:50', '01:40', '02:30'].map((time) => event(time)));
  await feed.batch(event('02:31', { in: 1 }));
  assert.deepEqual(await watermarks(store), ['2024-03-01T02:25:00Z', '2024-03-01T02:26:00Z']);
  assert.deepEqual(await receiptSums(store), [5, 0, 0, 0]);
});

test('a stream that was silent for longer than may be ahead needs a watermark to go on', async (t) => {
  const silent = [event('00:10'), event('02:30')];
  assert.deepEqual(await fatesOf(t, silent), { 0: 'counted', 1: 'rejected out_of_range arrival_timestamp' });
  const [first, again] = [event('00:10'), event('02:30')];
  const told = [first as FeedItem, { watermark: at('2024-03-01 02:00') }, again as FeedItem];
  assert.deepEqual(await fatesOf(t, told), { 0: 'counted', 2: 'counted' });
});

test('a watermark record counts for a foreign partition as for any, and does not go back', async (t) => {
  const { store, feed } = await newFeed(t);
  await feed.batch(event('00:10'), { watermark: at('2024-03-01 01:10') }, event('00:59'), event('01:12'), {
    watermark: at('2024-03-01 01:00'),
  });
  assert.deepEqual(await fatesByOffset(store), { 0: 'counted', 2: 'late', 3: 'counted' });
  assert.deepEqual(await watermarks(store), ['2024-03-01T01:10:00Z', '2024-03-01T00:10:00Z']);
  assert.deepEqual(await ask(store, 'SELECT controls, gaps, resent FROM progress WHERE "partition" = 0'), [[2, 0, 0]]);
});

test('an idle partition is lifted as far behind the front as an event may be ahead', async (t) => {
  const { store, feed } = await newFeed(t);
  await feed.batch(event('00:50'), event('01:40'), event('02:30'));
  assert.deepEqual(await watermarks(store), ['2024-03-01T02:25:00Z', '2024-03-01T01:25:00Z']);
  // What comes for it afterwards is judged by that: the hour of 00:59 ended at 01:10.
  await feed.batch(event('00:59', { in: 1 }), event('01:00', { in: 1 }));
  assert.deepEqual(await ask(store, 'SELECT "partition", "offset" FROM late_events'), [[1, 0]]);
});

test('a lift is exact: no further, and not before it is due', () => {
  assert.deepEqual(liftedTo([foreign(0, '02:00'), foreign(1, '01:00')], [], RULES), [undefined, undefined]);
  assert.deepEqual(liftedTo([foreign(0, '02:00'), foreign(1, '00:59:59.999999')], [], RULES), [
    undefined,
    at('2024-03-01 01:00'),
  ]);
  // One without any record starts at 23:55.
  assert.deepEqual(liftedTo([foreign(0, '00:55'), progressOf(1)], [], RULES), [undefined, undefined]);
  assert.deepEqual(liftedTo([foreign(0, '00:55:00.000001'), progressOf(1)], [], RULES), [
    undefined,
    at('2024-02-29 23:55:00.000001'),
  ]);
});

test('a partition that has more waiting, or has ended, is not lifted', () => {
  const progress = [foreign(0, '02:30'), foreign(1, '00:10'), { ...foreign(2, '00:20'), ended: true }];
  assert.deepEqual(liftedTo(progress, [1], RULES), [undefined, undefined, undefined]);
  assert.deepEqual(liftedTo(progress, [], RULES), [undefined, at('2024-03-01 01:30'), undefined]);
});

test('where a replay writes, nothing is lifted', () => {
  const begun = progressOf(1, { nextOffset: 1, controls: 1, replayed: true });
  assert.deepEqual(liftedTo([foreign(0, '02:30'), begun, progressOf(2)], [], RULES), [undefined, undefined, undefined]);
  assert.deepEqual(
    liftedTo(
      [progressOf(0, { nextOffset: 1, controls: 1, watermark: at('2024-03-01 02:30') }), progressOf(1)],
      [],
      RULES,
    ),
    [undefined, undefined],
  );
});

test('only a partition with events, none of them numbered, tells the time of the stream', () => {
  const replayed = progressOf(1, { nextOffset: 9, lastSeq: 8, replayed: true, watermark: at('2024-03-01 02:30') });
  const silent = progressOf(2, { nextOffset: 3, controls: 3, watermark: at('2024-03-01 02:40') });
  assert.deepEqual([foreign(0, '00:10'), replayed, silent, progressOf(3)].map(isForeign), [true, false, false, false]);
  assert.equal(frontOf([foreign(0, '00:10'), replayed, silent], RULES), at('2024-03-01 00:10'));
  assert.equal(frontOf([replayed, silent], RULES), at('2024-02-29 23:55'));
  assert.equal(frontOf([{ ...foreign(0, '03:10'), ended: true }, foreign(1, '00:20')], RULES), at('2024-03-01 00:20'));
});

test('the limits of a run are exact to the microsecond', () => {
  const front = at('2024-03-01 01:00');
  const [first, end] = [at('2024-02-29'), at('2024-03-02 03:00')];
  assert.equal(watermarkOf(front + MICROS_PER_HOUR, front, RULES), addMicros(front, 55 * MICROS_PER_MINUTE));
  assert.equal(watermarkOf(front + MICROS_PER_HOUR + 1, front, RULES), 'ahead');
  assert.equal(watermarkOf(first, front, RULES), addMicros(first, -5 * MICROS_PER_MINUTE));
  assert.equal(watermarkOf(first - 1, front, RULES), undefined);
  assert.equal(watermarkOf(end - 1, eventTime(end), RULES), addMicros(end, -5 * MICROS_PER_MINUTE - 1));
  assert.equal(watermarkOf(end, eventTime(end), RULES), undefined);
  assert.equal(watermarkOf(Number.NaN, front, RULES), undefined);
});

test('no time in an event moves the watermark of a partition that a replay writes to', async (t) => {
  const begun = await fatesOf(t, [{ begin: true }, event('00:10'), event('02:59'), event('00:00')]);
  assert.deepEqual(begun, { 1: 'counted', 2: 'counted', 3: 'counted' });
  const { store, feed } = await newFeed(t);
  await feed.batch(
    { begin: true },
    { begin: true, partition: 1 },
    { watermark: at('2024-03-01 00:30') },
    event('02:59'),
    event('2024-03-01 23:00'),
  );
  assert.deepEqual(await watermarks(store), ['2024-03-01T00:30:00Z', null]);
});

test('a replay that takes over finds the watermark where it is, and is alone in moving it from then on', async (t) => {
  const { store, feed } = await newFeed(t);
  await feed.batch(
    event('00:50'),
    { row: { arrival_timestamp: at('2024-03-01 00:51') } },
    event('01:30'),
    event('02:59'),
  );
  assert.deepEqual(await watermarks(store), ['2024-03-01T00:45:00Z', null]);
  await feed.batch({ watermark: at('2024-03-01 00:40') }, { watermark: at('2024-03-01 01:10') }, event('00:30'));
  assert.deepEqual(await watermarks(store), ['2024-03-01T01:10:00Z', null]);
  assert.deepEqual(await fatesByOffset(store), { 0: 'counted', 1: 'counted', 2: 'counted', 3: 'counted', 6: 'late' });
});

test('events without numbers between numbered ones are neither a gap nor a repeat', async (t) => {
  const { store, feed } = await newFeed(t);
  const numbered = (seq: number): FeedItem => ({ row: { query_id: 1_000_000 + seq }, seq });
  await feed.batch({ begin: true }, numbered(0), event('00:10'), numbered(3), event('00:11'), numbered(3), numbered(4));
  assert.deepEqual(await receiptSums(store), [5, 0, 0, 0]);
  assert.deepEqual(await ask(store, 'SELECT last_seq, gaps, resent, replayed FROM progress WHERE "partition" = 0'), [
    [4, 0, 1, true],
  ]);
});

test('a far time costs nothing: nothing is cut off and no watermark moves', () => {
  const far = addMicros(manifest.to, 20 * MICROS_PER_HOUR);
  const of = { offset: 0, seq: Number.NaN, prev: Number.NaN };
  const events = [busEvent({}, of), busEvent({ arrival_timestamp: far }, { ...of, offset: 1 })];
  const before = [foreign(0, '00:10'), foreign(1, '00:10')];
  const reading = readBatch(before, { events: [eventChunk(events)], controls: [], waiting: [] }, manifest);
  assert.deepEqual(reading.ahead, [[1]]);
  assert.deepEqual(reading.cutoffs, []);
  assert.deepEqual(reading.progress, [{ ...before[0], nextOffset: 2 }, before[1]]);
});
