import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { quoted } from '../../../src/engine/sql.ts';
import type { Metric } from '../../../src/metrics/metric.ts';
import type { Manifest, TraceIdentity } from '../../../src/model/manifest.ts';
import { REDSET_COLUMNS } from '../../../src/model/redset.ts';
import { testClock } from '../../../src/time/test-clock.ts';
import { openTrace } from '../../../src/trace/open.ts';
import type { Trace } from '../../../src/trace/trace.ts';
import type { VerifyReport } from '../../../src/verify/verify.ts';
import { verifyRun } from '../../../src/verify/verify.ts';
import { withSession } from '../../support/duckdb.ts';
import { makeManifest } from '../../support/manifest.ts';
import { LOAD } from '../../support/metrics.ts';
import { writeParquet } from '../../support/trace-file.ts';

/** One row of a trace: SQL of the columns that matter, everything else as an ordinary executed select has it. */
export type TraceRow = Readonly<Record<string, string>>;

const ORDINARY: TraceRow = {
  instance_id: '1',
  cluster_size: '2',
  user_id: '7',
  database_id: '3',
  query_id: '1',
  arrival_timestamp: "TIMESTAMP '2024-03-01 00:10:00'",
  compile_duration_ms: '10',
  queue_duration_ms: '0',
  execution_duration_ms: '100',
  feature_fingerprint: "'f1'",
  was_aborted: 'false',
  was_cached: 'false',
  query_type: "'select'",
  num_scans: '1',
  num_joins: '0',
  mbytes_scanned: '50',
  mbytes_spilled: '0',
};

/** `types` replaces the type of a column, as traces that went through other tools have it. */
export function traceSql(rows: readonly TraceRow[], types: TraceRow = {}): string {
  const selects = rows.map((row) => {
    const values = { ...ORDINARY, ...row };
    const columns = REDSET_COLUMNS.map(
      ({ name, type }) => `CAST(${values[name] ?? 'NULL'} AS ${types[name] ?? type.toUpperCase()}) AS ${name}`,
    );
    return `SELECT ${columns.join(', ')}`;
  });
  return selects.join(' UNION ALL ');
}

/** Writes a trace of the rows below `dir` and opens it; the caller closes it. */
export async function makeTrace(dir: string, rows: readonly TraceRow[], types: TraceRow = {}): Promise<Trace> {
  await writeParquet(join(dir, 'trace', 'provisioned', 'part.parquet'), traceSql(rows, types));
  return await openTrace({ path: join(dir, 'trace'), cacheDir: join(dir, 'cache'), memoryMb: 256, threads: 1 });
}

/** Manifest of three hours of a trace. */
export function manifestOf(trace: TraceIdentity, changes: Partial<Manifest> = {}): Manifest {
  return makeManifest({ trace, metrics: { load: LOAD.hash }, ...changes });
}

/** The public tables as VALUES lists; each is written as it stands, so that a test can say anything in them. */
export interface SnapshotSpec {
  readonly hours: readonly string[];
  readonly receipts: readonly string[];
  readonly progress: readonly string[];
  readonly load: readonly string[];
  /** Types of columns other than they must be. */
  readonly types?: Readonly<Record<string, string>>;
  /** Columns left out, as `table.column`. */
  readonly without?: readonly string[];
}

const COLUMNS = {
  hours: {
    hour: 'TIMESTAMP',
    state: 'VARCHAR',
    revision: 'INTEGER',
    watermark: 'TIMESTAMP',
    finalized_at: 'TIMESTAMP',
    counted: 'BIGINT',
    late: 'BIGINT',
    rejected: 'BIGINT',
    duplicate: 'BIGINT',
  },
  receipts: {
    hour: 'TIMESTAMP',
    partition: 'INTEGER',
    state: 'VARCHAR',
    counted: 'BIGINT',
    late: 'BIGINT',
    rejected: 'BIGINT',
    duplicate: 'BIGINT',
    late_after: 'BIGINT',
    rejected_after: 'BIGINT',
    first_offset: 'BIGINT',
    last_offset: 'BIGINT',
    watermark: 'TIMESTAMP',
  },
  progress: {
    partition: 'INTEGER',
    first_offset: 'BIGINT',
    next_offset: 'BIGINT',
    watermark: 'TIMESTAMP',
    last_seq: 'BIGINT',
    resent: 'BIGINT',
    controls: 'BIGINT',
    gaps: 'BIGINT',
    ended: 'BOOLEAN',
  },
  load: {
    hour: 'TIMESTAMP',
    instance_id: 'VARCHAR',
    user_id: 'BIGINT',
    queries: 'BIGINT',
    execution_ms: 'BIGINT',
    state: 'VARCHAR',
    revision: 'INTEGER',
  },
} as const;

export type TableName = keyof typeof COLUMNS;

/** Writes the tables as a store's snapshot would. */
export async function writeSnapshot(dir: string, spec: SnapshotSpec): Promise<void> {
  await mkdir(dir, { recursive: true });
  const statements = Object.entries(COLUMNS).map(([table, columns]) => {
    const rows: readonly string[] = Reflect.get(spec, table);
    const names = Object.keys(columns).map((name) => `"${name}"`);
    const wanted = Object.entries(columns).filter(([name]) => spec.without?.includes(`${table}.${name}`) !== true);
    const casts = wanted.map(
      ([name, type]) => `CAST("${name}" AS ${spec.types?.[`${table}.${name}`] ?? type}) AS "${name}"`,
    );
    const source =
      rows.length === 0
        ? `SELECT ${names.map((name) => `NULL AS ${name}`).join(', ')} LIMIT 0`
        : `SELECT * FROM (VALUES ${rows.map((row) => `(${row})`).join(', ')}) AS source(${names.join(', ')})`;
    return `COPY (SELECT ${casts.join(', ')} FROM (${source})) TO ${quoted(join(dir, `${table}.parquet`))} (FORMAT parquet)`;
  });
  await withSession(async (session) => {
    for (const statement of statements) await session.run(statement);
  });
}

/** Verifies a snapshot against a trace, with small slices so that more than one is recounted. */
export async function verifySnapshot(options: {
  readonly dir: string;
  readonly trace: Trace;
  readonly manifest: Manifest;
  readonly snapshot: SnapshotSpec;
  readonly metrics?: readonly Metric[];
  readonly spanRows?: number;
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
  });
}
