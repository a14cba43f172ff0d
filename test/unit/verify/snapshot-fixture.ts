import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { quoted } from '../../../src/engine/sql.ts';
import type { Metric } from '../../../src/metrics/metric.ts';
import type { Manifest } from '../../../src/model/manifest.ts';
import { REDSET_COLUMNS } from '../../../src/model/redset.ts';
import { testClock } from '../../../src/time/test-clock.ts';
import type { Trace } from '../../../src/trace/trace.ts';
import type { VerifyOptions, VerifyReport } from '../../../src/verify/verify.ts';
import { verifyRun } from '../../../src/verify/verify.ts';
import { withSession } from '../../support/duckdb.ts';
import { LOAD } from '../../support/metrics.ts';
import type { TraceRow } from './fixture.ts';
import { ORDINARY, traceSql } from './fixture.ts';

/**
 * The public tables, each row as the values of a VALUES list or as a SELECT; each is written as it stands, so that a test
 * can say anything in them.
 */
export interface SnapshotSpec {
  readonly hours: readonly string[];
  readonly receipts: readonly string[];
  readonly progress: readonly string[];
  readonly load: readonly string[];
  readonly load_day: readonly string[];
  readonly archive_files: readonly string[];
  readonly metric_failures?: readonly string[];
  readonly rejected?: readonly string[];
  readonly late_events?: readonly string[];
  /** Types of columns other than they must be. */
  readonly types?: Readonly<Record<string, string>>;
  /** Columns left out, as `table.column`. */
  readonly without?: readonly string[];
}

const SQL_TYPES = { bigint: 'BIGINT', boolean: 'BOOLEAN', varchar: 'VARCHAR', timestamp: 'TIMESTAMP' } as const;
const LOGGED = {
  compile: 'compile_duration_ms',
  queue: 'queue_duration_ms',
  execution: 'execution_duration_ms',
  scanned: 'mbytes_scanned',
  spilled: 'mbytes_spilled',
} as const;

const bigints = (...names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, 'BIGINT']));

const COLUMNS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  hours: {
    hour: 'TIMESTAMP',
    state: 'VARCHAR',
    revision: 'INTEGER',
    watermark: 'TIMESTAMP',
    finalized_at: 'TIMESTAMP',
    ...bigints('counted', 'late', 'rejected', 'duplicate', 'amended', 'late_duplicate'),
  },
  receipts: {
    hour: 'TIMESTAMP',
    partition: 'INTEGER',
    state: 'VARCHAR',
    ...bigints('counted', 'late', 'rejected', 'duplicate', 'late_after', 'rejected_after'),
    ...bigints('amended', 'late_duplicate', 'first_offset', 'last_offset'),
    watermark: 'TIMESTAMP',
  },
  progress: {
    partition: 'INTEGER',
    ...bigints('first_offset', 'next_offset'),
    watermark: 'TIMESTAMP',
    ...bigints('last_seq', 'resent', 'controls', 'gaps'),
    ended: 'BOOLEAN',
  },
  load: {
    hour: 'TIMESTAMP',
    instance_id: 'VARCHAR',
    ...bigints('user_id', 'queries', 'execution_ms'),
    state: 'VARCHAR',
    revision: 'INTEGER',
  },
  load_day: {
    day: 'TIMESTAMP',
    instance_id: 'VARCHAR',
    ...bigints('user_id', 'queries', 'execution_ms'),
    state: 'VARCHAR',
    revision: 'INTEGER',
  },
  archive_files: {
    hour: 'TIMESTAMP',
    dataset: 'VARCHAR',
    revision: 'INTEGER',
    path: 'VARCHAR',
    ...bigints('rows', 'bytes'),
    sha256: 'VARCHAR',
    state: 'VARCHAR',
  },
  metric_failures: { hour: 'TIMESTAMP', metric: 'VARCHAR', reason: 'VARCHAR' },
  rejected: {
    hour: 'TIMESTAMP',
    partition: 'INTEGER',
    ...bigints('offset', 'seq'),
    reason: 'VARCHAR',
    field: 'VARCHAR',
    raw: 'VARCHAR',
    raw_bytes: 'BLOB',
  },
  late_events: {
    hour: 'TIMESTAMP',
    instance_id: 'VARCHAR',
    deployment: 'VARCHAR',
    ...Object.fromEntries(
      REDSET_COLUMNS.filter(({ name }) => name !== 'instance_id').map(({ name, type }) => [name, SQL_TYPES[type]]),
    ),
    is_read: 'BOOLEAN',
    ...Object.fromEntries(Object.keys(LOGGED).map((short) => [`is_zero_${short}`, 'BOOLEAN'])),
    ...Object.fromEntries(Object.keys(LOGGED).map((short) => [`ln_${short}`, 'BIGINT'])),
    partition: 'INTEGER',
    ...bigints('offset'),
    seen_watermark: 'TIMESTAMP',
    ...bigints('late_by_ms'),
    fate: 'VARCHAR',
    revision: 'INTEGER',
  },
};

export type TableName = Exclude<keyof SnapshotSpec, 'types' | 'without'>;

