import { join } from 'node:path';
import type { Session } from '../engine/session.ts';
import { textOf } from '../engine/session.ts';
import { identifier, quoted } from '../engine/sql.ts';
import { messageOf, SpillwayError } from '../errors.ts';
import type { Metric } from '../metrics/metric.ts';
import { rollupColumns } from '../metrics/metric.ts';
import type { Difference } from './report.ts';

type Columns = readonly { readonly name: string; readonly type: string }[];

const bigints = (...names: readonly string[]): Columns => names.map((name) => ({ name, type: 'BIGINT' }));
const timestamps = (...names: readonly string[]): Columns => names.map((name) => ({ name, type: 'TIMESTAMP' }));

/** Public tables that are not rollups, with the columns that are read here. */
export const STATE_TABLES: Readonly<Record<'hours' | 'receipts' | 'progress', Columns>> = {
  hours: [
    ...timestamps('hour', 'watermark', 'finalized_at'),
    { name: 'state', type: 'VARCHAR' },
    { name: 'revision', type: 'INTEGER' },
    ...bigints('counted', 'late', 'rejected', 'duplicate'),
  ],
  receipts: [
    ...timestamps('hour', 'watermark'),
    { name: 'partition', type: 'INTEGER' },
    { name: 'state', type: 'VARCHAR' },
    ...bigints(
      'counted',
      'late',
      'rejected',
      'duplicate',
      'late_after',
      'rejected_after',
      'first_offset',
      'last_offset',
    ),
  ],
  progress: [
    { name: 'partition', type: 'INTEGER' },
    ...bigints('first_offset', 'next_offset', 'last_seq', 'resent', 'controls', 'gaps'),
    ...timestamps('watermark'),
    { name: 'ended', type: 'BOOLEAN' },
  ],
};

/** Names of the public tables that a snapshot must hold, each as `<name>.parquet`. */
export function snapshotNames(metrics: readonly Metric[]): readonly string[] {
  return [...Object.keys(STATE_TABLES), ...metrics.map((metric) => metric.name)];
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
