import { mkdir } from 'node:fs/promises';
import type { Session } from '../engine/session.ts';
import { Engine, numberOf, textOf } from '../engine/session.ts';
import { quoted, timestamp } from '../engine/sql.ts';
import { SpillwayError } from '../errors.ts';
import type { TraceIdentity } from '../model/manifest.ts';
import type { Deployment } from '../model/redset.ts';
import { DEPLOYMENTS, REDSET_COLUMNS } from '../model/redset.ts';
import type { EventTime } from '../model/time.ts';
import { eventTime } from '../model/time.ts';
import { orderedCopy, removeAbandoned, spillFolder } from './cache.ts';
import { FIRST_TIME, LAST_TIME } from './coerce.ts';
import { explainFailure, firstLine } from './damage.ts';
import type { ParquetFile } from './files.ts';
import { findParquetFiles } from './files.ts';
import type { FileColumns } from './schema.ts';
import { coercedRows, deploymentOf } from './schema.ts';
import type { Histogram, RowGroup } from './slices.ts';
import { cutSlices, preferredCuts, readAmplification } from './slices.ts';
import type { Trace, TraceInstance } from './trace.ts';

/** A trace as a user names it. */
export interface TraceSpec {
  /** File, folder (any depth) or glob of Parquet files. */
  readonly path: string;
  /** Deployment of files that do not say it themselves. */
  readonly deployment?: Deployment;
  /** Where an unordered trace is kept in order after its first use. */
  readonly cacheDir: string;
  readonly memoryMb: number;
  readonly threads: number;
  /** Told in words when opening takes a while. */
  readonly onProgress?: (what: string) => void;
}

/** Reading slices may cost this many times the rows of the trace before ordering it once is the better way. */
const MAX_READ_AMPLIFICATION = 4;
/** Slices of this many rows are what the replay reads; the amplification is judged by them. */
const JUDGED_SLICE_ROWS = 200_000;

/**
 * Opens a trace: finds and checks its files, tells its rows, range and instances, and makes sure that slices of it can be
 * read in order of time with bounded memory, by way of an ordered copy if need be. Throws TRACE_* with file, column,
 * expected and found.
 */
export async function openTrace(spec: TraceSpec): Promise<Trace> {
  const files = await findParquetFiles(spec.path);
  // DuckDB makes the folder it spills to, but not the one above it.
  await mkdir(spec.cacheDir, { recursive: true });
  await removeAbandoned(spec.cacheDir);
  const engine = await Engine.open(':memory:', {
    memoryMb: spec.memoryMb,
    threads: spec.threads,
    tempDir: spillFolder(spec.cacheDir, process.pid),
  });
  try {
    return await describe(spec, files, engine);
  } catch (error) {
    engine.close();
    throw await explainFailure(files, error);
  }
}

async function describe(spec: TraceSpec, files: readonly ParquetFile[], engine: Engine): Promise<Trace> {
  const session = await engine.session();
  const columns = new Map<string, FileColumns>();
  for (const file of files) columns.set(file.path, await columnsOf(session, file.path));
  const rowGroups = await readRowGroups(session, columns);
  const groups = sourceGroups(columns, { fallback: spec.deployment, soundTimes: rowGroups !== undefined });
  const fileRows = await rowsByFile(session, files);
  const identity: TraceIdentity = {
    files: files.map(({ name, bytes, footerSha256, path: file }) => ({
      name,
      bytes,
      rows: fileRows.get(file) ?? 0,
      footerSha256,
    })),
    rows: [...fileRows.values()].reduce((sum, rows) => sum + rows, 0),
  };
  if (identity.rows === 0) {
    throw new SpillwayError(
      'TRACE_INVALID',
      `trace ${spec.path}: expected at least one row, found none in ${files.length} file(s)`,
      {
        hint: 'name files that hold events',
      },
    );
  }
  let source = groups.map(({ rowsOf, paths }) => rowsOf(readParquet(paths))).join(' UNION ALL ');
  const histogram = await readHistogram(session, source, spec.path);
  const { first, last } = await readRange(session, source);
  const range = { from: first ?? eventTime(0), to: eventTime((last ?? 0) + 1) };
  const ordered =
    rowGroups !== undefined &&
    readAmplification(cutSlices(histogram, range, JUDGED_SLICE_ROWS), rowGroups) <= MAX_READ_AMPLIFICATION;
  if (!ordered) {
    const copy = await orderedCopy({ session, source, identity, cacheDir: spec.cacheDir, onProgress: spec.onProgress });
    source = `SELECT * FROM ${readParquet([copy])}`;
  }
  const instances = await readInstances(session, source);
  return {
    identity,
    rows: identity.rows,
    first,
    last,
    instances,
    ordered,
    slices: (wanted, targetRows) =>
      cutSlices(histogram, wanted, targetRows, ordered ? preferredCuts(rowGroups, targetRows) : undefined),
    session: () => engine.session(),
    rowsSql: ({ from, to, withUntimed }) =>
      `SELECT * FROM (${source}) WHERE (arrival_timestamp >= ${timestamp(from)} AND arrival_timestamp < ${timestamp(to)})` +
      (withUntimed ? ' OR arrival_timestamp IS NULL' : ''),
    close: async () => {
      session.close();
      engine.close();
    },
  };
}

/** A scan of files. Folders such as `query_type=x` above them say nothing about their columns. */
function readParquet(paths: readonly string[]): string {
  return `read_parquet([${paths.map(quoted).join(', ')}], hive_partitioning = false)`;
}

