import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HourRevision } from '../../../../src/api/routes/revisions.ts';
import { lastChange, madeWords } from '../../../../web/src/hours/revision-diff.ts';

function revision(number: number, metrics: HourRevision['metrics'], parts: Partial<HourRevision> = {}): HourRevision {
  return {
    revision: number,
    made: number === 1 ? 'closed' : 'amended',
    madeAt: null,
    amended: 0,
    late_duplicate: 0,
    maxLateByMs: null,
    events: null,
    metrics,
    ...parts,
  };
}

function sums(
  measures: Record<string, number | string> | null,
  problem: string | null = null,
): HourRevision['metrics'][string] {
  return { revision: 1, path: null, rows: 1, measures, derived: null, problem };
}

test('what an amendment changed stands beside what was there before', () => {
  const before = revision(1, { spill: sums({ queries: 90, mbytes: 7 }), latency: sums({ queries: 5 }) });
  const after = revision(2, { spill: sums({ queries: 102, mbytes: 7 }), latency: sums({ queries: 5 }) });
  const diff = lastChange([before, after]);
  assert.deepEqual(diff?.changed, [{ metric: 'spill', measure: 'queries', before: 90n, after: 102n, difference: 12n }]);
  assert.deepEqual(diff?.unchanged, ['latency']);
});

test('counts beyond 2^53 differ by what they differ', () => {
  const diff = lastChange([
    revision(1, { big: sums({ ms: '9007199254740993' }) }),
    revision(2, { big: sums({ ms: '9007199254740995' }) }),
  ]);
  assert.equal(diff?.changed[0]?.difference, 2n);
});

test('a metric that had no rows before differs by all that it has', () => {
  const diff = lastChange([revision(1, { spill: sums(null) }), revision(2, { spill: sums({ queries: 12 }) })]);
  assert.deepEqual(diff?.changed, [
    { metric: 'spill', measure: 'queries', before: undefined, after: 12n, difference: 12n },
  ]);
});

test('only the last two revisions are compared, and one alone with nothing', () => {
  const three = [1, 2, 3].map((n) => revision(n, { spill: sums({ queries: n }) }));
  assert.deepEqual([lastChange(three)?.before.revision, lastChange(three)?.after.revision], [2, 3]);
  assert.equal(lastChange(three.slice(0, 1)), undefined);
});

test('a metric that was not computed anew says why', () => {
  const diff = lastChange([
    revision(1, { repetition: sums({ queries: 9 }) }),
    revision(2, { repetition: sums({ queries: 9 }, 'history of this hour is no longer kept') }),
  ]);
  assert.deepEqual(diff?.problems, [{ metric: 'repetition', problem: 'history of this hour is no longer kept' }]);
});

test('a revision says what it came from', () => {
  assert.equal(madeWords(revision(1, {})), 'closing the hour');
  assert.equal(madeWords(revision(2, {}, { amended: 1 })), 'folding in 1 late event');
  assert.equal(
    madeWords(revision(2, {}, { amended: 12, late_duplicate: 3 })),
    'folding in 12 late events; 3 more had been counted already',
  );
  assert.match(madeWords(revision(3, {}, { made: 'recomputed' })), /computing metrics anew/);
});