/** Writes the tables as a store's snapshot would. */
export async function writeSnapshot(dir: string, spec: SnapshotSpec): Promise<void> {
  await mkdir(dir, { recursive: true });
  await withSession(async (session) => {
    for (const table of Object.keys(COLUMNS)) {
      const target = quoted(join(dir, `${table}.parquet`));
      await session.run(`COPY (${tableSql(table, spec)}) TO ${target} (FORMAT parquet)`);
    }
  });
}

function tableSql(table: string, spec: SnapshotSpec): string {
  const columns = COLUMNS[table] ?? {};
  const rows: readonly string[] = Reflect.get(spec, table) ?? [];
  const names = Object.keys(columns).map((name) => `"${name}"`);
  const casts = Object.entries(columns)
    .filter(([name]) => spec.without?.includes(`${table}.${name}`) !== true)
    .map(([name, type]) => `CAST("${name}" AS ${spec.types?.[`${table}.${name}`] ?? type}) AS "${name}"`);
  const values = rows.map((row) => (row.startsWith('SELECT') ? row : `SELECT * FROM (VALUES (${row}))`));
  const none = `SELECT ${names.map(() => 'NULL').join(', ')} LIMIT 0`;
  return `SELECT ${casts.join(', ')} FROM (${values.join(' UNION ALL ') || none}) AS source(${names.join(', ')})`;
}

/** An entry of the ledger, under the path that belongs to it. */
export function fileRow(hour: string, dataset: string, rows: number, revision = 1): string {
  const sha256 = 'ab'.repeat(32);
  const folder = dataset === 'events' ? 'events' : `rollups/${dataset}`;
  const path = `${folder}/date=${hour.slice(0, 10)}/hh=${hour.slice(11, 13)}/r${revision}-abababababab.parquet`;
  return `'${hour}', '${dataset}', ${revision}, '${path}', ${rows}, 1000, '${sha256}', 'local'`;
}

export interface RejectedPlace {
  readonly hour: string | undefined;
  readonly partition: number;
  readonly offset: number;
  readonly seq: number;
  readonly reason: string;
  readonly field: string;
}

/** A rejected record that keeps `row` as JSON. */
export function rejectedRow(place: RejectedPlace, row: TraceRow): string {
  const { partition, offset, seq, reason, field } = place;
  const hour = place.hour === undefined ? 'NULL' : `TIMESTAMP '${place.hour}'`;
  const json = `(SELECT CAST(to_json(r) AS VARCHAR) FROM (${traceSql([row])}) AS r)`;
  return `${hour}, ${partition}, ${offset}, ${seq}, '${reason}', '${field}', ${json}, encode(${json})`;
}

export interface LatePlace {
  readonly partition: number;
  readonly offset: number;
  readonly seen: string;
  readonly fate?: string | undefined;
  readonly revision?: number | undefined;
}

/** A late event of a row that cleaning leaves as it is. */
export function lateRow(place: LatePlace, row: TraceRow): string {
  const { partition, offset, seen, fate = 'late', revision } = place;
  const values = { ...ORDINARY, ...row };
  const arrival = `TIMESTAMP ${values.arrival_timestamp?.replace('TIMESTAMP ', '')}`;
  const value = (name: string): string => values[name] ?? 'NULL';
  const logged = Object.values(LOGGED);
  const columns = [
    `date_trunc('hour', ${arrival})`,
    `'provisioned-' || ${values.instance_id}`,
    "'provisioned'",
    ...REDSET_COLUMNS.filter(({ name }) => name !== 'instance_id').map(({ name }) =>
      name === 'arrival_timestamp' ? arrival : value(name),
    ),
    `${value('query_type')} = 'select'`,
    ...logged.map((name) => `${value(name)} = 0`),
    ...logged.map((name) => `CAST(round(1000 * ln(1 + ${value(name)})) AS BIGINT)`),
    ...[partition, offset].map(String),
    `TIMESTAMP '${seen}'`,
    `CAST((epoch_us(TIMESTAMP '${seen}') - epoch_us(${arrival})) // 1000 AS BIGINT)`,
    `'${fate}'`,
    revision === undefined ? 'NULL' : String(revision),
  ];
  return `SELECT ${columns.join(', ')}`;
}

/** Verifies a snapshot against a trace, with small slices so that more than one is recounted. */
export async function verifySnapshot(options: {
  readonly dir: string;
  readonly trace: Trace;
  readonly manifest: Manifest;
  readonly snapshot: SnapshotSpec;
  readonly metrics?: readonly Metric[];
  readonly spanRows?: number;
  readonly more?: Partial<VerifyOptions>;
}): Promise<VerifyReport> {
  const snapshotDir = join(options.dir, 'snapshot');
  await writeSnapshot(snapshotDir, options.snapshot);
  return await verifyRun({
    trace: options.trace,
    manifest: options.manifest,
    metrics: options.metrics ?? [LOAD],
    snapshotDir,
    memoryMb: 256,
    threads: 1,
    tempDir: join(options.dir, 'temp'),
    clock: testClock(),
    spanRows: options.spanRows ?? 3,
    ...options.more,
  });
}
