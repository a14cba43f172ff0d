import { infosOf, type RejectedOptions, rejectedSchema } from '../config/command-options.ts';
import { nearest } from '../config/nearest.ts';
import { resolveFlags } from '../config/settings.ts';
import { quoted, timestamp } from '../engine/sql.ts';
import { SpillwayError } from '../errors.ts';
import type { JsonCell, QueryResult } from '../hot-store/hot-store.ts';
import type { Call, Command } from './command.ts';
import { EXIT } from './io.ts';
import { exportRejected } from './rejected-export.ts';
import { pieceOf } from './rejected-piece.ts';
import { formatResult } from './result.ts';
import type { RunReader } from './run-reader.ts';
import { openRunReader } from './run-reader.ts';
import type { Style } from './style.ts';
import { styleOf } from './style.ts';
import { table } from './table.ts';
import { count, minute, plural, printable } from './text.ts';

export const rejected: Command = {
  name: 'rejected',
  summary: 'Show the records that were rejected, and why; or export them.',
  details: [
    'Counts by reason and field first, then the newest records. json and csv give the records alone, with all that came as',
    'text. --export writes every one that matches, with the exact bytes. Works beside a live run.',
  ].join(' '),
  options: infosOf(rejectedSchema),
  examples: [
    'spillway rejected',
    'spillway rejected --run march --reason negative --hour 2024-03-01T14:00',
    'spillway rejected --from 2024-03-01 --to 2024-03-02 --format csv --limit 1000',
    'spillway rejected --export rejected.jsonl',
  ],
  async run(call) {
    const { io, settings, options: flags } = call;
    const options = resolveFlags(rejectedSchema, { flags, cwd: io.cwd });
    const wanted = await conditions(options);
    if (options.export !== undefined) refuseBesideExport(call);
    const reader = await openRunReader(settings, settings.run, io.cwd, io.clock);
    try {
      if (options.export === undefined) await list({ call, reader, options, wanted });
      else await exportRejected({ io, reader, wanted, file: options.export });
      return EXIT.done;
    } finally {
      await reader.close();
    }
  },
};

/** Options of the list that an export, which holds everything that matches, has no use for. */
function refuseBesideExport({ options }: Call): void {
  const given = (['limit', 'first'] as const).find((name) => options[name] !== undefined);
  if (given === undefined) return;
  throw new SpillwayError('USAGE', `--${given} is for the list: --export writes all records that match`, {
    hint: `leave out --${given}, or --export`,
  });
}

/** The WHERE clause of what is asked for. Throws USAGE. */
async function conditions({ reason, hour, from, to }: RejectedOptions): Promise<string> {
  if (hour !== undefined && (from !== undefined || to !== undefined)) {
    throw new SpillwayError('USAGE', '--hour and a range exclude each other', {
      hint: 'give --hour, or --from and --to',
    });
  }
  const all = [
    ...(reason === undefined ? [] : [`reason IN (${(await checkedReasons(reason)).map(quoted).join(', ')})`]),
    ...(hour === undefined ? [] : [hour === 'none' ? 'hour IS NULL' : `hour = ${timestamp(hour)}`]),
    ...(from === undefined ? [] : [`hour >= date_trunc('hour', ${timestamp(from)})`]),
    ...(to === undefined ? [] : [`hour < ${timestamp(to)}`]),
  ];
  return all.length === 0 ? 'true' : all.join(' AND ');
}

async function checkedReasons(reasons: readonly string[]): Promise<readonly string[]> {
  const { REJECT_REASONS } = await import('../processor/checks.ts');
  const known: readonly string[] = REJECT_REASONS;
  const unknown = reasons.find((reason) => !known.includes(reason));
  if (unknown === undefined) return reasons;
  const near = nearest(unknown, known);
  throw new SpillwayError('USAGE', `--reason is ${unknown}: no record is rejected for that`, {
    hint: near === undefined ? `reasons: ${known.join(', ')}` : `did you mean ${near}?`,
  });
}

interface Listing {
  readonly call: Call;
  readonly reader: RunReader;
  readonly options: RejectedOptions;
  readonly wanted: string;
}

async function list(listing: Listing): Promise<void> {
  const { io, settings } = listing.call;
  const { format } = settings;
  const style = styleOf(io.stdout, io.env);
  if (format === 'table') io.stdout.write(await listText(listing, style));
  else io.stdout.write(formatResult(await records(listing), format, style, undefined));
}

