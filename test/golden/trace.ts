import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Engine } from '../../src/engine/session.ts';
import { identifier, quoted } from '../../src/engine/sql.ts';
import { DEPLOYMENTS, REDSET_COLUMNS } from '../../src/model/redset.ts';
import type { CaseEvent, EventValue } from './case.ts';

/**
 * How columns are typed: as Redset means them, or as pandas leaves them (nullable integers as DOUBLE with NaN, booleans
 * as 0/1, times as text).
 */
export type Shape = 'typed' | 'pandas';

const PANDAS_DOUBLES: ReadonlySet<string> = new Set([
  ...['cluster_size', 'compile_duration_ms', 'cache_source_query_id', 'mbytes_scanned', 'mbytes_spilled'],
  ...['num_permanent_tables_accessed', 'num_external_tables_accessed', 'num_system_tables_accessed'],
]);

/** Writes the events as Redset-format Parquet, one file per deployment, in the order given. */
export async function writeTrace(folder: string, events: readonly CaseEvent[], shape: Shape): Promise<void> {
  const engine = await Engine.open(':memory:', { memoryMb: 64, threads: 1 });
  const session = await engine.session();
  for (const deployment of DEPLOYMENTS) {
    const own = events.filter((event) => event.deployment === deployment);
    if (own.length === 0) continue;
    const numericWrites = own.every(({ write_table_ids: ids }) => ids === undefined || /^\d+$/.test(String(ids)));
    const rows = own.map((event) => {
      const cells = REDSET_COLUMNS.map(({ name, type }) => {
        const value = event[name] ?? null;
        const sql = shape === 'typed' ? typed(type, value) : pandas(name, type, value, numericWrites);
        return `${sql} AS ${identifier(name)}`;
      });
      return `SELECT ${cells.join(', ')}`;
    });
    await mkdir(join(folder, deployment), { recursive: true });
    const file = join(folder, deployment, 'events.parquet');
    await session.run(`COPY (${rows.join(' UNION ALL ')}) TO ${quoted(file)} (FORMAT parquet)`);
  }
  session.close();
  engine.close();
}

function typed(type: string, value: EventValue): string {
  return `CAST(${literal(value)} AS ${type})`;
}

function pandas(name: string, type: string, value: EventValue, numericWrites: boolean): string {
  if (PANDAS_DOUBLES.has(name) || (name === 'write_table_ids' && numericWrites)) {
    return `CAST(${value === null ? "'nan'" : literal(value)} AS DOUBLE)`;
  }
  if (type === 'boolean') return `CAST(CAST(${literal(value)} AS BOOLEAN) AS BIGINT)`;
  return type === 'timestamp' ? `CAST(${literal(value)} AS VARCHAR)` : typed(type, value);
}

function literal(value: EventValue): string {
  return value === null ? 'NULL' : quoted(String(value));
}
