import { rename, rm, stat } from 'node:fs/promises';
import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import { BOOLEAN, DOUBLE, DuckDBTableFunction, INTEGER, VARCHAR } from '@duckdb/node-api';
import type { Session } from '../../engine/session.ts';
import { Engine } from '../../engine/session.ts';
import { quoted } from '../../engine/sql.ts';
import { messageOf, SpillwayError } from '../../errors.ts';
import type { RedsetColumnName } from '../../model/redset.ts';
import { REDSET_COLUMNS } from '../../model/redset.ts';
import type { NumberColumn, Rows } from './rows.ts';
import type { Template } from './template.ts';

const CHUNK_ROWS = 2_048; // DuckDB's vector size
const MEMORY_MB = 300;
/** The key under which a generated file's footer says how it was made. */
const ORIGIN_KEY = 'spillway_generate';

type Carrier = typeof DOUBLE | typeof INTEGER | typeof BOOLEAN | typeof VARCHAR;

/** How a column gets from the rows into the file. */
interface Column {
  /** What crosses from JavaScript to DuckDB: numbers, because a bigint per value costs four times as much. */
  readonly carrier: Carrier;
  /** Its type in the file: what pandas made of Redset's columns, nullable integers as DOUBLE. */
  readonly sql: 'BIGINT' | 'DOUBLE' | 'TIMESTAMP' | 'BOOLEAN' | 'VARCHAR';
  readonly value: (rows: Rows, row: number) => number | boolean | string | null;
}

/** A tier's Parquet file as it was written. */
export interface WrittenFile {
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
}

/** Whether a file is one that `writeTrace` wrote: then it may be written over. */
export async function isGenerated(path: string): Promise<boolean> {
  const engine = await Engine.open(':memory:', { memoryMb: MEMORY_MB, threads: 1 });
  try {
    const sql = `SELECT 1 FROM parquet_kv_metadata(${quoted(path)}) WHERE decode(key) = ${quoted(ORIGIN_KEY)}`;
    return (await withSession(engine, (session) => session.rows(sql))).length > 0;
  } catch {
    return false; // whatever cannot be read as Parquet is not ours
  } finally {
    engine.close();
  }
}

/**
 * Writes the rows of `hours` to a Parquet file (zstd) in one pass: DuckDB's COPY pulls chunk after chunk out of a table
 * function that generates them, so nothing is stored in between and memory stays flat. One thread produces and writes,
 * hence the bytes depend on the rows alone. The file appears under its name only when it is complete.
 *
 * @param origin how the rows were made; kept in the file's footer.
 */
export async function writeTrace(
  path: string,
  hours: Iterator<Rows>,
  origin: string,
  onRows: (rows: number) => void,
): Promise<WrittenFile> {
  const part = `${path}.part`;
  const source = new ChunkSource(hours, onRows);
  const engine = await Engine.open(':memory:', { memoryMb: MEMORY_MB, threads: 1 });
  try {
    const rows = await withSession(engine, (session) =>
      session.exclusive((connection) => copy(connection, part, source, origin)),
    );
    await rename(part, path);
    return { path, rows, bytes: (await stat(path)).size };
  } catch (error) {
    await rm(part, { force: true });
    if (source.failure !== undefined) throw source.failure;
    throw new SpillwayError('IO', `writing ${path}: ${messageOf(error)}`, { cause: error });
  } finally {
    engine.close();
  }
}

async function withSession<T>(engine: Engine, work: (session: Session) => Promise<T>): Promise<T> {
  const session = await engine.session();
  try {
    return await work(session);
  } finally {
    session.close();
  }
}

async function copy(connection: DuckDBConnection, path: string, source: ChunkSource, origin: string): Promise<number> {
  connection.registerTableFunction(
    DuckDBTableFunction.create({
      name: 'generated',
      bindFunction: (bind) => {
        for (const { name } of REDSET_COLUMNS) bind.addResultColumn(name, COLUMNS[name].carrier);
      },
      initFunction: () => undefined,
      mainFunction: (_info, chunk) => source.fill(chunk),
    }),
  );
  const select = REDSET_COLUMNS.map(({ name }) => `${inFile(name)} AS ${name}`).join(', ');
  const options = `FORMAT PARQUET, COMPRESSION ZSTD, KV_METADATA {${ORIGIN_KEY}: ${quoted(origin)}}`;
  await connection.run(`COPY (SELECT ${select} FROM generated()) TO ${quoted(path)} (${options})`);
  return source.sent;
}

function inFile(name: RedsetColumnName): string {
  const { sql } = COLUMNS[name];
  return sql === 'TIMESTAMP' ? `make_timestamp(CAST(${name} AS BIGINT))` : `CAST(${name} AS ${sql})`;
}

/** Cuts the hours' rows into chunks. */
class ChunkSource {
  sent = 0;
  /** What went wrong while generating; DuckDB would pass on its message only. */
  failure: unknown;
  readonly #hours: Iterator<Rows>;
  readonly #onRows: (rows: number) => void;
  #rows: Rows | undefined;
  #next = 0;

