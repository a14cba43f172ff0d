import type { Session } from '../engine/session.ts';
import type { Manifest } from '../model/manifest.ts';
import { compareCounts, noneWrong } from './compare.ts';
import type { VerifyCheck } from './report.ts';
import type { RunState } from './run-state.ts';
import { comparedHours } from './run-state.ts';

/**
 * Compares the rejected records of the store with those that must be rejected: by hour, partition, reason and field, and
 * by what is kept of them. The field of a conflict is left out: it depends on which record it met.
 */
export async function compareRejected(session: Session, manifest: Manifest, state: RunState): Promise<VerifyCheck[]> {
  const { where, scope } = comparedHours(state);
  const rows = await compareCounts(
    session,
    { check: 'rejected: rows', scope },
    {
      keys: ['hour', 'partition', 'reason', 'field'],
      expected: `SELECT hour, partition, reason, field, records FROM rejected_expected WHERE ${where}`,
      found: `SELECT hour, partition, reason, CASE WHEN reason <> 'conflict' THEN field END AS field, 1 AS records
        FROM rejected WHERE ${where}`,
    },
  );
  const checks = [rows];
  // Of a run that keeps no raw events this is checked with all that it must not keep.
  if (manifest.keep === 'all') {
    const content = {
      keys: ['hour', 'partition', 'digest'],
      expected: `SELECT hour, partition, digest, records FROM rejected_expected WHERE ${where}`,
      found: `SELECT hour, partition, digest, 1 AS records FROM rejected WHERE ${where}`,
    };
    checks.push(await compareCounts(session, { check: 'rejected: content', scope }, content));
  }
  return [...checks, await places(session)];
}

/** No two of the records that are kept apart from the events have one place, and each lies within what was processed. */
async function places(session: Session): Promise<VerifyCheck> {
  const all = `(SELECT "partition", "offset", seq, 'rejected' AS kept_in FROM rejected
    UNION ALL SELECT "partition", "offset", NULL, 'late_events' FROM late_events)`;
  return await noneWrong(session, {
    check: 'offsets: each once',
    scope: 'late and rejected records',
    keys: ['partition', 'offset'],
    values: ['kept_in', 'seq'],
    all,
    wrong: `SELECT * FROM (
        SELECT *, count(*) OVER (PARTITION BY "partition", "offset") AS times,
          max(seq) OVER (PARTITION BY "partition" ORDER BY "offset" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
        FROM ${all} LEFT JOIN progress USING ("partition"))
      WHERE times > 1 OR before >= seq OR seq > last_seq OR NOT coalesce("offset" >= first_offset AND "offset" < next_offset, false)`,
    expected: 'once, in the order of sending, between the first and the next offset of its partition',
  });
}
