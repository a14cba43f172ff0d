import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type OpenHour, openHourOf, openHourWords } from '../../../../web/src/pipeline/open-hour-words.ts';

const HOUR = '2024-03-12T14:00:00Z';
const NOW = Date.parse('2026-01-05T10:00:30Z');

function open(heldBy: OpenHour['heldBy']): OpenHour {
  return { hour: HOUR, finalFrom: '2024-03-12T15:10:00Z', heldBy };
}

function holder(partition: number, parts: Partial<OpenHour['heldBy'][number]> = {}): OpenHour['heldBy'][number] {
  return { partition, watermark: '2024-03-12T14:27:00Z', since: '2026-01-05T10:00:18Z', ended: false, ...parts };
}

/** The sentence with the film at this time. */
function sentence(hour: OpenHour, at: string, played = true): string {
  return openHourWords(hour, { nowMs: NOW, at, played }).sentence;
}

test('an hour in which the film still is says so, and when it will be final', () => {
  const text = sentence(open([holder(0), holder(1)]), '2024-03-12T14:30:00Z');
  assert.match(text, /^The film is still in this hour\. It is final once every partition is complete up to 15:10/);
});

test('past its end it waits for what may come late', () => {
  assert.match(
    sentence(open([holder(0)]), '2024-03-12T15:05:00Z'),
    /^The film is past its end, and late events may still come/,
  );
});

test('past all of that, the partitions that hold it are named or counted', () => {
  assert.match(sentence(open([holder(2)]), '2024-03-12T15:30:00Z'), /but partition 2 is not/);
  assert.match(sentence(open([holder(2), holder(3)]), '2024-03-12T15:30:00Z'), /but 2 partitions are not/);
});

test('where nobody holds it, only closing is left, which a run that nobody plays does not do', () => {
  assert.equal(sentence(open([]), '2024-03-12T15:30:00Z'), 'Everything is there: only closing is left.');
  assert.match(sentence(open([]), '2024-03-12T15:30:00Z', false), /closes when the run goes on/);
});

test("an hour beyond the run's end stays open", () => {
  assert.match(sentence(open([holder(0, { ended: true })]), '2024-03-12T16:00:00Z'), /stays open/);
});

/** What is said of those that hold the hour. */
function holders(hour: OpenHour) {
  return openHourWords(hour, { nowMs: NOW, at: '2024-03-12T15:30:00Z', played: true });
}

test('a partition says how far it is, how much is missing and since when', () => {
  assert.deepEqual(holders(open([holder(3)])).holders, [
    {
      who: 'partition 3',
      place: 'complete up to 14:27',
      behind: '43\u00a0min short',
      since: 'has not moved for 12\u00a0s',
    },
  ]);
});

test('one that moves is not said to stand still', () => {
  assert.equal(holders(open([holder(3, { since: '2026-01-05T10:00:29Z' })])).holders[0]?.since, undefined);
});

test('partitions at the same place are said together, with when the last of them moved', () => {
  const hour = open([
    holder(0),
    holder(1, { since: '2026-01-05T10:00:10Z' }),
    holder(2, { watermark: '2024-03-12T14:30:00Z' }),
  ]);
  assert.deepEqual(
    holders(hour).holders.map(({ who, since }) => [who, since]),
    [
      ['2 partitions', 'has not moved for 12\u00a0s'],
      ['partition 2', 'has not moved for 12\u00a0s'],
    ],
  );
});

test('a partition that nothing was heard of, and one that stands on the day before, say that', () => {
  const before = holder(1, { watermark: '2024-03-11T22:00:00Z', since: null });
  assert.deepEqual(
    holders(open([holder(0, { watermark: null }), before])).holders.map(({ place, since }) => [place, since]),
    [
      ['nothing heard of yet', undefined],
      ['complete up to Mon 11 Mar 22:00', undefined],
    ],
  );
});

test('of many places the first few are listed and the others counted', () => {
  const hour = open(Array.from({ length: 12 }, (_, i) => holder(i, { watermark: `2024-03-12T14:${10 + i}:00Z` })));
  assert.equal(holders(hour).holders.length, 4);
  assert.equal(holders(hour).others, 8);
  assert.equal(holders(open([])).others, 0);
});

test('an hour that was asked for is told like one of the status', () => {
  const body = {
    hour: HOUR,
    state: 'open' as const,
    revision: 0,
    watermark: null,
    finalized_at: null,
    counted: 1,
    late: 0,
    rejected: 0,
    duplicate: 0,
    final_from: '2024-03-12T15:10:00Z',
    held_open_by: [{ ...holder(0), behind_ms: 2_580_000 }],
    receipts: [],
  };
  const context = { nowMs: NOW, at: '2024-03-12T15:30:00Z', played: true };
  assert.deepEqual(openHourWords(openHourOf(body), context), openHourWords(open([holder(0)]), context));
});
