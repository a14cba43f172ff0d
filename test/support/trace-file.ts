import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { quoted } from '../../src/engine/sql.ts';
import { withSession } from './duckdb.ts';
import type { RowSpec, Shape } from './trace-row.ts';
import { fullRow, rowsSql, shapedSql } from './trace-row.ts';

export interface TraceFileOptions {
  readonly shape?: Shape;
  /** Name of the file that a row lies in; default `part` for all. Rows keep their order within a file. */
  readonly fileOf?: (row: RowSpec, index: number) => string;
}

/** Writes a trace below `dir`, rows of each deployment into its folder, and returns its path. */
export async function writeTrace(
  dir: string,
  rows: readonly RowSpec[],
  options: TraceFileOptions = {},
): Promise<string> {
  const files = new Map<string, RowSpec[]>();
  rows.forEach((row, index) => {
    const name = join(String(fullRow(row).deployment), `${options.fileOf?.(row, index) ?? 'part'}.parquet`);
    files.set(name, [...(files.get(name) ?? []), row]);
  });
  const root = join(dir, 'trace');
  for (const [name, part] of files) {
    await writeParquet(join(root, name), shapedSql(rowsSql(part), options.shape ?? 'typed'));
  }
  return root;
}

/** Writes the result of a SELECT as a Parquet file, folders included. */
export async function writeParquet(file: string, sql: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await withSession((session) => session.run(`COPY (${sql}) TO ${quoted(file)} (FORMAT parquet)`));
}
