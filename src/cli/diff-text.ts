import type { DiffReport, RowDifference, TableDiff } from '../verify/diff.ts';
import type { ReportRow } from '../verify/report.ts';
import type { Style } from './style.ts';
import type { TableColumn } from './table.ts';
import { table } from './table.ts';
import { count, plural, printable } from './text.ts';

/** A comparison for people: a line per table, examples of what differs, one line of sums. */
export function diffText(report: DiffReport, style: Style): string {
  const examples = report.tables.filter(({ equal }) => !equal).map((one) => exampleLines(one, style));
  return [
    table(
      HEAD,
      report.tables.map((one) => cells(one, style)),
      style,
    ),
    ...examples,
    summary(report, style),
  ].join('\n');
}

const HEAD: readonly TableColumn[] = [
  { name: 'table', align: 'left' },
  { name: 'rows in a', align: 'right' },
  { name: 'rows in b', align: 'right' },
  { name: 'differences', align: 'right' },
  { name: '', align: 'left' },
];

function cells({ table: name, rows, differences, equal, note }: TableDiff, style: Style): string[] {
  const verdict = equal ? style.green('equal') : style.red('DIFFERENT');
  const said = note === undefined ? verdict : `${verdict}: ${printable(note)}`;
  return [name, count(rows.a), count(rows.b), count(differences), said];
}

function exampleLines({ table: name, differences, examples }: TableDiff, style: Style): string {
  if (examples.length === 0) return '';
  const shown = examples.length < differences ? `, the first ${examples.length}` : '';
  const lines = [style.bold(`${name}: ${plural(differences, 'difference')}${shown}`), ...examples.map(exampleLine)];
  return `${lines.join('\n')}\n`;
}

function exampleLine({ problem, key, a, b }: RowDifference): string {
  const sides = [a === undefined ? '' : `a ${rowText(a)}`, b === undefined ? '' : `b ${rowText(b)}`];
  return `  ${problem}  ${rowText(key)}: ${sides.filter((side) => side !== '').join(', ')}`;
}

function rowText(row: ReportRow): string {
  const pairs = Object.entries(row).map(([name, value]) => `${name}=${value === null ? 'null' : String(value)}`);
  return pairs.length === 0 ? 'a row' : printable(pairs.join(' '));
}

function summary({ equal, a, b, hours, tables }: DiffReport, style: Style): string {
  const [nameA, nameB] = a.run === b.run ? [`a (${a.run})`, `b (${b.run})`] : [`a ${a.run}`, `b ${b.run}`];
  const different = tables.filter((one) => !one.equal).length;
  const verdict = equal
    ? style.green('equal')
    : style.red(different > 0 ? `${plural(different, 'table')} of ${tables.length} differ` : 'nothing to compare');
  return `${nameA}, ${nameB}: ${verdict}: ${comparedHours(hours)}\n`;
}

/** What was compared, and what could not be. */
function comparedHours({ which, compared, onlyA, onlyB }: DiffReport['hours']): string {
  const sides = [
    { side: 'a', number: onlyA },
    { side: 'b', number: onlyB },
  ].filter(({ number }) => number > 0);
  const left = sides.map(({ side, number }) => `${plural(number, 'hour')} final in ${side} only`).join(' and ');
  const text = `${plural(compared, 'final hour')} compared`;
  return left === '' ? text : `${text}, ${left}${which === 'both' ? ' left out' : ''}`;
}
