import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatReport } from '../../../src/verify/format-report.ts';
import type { VerifyCheck, VerifyReport } from '../../../src/verify/report.ts';

function check(changes: Partial<VerifyCheck>): VerifyCheck {
  return { check: 'x', scope: 'y', expected: 1, found: 1, equal: true, differences: 0, examples: [], ...changes };
}

const TOTALS = {
  hours: 72,
  finalHours: 71,
  ended: false,
  records: 1_234_567,
  counted: 1_234_000,
  rowsCompared: 9_876,
  elapsedMs: 3_456,
};

function reportOf(checks: readonly VerifyCheck[]): VerifyReport {
  return { run: 'default', ok: checks.every(({ equal }) => equal), checks, totals: TOTALS };
}

test('a report is a table and one line of sums', () => {
  const report = reportOf([
    check({ check: 'receipts: counted', scope: '72 hours x 4 partitions', expected: 1_234_000, found: 1_234_000 }),
    check({ check: 'offsets: accounted for', scope: 'partition 0', expected: 10, found: 10 }),
    check({ check: 'offsets: accounted for', scope: 'partition 1', expected: 20, found: 20 }),
    check({ check: 'metric load', scope: '71 final hours', expected: 9_876, found: 9_876 }),
  ]);
  assert.equal(
    formatReport(report),
    [
      'check                   scope                     expected      found  differences',
      'receipts: counted       72 hours x 4 partitions  1,234,000  1,234,000            0  equal',
      'offsets: accounted for  each partition                  30         30            0  equal',
      'metric load             71 final hours               9,876      9,876            0  equal',
      '',
      'run default: verified: 71 of 72 hours final (the run goes on; open hours are left out), 1,234,567 records recounted, 1,234,000 counted as events, 9,876 rollup rows compared in 3.5 s',
      '',
    ].join('\n'),
  );
});

test('a failed check stands by itself, with its first differences below the table', () => {
  const key = { hour: '2024-03-01T00:00:00Z', user_id: null };
  const report = reportOf([
    check({ check: 'offsets: gaps', scope: 'partition 0', expected: 0, found: 0 }),
    check({ check: 'offsets: gaps', scope: 'partition 1', expected: 0, found: 2, equal: false, differences: 1 }),
    check({
      check: 'metric load',
      scope: '71 final hours',
      equal: false,
      differences: 7,
      examples: [
        { problem: 'different', key, expected: { queries: 2 }, found: { queries: 3 } },
        { problem: 'missing', key, expected: { queries: 2 }, found: undefined },
        { problem: 'extra', key, expected: undefined, found: {} },
      ],
    }),
  ]);
  const text = formatReport(report);
  assert.match(text, /^offsets: gaps +each partition +0 +0 +0 +equal$/m);
  assert.match(text, /^offsets: gaps +partition 1 +0 +2 +1 +DIFFERENT$/m);
  assert.ok(
    text.includes(
      [
        'metric load (71 final hours): 7 differences, the first 3',
        '  different  hour=2024-03-01T00:00:00Z user_id=null: expected queries=2, found queries=3',
        '  missing  hour=2024-03-01T00:00:00Z user_id=null: expected queries=2',
        '  extra  hour=2024-03-01T00:00:00Z user_id=null: found a row',
      ].join('\n'),
    ),
    text,
  );
  assert.match(text, /run default: 2 checks of 3 failed: /);
});

test('a text instead of a number is printed as it is', () => {
  assert.match(formatReport(reportOf([check({ found: 'recount failed: why', equal: false })])), /recount failed: why/);
});

test('what could not be compared is neither equal nor different', () => {
  const skipped = check({ check: 'archive: files', found: 'not compared', skipped: true });
  const text = formatReport(reportOf([skipped]));
  assert.match(text, /^archive: files +y +1 +not compared +0 +skipped$/m);
  assert.match(text, /run default: verified: /);
});