/** The newest records, or the first, in that order; those without an hour come last. */
async function records({ reader, options, wanted }: Listing): Promise<QueryResult> {
  const order = options.first ? 'ASC' : 'DESC';
  return await reader.query(`SELECT hour, "partition", "offset", reason, field, raw FROM rejected WHERE ${wanted}
    ORDER BY hour ${order} NULLS LAST, "offset" ${order}, "partition" LIMIT ${options.limit}`);
}

async function listText(listing: Listing, style: Style): Promise<string> {
  const { call, reader, options, wanted } = listing;
  const { io } = call;
  const counts = await countReasons(reader, wanted);
  const total = counts.reduce((sum, { records: number }) => sum + number, 0);
  const all = wanted === 'true' ? '' : ' that match';
  if (total === 0) return `no rejected records${all} in run ${reader.run}\n`;
  const columns = io.stdout.isTTY ? io.stdout.columns : undefined;
  const heading = `${plural(total, 'rejected record')}${all} in run ${reader.run}\n`;
  const text = `${heading}\n${table(COUNTS_HEAD, counts.map(countCells), style, columns)}`;
  if (options.limit === 0) return text;
  const shown = (await records(listing)).rows;
  const order = options.first ? 'first' : 'newest';
  const which = shown.length < total ? `the ${order} ${count(shown.length)}` : 'all of them';
  return `${text}\n${which}:\n\n${table(RECORDS_HEAD, shown.map(recordCells), style, columns)}`;
}

/** How many records one reason has, and which fields they were rejected for. */
interface ReasonCount {
  readonly reason: string;
  readonly records: number;
  readonly hours: readonly string[];
  /** The most frequent one first. */
  readonly fields: readonly string[];
}

/** One entry per reason, the most frequent one first. */
async function countReasons(reader: RunReader, wanted: string): Promise<ReasonCount[]> {
  const { rows } = await reader.query(`
    SELECT reason, field, count(*), min(hour), max(hour) FROM rejected WHERE ${wanted}
    GROUP BY reason, field ORDER BY 3 DESC, 2`);
  const reasons = new Map<string, ReasonCount>();
  for (const [cell, field, number, first, last] of rows) {
    const reason = cellText(cell);
    const known = reasons.get(reason) ?? { reason, records: 0, hours: [], fields: [] };
    reasons.set(reason, {
      reason,
      records: known.records + Number(number),
      hours: [...known.hours, first, last].filter((hour) => typeof hour === 'string').sort(),
      fields:
        typeof field === 'string' ? [...known.fields, `${cellText(field)} ${count(Number(number))}`] : known.fields,
    });
  }
  return [...reasons.values()].sort((a, b) => b.records - a.records);
}

/** More fields than these say little, and would not fit on a line. */
const MOST_FIELDS = 4;

const COUNTS_HEAD = [
  { name: 'reason', align: 'left' },
  { name: 'records', align: 'right' },
  { name: 'first hour', align: 'left' },
  { name: 'last hour', align: 'left' },
  { name: 'fields', align: 'left' },
] as const;

function countCells({ reason, records: number, hours, fields }: ReasonCount): string[] {
  const more = fields.length - MOST_FIELDS;
  const shown = more > 0 ? [...fields.slice(0, MOST_FIELDS), `${more} more`] : fields;
  return [reason, count(number), hourText(hours[0]), hourText(hours.at(-1)), shown.join(', ')];
}

const RECORDS_HEAD = [
  { name: 'hour', align: 'left' },
  { name: 'partition', align: 'right' },
  { name: 'offset', align: 'right' },
  { name: 'reason', align: 'left' },
  { name: 'field', align: 'left' },
  { name: 'what came', align: 'left' },
] as const;

function recordCells([hour, partition, offset, reason, field, raw]: readonly JsonCell[]): string[] {
  const piece = pieceOf(typeof raw === 'string' ? raw : undefined, cellText(field));
  return [hourText(hour), cellText(partition), cellText(offset), cellText(reason), cellText(field), piece];
}

function cellText(cell: JsonCell | undefined): string {
  return cell === null || cell === undefined ? '' : printable(String(cell));
}

/** Records whose time cannot be used belong to no hour. */
function hourText(cell: JsonCell | undefined): string {
  return typeof cell === 'string' ? minute(cell) : 'none';
}
