import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultsOf, faultsText, NO_FAULTS, parseFaults } from '../../../src/model/faults.ts';
import { MICROS_PER_DAY, MICROS_PER_HOUR, MICROS_PER_MINUTE } from '../../../src/model/time.ts';
import { at } from '../../support/time.ts';

test('a specification is read part by part', () => {
  assert.deepEqual(parseFaults('disorder=5m,duplicate=1%,corrupt=0.1%,late=0.01%,stall=partition:1@T+6h+30m'), {
    disorderMicros: 5 * MICROS_PER_MINUTE,
    duplicate: 10_000,
    corrupt: 1_000,
    late: 100,
    stall: { partition: 1, from: { sinceStart: 6 * MICROS_PER_HOUR }, micros: 30 * MICROS_PER_MINUTE },
  });
  assert.deepEqual(parseFaults('none'), NO_FAULTS);
  assert.deepEqual(parseFaults(' late=100% '), { ...NO_FAULTS, late: 1_000_000 });
  assert.deepEqual(parseFaults('disorder=1d'), { ...NO_FAULTS, disorderMicros: MICROS_PER_DAY });
});

test('parts may stand in any order, with blanks between', () => {
  const text = 'duplicate=1%,disorder=5m';
  assert.deepEqual(parseFaults('disorder = 5m , duplicate = 1%'), parseFaults(text));
  assert.equal(faultsText(parseFaults(text) ?? NO_FAULTS), 'disorder=5m,duplicate=1%');
});

test('a rate is a percentage or a part of one', () => {
  assert.equal(parseFaults('duplicate=0.001')?.duplicate, 1_000);
  assert.equal(parseFaults('duplicate=0.1%')?.duplicate, 1_000);
  assert.equal(parseFaults('duplicate=1')?.duplicate, 1_000_000);
  assert.equal(parseFaults('duplicate=0')?.duplicate, 0);
  assert.equal(parseFaults('late=0.0001%')?.late, 1);
});

test('a stall begins at an instant, with the run, or so long after its start', () => {
  const stall = (when: string): unknown => parseFaults(`stall=partition:0@${when}`)?.stall?.from;
  assert.deepEqual(stall('T+30m'), { sinceStart: 0 });
  assert.deepEqual(stall('T+90s+30m'), { sinceStart: 90_000_000 });
  assert.deepEqual(stall('2024-03-01T06:00+30m'), { at: at('2024-03-01 06:00') });
  assert.deepEqual(stall('2024-03-01T06:00Z+30m'), { at: at('2024-03-01 06:00') });
  assert.deepEqual(stall('2024-03-01T08:00+02:00+30m'), { at: at('2024-03-01 06:00') });
});

test('equal faults are one text, and that text is read as the same faults', () => {
  const texts = [
    'none',
    'disorder=90s',
    'disorder=1500ms,late=0.0001%',
    'duplicate=100%,corrupt=33.3333%',
    'stall=partition:11@T+1h',
    'stall=partition:0@2024-03-01T06:00:00.500Z+45m',
    'disorder=5m,duplicate=1%,corrupt=0.1%,late=0.01%,stall=partition:1@T+6h+30m',
  ];
  for (const text of texts) assert.equal(faultsText(faultsOf({ faults: text })), text);
  assert.equal(faultsText(parseFaults('duplicate=0.5,disorder=60m') ?? NO_FAULTS), 'disorder=1h,duplicate=50%');
  assert.equal(faultsText(parseFaults('disorder=0s,late=0%') ?? NO_FAULTS), 'none');
});

test('what is no specification is not read', () => {
  const wrong = [
    '',
    ',',
    'None',
    'none,late=1%',
    'chaos=1%',
    'disorder',
    'disorder=',
    'disorder=5',
    'disorder=-5m',
    'disorder=25h',
    'disorder=5m,disorder=6m',
    'disorder=5m;late=1%',
    'duplicate=1 %',
    'duplicate=101%',
    'duplicate=1.1',
    'duplicate=-1%',
    'duplicate=many',
    'late=0.00001%',
    'late=1e-3',
    'stall=1',
    'stall=partition:1',
    'stall=partition:1@T',
    'stall=partition:1@T+0s',
    'stall=partition:1@noon+30m',
    'stall=partition:1@T+6h+',
    'stall=partition:-1@T+30m',
    'stall=partition:one@T+30m',
    'stall=partition:12345@T+30m',
    'stall=partition:1@T+6h+30',
    'stall=partition:1@2024-02-30+30m',
  ];
  for (const text of wrong) assert.equal(parseFaults(text), undefined, text);
});

test('a manifest with other faults than can be written is refused', () => {
  assert.throws(() => faultsOf({ faults: 'chaos=1%' }), /chaos=1%/);
});
