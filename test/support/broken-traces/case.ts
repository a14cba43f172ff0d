import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Session } from '../../../src/engine/session.ts';
import { quoted } from '../../../src/engine/sql.ts';
import { traceSql } from '../sql-trace.ts';

/** How a broken trace must end. */
export type Verdict =
  /** No run: an error that the user can mend, of this code, whose line mentions these texts. */
  | { readonly refused: 'TRACE_INVALID' | 'TRACE_NOT_FOUND' | 'TRACE_RANGE'; readonly mentions: readonly string[] }
  /** A run to the end: so many rows are rejected for each `reason field`, and every other row is counted. */
  | { readonly rejected: Readonly<Record<string, number>> }
  /** Damage that a reader cannot always see: either a refusal as a user's error or a run whose receipts balance. */
  | { readonly either: 'refused or balanced' };

/** A trace that is not as it should be. */
export interface BrokenTrace {
  readonly name: string;
  readonly verdict: Verdict;
  /** Makes the trace in the workshop's folder and returns what a user would write after --trace. */
  make(workshop: Workshop): Promise<string>;
  /** Only if the machine can show it; else the reason why not. */
  readonly unless?: () => string | undefined;
  /** Options that the run gets. */
  readonly options?: { readonly from?: string; readonly to?: string };
}

/** Rows of the sound trace that the broken ones are made from; one hour, three instances. */
export const SOUND_ROWS = 60;

/** What a case is made with: a folder of its own and a session that has the table `sound`. */
export interface Workshop {
  readonly dir: string;
  readonly session: Session;
  /** Writes a SELECT (default: the sound trace) as Parquet and returns its path; the folder says the deployment. */
  parquet(sql?: string, name?: string): Promise<string>;
  /** Writes bytes and returns the path. */
  bytes(content: Uint8Array | string, name?: string): Promise<string>;
}

/** Creates the tables that cases are made from: `sound`, and `large` for damage in the middle of a file. */
export async function prepareSound(session: Session): Promise<void> {
  await session.run(`CREATE TABLE sound AS ${traceSql({ rows: SOUND_ROWS, hours: 1, instances: 3 })};
    CREATE TABLE large AS ${traceSql({ rows: 20_000, hours: 1, instances: 3 })}`);
}

export async function openWorkshop(session: Session, dir: string): Promise<Workshop> {
  await mkdir(dir, { recursive: true });
  const place = async (name: string): Promise<string> => {
    const path = join(dir, name);
    await mkdir(dirname(path), { recursive: true });
    return path;
  };
  return {
    dir,
    session,
    parquet: async (sql = 'SELECT * FROM sound', name = 'provisioned/full.parquet') => {
      const path = await place(name);
      await session.run(`COPY (${sql}) TO ${quoted(path)} (FORMAT parquet)`);
      return path;
    },
    bytes: async (content, name = 'provisioned/full.parquet') => {
      const path = await place(name);
      await writeFile(path, content);
      return path;
    },
  };
}

/** A refusal as TRACE_INVALID that names the file, and these texts. */
export function invalid(...mentions: string[]): Verdict {
  return { refused: 'TRACE_INVALID', mentions };
}
