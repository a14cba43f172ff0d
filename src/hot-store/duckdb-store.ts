import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Engine, Row, Session } from '../engine/session.ts';
import { numberOf, textOf } from '../engine/session.ts';
import { identifier, quoted, timestamp } from '../engine/sql.ts';
import type { Metric } from '../metrics/metric.ts';
import type { Manifest } from '../model/manifest.ts';
import { PUBLIC_TABLES } from '../model/public-tables.ts';
import type { EventTime } from '../model/time.ts';
import { eventTime, wallTime } from '../model/time.ts';
import type { Clock } from '../time/clock.ts';
import { rowsOf } from './cells.ts';
import { finalizeSql, redefineSql, reviseSql } from './closing.ts';
import { guardedQuery } from './guard.ts';
import { createHistorySize } from './history-size.ts';
import type { ArchiveFile, Closing, HotStore, HourRow, PartitionProgress, Revision, WaitingHour } from './hot-store.ts';
import { createLive } from './live.ts';
import { dayTable, LIVE_CATALOG } from './tables.ts';

/** What an open store is made of. */
export interface StoreParts {
  readonly engine: Engine;
  readonly setup: Session;
  readonly ingest: Session;
  readonly closing: Session;
  readonly live: Session;
  readonly manifest: Manifest;
  readonly metrics: readonly Metric[];
  readonly file: string;
  readonly clock: Clock;
}

/** A run's store in one DuckDB file, which this process owns until it is closed. */
export class DuckDBStore implements HotStore {
  readonly run: string;
  readonly manifest: Manifest;
  readonly metrics: readonly Metric[];
  readonly refreshLive: HotStore['refreshLive'];
  readonly historySize: HotStore['historySize'];
  readonly #parts: StoreParts;
  readonly #publicNames: ReadonlySet<string>;
  #idle: Session[] = [];
  /** Sessions in which a query or a snapshot runs. */
  readonly #reading = new Set<Session>();
  #closed = false;
  /** Transactions that may have changed what the store holds. */
  #writes = 0;

