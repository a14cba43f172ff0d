import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSession } from '../../support/duckdb.ts';
import { rowsOf } from './hand-made-rows.ts';

const HOUR = '2024-03-01 10:00:00';

test('a query repeats unless it is the first of its fingerprint on its instance', async (t) => {
  const session = await openSession(t);
  const rows = await rowsOf(session, 'repetition', {
    events: [
      // Known: all three repeat.
      { feature_fingerprint: 'known' },
      { feature_fingerprint: 'known', was_aborted: true },
      { feature_fingerprint: 'known' },
      // New: two of three repeat.
      { feature_fingerprint: 'new', was_aborted: true },
      { feature_fingerprint: 'new' },
      { feature_fingerprint: 'new' },
      // Neither counts.
      { feature_fingerprint: null },
      { feature_fingerprint: 'known', was_cached: true },
      // What another instance or another hour knows does not help.
      { feature_fingerprint: 'known', instance_id: 'b' },
      { feature_fingerprint: 'known', arrival_timestamp: '2024-03-01 11:10:00' },
      // Only cache hits and queries without a fingerprint: no row.
      { feature_fingerprint: null, instance_id: 'c' },
      { feature_fingerprint: 'known', instance_id: 'c', was_cached: true },
    ],
    // Known though no run of it has come to its end.
    known: [{ hour: HOUR, instance_id: 'a', feature_fingerprint: 'known', runs: 0, sum_ln_execution: 0 }],
    carried: [{ hour: HOUR, instance_id: 'd', busy_ms: 5 }],
  });
  assert.deepEqual(
    rows.map((row) => [String(row.hour).slice(11, 13), row.instance_id, row.queries, row.repeated]),
    [
      ['10', 'a', 6n, 5n],
      ['10', 'b', 1n, 0n],
      ['11', 'a', 1n, 0n],
    ],
  );
});
