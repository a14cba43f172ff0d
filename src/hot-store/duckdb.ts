import { mkdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Session } from '../engine/session.ts';
import { Engine, numberOf, textOf } from '../engine/session.ts';
import { quoted, timestamp } from '../engine/sql.ts';
import { messageOf, SpillwayError } from '../errors.ts';
import type { Metric } from '../metrics/metric.ts';
import { metricsFromJson } from '../metrics/metric.ts';
import type { Manifest } from '../model/manifest.ts';
import type { Clock } from '../time/clock.ts';
import { DuckDBStore } from './duckdb-store.ts';
import type { HotStore } from './hot-store.ts';
import { createFileViews, createLiveCatalog, createTables, SCHEMA_VERSION } from './tables.ts';

export interface DuckDBStoreOptions {
  /** The run's folder; the file is `hot.duckdb` in it. */
  readonly dir: string;
  /** Folders that the store's own statements may write to, besides `dir`: the run's archive. */
  readonly writable: readonly string[];
  /** Creates the run if it does not exist yet; without it a missing run is RUN_NOT_FOUND. */
  readonly create?: { readonly manifest: Manifest; readonly metrics: readonly Metric[] };
  readonly memoryMb: number;
  readonly threads: number;
  readonly clock: Clock;
}

/** The file of a run's store. */
export function storeFile(dir: string): string {
  // The stem is the name of DuckDB's catalog, which the views are written for.
  return path.join(dir, 'hot.duckdb');
}

function spillFolder(dir: string): string {
  return path.join(dir, 'spill');
}

/** Opens the embedded store of a run: one DuckDB file, owned by this process until it is closed. */
export async function openDuckDBStore(options: DuckDBStoreOptions): Promise<HotStore> {
  const file = storeFile(options.dir);
  const exists = await stat(file).then(
    () => true,
    () => false,
  );
  if (!exists && options.create === undefined) {
    throw new SpillwayError('RUN_NOT_FOUND', `no run in ${options.dir}`, {
      hint: '`spillway status` lists the runs of a data folder',
    });
  }
  await mkdir(options.dir, { recursive: true });
  const engine = await openEngine(file, options);
  // What a killed process had spilled; this one owns the folder now and has not spilled yet.
  await rm(spillFolder(options.dir), { recursive: true, force: true });
  const setup = await engine.session();
  try {
    if (options.create !== undefined) await createIfEmpty(setup, options.create);
    const { manifest, metrics } = await readMeta(setup, file);
    for (const statement of createLiveCatalog(metrics)) await setup.run(statement);
    await confine(setup, options);
    const sessions = { ingest: await engine.session(), closing: await engine.session(), live: await engine.session() };
    return new DuckDBStore({ engine, setup, ...sessions, manifest, metrics, file, clock: options.clock });
  } catch (error) {
    // A connection left open would keep the file locked until it is garbage.
    setup.close();
    engine.close();
    throw error;
  }
}

async function openEngine(file: string, options: DuckDBStoreOptions): Promise<Engine> {
  try {
    return await Engine.open(file, {
      memoryMb: options.memoryMb,
      threads: options.threads,
      tempDir: spillFolder(options.dir),
    });
  } catch (cause) {
    const text = messageOf(cause).split('\n')[0] ?? '';
    if (/lock/i.test(text)) {
      throw new SpillwayError('RUN_OWNED', `${file} is open in another process: ${text}`, {
        cause,
        hint: 'stop that process, or ask it by its address',
      });
    }
    throw new SpillwayError('STORE_INVALID', `${file}: expected a store of Spillway, found: ${text}`, {
      cause,
      hint: 'restore the file, or start again after `spillway reset`',
    });
  }
}

async function createIfEmpty(
  session: Session,
  create: { manifest: Manifest; metrics: readonly Metric[] },
): Promise<void> {
  const { manifest, metrics } = create;
  const tables = await session.row("SELECT count(*) AS n FROM duckdb_tables() WHERE schema_name = 'store'");
  if (numberOf(tables.n) > 0) return;
  const partitions = Array.from(
    { length: manifest.partitions },
    (_, partition) => `(${partition}, 0, 0, NULL, -1, 0, 0, 0, false, NULL, false)`,
  );
  await session.transaction(async () => {
    for (const statement of [...createTables(metrics), ...createFileViews(metrics)]) await session.run(statement);
    await session.run(`INSERT INTO store.meta VALUES
      ('schema_version', '${SCHEMA_VERSION}'), ('manifest', ${quoted(JSON.stringify(manifest))}), ('metrics', ${quoted(JSON.stringify(metrics))})`);
    await session.run(`INSERT INTO store.progress VALUES ${partitions.join(', ')}`);
    await session.run(`INSERT INTO store.hours SELECT hour, 'open', 0, NULL, NULL
      FROM range(${timestamp(manifest.from)}, ${timestamp(manifest.to)}, INTERVAL 1 hour) AS r(hour)`);
  });
  await session.run('CHECKPOINT');
}

async function readMeta(session: Session, file: string): Promise<{ manifest: Manifest; metrics: Metric[] }> {
  const rows = await session.rows('SELECT name, value FROM store.meta').catch((cause: unknown) => {
    throw new SpillwayError('STORE_INVALID', `${file}: expected a store of Spillway, found another database`, {
      cause,
      hint: 'choose another --data-dir or --run',
    });
  });
  const meta = new Map(rows.map((row) => [textOf(row.name), textOf(row.value)]));
  const version = meta.get('schema_version');
  if (version !== String(SCHEMA_VERSION)) {
    throw new SpillwayError(
      'STORE_VERSION',
      `${file}: expected schema version ${SCHEMA_VERSION}, found ${version ?? 'none'}`,
      {
        hint: 'use the release that made the run, or start a new run with --run',
      },
    );
  }
  return {
    // Written by createIfEmpty of the same schema version, in the same shape.
    manifest: JSON.parse(meta.get('manifest') ?? '') as Manifest,
    metrics: metricsFromJson(meta.get('metrics') ?? ''),
  };
}

/** From here on no statement reaches a file outside the run's own folders, the network or a setting. */
async function confine(session: Session, options: DuckDBStoreOptions): Promise<void> {
  const folders = [options.dir, ...options.writable].map((folder) => quoted(`${path.resolve(folder)}/`)).join(', ');
  // A batch is some ten megabytes of log; checkpointing after each of them would write everything twice. The space of
  // hours that were dropped is used again only after the next checkpoint, so a larger log makes a larger file.
  await session.run("SET checkpoint_threshold = '64MB'");
  await session.run(`SET allowed_directories = [${folders}]`);
  await session.run('SET enable_external_access = false');
  await session.run('SET lock_configuration = true');
}
