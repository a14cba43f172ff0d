import type { Session } from '../engine/session.ts';
import { numberOf } from '../engine/session.ts';
import { timestamp } from '../engine/sql.ts';
import type { Manifest } from '../model/manifest.ts';
import { addMicros, MICROS_PER_MS } from '../model/time.ts';
import { compareCounts, comparePairs, noneWrong, rowsCheck } from './compare.ts';
import type { VerifyCheck } from './report.ts';
import { checkOf, plural } from './report.ts';
import type { RunState } from './run-state.ts';
import { comparedHours } from './run-state.ts';

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
  const { where, scope: hours } = comparedHours(state);
  const scope = `${hours} x ${plural(manifest.partitions, 'partition')}`;
  const checks = [await receiptStates(session, scope)];
  for (const { name, stored } of COUNTS) {
    // While a run goes on, late events of final hours may be on their way.
    const expected =
      name === 'late' && !state.ended ? lateSoFar : `SELECT hour, partition, ${name} AS records FROM receipts_expected`;
    const found = `SELECT hour, partition, ${stored} AS records FROM receipts`;
    const sides = { expected: `${expected} WHERE ${where}`, found: `${found} WHERE ${where}` };
    checks.push(
      await compareCounts(session, { check: `receipts: ${name}`, scope }, { keys: ['hour', 'partition'], ...sides }),
    );
  }
  return [...checks, await compareFates(session, where, scope)];
}

/** As many as there are, but at least those that have surely come and at most all that are sent. */
const lateSoFar = `SELECT hour, partition, records FROM (
  SELECT hour, partition, least(greatest(coalesce(late_now, 0), late_for_sure), late) AS records
  FROM receipts_expected LEFT JOIN (SELECT hour, partition, late + late_after AS late_now FROM receipts) USING (hour, partition))`;

/** A receipt knows what has become of its late events. */
async function compareFates(session: Session, where: string, scope: string): Promise<VerifyCheck> {
  const fates = ['amended', 'late_duplicate'];
  const counts = fates.map((fate) => `count(*) FILTER (fate = '${fate}') AS ${fate}`).join(', ');
  const some = `(${where}) AND NOT coalesce(amended = 0 AND late_duplicate = 0, false)`;
  const result = await comparePairs(session, {
    keys: ['hour', 'partition'],
    values: fates,
    expected: `SELECT hour, partition, ${counts} FROM late_events WHERE (${where}) AND fate IN ('amended', 'late_duplicate') GROUP BY ALL`,
    found: `SELECT hour, partition, ${fates.join(', ')} FROM receipts WHERE ${some}`,
  });
  return rowsCheck('receipts: amended', scope, result);
}

/** One receipt for an hour and partition, and in the state of its hour; what belongs to no hour of the run stays open. */
async function receiptStates(session: Session, scope: string): Promise<VerifyCheck> {
  const result = await comparePairs(session, {
    keys: ['hour', 'partition'],
    values: ['state'],
    expected: `SELECT DISTINCT hour, partition, coalesce(hours.state, 'open') AS state
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
  const scope = plural(manifest.partitions, 'partition');
  const checks = [rowsCheck('partitions: each once', scope, partitions), await ends(session, manifest, scope)];
  const rows = await session.rows(`
    SELECT progress.partition, coalesce(next_offset - first_offset, -1) AS taken,
      coalesce(resent + controls + coalesce(fates, 0), -1) AS accounted, coalesce(gaps, -1) AS gaps
    FROM progress LEFT JOIN (
      SELECT partition, sum(counted + late + late_after + rejected + rejected_after + duplicate)::BIGINT AS fates
      FROM receipts GROUP BY partition) AS receipts USING (partition)
    ORDER BY progress.partition`);
  for (const row of rows) {
    const partition = `partition ${String(row.partition)}`;
    const [taken, accounted, gaps] = [numberOf(row.taken), numberOf(row.accounted), numberOf(row.gaps)];
    checks.push(
      balance('offsets: accounted for', partition, taken, accounted),
      balance('offsets: gaps', partition, 0, gaps),
    );
  }
  return checks;
}

/** The end of a partition carries the end of the run and the lateness; a watermark before it never passes the run's end. */
async function ends(session: Session, { to, latenessMs }: Manifest, scope: string): Promise<VerifyCheck> {
  const [end, last] = [timestamp(addMicros(to, latenessMs * MICROS_PER_MS)), timestamp(to)];
  return await noneWrong(session, {
    check: 'partitions: end',
    scope,
    keys: ['partition'],
    values: ['watermark', 'ended'],
    all: 'progress',
    wrong: `SELECT "partition", watermark, ended FROM progress
      WHERE NOT coalesce(CASE WHEN ended THEN watermark = ${end} ELSE coalesce(watermark <= ${last}, true) END, false)`,
    expected: 'the end of the run and the lateness if it has ended, else nothing beyond the end of the run',
  });
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