  constructor(parts: StoreParts) {
    this.#parts = parts;
    this.run = parts.manifest.run;
    this.manifest = parts.manifest;
    this.metrics = parts.metrics;
    this.#publicNames = new Set([
      ...PUBLIC_TABLES,
      ...parts.metrics.flatMap((metric) => [metric.name, dayTable(metric)]),
    ]);
    this.historySize = createHistorySize(parts.setup, parts.clock);
    this.refreshLive = createLive({
      session: parts.live,
      metrics: parts.metrics,
      clock: parts.clock,
      to: parts.manifest.to,
      writes: () => this.#writes,
    });
  }

  async progress(): Promise<PartitionProgress[]> {
    const rows = await this.#parts.setup.rows(
      'SELECT * REPLACE (epoch_us(watermark) AS watermark, epoch_ms(watermark_at) AS watermark_at) FROM store.progress ORDER BY "partition"',
    );
    return rows.map(toProgress);
  }

  async ingest<T>(
    compute: (session: Session) => Promise<{ progress: readonly PartitionProgress[]; result: T }>,
  ): Promise<T> {
    const session = this.#parts.ingest;
    return await this.#writing(session, async () => {
      const { progress, result } = await compute(session);
      const rows = progress.map(
        (p) =>
          `(${p.partition}, ${p.firstOffset}, ${p.nextOffset}, ${p.watermark === undefined ? 'NULL' : timestamp(p.watermark)}, ${p.lastSeq}, ${p.resent}, ${p.controls}, ${p.gaps}, ${p.ended}, ${p.watermarkAt === undefined ? 'NULL' : `make_timestamp(${p.watermarkAt * 1000})`}, ${p.replayed})`,
      );
      // The offsets move in the transaction that made the batch's effect durable, and nowhere else.
      await session.run(`DELETE FROM store.progress; INSERT INTO store.progress VALUES ${rows.join(', ')}`);
      return result;
    });
  }

  async openHours(): Promise<EventTime[]> {
    const rows = await this.#parts.setup.rows(
      `SELECT epoch_us(hour) AS hour FROM ${LIVE_CATALOG}.main.hours WHERE state = 'open' ORDER BY 1`,
    );
    return rows.map((row) => eventTime(numberOf(row.hour)));
  }

  closingSession(): Session {
    return this.#parts.closing;
  }

  async finalize(closing: Closing): Promise<void> {
    await this.#closingTransaction(finalizeSql(closing, this.metrics));
  }

  async revise(revision: Revision): Promise<void> {
    await this.#closingTransaction(reviseSql(revision));
  }

  async redefine(metrics: readonly Metric[], hours: Revision['hours']): Promise<void> {
    const hashes = Object.fromEntries(metrics.map(({ name, hash }) => [name, hash]));
    const manifest = { ...this.manifest, metrics: { ...this.manifest.metrics, ...hashes } };
    const others = this.metrics.filter(({ name }) => !metrics.some((metric) => metric.name === name));
    const meta = { manifest: JSON.stringify(manifest), metrics: JSON.stringify([...others, ...metrics]) };
    await this.#closingTransaction(redefineSql(metrics, hours, meta));
  }

  async #closingTransaction(statements: readonly string[]): Promise<void> {
    const session = this.#parts.closing;
    await this.#writing(session, async () => {
      for (const statement of statements) await session.run(statement);
    });
  }

  /** A transaction that is counted once it is over, however it ended: whoever has seen the count has seen its effect. */
  async #writing<T>(session: Session, work: () => Promise<T>): Promise<T> {
    try {
      return await session.transaction(work);
    } finally {
      this.#writes++;
    }
  }

  async waitingHours(): Promise<WaitingHour[]> {
    const rows = await this.#parts.setup.rows(`SELECT epoch_us(l.hour) AS hour, h.revision, count(*) AS late
      FROM store.late_events l JOIN store.hours h ON h.hour = l.hour AND h.state = 'final'
      WHERE l.fate = 'late' GROUP BY ALL ORDER BY 1`);
    return rows.map((row) => ({
      hour: eventTime(numberOf(row.hour)),
      revision: numberOf(row.revision),
      late: numberOf(row.late),
    }));
  }

  async finalHours(): Promise<HourRow[]> {
    const rows = await this.#parts.setup.rows(
      "SELECT epoch_us(hour) AS hour, revision FROM store.hours WHERE state = 'final' ORDER BY 1",
    );
    return rows.map((row) => ({
      hour: eventTime(numberOf(row.hour)),
      state: 'final' as const,
      revision: numberOf(row.revision),
    }));
  }

  async archiveFiles(day?: string): Promise<ArchiveFile[]> {
    const where = day === undefined ? '' : `WHERE CAST(hour AS DATE) = CAST(${quoted(day)} AS DATE)`;
    const rows = await this.#parts.setup.rows(
      `SELECT * REPLACE (epoch_us(hour) AS hour) FROM store.archive_files ${where}
       QUALIFY revision = max(revision) OVER (PARTITION BY hour, dataset) ORDER BY hour, dataset`,
    );
    return rows.map((row) => ({
      hour: eventTime(numberOf(row.hour)),
      dataset: textOf(row.dataset),
      revision: numberOf(row.revision),
      path: textOf(row.path),
      rows: numberOf(row.rows),
      bytes: numberOf(row.bytes),
      sha256: textOf(row.sha256),
      state: row.state === 'uploaded' ? 'uploaded' : 'local',
    }));
  }

  async knownFiles(): Promise<ReadonlySet<string>> {
    const rows = await this.#parts.setup.rows('SELECT path FROM store.archive_files');
    return new Set(rows.map((row) => textOf(row.path)));
  }

  async query(sql: string, options = {}): ReturnType<HotStore['query']> {
    const result = await this.queryColumns(sql, options);
    const { columns, truncated } = result;
    return { columns, rows: rowsOf(result), truncated };
  }

  async queryColumns(sql: string, options = {}): ReturnType<HotStore['queryColumns']> {
    const session = this.#idle.pop() ?? (await this.#readSession());
    this.#reading.add(session);
    try {
      return await guardedQuery(session, sql, this.#publicNames, options);
    } finally {
      this.#reading.delete(session);
      if (!this.#closed) this.#idle.push(session);
    }
  }

  async snapshot(names: readonly string[], dir: string): Promise<void> {
    await mkdir(dir, { recursive: true });
    const session = await this.#readSession();
    this.#reading.add(session);
    try {
      await session.transaction(async () => {
        for (const name of names) {
          const target = path.join(dir, `${name}.parquet`);
          await session.run(`COPY (SELECT * FROM ${identifier(name)}) TO ${quoted(target)} (FORMAT parquet)`);
        }
      });
    } finally {
      this.#reading.delete(session);
      await session.end();
    }
  }

  async size(): Promise<number> {
    const bytes = (file: string): Promise<number> =>
      stat(file).then(
        ({ size }) => size,
        () => 0,
      );
    return (await bytes(this.#parts.file)) + (await bytes(`${this.#parts.file}.wal`));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const { engine, setup, ingest, closing, live } = this.#parts;
    for (const session of [...this.#idle, ...this.#reading, ingest, closing, live]) await session.end();
    this.#idle = [];
    await setup.run('CHECKPOINT').catch(() => undefined);
    setup.close();
    engine.close();
  }

  async #readSession(): Promise<Session> {
    const session = await this.#parts.engine.session();
    await session.run(`USE ${LIVE_CATALOG}.main`);
    return session;
  }
}

function toProgress(row: Row): PartitionProgress {
  const { watermark, watermark_at: at } = row;
  return {
    partition: numberOf(row.partition),
    firstOffset: numberOf(row.first_offset),
    nextOffset: numberOf(row.next_offset),
    watermark: typeof watermark === 'bigint' ? eventTime(watermark) : undefined,
    lastSeq: numberOf(row.last_seq),
    resent: numberOf(row.resent),
    controls: numberOf(row.controls),
    gaps: numberOf(row.gaps),
    ended: row.ended === true,
    replayed: row.replayed === true,
    watermarkAt: typeof at === 'bigint' ? wallTime(Number(at)) : undefined,
  };
}
