import { isoTime } from '../../model/time.ts';
import type { HourFigures } from '../figures.ts';
import { balances } from '../figures.ts';
import type { Style } from '../style.ts';
import { bytes, compact, count, fit } from '../text.ts';

/** One column of the table of hours. */
export interface HourColumn {
  /** Two lines: the name, and its unit. */
  readonly head: readonly [string, string];
  readonly align: 'left' | 'right';
  readonly width: number;
  /** Space in front of it; default 2. */
  readonly gap?: number;
  readonly cell: (hour: HourFigures, style: Style) => string;
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const GAP = 2;
const BYTES_PER_MB = 1_000_000;

/** `Wed`. */
export function weekday(iso: string): string {
  return WEEKDAYS[new Date(iso).getUTCDay()] ?? '';
}

const mark: HourColumn = {
  head: ['', ''],
  align: 'left',
  width: 1,
  // The mark belongs to its hour.
  gap: 1,
  cell: (hour, style) => {
    if (hour.state === 'open') return style.yellow('○');
    if (hour.state === 'skipped') return style.dim('-');
    if (balances(hour) === false) return style.red('≠');
    return hour.amended > 0 ? style.green('+') : style.green('✓');
  },
};

const shortHour: HourColumn = {
  head: ['hour', 'UTC'],
  align: 'left',
  width: 8,
  cell: ({ hour }) => isoTime(hour).slice(8, 16).replace('T', ' '),
};
const hourOfWeek: HourColumn = {
  ...shortHour,
  width: 12,
  cell: ({ hour }) => `${weekday(isoTime(hour))} ${isoTime(hour).slice(8, 16).replace('T', ' ')}`,
};
const fullHour: HourColumn = {
  ...shortHour,
  width: 20,
  cell: ({ hour }) => `${weekday(isoTime(hour))} ${isoTime(hour).slice(0, 16).replace('T', ' ')}`,
};

const queries: HourColumn = {
  head: ['queries', ''],
  align: 'right',
  width: 7,
  // An hour's receipt is written with every batch, its rollup once a second at most.
  cell: (hour) => count(hour.state === 'final' ? (hour.queries ?? hour.counted) : hour.counted),
};
const spillRate: HourColumn = {
  head: ['spill', '%'],
  align: 'right',
  width: 5,
  cell: (hour) => share(hour.spilled, hour.queries),
};
const spilledMb: HourColumn = {
  head: ['spilled', ''],
  align: 'right',
  width: 7,
  cell: ({ spilledMb: mb }) => (mb === undefined || mb === 0 ? '-' : bytes(mb * BYTES_PER_MB)),
};
const hits: HourColumn = {
  head: ['hits', '%'],
  align: 'right',
  width: 4,
  cell: (hour) => share(hour.cached, hour.reads),
};
const compile: HourColumn = {
  head: ['compile', 'ms'],
  align: 'right',
  width: 7,
  cell: ({ compiled, compileMs }) => (compiled ? count((compileMs ?? 0) / compiled) : '-'),
};
const topTable: HourColumn = {
  head: ['top table', ''],
  align: 'left',
  width: 11,
  cell: ({ topTable: name }) => fit(name === undefined ? '-' : shortTable(name), 11),
};
const topTableFull: HourColumn = {
  head: ['top table', 'reads'],
  align: 'left',
  width: 29,
  cell: ({ topTable: name, topTableReads: reads }) =>
    fit(name === undefined ? '-' : `${name} ${compact(reads ?? 0)}`, 29),
};
const rejected: HourColumn = { head: ['rej', ''], align: 'right', width: 3, cell: (hour) => fate(hour.rejected) };
const late: HourColumn = { head: ['late', ''], align: 'right', width: 4, gap: 1, cell: (hour) => fate(hour.late) };
const duplicate: HourColumn = {
  head: ['dup', ''],
  align: 'right',
  width: 3,
  gap: 1,
  cell: (hour) => fate(hour.duplicate),
};
const bottleneck: HourColumn = {
  head: ['bottleneck', '% of queries'],
  align: 'left',
  width: 13,
  cell: (hour) =>
    hour.bottleneck === undefined ? '-' : `${hour.bottleneck} ${share(hour.bottleneckQueries, hour.queries)}`,
};

/** Columns that are left out first where the terminal is narrow, last to first. */
const BASE: readonly HourColumn[] = [
  shortHour,
  mark,
  queries,
  spillRate,
  spilledMb,
  hits,
  compile,
  topTable,
  rejected,
  late,
  duplicate,
];

/** What a wider terminal shows more, in this order as far as it fits. */
const UPGRADES: readonly ((columns: readonly HourColumn[]) => readonly HourColumn[])[] = [
  (columns) => [...columns, bottleneck],
  (columns) => columns.map((column) => (column === shortHour ? hourOfWeek : column)),
  (columns) => columns.map((column) => (column === topTable ? topTableFull : column)),
  (columns) => columns.map((column) => (column === hourOfWeek ? fullHour : column)),
];

/** The columns that fit into a terminal of this width. */
export function hourColumns(terminalColumns: number): readonly HourColumn[] {
  let columns: readonly HourColumn[] = BASE;
  while (columns.length > 3 && totalWidth(columns) > terminalColumns) columns = columns.slice(0, -1);
  if (columns.length < BASE.length) return columns;
  for (const upgrade of UPGRADES) {
    const wider = upgrade(columns);
    if (totalWidth(wider) > terminalColumns) break;
    columns = wider;
  }
  return columns;
}

function totalWidth(columns: readonly HourColumn[]): number {
  return columns.reduce((sum, column) => sum + column.width + (column.gap ?? GAP), -1);
}

/** The space in front of a column. */
export function gapBefore(column: HourColumn, index: number): string {
  return ' '.repeat(index === 0 ? 1 : (column.gap ?? GAP));
}

function share(part: number | undefined, whole: number | undefined): string {
  return part === undefined || whole === undefined || whole === 0 ? '-' : ((100 * part) / whole).toFixed(1);
}

/** Nothing special happened: a dot reads more calmly than a column of zeros. */
function fate(value: number): string {
  return value === 0 ? '·' : value < 1000 ? String(value) : `${Math.floor(value / 1000)}k`;
}

/** `p96/1234`, `s12/7`. */
function shortTable(name: string): string {
  return name.replace(/^provisioned-/, 'p').replace(/^serverless-/, 's');
}
