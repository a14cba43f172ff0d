import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HourBody } from '../../../../src/api/routes/hours.ts';
import {
  afterClosing,
  equationOf,
  equationText,
  imbalance,
  neighbours,
  partitionLines,
  stateWords,
} from '../../../../web/src/hours/receipt-model.ts';

type Receipt = HourBody['receipts'][number];

function receipt(partition: number, parts: Partial<Receipt> = {}): Receipt {
  return {
    partition,
    state: 'final',
    counted: 0,
    late: 0,
    rejected: 0,
    duplicate: 0,
    late_after: 0,
    rejected_after: 0,
    first_offset: null,
    last_offset: null,
    watermark: null,
    ...parts,
  };
}

const HOUR: HourBody = {
  hour: '2024-03-12T14:00:00Z',
  state: 'final',
  revision: 1,
  watermark: '2024-03-12T15:10:00Z',
  finalized_at: '2026-01-05T10:00:00Z',
  counted: 91_204,
  late: 12,
  rejected: 41,
  duplicate: 0,
  final_from: '2024-03-12T15:10:00Z',
  held_open_by: [],
  receipts: [
    receipt(0, { counted: 50_000, late: 2, late_after: 10, rejected: 41, first_offset: 1_204, last_offset: 52_411 }),
    receipt(1, { counted: 41_204 }),
  ],
};

test('counted, late, rejected and duplicate add up to what was received', () => {
  const equation = equationOf(HOUR);
  assert.equal(equation.received, 91_257n);
  assert.equal(equationText(equation), '91,204 counted + 12 late + 41 rejected + 0 duplicate = 91,257 received');
});

test('counts beyond 2^53 stay exact', () => {
  assert.equal(equationOf({ ...HOUR, counted: '9007199254740993' }).received, 9_007_199_254_741_046n);
});

test('a partition says what it had at closing, what came after, and its offsets', () => {
  const [first, second] = partitionLines(HOUR);
  assert.equal(first?.late, 2n);
  assert.equal(first?.lateAfter, 10n);
  assert.equal(first?.received, 50_053n);
  assert.equal(first?.offsets, '1,204 – 52,411');
  assert.equal(second?.offsets, undefined);
  assert.equal(afterClosing(partitionLines(HOUR)), 10n);
});

test('the hour and its partitions balance, and where they do not it is said by how much', () => {
  assert.equal(imbalance(HOUR), 0n);
  assert.equal(imbalance({ ...HOUR, counted: 91_205 }), 1n);
  assert.equal(imbalance({ ...HOUR, late: 0 }), -12n);
});

test('an hour is open, final or amended, and says what that means', () => {
  assert.equal(stateWords({ state: 'open', revision: 0 }).word, 'open');
  assert.equal(stateWords({ state: 'final', revision: 1 }).word, 'final');
  assert.equal(stateWords({ state: 'final', revision: 3 }).word, 'amended, revision 3');
});

test('beside an hour lie those of the run, and none beyond its ends', () => {
  const run = { from: '2024-03-12T14:00:00Z', to: '2024-03-12T16:00:00Z' };
  assert.deepEqual(neighbours('2024-03-12T14:00:00Z', run), { previous: undefined, next: '2024-03-12T15:00:00Z' });
  assert.deepEqual(neighbours('2024-03-12T15:00:00Z', run), { previous: '2024-03-12T14:00:00Z', next: undefined });
});
