import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Session } from '../engine/session.ts';
import { Engine, numberOf } from '../engine/session.ts';
import { dayTable } from '../hot-store/hot-store.ts';
import type { Measure, Metric } from '../metrics/metric.ts';
import type { Manifest } from '../model/manifest.ts';
import type { PairingResult } from './compare.ts';
import { comparePairs } from './compare.ts';
import type { ReportRow } from './report.ts';
import { columnList, tableSql } from './snapshot.ts';

/** What of a metric decides its tables. */
export interface MetricShape extends Pick<Metric, 'name' | 'keys' | 'hash'> {
  readonly measures: readonly Pick<Measure, 'name'>[];
}

/** One of the two runs, as its snapshot has it. */
export interface DiffSide {
  readonly manifest: Manifest;
  readonly metrics: readonly MetricShape[];
  /** Holds one Parquet file per name of `diffNames`, all written from one snapshot of the store. */
  readonly snapshotDir: string;
}

export interface DiffOptions {
  readonly a: DiffSide;
  readonly b: DiffSide;
  /** `hours` and names of metrics; default all. */
  readonly only?: readonly string[];
  /** `both`: hours that are final in both runs; `all`: an hour that is final in one of them only is a difference. */
  readonly hours: 'both' | 'all';
  /** Differences of each table that are told in full. */
  readonly examples: number;
  readonly memoryMb: number;
  readonly threads: number;
  /** Where DuckDB spills; a folder of its own is made inside and removed. */
  readonly tempDir: string;
}

/** A row that is not the same in both runs; of one that is in both only the values that differ. */
export interface RowDifference {
  readonly problem: 'only in a' | 'only in b' | 'different' | 'double';
  readonly key: ReportRow;
  readonly a: ReportRow | undefined;
  readonly b: ReportRow | undefined;
}

/** One table of both runs. */
export interface TableDiff {
  readonly table: string;
  /** Rows that were compared. */
  readonly rows: { readonly a: number; readonly b: number };
  readonly equal: boolean;
  /** Rows that differ. */
  readonly differences: number;
  readonly examples: readonly RowDifference[];
  /** Why rows could not be compared, or what is worth knowing although they are equal. */
  readonly note: string | undefined;
}

export interface DiffRun {
  readonly run: string;
  readonly hours: number;
  readonly finalHours: number;
}

/** How two runs differ. It is JSON-ready. */
export interface DiffReport {
  /** Something was compared, and all of it is the same. */
  readonly equal: boolean;
  readonly a: DiffRun;
  readonly b: DiffRun;
  /** Hours whose rollups were compared, and those that are final in one run only: part of them with `all`. */
  readonly hours: {
    readonly which: DiffOptions['hours'];
    readonly compared: number;
    readonly onlyA: number;
    readonly onlyB: number;
  };
  readonly tables: readonly TableDiff[];
}

/** Names of the tables that the snapshots must hold; `only` names what is to be compared. */
export function diffNames(metrics: readonly MetricShape[], only?: readonly string[]): string[] {
  const wanted = metrics.filter(({ name }) => only === undefined || only.includes(name));
  return ['hours', ...wanted.flatMap(({ name }) => [name, dayTable({ name })])];
}

/**
 * Compares the final rollups of two runs row for row by key, their sums by day, and what each hour counted. When an hour
 * became final, by which watermark and in which revision is not compared: these say how a run went and not what it came
 * to. A difference is never thrown: it is in the report.
 */
export async function diffRuns(options: DiffOptions): Promise<DiffReport> {
  await mkdir(options.tempDir, { recursive: true });
  const dir = await mkdtemp(join(resolve(options.tempDir), 'diff-'));
  const { memoryMb, threads } = options;
  const engine = await Engine.open(':memory:', { memoryMb, threads, tempDir: join(dir, 'spill') });
  try {
    const session = await engine.session();
    try {
      return await diffIn(session, options);
    } finally {
      session.close();
    }
  } finally {
    engine.close();
    await rm(dir, { recursive: true, force: true });
  }
}

