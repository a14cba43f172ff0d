import type { Difference, ReportRow, VerifyCheck, VerifyReport } from './report.ts';
import { plural } from './report.ts';

const HEADINGS = ['check', 'scope', 'expected', 'found', 'differences', ''] as const;
/** Columns that hold numbers and stand to the right. */
const NUMERIC: ReadonlySet<number> = new Set([2, 3, 4]);
/** Per-partition lines that are all equal say no more than one line. */
const FOLDED = /^partition \d+$/;

/** A report as plain text: a table of every check, the first differences of each that failed, and one line of sums. */
export function formatReport(report: VerifyReport): string {
  const lines = [...table(foldPartitions(report.checks).map(cells)), ''];
  for (const check of report.checks.filter(({ equal }) => !equal)) lines.push(...exampleLines(check), '');
  lines.push(summary(report));
  return `${lines.join('\n')}\n`;
}

/** Puts equal checks of the single partitions into one line with their sums. */
function foldPartitions(checks: readonly VerifyCheck[]): readonly VerifyCheck[] {
  const folded = new Map<string, VerifyCheck>();
  const result: VerifyCheck[] = [];
  for (const check of checks) {
    const { expected, found, scope } = check;
    if (!check.equal || !FOLDED.test(scope) || typeof expected !== 'number' || typeof found !== 'number') {
      result.push(check);
      continue;
    }
    const first = folded.get(check.check);
    const sum = {
      ...check,
      scope: 'each partition',
      expected: expected + Number(first?.expected ?? 0),
      found: found + Number(first?.found ?? 0),
    };
    if (first === undefined) result.push(sum);
    else result.splice(result.indexOf(first), 1, sum);
    folded.set(check.check, sum);
  }
  return result;
}

function cells(check: VerifyCheck): readonly string[] {
  const { expected, found, differences, equal, skipped } = check;
  return [
    check.check,
    check.scope,
    grouped(expected),
    grouped(found),
    grouped(differences),
    skipped ? 'skipped' : equal ? 'equal' : 'DIFFERENT',
  ];
}

function table(rows: readonly (readonly string[])[]): string[] {
  const all = [HEADINGS, ...rows];
  const widths = HEADINGS.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all.map((row) =>
    row
      .map((cell, column) =>
        NUMERIC.has(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}

function exampleLines(check: VerifyCheck): string[] {
  const { examples, differences } = check;
  const shown = examples.length < differences ? `, the first ${examples.length}` : '';
  return [
    `${check.check} (${check.scope}): ${plural(differences, 'difference')}${shown}`,
    ...examples.map(exampleLine),
  ];
}

function exampleLine(difference: Difference): string {
  const { problem, key, expected, found } = difference;
  const sides = [
    expected === undefined ? '' : `expected ${rowText(expected)}`,
    found === undefined ? '' : `found ${rowText(found)}`,
  ].filter((side) => side !== '');
  return `  ${problem}  ${rowText(key)}: ${sides.join(', ')}`;
}

function rowText(row: ReportRow): string {
  const pairs = Object.entries(row).map(([name, value]) => `${name}=${value === null ? 'null' : String(value)}`);
  return pairs.length === 0 ? 'a row' : pairs.join(' ');
}

function summary(report: VerifyReport): string {
  const { totals } = report;
  const failed = report.checks.filter(({ equal }) => !equal).length;
  const verdict = report.ok ? 'verified' : `${plural(failed, 'check')} of ${report.checks.length} failed`;
  const ended = totals.ended ? '' : ' (the run goes on; open hours are left out)';
  return (
    `run ${report.run}: ${verdict}: ${grouped(totals.finalHours)} of ${plural(totals.hours, 'hour')} final${ended}, ` +
    `${grouped(totals.records)} records recounted, ${grouped(totals.counted)} counted as events, ` +
    `${grouped(totals.rowsCompared)} rollup rows compared in ${(totals.elapsedMs / 1000).toFixed(1)} s`
  );
}

/** `1,234,567`; texts as they are. The locale is fixed: a report reads the same on every machine. */
function grouped(value: number | string): string {
  return typeof value === 'number' ? value.toLocaleString('en-US') : value;
}
