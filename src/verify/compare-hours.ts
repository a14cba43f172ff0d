import type { Session } from '../engine/session.ts';
import type { Manifest } from '../model/manifest.ts';
import { comparePairs, noneWrong, rowsCheck } from './compare.ts';
import type { VerifyCheck } from './report.ts';
import { plural } from './report.ts';

/** Checks the run's hours: that each is there once, was closed in its turn and not too early, and sums its receipts. */
export async function compareHours(session: Session, manifest: Manifest, hours: number): Promise<VerifyCheck[]> {
  const scope = plural(hours, 'hour');
  const complete = await comparePairs(session, {
    keys: ['hour'],
    values: [],
    expected: 'SELECT hour FROM run_hours',
    found: 'SELECT hour FROM hours',
  });
  return [
    rowsCheck('hours: each once', scope, complete),
    await closedInOrder(session, scope),
    await closedByWatermark(session, manifest),
    await sumsOfReceipts(session, scope),
  ];
}

/** Hours become final strictly one after the other, so that no final one stands behind an open one. */
async function closedInOrder(session: Session, scope: string): Promise<VerifyCheck> {
  return await noneWrong(session, {
    check: 'hours: closed in order',
    scope,
    keys: ['hour'],
    all: 'hours',
    wrong: `SELECT hour, state FROM hours WHERE state IS NULL OR state NOT IN ('open', 'final', 'skipped')
      OR (state = 'final' AND hour > (SELECT min(hour) FROM hours WHERE state = 'open'))`,
    values: ['state'],
    expected: 'final only after every earlier hour',
  });
}

/** An hour is final only when the watermark of every partition has passed its end by the lateness. */
async function closedByWatermark(session: Session, manifest: Manifest): Promise<VerifyCheck> {
  return await noneWrong(session, {
    check: 'hours: closed by watermark',
    scope: `lateness ${manifest.latenessMs / 1000} s`,
    keys: ['hour'],
    all: 'final_hours',
    wrong: `SELECT hour, hours.watermark AS watermark, (SELECT min(watermark) FROM progress) AS lowest_watermark
      FROM hours JOIN final_hours USING (hour)
      WHERE NOT coalesce(least(hours.watermark, lowest_watermark) >= hour + INTERVAL 1 HOUR
        + to_milliseconds(${manifest.latenessMs}) AND hours.watermark IS NOT NULL, false)`,
    values: ['watermark', 'lowest_watermark'],
    expected: 'both at or after the end of the hour and the lateness',
  });
}

/** An hour's line counts what its receipts count, the records that came after closing included. */
async function sumsOfReceipts(session: Session, scope: string): Promise<VerifyCheck> {
  const parts = {
    counted: 'counted',
    late: 'late + late_after',
    rejected: 'rejected + rejected_after',
    duplicate: 'duplicate',
    amended: 'amended',
    late_duplicate: 'late_duplicate',
  };
  const values = Object.keys(parts);
  const sums = Object.entries(parts).map(([value, sql]) => `coalesce(sum(${sql}), 0)::BIGINT AS ${value}`);
  const result = await comparePairs(session, {
    keys: ['hour'],
    values,
    expected: `SELECT run_hours.hour, ${sums.join(', ')} FROM run_hours LEFT JOIN receipts USING (hour) GROUP BY ALL`,
    found: `SELECT hour, ${values.join(', ')} FROM hours`,
  });
  return rowsCheck('hours: sums of receipts', scope, result);
}
