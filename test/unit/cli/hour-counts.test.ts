import assert from 'node:assert/strict';
import { test } from 'node:test';
import { historyEnd } from '../../../src/cli/demo.ts';
import { hourCounts } from '../../../src/cli/hour-counts.ts';
import { NO_FAULTS } from '../../../src/model/faults.ts';
import { isoTime, MICROS_PER_MINUTE } from '../../../src/model/time.ts';
import { at } from '../../support/time.ts';

const to = at('2024-03-02 00:00');

test('hours that are not final are open once the film has reached them', () => {
  const counts = (film: string, final: number): unknown =>
    hourCounts({ at: at(film), to, notFinal: 24 - final, final });
  assert.deepEqual(counts('2024-03-01 00:00', 0), { final: 0, open: 0, toCome: 24 });
  assert.deepEqual(counts('2024-03-01 13:05', 12), { final: 12, open: 2, toCome: 10 });
  assert.deepEqual(counts('2024-03-02 00:00', 23), { final: 23, open: 1, toCome: 0 });
  assert.deepEqual(counts('2024-03-02 00:00', 24), { final: 24, open: 0, toCome: 0 });
});

test('the demo plays 20 s of wall time before an hour becomes final', () => {
  assert.equal(isoTime(historyEnd({ latenessMs: 600_000, speed: 60, faults: NO_FAULTS })), '2024-03-06T11:50:00Z');
  assert.equal(isoTime(historyEnd({ latenessMs: 600_000, speed: 3_600, faults: NO_FAULTS })), '2024-03-05T16:10:00Z');
  assert.equal(isoTime(historyEnd({ latenessMs: 0, speed: 'max', faults: NO_FAULTS })), '2024-03-06T12:00:00Z');
  assert.equal(isoTime(historyEnd({ latenessMs: 0, speed: 1e6, faults: NO_FAULTS })), '2024-03-04T00:00:00Z');
  const faults = { ...NO_FAULTS, disorderMicros: 2 * MICROS_PER_MINUTE };
  assert.equal(isoTime(historyEnd({ latenessMs: 600_000, speed: 60, faults })), '2024-03-06T11:52:00Z');
});
