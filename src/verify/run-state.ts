import type { Session } from '../engine/session.ts';
import { numberOf } from '../engine/session.ts';
import { timestamp } from '../engine/sql.ts';
import type { Manifest } from '../model/manifest.ts';
import type { EventTime } from '../model/time.ts';
import { eventTime } from '../model/time.ts';
import type { VerifyCheck } from './report.ts';
import { checkOf } from './report.ts';
import { columnDifferences, columnList, STATE_TABLES, tableSql } from './snapshot.ts';
import { hourEnd } from './spans.ts';

/** How far a run has come, by its snapshot; it says what can be compared already. */
export interface RunState {
  readonly finalHours: number;
  /** Every partition has taken its `end` record. */
  readonly ended: boolean;
  /** The recount stops here: the end of the last final hour, or of the run once it has ended. */
  readonly to: EventTime;
}

/** Makes the table `run_hours`: every hour of the run, without a gap. */
export async function prepareHours(session: Session, manifest: Manifest): Promise<void> {
  await session.run(`
    CREATE TABLE run_hours AS SELECT hour
    FROM generate_series(${timestamp(manifest.from)}, ${timestamp(manifest.to)}, INTERVAL 1 HOUR) AS hours(hour)
    WHERE hour < ${timestamp(manifest.to)}`);
}

/**
 * Loads `hours`, `receipts` and `progress` of the snapshot as tables of those names, if they have the columns they must
 * have; the check says so. If not, nothing is loaded and nothing else can be compared.
 */
export async function loadState(session: Session, dir: string): Promise<VerifyCheck> {
  const differences = [];
  for (const [name, columns] of Object.entries(STATE_TABLES)) {
    differences.push(...(await columnDifferences(session, dir, name, columns)));
  }
  const columns = Object.values(STATE_TABLES).flat().length;
  const check = checkOf(
    'columns',
    Object.keys(STATE_TABLES).join(', '),
    columns,
    columns - differences.length,
    differences,
  );
  if (!check.equal) return check;
  for (const [name, columns] of Object.entries(STATE_TABLES)) {
    const list = columnList(columns.map((column) => column.name));
    await session.run(`CREATE TABLE ${name} AS SELECT ${list} FROM ${tableSql(dir, name)}`);
  }
  await session.run(`CREATE TABLE final_hours AS
    SELECT hour, min(revision) AS revision FROM hours JOIN run_hours USING (hour) WHERE state = 'final' GROUP BY hour`);
  return check;
}

/** Reads the loaded tables' progress. */
export async function readState(session: Session, manifest: Manifest): Promise<RunState> {
  const row = await session.row(`
    SELECT (SELECT count(*) FROM final_hours) AS final_hours,
      (SELECT epoch_us(max(hour)) FROM final_hours) AS last_final,
      (SELECT count(*) FILTER (ended) = ${manifest.partitions} AND count(*) = ${manifest.partitions} FROM progress) AS ended`);
  const ended = row.ended === true;
  const lastFinal = row.last_final;
  const finalTo = typeof lastFinal === 'bigint' ? hourEnd(eventTime(lastFinal)) : manifest.from;
  return { finalHours: numberOf(row.final_hours), ended, to: ended ? manifest.to : finalTo };
}
