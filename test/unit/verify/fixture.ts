import { join } from 'node:path';
import type { Manifest, TraceIdentity } from '../../../src/model/manifest.ts';
import { REDSET_COLUMNS } from '../../../src/model/redset.ts';
import { openTrace } from '../../../src/trace/open.ts';
import type { Trace } from '../../../src/trace/trace.ts';
import { makeManifest } from '../../support/manifest.ts';
import { LOAD } from '../../support/metrics.ts';
import { writeParquet } from '../../support/trace-file.ts';

/** One row of a trace: SQL of the columns that matter, everything else as an ordinary executed select has it. */
export type TraceRow = Readonly<Record<string, string>>;

export const ORDINARY: TraceRow = {
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
  num_permanent_tables_accessed: '1',
  num_external_tables_accessed: '0',
  num_system_tables_accessed: '0',
  num_aggregations: '0',
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
