import type { Session } from '../engine/session.ts';
import { numberOf } from '../engine/session.ts';
import type { Manifest } from '../model/manifest.ts';
import { comparePairs, rowsCheck } from './compare.ts';
import type { VerifyCheck } from './report.ts';
import { checkOf, plural } from './report.ts';
import type { RunState } from './run-state.ts';

/** What a receipt counts, and where the store keeps it: beside the frozen part stands what came after closing. */
const COUNTS = [
  { name: 'counted', stored: 'counted' },
  { name: 'duplicate', stored: 'duplicate' },
  { name: 'rejected', stored: 'rejected + rejected_after' },
  { name: 'late', stored: 'late + late_after' },
] as const;

/**
 * Compares the receipts with the recount, by hour and partition. Of a run that goes on only final hours can be compared;
 * of one that has ended every hour, and the rejected records without a usable time, which stand under no hour.
 */
export async function compareReceipts(session: Session, manifest: Manifest, state: RunState): Promise<VerifyCheck[]> {
  const wanted = state.ended ? 'true' : 'hour IN (SELECT hour FROM final_hours)';
  const hours = state.ended ? 'all hours' : plural(state.finalHours, 'hour');
  const scope = `${hours} x ${plural(manifest.partitions, 'partition')}`;
  const checks = [await receiptStates(session, scope)];
  for (const { name, stored } of COUNTS) {
    const counts = { stored, wanted, check: `receipts: ${name}`, scope };
    checks.push(await compareCount(session, name, counts));
  }
  return checks;
}

/** A receipt that counts nothing may be left out, so rows of zero are left out on both sides. */
async function compareCount(
  session: Session,
  name: string,
  { stored, wanted, check, scope }: { stored: string; wanted: string; check: string; scope: string },
): Promise<VerifyCheck> {
  const expected = `SELECT hour, partition, ${name} FROM receipts_expected WHERE (${wanted}) AND ${name} <> 0`;
  const found = `SELECT hour, partition, ${stored} AS ${name} FROM receipts WHERE (${wanted}) AND (${stored}) IS DISTINCT FROM 0`;
  const result = await comparePairs(session, { keys: ['hour', 'partition'], values: [name], expected, found });
  const sums = await session.row(`
    SELECT (SELECT coalesce(sum(${name}), 0)::BIGINT FROM (${expected})) AS expected,
      (SELECT coalesce(sum(${name}), 0)::BIGINT FROM (${found})) AS found`);
  return { ...rowsCheck(check, scope, result), expected: numberOf(sums.expected), found: numberOf(sums.found) };
}

/** One receipt for an hour and partition, and in the state of its hour. */
async function receiptStates(session: Session, scope: string): Promise<VerifyCheck> {
  const result = await comparePairs(session, {
    keys: ['hour', 'partition'],
    values: ['state'],
    expected: `SELECT DISTINCT hour, partition, coalesce(hours.state, receipts.state) AS state
      FROM receipts LEFT JOIN hours USING (hour)`,
    found: 'SELECT hour, partition, state FROM receipts',
  });
  return rowsCheck('receipts: state of the hour', scope, result);
}

/**
 * Checks each partition's balance: every offset that was taken is a record with one fate, a record that came again or a
 * control record; and no record's `prev` had a gap before it.
 */
export async function comparePartitions(session: Session, manifest: Manifest): Promise<VerifyCheck[]> {
  const partitions = await comparePairs(session, {
    keys: ['partition'],
    values: [],
    expected: `SELECT partition::INTEGER AS partition FROM range(${manifest.partitions}) AS all_partitions(partition)`,
    found: 'SELECT partition FROM progress',
  });
  const checks = [rowsCheck('partitions: each once', plural(manifest.partitions, 'partition'), partitions)];
  const rows = await session.rows(`
    SELECT progress.partition, coalesce(next_offset - first_offset, -1) AS taken,
      coalesce(resent + controls + coalesce(fates, 0), -1) AS accounted, coalesce(gaps, -1) AS gaps
    FROM progress LEFT JOIN (
      SELECT partition, sum(counted + late + late_after + rejected + rejected_after + duplicate)::BIGINT AS fates
      FROM receipts GROUP BY partition) AS receipts USING (partition)
    ORDER BY progress.partition`);
  for (const row of rows) {
    const scope = `partition ${String(row.partition)}`;
    const [taken, accounted, gaps] = [numberOf(row.taken), numberOf(row.accounted), numberOf(row.gaps)];
    checks.push(balance('offsets: accounted for', scope, taken, accounted), balance('offsets: gaps', scope, 0, gaps));
  }
  return checks;
}

function balance(check: string, scope: string, expected: number, found: number): VerifyCheck {
  return checkOf(
    check,
    scope,
    expected,
    found,
    expected === found
      ? []
      : [{ problem: 'different', key: { scope }, expected: { records: expected }, found: { records: found } }],
  );
}