async function diffIn(session: Session, options: DiffOptions): Promise<DiffReport> {
  const { a, b } = options;
  await session.run('SET preserve_insertion_order = false');
  await loadHours(session, options);
  const report = { a: await describeRun(session, 'a', a), b: await describeRun(session, 'b', b) };
  const hours = await countHours(session, options.hours);
  const tables: TableDiff[] = [];
  if (isWanted(options, 'hours')) tables.push(await diffHours(session, options));
  for (const name of metricNames(options)) tables.push(...(await diffMetric(session, options, name)));
  const equal = hours.compared > 0 && tables.length > 0 && tables.every((table) => table.equal);
  return { equal, ...report, hours, tables };
}

function isWanted({ only }: DiffOptions, name: string): boolean {
  return only === undefined || only.includes(name);
}

/** Metrics of either run, in the order of the first one's. */
function metricNames(options: DiffOptions): string[] {
  const names = [...options.a.metrics, ...options.b.metrics].map(({ name }) => name);
  return [...new Set(names)].filter((name) => isWanted(options, name));
}

const COUNTS = ['counted', 'late', 'rejected', 'duplicate', 'amended', 'late_duplicate'];

/**
 * Loads both runs' hours, and which hours and days are compared. A day is compared where both runs have the same hours
 * of it, all of them final: otherwise its sums are of different things.
 */
async function loadHours(session: Session, { a, b, hours }: DiffOptions): Promise<void> {
  const columns = ['hour', 'state', ...COUNTS].join(', ');
  const chosen = hours === 'both' ? 'a_final AND b_final' : 'a_final OR b_final';
  const days = hours === 'both' ? 'bool_and(a_final AND b_final)' : 'true';
  await session.run(`
    CREATE TABLE hours_a AS SELECT ${columns} FROM ${tableSql(a.snapshotDir, 'hours')};
    CREATE TABLE hours_b AS SELECT ${columns} FROM ${tableSql(b.snapshotDir, 'hours')};
    CREATE TABLE both_hours AS
      SELECT hour, coalesce(a.state = 'final', false) AS a_final, coalesce(b.state = 'final', false) AS b_final
      FROM hours_a a FULL JOIN hours_b b USING (hour);
    CREATE TABLE chosen_hours AS SELECT hour FROM both_hours WHERE ${chosen};
    CREATE TABLE chosen_days AS SELECT date_trunc('day', hour) AS day FROM both_hours GROUP BY ALL HAVING ${days}`);
}

async function describeRun(session: Session, side: 'a' | 'b', { manifest }: DiffSide): Promise<DiffRun> {
  const row = await session.row(
    `SELECT count(*) AS hours, count(*) FILTER (state = 'final') AS final FROM hours_${side}`,
  );
  return { run: manifest.run, hours: numberOf(row.hours), finalHours: numberOf(row.final) };
}

async function countHours(session: Session, which: DiffOptions['hours']): Promise<DiffReport['hours']> {
  const row = await session.row(`
    SELECT (SELECT count(*) FROM chosen_hours) AS compared, count(*) FILTER (a_final AND NOT b_final) AS only_a,
      count(*) FILTER (b_final AND NOT a_final) AS only_b FROM both_hours`);
  return { which, compared: numberOf(row.compared), onlyA: numberOf(row.only_a), onlyB: numberOf(row.only_b) };
}

async function diffHours(session: Session, { examples }: DiffOptions): Promise<TableDiff> {
  const columns = ['hour', 'state', ...COUNTS].join(', ');
  const side = (table: string): string =>
    `SELECT ${columns} FROM ${table} WHERE hour IN (SELECT hour FROM chosen_hours)`;
  const result = await comparePairs(session, {
    keys: ['hour'],
    values: ['state', ...COUNTS],
    expected: side('hours_b'),
    found: side('hours_a'),
    examples,
  });
  return tableDiff('hours', result);
}

