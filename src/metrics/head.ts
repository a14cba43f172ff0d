import type { Document } from 'yaml';
import { isMap, isNode, LineCounter, parseDocument } from 'yaml';
import * as z from 'zod';
import { fault, lineAt } from './fault.ts';
import { CHARTS, OVERS, SCALES } from './metric.ts';
import { didYouMean } from './names.ts';

const text = z.string().trim().min(1);
const measure = z.strictObject({ unit: text, note: text.optional() });
const derived = z.strictObject({ expr: text, unit: text, note: text.optional() });
const where = z.record(z.string(), text);
const fit = z.strictObject({ slope: text, intercept: text });
const panel = z.strictObject({
  chart: z.enum(CHARTS),
  x: text.optional(),
  y: z.array(text).min(1),
  series: text.optional(),
  top: z.int().min(1).optional(),
  where: where.optional(),
  stack: z.boolean().optional(),
  scale: z.enum(SCALES).optional(),
  over: z.enum(OVERS).optional(),
  caption: z.array(text).min(1).optional(),
  spread: z.tuple([text, text]).optional(),
  fit: fit.optional(),
});
const kpi = z.strictObject({
  label: text,
  value: text,
  better: z.enum(['lower', 'higher']).optional(),
  where: where.optional(),
  count: text.optional(),
});
const head = z.strictObject({
  title: text,
  question: text,
  description: text.optional(),
  history: z.boolean().optional(),
  key: z.array(text).min(1),
  measures: z.record(z.string(), measure).refine((of) => Object.keys(of).length > 0, 'expected at least one measure'),
  derived: z.record(z.string(), derived).optional(),
  panel: panel.optional(),
  kpi: z.array(kpi).optional(),
});

/** Fields of each mapping with fixed fields, by their path; `*` is any name. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  '': Object.keys(head.shape),
  'measures.*': Object.keys(measure.shape),
  'derived.*': Object.keys(derived.shape),
  panel: Object.keys(panel.shape),
  'panel.fit': Object.keys(fit.shape),
  'kpi.*': Object.keys(kpi.shape),
};

/** The YAML head of a metric file, as written. */
export type HeadSpec = z.infer<typeof head>;
type Path = readonly (string | number)[];

/** A metric file cut into its two parts. */
export interface MetricFile {
  readonly head: HeadSpec;
  /** The line of the file on which a value of the head stands; the nearest enclosing one if there is no such value. */
  headLine(path: Path): number;
  /** Everything after the head, without white space at either end and without a last semicolon. */
  readonly sql: string;
  /** The line of the file on which `sql` begins. */
  readonly sqlLine: number;
}

const OPEN = '/*---';
const CLOSE = '---*/';

/** Cuts a metric file into head and SQL and checks the head's shape. Throws MetricFault. */
export function parseMetricFile(content: string): MetricFile {
  const source = content.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  const start = source.length - source.trimStart().length;
  if (!source.startsWith(OPEN, start)) {
    fault(
      lineAt(source, start),
      `no head: the file must begin with ${OPEN}`,
      'see docs/metrics.md for what a metric file looks like',
    );
  }
  const end = source.indexOf(CLOSE, start);
  if (end < 0) fault(lineAt(source, start), `the head has no end: ${CLOSE} is missing`);
  const yamlStart = start + OPEN.length;
  const firstLine = lineAt(source, yamlStart);
  const { head, lineOf } = parseHead(source.slice(yamlStart, end));

  const body = source.slice(end + CLOSE.length);
  const sql = body.trim().replace(/(\s*;)+$/, '');
  const sqlStart = end + CLOSE.length + (body.length - body.trimStart().length);
  if (sql === '') fault(lineAt(source, end), 'no SQL after the head', 'write one SELECT over events');
  return { head, headLine: (path) => firstLine + lineOf(path) - 1, sql, sqlLine: lineAt(source, sqlStart) };

  function parseHead(yaml: string): { head: HeadSpec; lineOf: (path: Path) => number } {
    const lines = new LineCounter();
    const document = parseDocument(yaml, { lineCounter: lines, prettyErrors: false });
    const [broken] = document.errors;
    if (broken !== undefined)
      fault(
        firstLine + lines.linePos(broken.pos[0]).line - 1,
        `the head is not YAML: ${broken.message}`,
        'put text that contains ": " or ", " in quotes',
      );
    const lineOf = (path: Path): number => lineOfPath(document, lines, path);
    return { head: checkHead(document, (path) => firstLine + lineOf(path) - 1), lineOf };
  }
}

function checkHead(document: Document, lineOf: (path: Path) => number): HeadSpec {
  const result = head.safeParse(document.toJS());
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  if (issue === undefined) throw result.error;
  const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
  const where = path.length === 0 ? 'the head' : path.join('.');
  if (issue.code === 'unrecognized_keys') {
    const [name = ''] = issue.keys;
    const known = FIELDS[path.map((part, i) => (i === 1 ? '*' : part)).join('.')] ?? [];
    fault(
      lineOf([...path, name]),
      `unknown field "${name}" in ${where}${didYouMean(name, known)}`,
      `known fields: ${known.join(', ')}`,
    );
  }
  const missing = valueAt(document, path) === undefined;
  if (missing) fault(lineOf(path), `${where} is missing`);
  fault(lineOf(path), `${where}: ${issue.message.replace(/^Invalid (input|option): /, '')}`);
}

function valueAt(document: Document, path: Path): unknown {
  return path.length === 0 ? document.contents : document.getIn(path);
}

function lineOfPath(document: Document, lines: LineCounter, path: Path): number {
  for (let length = path.length; length >= 0; length--) {
    const offset = offsetOf(document, path.slice(0, length));
    if (offset !== undefined) return lines.linePos(offset).line;
  }
  return 1;
}

/** Where a value begins; for a field its name, which stands before what may be a long block. */
function offsetOf(document: Document, path: Path): number | undefined {
  const parent =
    path.length === 0 ? undefined : path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (isMap(parent)) {
    const key = parent.items.find((pair) => String(pair.key) === String(path.at(-1)))?.key;
    if (isNode(key)) return key.range?.[0];
  }
  const node = path.length === 0 ? document.contents : document.getIn(path, true);
  return isNode(node) ? node.range?.[0] : undefined;
}
