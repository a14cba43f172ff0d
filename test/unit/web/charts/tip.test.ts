import assert from 'node:assert/strict';
import test from 'node:test';
import { buildModel } from '../../../../web/src/charts/build-model.ts';
import type { ChartInput } from '../../../../web/src/charts/chart-input.ts';
import { heldWords } from '../../../../web/src/charts/held-words.ts';
import { legendNotes, legendOf, toggled } from '../../../../web/src/charts/legend-model.ts';
import { readout } from '../../../../web/src/charts/readout.ts';
import { summaryOf } from '../../../../web/src/charts/summary.ts';
import { tipOf, tipWords } from '../../../../web/src/charts/tip.ts';
import { at, CACHE, dataOf, inputOf, LATENCY, plain, SPILL, TABLES, UTILIZATION } from './fixture.ts';

const CACHE_INPUT = inputOf(
  CACHE,
  dataOf(
    ['hour', 'queries', 'reads', 'cached', 'hit_rate_of_reads', 'hit_rate_of_queries'],
    [
      [at(10), 9000, 4210, 1393, 0.3309, 0.1548],
      [at(13), 100, 50, 10, 0.2, 0.1],
    ],
  ),
  'fafo',
);
const SPILL_INPUT = inputOf(
  SPILL,
  dataOf(
    ['hour', 'query_type', 'queries', 'spilled_queries', 'mbytes_spilled'],
    [
      [at(10), 'copy', 10, 1, 500],
      [at(10), 'select', 90, 2, 1700],
    ],
  ),
);

function told(input: ChartInput, slot: number): string | undefined {
  const tip = tipOf(buildModel(input), { slot, row: undefined });
  return tip === undefined ? undefined : plain(tipWords(tip));
}

test('a share says what it is of', () => {
  assert.equal(
    told(CACHE_INPUT, 0),
    'Tue 12 Mar 10:00–11:00 UTC, final; hit rate of reads, of executed selects plus cache hits: 33.1 % (1,393 of 4,210 reads); hit rate of queries, of all queries: 15.5 % (1,393 of 9,000 queries).',
  );
});

test('an hour says whether it can still change, and a gap that there is no value', () => {
  assert.match(told(CACHE_INPUT, 3) ?? '', /^Tue 12 Mar 13:00–14:00 UTC, open, provisional; /);
  assert.match(told(CACHE_INPUT, 1) ?? '', /, final, amended \(revision 2\); .*: no value; /);
  assert.match(told({ ...CACHE_INPUT, hours: [] }, 2) ?? '', /, not reached yet; /);
});

test('a stack is told from the top, and its sum last', () => {
  assert.equal(
    told(SPILL_INPUT, 0),
    'Tue 12 Mar 10:00–11:00 UTC, final; select: 1.7 GB (n = 90 queries); copy: 500 MB (n = 10 queries); together: 2.2 GB.',
  );
});

test('what is the same for all lines is said once', () => {
  const data = dataOf(['hour', 'queries', 'p50', 'p99'], [[at(10), 5, 70, 8000]]);
  assert.equal(
    told(inputOf(LATENCY, data), 0),
    'Tue 12 Mar 10:00–11:00 UTC, final; p50: 70 ms; p99: 8 s; n = 5 queries.',
  );
});

test('a bar says its rank', () => {
  const data = dataOf(['table_id', 'instance_id', 'reads', 'writes', 'rank', 'rank_before'], [[12, 'a', 7, 2, 3, 5]]);
  assert.equal(
    told(inputOf(TABLES, data), 0),
    'table 12 on a; writes: 2 queries (n = 7 queries); reads: 7 queries; together: 9 queries; rank 3, up 2 from 5.',
  );
});

test('many series are cut and the sum stays', () => {
  const rows = Array.from({ length: 30 }, (_, i) => [at(10), `t${i}`, 1, 1, 1]);
  const tip = tipOf(buildModel(inputOf(SPILL, dataOf(SPILL_INPUT.data.columns, rows))), { slot: 0, row: undefined });
  assert.equal(tip?.lines.at(-1)?.name, 'together');
  assert.equal((tip?.lines.length ?? 0) + (tip?.more ?? 0), 31);
});

test('no place has no tip', () => {
  assert.equal(told(CACHE_INPUT, -1), undefined);
  assert.equal(told(CACHE_INPUT, 99), undefined);
});

test('another chart says the largest parts of the hour in one line', () => {
  assert.equal(plain(readout(buildModel(SPILL_INPUT), 0)), '10:00: together 2.2 GB · select 1.7 GB · copy 500 MB');
  assert.equal(
    plain(readout(buildModel(CACHE_INPUT), 3)),
    '13:00 (open): hit rate of reads 20 % · hit rate of queries 10 %',
  );
});

test('an open hour says who holds it open', () => {
  const holder = { partition: 3, watermark: '2024-03-12T14:27:00Z', since: null, ended: false };
  assert.equal(heldWords([holder]), 'held open by partition 3 (complete up to 14:27)');
  assert.equal(
    heldWords([{ ...holder, watermark: null }, holder]),
    'held open by partition 3 (not heard from yet), and 1 more',
  );
  assert.equal(heldWords([]), 'about to close');
  assert.equal(heldWords(undefined), undefined);
});

test('a summary says what is shown, the latest and the highest', () => {
  assert.equal(
    plain(summaryOf(buildModel(SPILL_INPUT))),
    'Bars of MB spilled, Tue 12 Mar 10:00 – 14:00 UTC, open and provisional since Tue 12 Mar 13:00. copy: latest 0 B, highest 500 MB at Tue 12 Mar 10:00. select: latest 0 B, highest 1.7 GB at Tue 12 Mar 10:00.',
  );
});

test('a summary of cells names the worst and counts the flags', () => {
  const columns = ['hour', 'instance_id', 'queries', 'score', 'oversubscribed'];
  const data = dataOf(columns, [
    [at(10), 'a', 3, 0.1, 0],
    [at(10), 'b', 3, 0.7, 1],
  ]);
  assert.equal(
    plain(summaryOf(buildModel(inputOf(UTILIZATION, data, 'ffff')))),
    'Cells of score, 2 rows, Tue 12 Mar 10:00 – 14:00 UTC. First: b, up to 70 %; a, up to 10 %. oversubscribed at some time: 1 of 2.',
  );
});

test('a summary of nothing says so', () => {
  assert.equal(summaryOf(buildModel(inputOf(SPILL, dataOf([], [])))), 'Spill: no data.');
});

test('pressing a series hides it, pressing it alone hides the others, again shows all', () => {
  const entries = (hidden: readonly string[]) =>
    legendOf(buildModel({ ...SPILL_INPUT, view: { ...SPILL_INPUT.view, hidden } }));
  assert.deepEqual(toggled(entries([]), 'copy', false), ['copy']);
  assert.deepEqual(toggled(entries(['copy']), 'copy', false), []);
  assert.deepEqual(toggled(entries([]), 'copy', true), ['select']);
  assert.deepEqual(toggled(entries(['select']), 'copy', true), []);
});

test('a legend names the marks on cells', () => {
  const data = dataOf(['hour', 'instance_id', 'queries', 'score', 'oversubscribed'], [[at(10), 'a', 3, 0.1, 0]]);
  assert.deepEqual(legendNotes(buildModel(inputOf(UTILIZATION, data))), [{ mark: 'flag', text: 'oversubscribed' }]);
});
