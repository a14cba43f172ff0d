import { join } from 'node:path';
import type { Session } from '../engine/session.ts';
import { textOf } from '../engine/session.ts';
import { identifier, quoted } from '../engine/sql.ts';
import { messageOf, SpillwayError } from '../errors.ts';
import type { Metric } from '../metrics/metric.ts';
import { rollupColumns } from '../metrics/metric.ts';
import { CLEAN_COLUMNS } from './judgement.ts';
import type { Difference } from './report.ts';

type Columns = readonly { readonly name: string; readonly type: string }[];

const bigints = (...names: readonly string[]): Columns => names.map((name) => ({ name, type: 'BIGINT' }));
const timestamps = (...names: readonly string[]): Columns => names.map((name) => ({ name, type: 'TIMESTAMP' }));
const texts = (...names: readonly string[]): Columns => names.map((name) => ({ name, type: 'VARCHAR' }));

/** Public tables that are not rollups, with the columns that are read here. */
export const STATE_TABLES: Readonly<Record<StateTable, Columns>> = {
  hours: [
    ...timestamps('hour', 'watermark', 'finalized_at'),
    { name: 'state', type: 'VARCHAR' },
    { name: 'revision', type: 'INTEGER' },
    ...bigints('counted', 'late', 'rejected', 'duplicate', 'amended', 'late_duplicate'),
  ],
  receipts: [
    ...timestamps('hour', 'watermark'),
    { name: 'partition', type: 'INTEGER' },
    { name: 'state', type: 'VARCHAR' },
    ...bigints('counted', 'late', 'rejected', 'duplicate', 'late_after', 'rejected_after'),
    ...bigints('amended', 'late_duplicate', 'first_offset', 'last_offset'),
  ],
  progress: [
    { name: 'partition', type: 'INTEGER' },
    ...bigints('first_offset', 'next_offset', 'last_seq', 'resent', 'controls', 'gaps'),
    ...timestamps('watermark'),
    { name: 'ended', type: 'BOOLEAN' },
  ],
  late_events: [
    ...CLEAN_COLUMNS,
    { name: 'partition', type: 'INTEGER' },
    ...bigints('offset'),
    ...timestamps('seen_watermark'),
    ...bigints('late_by_ms'),
    { name: 'fate', type: 'VARCHAR' },
    { name: 'revision', type: 'INTEGER' },
  ],
  rejected: [
    ...timestamps('hour'),
    { name: 'partition', type: 'INTEGER' },
    ...bigints('offset', 'seq'),
    ...texts('reason', 'field', 'raw'),
    { name: 'raw_bytes', type: 'BLOB' },
  ],
  archive_files: [
    ...timestamps('hour'),
    ...texts('dataset', 'path', 'sha256', 'state'),
    { name: 'revision', type: 'INTEGER' },
    ...bigints('rows', 'bytes'),
  ],
  metric_failures: [...timestamps('hour'), ...texts('metric', 'reason')],
};

type StateTable = 'hours' | 'receipts' | 'progress' | 'late_events' | 'rejected' | 'archive_files' | 'metric_failures';

/**
 * Names of the public tables that a snapshot must hold, each as `<name>.parquet`. The events themselves are not among
 * them: a copy would be as large as the trace.
 */
export function snapshotNames(metrics: readonly Metric[]): readonly string[] {
  return [...Object.keys(STATE_TABLES), ...metrics.flatMap((metric) => [metric.name, dayName(metric)])];
}

/** Name of the public table of a metric's sums by day. */
export function dayName(metric: Metric): string {
  return `${metric.name}_day`;
}

/** Columns of that table: the day takes the place of the hour. */
export function dayTableColumns(metric: Metric): Columns {
  return rollupTableColumns(metric).map(({ name, type }) => ({ name: name === 'hour' ? 'day' : name, type }));
}

/** Columns of a metric's public table. */
export function rollupTableColumns(metric: Metric): Columns {
  return [...rollupColumns(metric), { name: 'state', type: 'VARCHAR' }, { name: 'revision', type: 'INTEGER' }];
}

/** The rows of one public table of the snapshot, as something to select from. */
export function tableSql(dir: string, name: string): string {
  return `read_parquet(${quoted(join(dir, `${name}.parquet`))}, hive_partitioning = false)`;
}

/**
 * Compares the columns of a snapshot's table with those it must have. Throws IO if the file cannot be read: a snapshot
 * that is not there says nothing about the run.
 */
export async function columnDifferences(
  session: Session,
  dir: string,
  name: string,
  columns: Columns,
): Promise<readonly Difference[]> {
  const found = await describeTable(session, dir, name);
  const types = new Map(found.map((column) => [column.name, column.type]));
  return columns.flatMap(({ name: column, type }): Difference[] => {
    const is = types.get(column);
    if (is === type) return [];
    const [key, expected] = [{ table: name, column }, { type }];
    if (is === undefined) return [{ problem: 'missing', key, expected, found: undefined }];
    return [{ problem: 'different', key, expected, found: { type: is } }];
  });
}

async function describeTable(session: Session, dir: string, name: string): Promise<Columns> {
  try {
    const rows = await session.rows(`DESCRIBE SELECT * FROM ${tableSql(dir, name)}`);
    return rows.map((row) => ({ name: textOf(row.column_name), type: textOf(row.column_type) }));
  } catch (error) {
    throw new SpillwayError('IO', `reading table ${name} of the snapshot in ${dir}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** A comma-separated list of quoted column names. */
export function columnList(names: readonly string[]): string {
  return names.map(identifier).join(', ');
}
