import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TimeLimitError, withTimeLimit } from '../engine/limit.ts';
import { messageOf, SpillwayError } from '../errors.ts';
import { canonical } from '../model/manifest.ts';
import { systemClock } from '../time/clock.ts';
import { checkColumns } from './columns.ts';
import type { LoadContext } from './context.ts';
import { openLoadContext } from './context.ts';
import { checkDerived } from './derived.ts';
import { fault, lineAt, MetricFault, metricInvalid } from './fault.ts';
import type { MetricFile } from './head.ts';
import { parseMetricFile } from './head.ts';
import type { KeyColumn, Metric } from './metric.ts';
import { nameFault, TAKEN_TABLES } from './names.ts';
import { checkKpis, checkPanel } from './panel.ts';
import { probe } from './probe.ts';
import { checkStatement } from './statement.ts';

/** The folder of the metrics that come with the product. */
export const BUILT_IN_METRICS: string = fileURLToPath(new URL('../../metrics/', import.meta.url));

/** Longest that the checks of one metric may take, with its SQL over the few hundred events of the sample. */
const TIME_LIMIT_MS = 10_000;

/** Where metric files are read from, and how they are checked. */
export interface MetricFolders {
  /** Default `BUILT_IN_METRICS`. */
  readonly builtIn?: string;
  /** Folder with more metrics; none of their names may be taken. */
  readonly user?: string;
  /** Wall milliseconds after which the checks of one file are interrupted; default 10 s. */
  readonly timeLimitMs?: number;
}

/** A file of the user's folder that is no metric. */
export interface Refusal {
  /** As it is shown in messages. */
  readonly file: string;
  /** The metric that it would have been. */
  readonly name: string;
  /** File, line and what is wrong. */
  readonly reason: string;
}

/**
 * Reads and checks every `.sql` file of the folders: built-in metrics first, each folder in the order of names. Throws
 * METRIC_INVALID with file, line and reason at the first fault; with `onRefused`, a file of the user's folder that has one
 * is told and left out instead.
 */
export async function loadMetrics(
  folders: MetricFolders = {},
  onRefused?: (refusal: Refusal) => void,
): Promise<readonly Metric[]> {
  const files = await filesOf(folders.builtIn ?? BUILT_IN_METRICS);
  const userFiles = folders.user === undefined ? [] : await filesOf(folders.user);
  const { timeLimitMs = TIME_LIMIT_MS } = folders;
  const metrics: Metric[] = [];
  let context: LoadContext | undefined;
  try {
    for (const file of [...files, ...userFiles]) {
      context ??= await openLoadContext(timeLimitMs);
      try {
        metrics.push(await loadMetric(file, metrics, context));
      } catch (error) {
        if (onRefused === undefined || !userFiles.includes(file)) throw error;
        onRefused({ file: shownFile(file), name: basename(file, '.sql'), reason: messageOf(error) });
        // Whatever it did to the database, the next one must not feel it.
        context.close();
        context = undefined;
      }
    }
    return metrics;
  } finally {
    context?.close();
  }
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
  const file = shownFile(path);
  try {
    return await parseMetric(file, readText(await readFile(path)), before, context);
  } catch (error) {
    if (error instanceof MetricFault) throw metricInvalid(file, error.fault);
    throw metricInvalid(file, { line: 1, reason: messageOf(error) }, error);
  }
}

/** The path from where the user stands, unless it leads out of there. */
function shownFile(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith('..') ? path : near;
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
  try {
    return await withTimeLimit(context.session, systemClock, context.timeLimitMs, () =>
      checkMetric({ name, file, parsed }, context),
    );
  } catch (error) {
    if (error instanceof TimeLimitError) fault(parsed.sqlLine, `on a few made-up events the SQL ${error.message}`);
    throw error;
  }
}

async function checkMetric(
  { name, file, parsed }: { readonly name: string; readonly file: string; readonly parsed: MetricFile },
  context: LoadContext,
): Promise<Metric> {
  await checkStatement(context.session, parsed, context.rules);
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
    kpi: checkKpis(parsed, keys),
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
