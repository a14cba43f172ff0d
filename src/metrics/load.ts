import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf, SpillwayError } from '../errors.ts';
import { canonical } from '../model/manifest.ts';
import { checkColumns } from './columns.ts';
import type { LoadContext } from './context.ts';
import { withLoadContext } from './context.ts';
import { checkDerived } from './derived.ts';
import { fault, lineAt, MetricFault, metricInvalid } from './fault.ts';
import { parseMetricFile } from './head.ts';
import type { KeyColumn, Metric } from './metric.ts';
import { nameFault, TAKEN_TABLES } from './names.ts';
import { checkPanel } from './panel.ts';
import { probe } from './probe.ts';
import { checkStatement } from './statement.ts';

/** The folder of the metrics that come with the product. */
export const BUILT_IN_METRICS: string = fileURLToPath(new URL('../../metrics/', import.meta.url));

/** Where metric files are read from. */
export interface MetricFolders {
  /** Default `BUILT_IN_METRICS`. */
  readonly builtIn?: string;
  /** Folder with more metrics; none of their names may be taken. */
  readonly user?: string;
}

/**
 * Reads and checks every `.sql` file of the folders: built-in metrics first, each folder in the order of names. Throws
 * METRIC_INVALID with file, line and reason at the first fault.
 */
export async function loadMetrics(folders: MetricFolders = {}): Promise<readonly Metric[]> {
  const files = await filesOf(folders.builtIn ?? BUILT_IN_METRICS);
  const userFiles = folders.user === undefined ? [] : await filesOf(folders.user);
  return await withLoadContext(async (context) => {
    const metrics: Metric[] = [];
    for (const file of [...files, ...userFiles]) metrics.push(await loadMetric(file, metrics, context));
    return metrics;
  });
}

async function filesOf(folder: string): Promise<string[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (cause) {
    throw new SpillwayError('METRIC_INVALID', `cannot read the folder of metrics "${folder}": ${messageOf(cause)}`, {
      hint: 'name a folder with .sql files',
      cause,
    });
  }
  const files = names.filter((name) => name.endsWith('.sql')).sort();
  if (files.length === 0) {
    throw new SpillwayError('METRIC_INVALID', `no .sql file in the folder of metrics "${folder}"`, {
      hint: 'a metric is a file such as metrics/result_cache.sql',
    });
  }
  return files.map((name) => join(folder, name));
}

async function loadMetric(path: string, before: readonly Metric[], context: LoadContext): Promise<Metric> {
  const near = relative(process.cwd(), path);
  const file = near.startsWith('..') ? path : near;
  try {
    return await parseMetric(file, readText(await readFile(path)), before, context);
  } catch (error) {
    if (error instanceof MetricFault) throw metricInvalid(file, error.fault);
    throw metricInvalid(file, { line: 1, reason: messageOf(error) }, error);
  }
}

function readText(bytes: Buffer): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return fault(1, 'the file is not UTF-8 text');
  }
  const nul = text.indexOf('\0');
  return nul < 0 ? text : fault(lineAt(text, nul), 'the file holds a NUL character');
}

async function parseMetric(
  file: string,
  content: string,
  before: readonly Metric[],
  context: LoadContext,
): Promise<Metric> {
  const name = basename(file, '.sql');
  checkName(name, before, context.reserved);
  const parsed = parseMetricFile(content);
  await checkStatement(context.session, parsed.sql, parsed.sqlLine, context.rules);
  const keys = await checkColumns(context, parsed);
  const measures = Object.entries(parsed.head.measures).map(([measure, { unit, note }]) => ({
    name: measure,
    unit,
    note,
  }));
  const derived = checkDerived(parsed, keys, context.reserved);
  const metric: Metric = {
    name,
    file,
    title: parsed.head.title,
    question: parsed.head.question,
    description: parsed.head.description,
    keys,
    measures,
    derived,
    panel: checkPanel(parsed, keys),
    history: parsed.head.history ?? false,
    sql: parsed.sql,
    hash: hashOf(keys, Object.keys(parsed.head.measures), parsed.sql),
  };
  await probe(context.session, metric, parsed.sqlLine);
  return metric;
}

function checkName(name: string, before: readonly Metric[], reserved: ReadonlySet<string>): void {
  const reason = nameFault(name, reserved);
  if (reason !== undefined) fault(1, `the file's name is the metric's, and "${name}" ${reason}`, 'rename the file');
  if (name.endsWith('_day')) fault(1, `"${name}" ends in _day, which is kept for sums by day`, 'rename the file');
  if (TAKEN_TABLES.some((taken) => taken === name))
    fault(1, `"${name}" is the name of a public table`, 'rename the file');
  const same = before.find((metric) => metric.name === name);
  if (same !== undefined) fault(1, `there is already a metric "${name}": ${same.file}`, 'rename the file');
}

function hashOf(keys: readonly KeyColumn[], measures: readonly string[], sql: string): string {
  const lines = sql.split('\n').map((line) => line.trimEnd());
  return createHash('sha256')
    .update(canonical({ keys, measures, sql: lines.join('\n') }))
    .digest('hex');
}
