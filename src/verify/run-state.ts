import type { Session } from '../engine/session.ts';
import { numberOf } from '../engine/session.ts';
import { timestamp } from '../engine/sql.ts';
import type { Manifest } from '../model/manifest.ts';
import type { EventTime } from '../model/time.ts';
import { eventTime } from '../model/time.ts';
import { faultsOf } from './judgement.ts';
import { storedDigest } from './raw-content.ts';
import type { VerifyCheck } from './report.ts';
import { checkOf, plural } from './report.ts';
import { columnDifferences, columnList, STATE_TABLES, tableSql } from './snapshot.ts';
import { hourEnd } from './spans.ts';

/** How far a run has come, by its snapshot; it says what can be compared already. */
export interface RunState {
  readonly finalHours: number;
  /** Every partition has taken its `end` record. */
  readonly ended: boolean;
  /** The recount stops here: the end of the last final hour, or of the run once it has ended. */
  readonly to: EventTime;
  /**
   * SQL over `sent_at` and `partition`: whether a record has surely been processed. A late record of a final hour may be
   * on its way yet; all others of that hour have come.
   */
  readonly surelySent: string;
  /** Late events have been folded into their hour. */
  readonly amended: boolean;
}

/**
 * Which records can be compared, as SQL over `hour`, and in words: of a run that goes on those of final hours, of one that
 * has ended all, those without a usable time included.
 */
export function comparedHours(state: RunState): { readonly where: string; readonly scope: string } {
  if (state.ended) return { where: 'true', scope: 'all hours' };
  return { where: 'hour IN (SELECT hour FROM final_hours)', scope: plural(state.finalHours, 'hour') };
}

/** Makes the table `run_hours`: every hour of the run, without a gap. */
export async function prepareHours(session: Session, manifest: Manifest): Promise<void> {
  await session.run(`
    CREATE TABLE run_hours AS SELECT hour
    FROM generate_series(${timestamp(manifest.from)}, ${timestamp(manifest.to)}, INTERVAL 1 HOUR) AS hours(hour)
    WHERE hour < ${timestamp(manifest.to)}`);
}

/**
 * Loads the state tables of the snapshot as tables of their names, if they have the columns they must have; the check says
 * so. If not, nothing is loaded and nothing else can be compared. Makes `final_hours` and `current_files` of them.
 */
export async function loadState(session: Session, dir: string): Promise<VerifyCheck> {
  const differences = [];
  for (const [name, columns] of Object.entries(STATE_TABLES)) {
    differences.push(...(await columnDifferences(session, dir, name, columns)));
  }
  const columns = Object.values(STATE_TABLES).flat().length;
  const tables = `${Object.keys(STATE_TABLES).length} tables`;
  const check = checkOf('columns', tables, columns, columns - differences.length, differences);
  if (!check.equal) return check;
  for (const [name, columns] of Object.entries(STATE_TABLES)) {
    // What is kept of rejected records may be large: only its digest is compared.
    const list =
      name === 'rejected'
        ? `hour, "partition", "offset", seq, reason, field, raw_bytes IS NULL AS is_blank, ${storedDigest()} AS digest`
        : columnList(columns.map((column) => column.name));
    await session.run(`CREATE TABLE ${name} AS SELECT ${list} FROM ${tableSql(dir, name)}`);
  }
  await session.run(`CREATE TABLE final_hours AS
    SELECT hour, min(revision) AS revision FROM hours JOIN run_hours USING (hour) WHERE state = 'final' GROUP BY hour`);
  await session.run(`CREATE TABLE current_files AS
    SELECT * FROM archive_files QUALIFY row_number() OVER (PARTITION BY hour, dataset ORDER BY revision DESC) = 1`);
  return check;
}

/** Reads the loaded tables' progress. */
export async function readState(session: Session, manifest: Manifest): Promise<RunState> {
  const row = await session.row(`
    SELECT (SELECT count(*) FROM final_hours) AS final_hours,
      (SELECT epoch_us(max(hour)) FROM final_hours) AS last_final,
      (SELECT count(*) FILTER (ended) = ${manifest.partitions} AND count(*) = ${manifest.partitions} FROM progress) AS ended,
      (SELECT count(*) > 0 FROM late_events WHERE fate = 'amended') AS amended`);
  const ended = row.ended === true;
  const lastFinal = row.last_final;
  const finalTo = typeof lastFinal === 'bigint' ? hourEnd(eventTime(lastFinal)) : manifest.from;
  return {
    finalHours: numberOf(row.final_hours),
    ended,
    to: ended ? manifest.to : finalTo,
    surelySent: ended ? 'true' : await surelySent(session, manifest),
    amended: row.amended === true,
  };
}

/** A watermark goes out before the first record that is sent at or after it plus the disorder. */
async function surelySent(session: Session, manifest: Manifest): Promise<string> {
  const { disorderMicros } = faultsOf(manifest);
  const rows = await session.rows('SELECT "partition", epoch_us(watermark) AS watermark FROM progress');
  const cases = rows.flatMap(({ partition, watermark }) =>
    typeof watermark === 'bigint' ? [`WHEN ${String(partition)} THEN ${watermark + BigInt(disorderMicros)}`] : [],
  );
  return cases.length === 0 ? 'false' : `coalesce(sent_at < CASE "partition" ${cases.join(' ')} END, false)`;
}
