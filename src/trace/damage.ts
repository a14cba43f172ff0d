import { Engine, textOf } from '../engine/session.ts';
import { identifier, quoted } from '../engine/sql.ts';
import { messageOf, SpillwayError } from '../errors.ts';
import type { ParquetFile } from './files.ts';
import { findParquetFiles } from './files.ts';

const MEMORY_MB = 256;

/**
 * Says what is behind an error of reading a trace. A damaged page shows only when it is read, in the middle of a query
 * over many files: here every column of every file is read alone, and the first that cannot be is named (TRACE_INVALID).
 * A failure of the disk becomes IO. Anything else is returned as it is.
 */
export async function explainFailure(files: readonly ParquetFile[], error: unknown): Promise<unknown> {
  if (error instanceof SpillwayError) return error;
  const engine = await Engine.open(':memory:', { memoryMb: MEMORY_MB, threads: 1 });
  try {
    for (const file of files) {
      const damage = await damageIn(engine, file.path);
      if (damage !== undefined) return damage;
    }
  } finally {
    engine.close();
  }
  if (/^IO Error/.test(messageOf(error)))
    return new SpillwayError('IO', `reading the trace: ${firstLine(error)}`, { cause: error });
  return error;
}

/** The same for a trace that is known by its path. */
export async function explainTraceFailure(trace: string, error: unknown): Promise<unknown> {
  if (error instanceof SpillwayError) return error;
  return await findParquetFiles(trace).then(
    (files) => explainFailure(files, error),
    (gone: unknown) => gone,
  );
}

/** The first line of what anything thrown says. */
export function firstLine(error: unknown): string {
  return messageOf(error).split('\n')[0] ?? '';
}

async function damageIn(engine: Engine, file: string): Promise<SpillwayError | undefined> {
  const session = await engine.session();
  let place = 'footer';
  try {
    // The hashes use every value, so that none is left unread.
    for (const footer of ['parquet_file_metadata', 'parquet_metadata']) {
      await session.row(`SELECT bit_xor(hash(m)) FROM ${footer}([${quoted(file)}]) m`);
    }
    const source = `read_parquet([${quoted(file)}], hive_partitioning = false)`;
    for (const row of await session.rows(`DESCRIBE SELECT * FROM ${source}`)) {
      const column = textOf(row.column_name);
      place = `column ${column}`;
      await session.row(`SELECT bit_xor(hash(${identifier(column)})) FROM ${source}`);
    }
    return undefined;
  } catch (cause) {
    return new SpillwayError(
      'TRACE_INVALID',
      `trace file ${file}: ${place}: expected what can be read, found: ${firstLine(cause)}`,
      {
        cause,
        hint: 'the file is damaged: fetch or write it again',
      },
    );
  } finally {
    session.close();
  }
}