/** The metric's hourly rows and its sums by day. */
async function diffMetric(session: Session, options: DiffOptions, name: string): Promise<TableDiff[]> {
  const [a, b] = [options.a, options.b].map(({ metrics }) => metrics.find((metric) => metric.name === name));
  if (a === undefined || b === undefined) return [incomparable(name, `only run ${a === undefined ? 'b' : 'a'} has it`)];
  const difference = shapeDifference(a, b);
  if (difference !== undefined) return [incomparable(name, difference)];
  const note = a.hash === b.hash ? undefined : 'defined differently';
  const columns = columnsOf(a).map((column) => column.name);
  const keys = a.keys.map((key) => key.name);
  const hourly = { table: name, keys, columns, where: "state = 'final' AND hour IN (SELECT hour FROM chosen_hours)" };
  const daily = {
    table: dayTable({ name }),
    keys: keys.map(dayName),
    columns: columns.map(dayName),
    where: 'day IN (SELECT day FROM chosen_days)',
  };
  const tables: TableDiff[] = [];
  for (const shape of [hourly, daily]) tables.push(await diffTable(session, options, shape, note));
  return tables;
}

const dayName = (column: string): string => (column === 'hour' ? 'day' : column);

async function diffTable(
  session: Session,
  { a, b, examples }: DiffOptions,
  shape: { table: string; keys: readonly string[]; columns: readonly string[]; where: string },
  note: string | undefined,
): Promise<TableDiff> {
  const { table, keys, columns, where } = shape;
  const side = ({ snapshotDir }: DiffSide): string =>
    `SELECT ${columnList(columns)} FROM ${tableSql(snapshotDir, table)} WHERE ${where}`;
  const values = columns.slice(keys.length);
  const result = await comparePairs(session, { keys, values, expected: side(b), found: side(a), examples });
  return { ...tableDiff(table, result), note };
}

const PROBLEMS = {
  missing: 'only in b',
  extra: 'only in a',
  different: 'different',
  double: 'double',
} as const;

/** The comparison calls the second run `expected`, so that what the first has beyond it is `extra`. */
function tableDiff(table: string, result: PairingResult): TableDiff {
  const { expectedRows, foundRows, differences, examples } = result;
  return {
    table,
    rows: { a: foundRows, b: expectedRows },
    equal: differences === 0,
    differences,
    examples: examples.map(({ problem, key, expected, found }) => ({
      problem: PROBLEMS[problem],
      key,
      a: found,
      b: expected,
    })),
    note: undefined,
  };
}

function incomparable(table: string, note: string): TableDiff {
  return { table, rows: { a: 0, b: 0 }, equal: false, differences: 1, examples: [], note };
}

interface Column {
  readonly name: string;
  /** As a difference names it. */
  readonly kind: string;
}

function columnsOf({ keys, measures }: MetricShape): Column[] {
  const keyColumns = keys.map(({ name, type }) => ({ name, kind: `a key of type ${type}` }));
  return [...keyColumns, ...measures.map(({ name }) => ({ name, kind: 'a measure' }))];
}

/** Why the rows of two metrics of one name cannot be compared; undefined if they can. */
function shapeDifference(a: MetricShape, b: MetricShape): string | undefined {
  const [ofA, ofB] = [a, b].map((metric) => new Map(columnsOf(metric).map(({ name, kind }) => [name, kind])));
  const names = new Set([...(ofA?.keys() ?? []), ...(ofB?.keys() ?? [])]);
  const parts = [...names].flatMap((name) => {
    const [inA, inB] = [ofA?.get(name), ofB?.get(name)];
    if (inA === inB) return [];
    return [`${name} is ${inA ?? 'not there'} in a and ${inB ?? 'not there'} in b`];
  });
  return parts.length === 0 ? undefined : `other columns: ${parts.join('; ')}`;
}
