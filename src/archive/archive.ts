import type { Session } from '../engine/session.ts';
import type { EventTime } from '../model/time.ts';

/** A file written and named by its content, already durable, but not yet known to any ledger. */
export interface WrittenFile {
  readonly hour: EventTime;
  /** `events` or a metric's name. */
  readonly dataset: string;
  readonly revision: number;
  /** Path below the run's part of the archive, with `/`. */
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string;
}

/** All history of a run as Parquet files that never change. */
export interface Archive {
  /** Writes the result of `sql` as one file: temporary name, fsync, rename to its content-addressed name. */
  write(
    session: Session,
    file: { hour: EventTime; dataset: string; revision: number; sql: string },
  ): Promise<WrittenFile>;
  /** Something to select from that holds the rows of a written file. */
  relation(file: WrittenFile): Promise<string>;
  /**
   * Rewrites `current.json` of the UTC day that starts at `day` to name exactly these final hours and files. Written
   * last and atomically; readers use it and never a glob.
   */
  publish(day: EventTime, hours: readonly EventTime[], files: readonly WrittenFile[]): Promise<void>;
  /** Removes temporary files and files that the ledger does not name: what a crash left behind. Returns their paths. */
  removeOrphans(known: ReadonlySet<string>): Promise<readonly string[]>;
}
