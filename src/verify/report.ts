import type { Cell, Row } from '../engine/session.ts';
import { eventTime, isoTime } from '../model/time.ts';

/** A value as it leaves the process: 64-bit integers beyond 2^53 and times (ISO-8601 UTC) are text. */
export type ReportValue = string | number | boolean | null;
export type ReportRow = Readonly<Record<string, ReportValue>>;

/**
 * One place where the store is not what the trace says.
 *
 * - `missing`: the row must be there and is not. - `extra`: it is there and must not be. - `different`: it is there with
 *   other values. - `double`: its key is there more than once.
 */
export interface Difference {
  readonly problem: 'missing' | 'extra' | 'different' | 'double';
  readonly key: ReportRow;
  /** Undefined where nothing was expected. Of a `different` row only the values that differ. */
  readonly expected: ReportRow | undefined;
  readonly found: ReportRow | undefined;
}

/** One thing that was compared, with its outcome. */
export interface VerifyCheck {
  /** What was compared, such as `receipts: counted` or `metric workload`. */
  readonly check: string;
  /** Over what: `72 hours x 4 partitions`, `partition 3`. */
  readonly scope: string;
  /** A sum, a number of rows or a short text: what must be there and what is. Equal totals may hide differences. */
  readonly expected: number | string;
  readonly found: number | string;
  readonly equal: boolean;
  /** Nothing could be compared, for a reason that is no fault of the run; then `equal` says nothing. */
  readonly skipped?: boolean;
  /** How many rows differ. */
  readonly differences: number;
  /** The first of them by key, at most `MAX_EXAMPLES`, so that a report stays small however wrong a store is. */
  readonly examples: readonly Difference[];
}

export interface VerifyTotals {
  /** Hours of the run's range, and those of them that are final: the ones whose metrics were recounted. */
  readonly hours: number;
  readonly finalHours: number;
  /** Every partition has taken its `end` record: nothing can follow. */
  readonly ended: boolean;
  /** Records sent, injected ones included, that were recounted, and how many of them were counted as events. */
  readonly records: number;
  readonly counted: number;
  /** Rollup rows of the store that were compared. */
  readonly rowsCompared: number;
  /** Wall milliseconds. */
  readonly elapsedMs: number;
}

/** What `verify` found. It is JSON-ready. */
export interface VerifyReport {
  readonly run: string;
  /** Every check is equal. */
  readonly ok: boolean;
  readonly checks: readonly VerifyCheck[];
  readonly totals: VerifyTotals;
}

export const MAX_EXAMPLES = 5;

/** A database value as a report prints it. Throws for types that no public table has. */
export function reportValue(cell: Cell | undefined): ReportValue {
  if (cell === null || cell === undefined) return null;
  if (typeof cell === 'bigint') return Number.isSafeInteger(Number(cell)) ? Number(cell) : String(cell);
  if (typeof cell === 'string' || typeof cell === 'number' || typeof cell === 'boolean') return cell;
  if (typeof cell === 'object' && 'micros' in cell && typeof cell.micros === 'bigint') {
    return isoTime(eventTime(cell.micros));
  }
  return String(cell);
}

/** The named columns of a row; `prefix` is taken off their names. */
export function reportRow(row: Row, columns: readonly string[], prefix = ''): ReportRow {
  return Object.fromEntries(columns.map((column) => [column, reportValue(row[prefix + column])]));
}

/** A check whose outcome is known at once: equal when nothing differs. */
export function checkOf(
  check: string,
  scope: string,
  expected: number | string,
  found: number | string,
  differences: readonly Difference[],
): VerifyCheck {
  return {
    check,
    scope,
    expected,
    found,
    equal: differences.length === 0,
    differences: differences.length,
    examples: differences.slice(0, MAX_EXAMPLES),
  };
}

/** `1 hour`, `72 hours`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
