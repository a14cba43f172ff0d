import { SpillwayError, messageOf } from '../errors.ts';
import { Engine, numberOf, textOf } from '../engine/session.ts';
import type { Session } from '../engine/session.ts';
import { quoted, timestamp } from '../engine/sql.ts';
import type { TraceIdentity } from '../model/manifest.ts';
import { DEPLOYMENTS, REDSET_COLUMNS } from '../model/redset.ts';
import type { Deployment } from '../model/redset.ts';
import { eventTime } from '../model/time.ts';
import type { EventTime } from '../model/time.ts';
import { orderedCopy, removeAbandoned, spillFolder } from './cache.ts';
import { findParquetFiles } from './files.ts';
import type { ParquetFile } from './files.ts';
import { coercedColumns, deploymentOf } from './schema.ts';
import type { FileColumns } from './schema.ts';
import { cutSlices, preferredCuts, readAmplification } from './slices.ts';
import type { Histogram, RowGroup } from './slices.ts';
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
    throw error;
  }
}

async function describe(spec: TraceSpec, files: readonly ParquetFile[], engine: Engine): Promise<Trace> {
  const session = await engine.session();
  const groups = await sourceGroups(session, files, spec.deployment);
  const fileRows = await rowsByFile(session, files);
  const identity: TraceIdentity = {
    files: files.map(({ name, bytes, footerSha256, path: file }) => ({ name, bytes, rows: fileRows.get(file) ?? 0, footerSha256 })),
    rows: [...fileRows.values()].reduce((sum, rows) => sum + rows, 0),
  };
  if (identity.rows === 0) {
    throw new SpillwayError('TRACE_INVALID', `trace ${spec.path}: expected at least one row, found none in ${files.length} file(s)`, {
      hint: 'name files that hold events',
    });
  }
  let source = groups.map(({ select, paths }) => `SELECT ${select} FROM read_parquet([${paths.map(quoted).join(', ')}])`).join(' UNION ALL ');
  const histogram = await readHistogram(session, source, spec.path);
  const { first, last } = await readRange(session, source);
  const range = { from: first ?? eventTime(0), to: eventTime((last ?? 0) + 1) };
  const rowGroups = await readRowGroups(session, files);
  const ordered =
    rowGroups !== undefined && readAmplification(cutSlices(histogram, range, JUDGED_SLICE_ROWS), rowGroups) <= MAX_READ_AMPLIFICATION;
  if (!ordered) {
    const copy = await orderedCopy({ session, source, identity, cacheDir: spec.cacheDir, onProgress: spec.onProgress });
    source = `SELECT * FROM read_parquet(${quoted(copy)})`;
  }
  const instances = await readInstances(session, source);
  return {
    identity,
    rows: identity.rows,
    first,
    last,
    instances,
    ordered,
    slices: (wanted, targetRows) => cutSlices(histogram, wanted, targetRows, ordered ? preferredCuts(rowGroups, targetRows) : undefined),
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

/** Files that can be read by one scan: same columns, same types, same way to their deployment. */
async function sourceGroups(
  session: Session,
  files: readonly ParquetFile[],
  fallback: Deployment | undefined,
): Promise<readonly { select: string; paths: string[] }[]> {
  const groups = new Map<string, { select: string; paths: string[] }>();
  for (const file of files) {
    const columns = await columnsOf(session, file.path);
    const select = coercedColumns(file.path, columns, deploymentOf(file.path, columns, fallback));
    const group = groups.get(select) ?? { select, paths: [] };
    group.paths.push(file.path);
    groups.set(select, group);
  }
  return [...groups.values()];
}

async function columnsOf(session: Session, file: string): Promise<FileColumns> {
  try {
    const rows = await session.rows(`DESCRIBE SELECT * FROM read_parquet(${quoted(file)})`);
    return new Map(rows.map((row) => [textOf(row['column_name']), textOf(row['column_type'])]));
  } catch (cause) {
    throw new SpillwayError('TRACE_INVALID', `trace file ${file}: expected a readable Parquet file, found: ${firstLine(cause)}`, {
      cause,
      hint: 'fetch or write the file again',
    });
  }
}

async function rowsByFile(session: Session, files: readonly ParquetFile[]): Promise<Map<string, number>> {
  const list = files.map(({ path: file }) => quoted(file)).join(', ');
  const rows = await session.rows(`SELECT file_name, num_rows FROM parquet_file_metadata([${list}])`);
  return new Map(rows.map((row) => [textOf(row['file_name']), numberOf(row['num_rows'])]));
}

async function readHistogram(session: Session, source: string, trace: string): Promise<Histogram> {
  const sql = `SELECT epoch_us(time_bucket(INTERVAL 1 minute, arrival_timestamp)) AS minute, count(*) AS rows
    FROM (${source}) WHERE arrival_timestamp IS NOT NULL GROUP BY 1 ORDER BY 1`;
  try {
    const rows = await session.rows(sql);
    return {
      minutes: Float64Array.from(rows, (row) => numberOf(row['minute'])),
      counts: Float64Array.from(rows, (row) => numberOf(row['rows'])),
    };
  } catch (cause) {
    throw new SpillwayError('TRACE_INVALID', `trace ${trace}: expected readable column chunks, found: ${firstLine(cause)}`, {
      cause,
      hint: 'a file is damaged: fetch or write it again',
    });
  }
}

async function readRange(session: Session, source: string): Promise<{ first: EventTime | undefined; last: EventTime | undefined }> {
  const row = await session.row(`SELECT epoch_us(min(arrival_timestamp)) AS first, epoch_us(max(arrival_timestamp)) AS last FROM (${source})`);
  const time = (cell: unknown): EventTime | undefined => (typeof cell === 'bigint' ? eventTime(cell) : undefined);
  return { first: time(row['first']), last: time(row['last']) };
}

/** The row groups' ranges of time by their statistics; undefined if a file has none (text times, old writers). */
async function readRowGroups(session: Session, files: readonly ParquetFile[]): Promise<RowGroup[] | undefined> {
  const list = files.map(({ path: file }) => quoted(file)).join(', ');
  const rows = await session.rows(`SELECT type, row_group_num_rows AS rows,
      epoch_us(TRY_CAST(coalesce(stats_min_value, stats_min) AS TIMESTAMP)) AS first,
      epoch_us(TRY_CAST(coalesce(stats_max_value, stats_max) AS TIMESTAMP)) AS last
    FROM parquet_metadata([${list}]) WHERE path_in_schema = 'arrival_timestamp'`);
  const groups: RowGroup[] = [];
  for (const row of rows) {
    const { type, first, last } = row;
    if (type !== 'INT64' && type !== 'INT96') return undefined;
    if (numberOf(row['rows']) === 0) continue;
    if (typeof first !== 'bigint' || typeof last !== 'bigint') return undefined;
    groups.push({ first: eventTime(first), last: eventTime(last), rows: numberOf(row['rows']) });
  }
  return groups;
}

async function readInstances(session: Session, source: string): Promise<TraceInstance[]> {
  const rows = await session.rows(
    `SELECT deployment, instance_id, count(*) AS rows FROM (${source}) GROUP BY ALL ORDER BY deployment NULLS FIRST, instance_id NULLS FIRST`,
  );
  return rows.map((row) => {
    const deployment = DEPLOYMENTS.find((name) => name === row['deployment']) ?? null;
    const instanceId = typeof row['instance_id'] === 'bigint' ? row['instance_id'] : null;
    return {
      deployment,
      instanceId,
      key: deployment === null || instanceId === null ? null : `${deployment}-${instanceId}`,
      rows: numberOf(row['rows']),
    };
  });
}

function firstLine(error: unknown): string {
  return messageOf(error).split('\n')[0] ?? '';
}

/** Names of a trace's coerced columns, in their order. */
export const TRACE_COLUMNS: readonly string[] = ['deployment', ...REDSET_COLUMNS.map(({ name }) => name), 'bad_columns', 'raw'];