interface FileGroup {
  readonly rowsOf: (source: string) => string;
  readonly paths: string[];
}

/** Files that can be read by one scan: same columns, same types, same way to their deployment. */
function sourceGroups(
  files: ReadonlyMap<string, FileColumns>,
  options: { readonly fallback: Deployment | undefined; readonly soundTimes: boolean },
): readonly FileGroup[] {
  const groups = new Map<string, FileGroup>();
  for (const [file, columns] of files) {
    const rowsOf = coercedRows(file, columns, deploymentOf(file, columns, options.fallback), options.soundTimes);
    // By columns and types too: a scan reads all its files as if they were like the first.
    const key = JSON.stringify([rowsOf(''), ...columns]);
    const group = groups.get(key) ?? { rowsOf, paths: [] };
    group.paths.push(file);
    groups.set(key, group);
  }
  return [...groups.values()];
}

async function columnsOf(session: Session, file: string): Promise<FileColumns> {
  try {
    const rows = await session.rows(`DESCRIBE SELECT * FROM ${readParquet([file])}`);
    return new Map(rows.map((row) => [textOf(row.column_name), textOf(row.column_type)]));
  } catch (cause) {
    throw new SpillwayError(
      'TRACE_INVALID',
      `trace file ${file}: expected a readable Parquet file, found: ${firstLine(cause)}`,
      {
        cause,
        hint: 'fetch or write the file again',
      },
    );
  }
}

async function rowsByFile(session: Session, files: readonly ParquetFile[]): Promise<Map<string, number>> {
  const list = files.map(({ path: file }) => quoted(file)).join(', ');
  const rows = await session.rows(`SELECT file_name, num_rows FROM parquet_file_metadata([${list}])`);
  return new Map(rows.map((row) => [textOf(row.file_name), numberOf(row.num_rows)]));
}

async function readHistogram(session: Session, source: string, trace: string): Promise<Histogram> {
  const rows =
    await session.rows(`SELECT epoch_us(time_bucket(INTERVAL 1 minute, arrival_timestamp)) AS minute, count(*) AS rows
    FROM (${source}) WHERE arrival_timestamp IS NOT NULL GROUP BY 1 ORDER BY 1`);
  // An infinity has no minute.
  const minutes = rows.map(({ minute }) => (typeof minute === 'bigint' ? Number(minute) : Number.NaN));
  if (!minutes.every(Number.isSafeInteger)) {
    throw new SpillwayError(
      'TRACE_INVALID',
      `trace ${trace}: column arrival_timestamp: expected times as the statistics of its files say, found others beyond all reason`,
      { hint: 'a file is damaged: fetch or write it again' },
    );
  }
  return { minutes: Float64Array.from(minutes), counts: Float64Array.from(rows, (row) => numberOf(row.rows)) };
}

async function readRange(
  session: Session,
  source: string,
): Promise<{ first: EventTime | undefined; last: EventTime | undefined }> {
  const row = await session.row(
    `SELECT epoch_us(min(arrival_timestamp)) AS first, epoch_us(max(arrival_timestamp)) AS last FROM (${source})`,
  );
  const time = (cell: unknown): EventTime | undefined => (typeof cell === 'bigint' ? eventTime(cell) : undefined);
  return { first: time(row.first), last: time(row.last) };
}

/**
 * The row groups' ranges of time by their statistics. Undefined if a file has none (text times, old writers), if some lie
 * outside of all reason, or if its type is one by which DuckDB cannot leave out row groups: nanoseconds, as pandas writes
 * them, or a time zone.
 */
async function readRowGroups(
  session: Session,
  files: ReadonlyMap<string, FileColumns>,
): Promise<RowGroup[] | undefined> {
  for (const columns of files.values()) if (columns.get('arrival_timestamp') !== 'TIMESTAMP') return undefined;
  const rows = await session.rows(`SELECT row_group_num_rows AS rows,
      epoch_us(TRY_CAST(coalesce(stats_min_value, stats_min) AS TIMESTAMP)) AS first,
      epoch_us(TRY_CAST(coalesce(stats_max_value, stats_max) AS TIMESTAMP)) AS last
    FROM parquet_metadata([${[...files.keys()].map(quoted).join(', ')}]) WHERE path_in_schema = 'arrival_timestamp'`);
  const groups: RowGroup[] = [];
  for (const row of rows) {
    const { first, last } = row;
    if (numberOf(row.rows) === 0) continue;
    if (typeof first !== 'bigint' || typeof last !== 'bigint' || first < FIRST_TIME || last > LAST_TIME)
      return undefined;
    groups.push({ first: eventTime(first), last: eventTime(last), rows: numberOf(row.rows) });
  }
  return groups;
}

async function readInstances(session: Session, source: string): Promise<TraceInstance[]> {
  const rows = await session.rows(
    `SELECT deployment, instance_id, count(*) AS rows FROM (${source}) GROUP BY ALL ORDER BY deployment NULLS FIRST, instance_id NULLS FIRST`,
  );
  return rows.map((row) => {
    const deployment = DEPLOYMENTS.find((name) => name === row.deployment) ?? null;
    const instanceId = typeof row.instance_id === 'bigint' ? row.instance_id : null;
    return {
      deployment,
      instanceId,
      key: deployment === null || instanceId === null ? null : `${deployment}-${instanceId}`,
      rows: numberOf(row.rows),
    };
  });
}

/** Names of a trace's coerced columns, in their order. */
export const TRACE_COLUMNS: readonly string[] = [
  'deployment',
  ...REDSET_COLUMNS.map(({ name }) => name),
  'bad_columns',
  'raw',
];
