import type { DuckDBAppender, DuckDBConnection, DuckDBDataChunk, DuckDBValue } from '@duckdb/node-api';
import { DuckDBInstance } from '@duckdb/node-api';

/** How much of the machine one DuckDB may use. */
export interface EngineLimits {
  /** Megabytes DuckDB may hold before it spills to `tempDir`. Resident memory exceeds it by 100 to 200 MB. */
  readonly memoryMb: number;
  readonly threads: number;
  /** Where DuckDB spills; undefined forbids spilling. */
  readonly tempDir?: string;
}

/** One value of a result row: integers of 64 bits are bigint, timestamps are DuckDB's own value. */
export type Cell = DuckDBValue;
export type Row = Readonly<Record<string, Cell>>;

/**
 * One DuckDB, in memory or in a file. It must live on one thread of one process: a second open of the same file is not
 * refused inside a process and corrupts what each side sees.
 */
export class Engine {
  readonly #instance: DuckDBInstance;

  private constructor(instance: DuckDBInstance) {
    this.#instance = instance;
  }

  /** Opens `path` (`:memory:` for none). Throws DuckDB's error if another process has the file open. */
  static async open(path: string, limits: EngineLimits): Promise<Engine> {
    const options: Record<string, string> = {
      memory_limit: `${limits.memoryMb}MB`,
      threads: String(limits.threads),
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    };
    if (limits.tempDir !== undefined) options.temp_directory = limits.tempDir;
    const instance =
      path === ':memory:' ? await DuckDBInstance.create(path, options) : await DuckDBInstance.fromCache(path, options);
    const connection = await instance.connect();
    // Event time is UTC everywhere, whatever the machine's zone is.
    await connection.run("SET GLOBAL TimeZone = 'UTC'");
    // DuckDB 1.5.6 ends some queries that keep one row of each window with an internal error, which closes the database.
    await connection.run("SET GLOBAL disabled_optimizers = 'top_n_window_elimination'");
    connection.closeSync();
    return new Engine(instance);
  }

  /** A session of its own: statements of different sessions run side by side. */
  async session(): Promise<Session> {
    return new Session(await this.#instance.connect());
  }

  /** Closes the database; every session must be closed before. */
  close(): void {
    this.#instance.closeSync();
  }
}

/**
 * One connection that runs one statement at a time, in the order of the calls: DuckDB's Node client crashed on
 * concurrent calls over one connection.
 */
export class Session {
  readonly #connection: DuckDBConnection;
  #tail: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  /** Runs one or more statements, result thrown away. */
  async run(sql: string): Promise<void> {
    await this.#queue(() => this.#connection.run(sql));
  }

  /** Runs a statement and returns all rows as objects. For small results: building objects blocks the event loop. */
  async rows(sql: string): Promise<Row[]> {
    const reader = await this.#queue(() => this.#connection.runAndReadAll(sql));
    return reader.getRowObjects();
  }

  /** The only row of a result that has exactly one. */
  async row(sql: string): Promise<Row> {
    const rows = await this.rows(sql);
    const [first] = rows;
    if (rows.length !== 1 || first === undefined) throw new Error(`expected one row, found ${rows.length}: ${sql}`);
    return first;
  }

  /** All column chunks of a result, without turning any value into a JavaScript one. */
  async chunks(sql: string): Promise<DuckDBDataChunk[]> {
    return await this.#queue(async () => {
      const result = await this.#connection.stream(sql);
      const chunks: DuckDBDataChunk[] = [];
      for (;;) {
        const chunk = await result.fetchChunk();
        if (chunk === null || chunk.rowCount === 0) return chunks;
        chunks.push(chunk);
      }
    });
  }

  /** Appends column chunks to a table; the column types must be the table's. */
  async append(
    table: { catalog?: string; schema?: string; table: string },
    chunks: Iterable<DuckDBDataChunk>,
  ): Promise<void> {
    await this.#queue(async () => {
      const appender: DuckDBAppender = await this.#connection.createAppender(
        table.table,
        table.schema ?? null,
        table.catalog ?? null,
      );
      for (const chunk of chunks) appender.appendDataChunk(chunk);
      appender.closeSync();
    });
  }

  /** Runs `work` between BEGIN and COMMIT; rolls back and rethrows if it throws. */
  async transaction<T>(work: () => Promise<T>): Promise<T> {
    await this.run('BEGIN TRANSACTION');
    try {
      const result = await work();
      await this.run('COMMIT');
      return result;
    } catch (error) {
      // The first error is the one that says what happened; a rollback that fails too has nothing to add.
      await this.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  /** The raw connection, for the few things a session does not wrap (prepared statement types, interrupt). */
  get connection(): DuckDBConnection {
    return this.#connection;
  }

  /** Runs `work` alone on this connection. */
  async exclusive<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    return await this.#queue(() => work(this.#connection));
  }

  /** Closes a connection on which no statement runs: closed under a statement, it would never let the process end. */
  close(): void {
    this.#closed = true;
    this.#connection.closeSync();
  }

  /** Interrupts the statement under way, refuses those that wait, and closes the connection. Safe to call twice. */
  async end(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#connection.interrupt();
    await this.#tail;
    this.#connection.closeSync();
  }

  #queue<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#tail.then(() => {
      if (this.#closed) throw new Error('the database has been closed');
      return work();
    });
    // A failed statement must not stop the next one; its own caller gets the error.
    this.#tail = next.catch(() => undefined);
    return next;
  }
}

/** A cell that must be an integer, as a number. Throws beyond 2^53, where digits would be lost. */
export function numberOf(cell: Cell | undefined): number {
  const value = typeof cell === 'bigint' ? Number(cell) : cell;
  if (typeof value !== 'number' || (typeof cell === 'bigint' && !Number.isSafeInteger(value))) {
    throw new TypeError(`expected a number, found ${String(cell)}`);
  }
  return value;
}

/** A cell that must be text. */
export function textOf(cell: Cell | undefined): string {
  if (typeof cell !== 'string') throw new TypeError(`expected text, found ${String(cell)}`);
  return cell;
}