  constructor(hours: Iterator<Rows>, onRows: (rows: number) => void) {
    this.#hours = hours;
    this.#onRows = onRows;
  }

  /** Fills DuckDB's next chunk; leaves it empty at the end. */
  fill(chunk: DuckDBDataChunk): void {
    try {
      this.#fill(chunk);
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }

  #fill(chunk: DuckDBDataChunk): void {
    const rows = this.#advance();
    const count = rows === undefined ? 0 : Math.min(CHUNK_ROWS, rows.length - this.#next);
    chunk.rowCount = count;
    if (rows === undefined || count === 0) return;
    for (const [index, { name }] of REDSET_COLUMNS.entries()) {
      fillColumn(chunk, index, COLUMNS[name], rows, this.#next, count);
    }
    this.#next += count;
    this.sent += count;
  }

  #advance(): Rows | undefined {
    while (this.#rows === undefined || this.#next >= this.#rows.length) {
      const { done, value } = this.#hours.next();
      if (done === true) return undefined;
      this.#rows = value;
      this.#next = 0;
      this.#onRows(this.sent);
    }
    return this.#rows;
  }
}

function fillColumn(
  chunk: DuckDBDataChunk,
  index: number,
  column: Column,
  rows: Rows,
  from: number,
  count: number,
): void {
  const vector = chunk.getColumnVector(index);
  for (let i = 0; i < count; i++) {
    const value = column.value(rows, rows.place(from + i));
    vector.setItem(i, typeof value === 'number' && Number.isNaN(value) ? null : value);
  }
  vector.flush();
}

const number =
  (name: NumberColumn): Column['value'] =>
  (rows, row) =>
    rows.columns[name][row] ?? null;

/** A column that the template says; null for rows answered from the cache, `otherwise` where Redset has a value there. */
const planned =
  (read: (template: Template) => number | string | null, otherwise: number | string | null = null): Column['value'] =>
  (rows, row) => {
    const template = rows.templates[row];
    return template === undefined ? otherwise : read(template);
  };

const COLUMNS: Readonly<Record<RedsetColumnName, Column>> = {
  instance_id: { carrier: INTEGER, sql: 'BIGINT', value: (rows, row) => rows.instances[row]?.id ?? null },
  cluster_size: { carrier: INTEGER, sql: 'DOUBLE', value: (rows, row) => rows.instances[row]?.clusterSize ?? null },
  user_id: { carrier: DOUBLE, sql: 'BIGINT', value: number('user') },
  database_id: { carrier: DOUBLE, sql: 'BIGINT', value: number('database') },
  query_id: { carrier: DOUBLE, sql: 'BIGINT', value: number('query') },
  arrival_timestamp: { carrier: DOUBLE, sql: 'TIMESTAMP', value: number('at') },
  compile_duration_ms: { carrier: DOUBLE, sql: 'DOUBLE', value: number('compileMs') },
  queue_duration_ms: { carrier: DOUBLE, sql: 'BIGINT', value: number('queueMs') },
  execution_duration_ms: { carrier: DOUBLE, sql: 'BIGINT', value: number('executionMs') },
  feature_fingerprint: { carrier: VARCHAR, sql: 'VARCHAR', value: planned((template) => template.fingerprint) },
  was_aborted: { carrier: BOOLEAN, sql: 'BOOLEAN', value: (rows, row) => rows.aborted[row] ?? false },
  was_cached: { carrier: BOOLEAN, sql: 'BOOLEAN', value: (rows, row) => rows.templates[row] === undefined },
  cache_source_query_id: { carrier: DOUBLE, sql: 'DOUBLE', value: number('source') },
  query_type: { carrier: VARCHAR, sql: 'VARCHAR', value: planned((template) => template.kind, 'other') },
  num_permanent_tables_accessed: {
    carrier: INTEGER,
    sql: 'DOUBLE',
    value: planned(({ plan }) => plan.permanentTables),
  },
  num_external_tables_accessed: { carrier: INTEGER, sql: 'DOUBLE', value: planned(({ plan }) => plan.externalTables) },
  num_system_tables_accessed: { carrier: INTEGER, sql: 'DOUBLE', value: planned(({ plan }) => plan.systemTables) },
  read_table_ids: { carrier: VARCHAR, sql: 'VARCHAR', value: planned(({ plan }) => plan.readTables) },
  write_table_ids: { carrier: VARCHAR, sql: 'VARCHAR', value: planned(({ plan }) => plan.writeTables) },
  mbytes_scanned: { carrier: DOUBLE, sql: 'DOUBLE', value: number('scannedMb') },
  mbytes_spilled: { carrier: DOUBLE, sql: 'DOUBLE', value: number('spilledMb') },
  num_joins: { carrier: INTEGER, sql: 'BIGINT', value: planned(({ plan }) => plan.joins, 0) },
  num_scans: { carrier: INTEGER, sql: 'BIGINT', value: planned(({ plan }) => plan.scans, 0) },
  num_aggregations: { carrier: INTEGER, sql: 'BIGINT', value: planned(({ plan }) => plan.aggregations, 0) },
};
