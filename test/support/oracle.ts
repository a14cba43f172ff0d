import { toJsonCell } from '../../src/hot-store/cells.ts';
import type { JsonCell } from '../../src/hot-store/hot-store.ts';
import type { Metric } from '../../src/metrics/metric.ts';
import { rollupSql } from '../../src/metrics/metric.ts';
import type { Manifest } from '../../src/model/manifest.ts';
import { REDSET_COLUMNS } from '../../src/model/redset.ts';
import { eventTime, isoTime, MICROS_PER_HOUR } from '../../src/model/time.ts';
import { withSession } from './duckdb.ts';
import { historyOf } from './history-oracle.ts';
import type { TraceRow, Value } from './trace-row.ts';
import { ROW_COLUMNS, rowsSql } from './trace-row.ts';

/*
 * What a run must come to, worked out in the plainest way: one record after the other, whole trace in memory, and each
 * metric's SQL once over all counted events. Shares nothing with the processor but the metrics.
 */

/** A record as it stands in the log of its partition. */
export interface SentRecord {
  readonly row: TraceRow;
  readonly partition: number;
  /** Highest watermark before it in its partition; undefined if there is none. */
  readonly watermark: number | undefined;
}

/** Counts of an hour, or of an hour in one partition. */
interface Counts {
  counted: number;
  late: number;
  rejected: number;
  duplicate: number;
}

/** A record's fate in the end: one that was counted until a smaller one with its key came is rejected. */
export type Fate = 'counted' | 'late' | 'rejected' | 'duplicate';

export interface Expected {
  /** Fates of the records, in the order given. */
  readonly fates: readonly Judgement[];
  /** As `Tables.hours` of a finished run has it. */
  readonly hours: readonly (readonly JsonCell[])[];
  /** As `Tables.receipts` of a finished run has it. */
  readonly receipts: readonly (readonly JsonCell[])[];
  /** As `Tables.rollups` of a finished run has it. */
  readonly rollups: Readonly<Record<string, readonly (readonly JsonCell[])[]>>;
}

/** Works out what becomes of records that are processed partition by partition in the order given. */
export async function expectedOf(
  records: readonly SentRecord[],
  manifest: Manifest,
  metrics: readonly Metric[],
): Promise<Expected> {
  const fates = judge(records, manifest);
  const counted = records.flatMap(({ row }, index) => (fates[index]?.fate === 'counted' ? [clean(row)] : []));
  return { fates, ...countUp(records, fates, manifest), rollups: await rollUp(counted, metrics, manifest.to) };
}

/** The rows of a trace in the order of replay. */
export function inTotalOrder(rows: readonly TraceRow[]): TraceRow[] {
  const order: (keyof TraceRow)[] = ['arrival_timestamp', 'deployment', 'instance_id', 'query_id', ...ROW_COLUMNS];
  return [...rows].sort((a, b) => compareBy(order, a, b));
}

interface Judgement {
  readonly fate: Fate;
  readonly reason: string | null;
  readonly field: string | null;
}

const COUNTED: Judgement = { fate: 'counted', reason: null, field: null };

function judge(records: readonly SentRecord[], manifest: Manifest): Judgement[] {
  const judgements: Judgement[] = [];
  /** Per key: the record that is counted. */
  const held = new Map<string, { index: number; row: TraceRow }>();
  for (const [index, record] of records.entries()) {
    const alone = judgeAlone(record, manifest);
    judgements.push(alone);
    if (alone !== COUNTED) continue;
    const row = clean(record.row);
    const key = JSON.stringify([hourOfRow(row), row.deployment, String(row.instance_id), String(row.query_id)]);
    const before = held.get(key);
    const order = before === undefined ? -1 : compareBy(CONTENT, row, before.row);
    if (before !== undefined && order === 0) judgements[index] = { fate: 'duplicate', reason: null, field: null };
    if (before !== undefined && order !== 0) {
      // The smaller one stays: either this record is refused, or what was counted so far is taken back.
      judgements[order > 0 ? index : before.index] = {
        fate: 'rejected',
        reason: 'conflict',
        field: differing(row, before.row),
      };
    }
    if (order < 0) held.set(key, { index, row });
  }
  return judgements;
}

/** The fate of a record as far as no other record decides it. */
function judgeAlone({ row, watermark }: SentRecord, manifest: Manifest): Judgement {
  const fault = faultOf(row, manifest);
  if (fault !== undefined) return { fate: 'rejected', ...fault };
  const lateFrom = hourOfRow(row) + MICROS_PER_HOUR + manifest.latenessMs * 1000;
  if (watermark !== undefined && lateFrom <= watermark) return { fate: 'late', reason: null, field: null };
  return COUNTED;
}

const DURATIONS = ['compile_duration_ms', 'queue_duration_ms', 'execution_duration_ms'] as const;
const AMOUNTS = ROW_COLUMNS.filter(
  (name) => name.endsWith('_duration_ms') || /^(num|mbytes)_/.test(name) || name === 'cluster_size',
);

/** Why a record is rejected, by what can be seen of it alone. */
function faultOf(row: TraceRow, manifest: Manifest): { reason: string; field: string } | undefined {
  for (const { name, required } of REDSET_COLUMNS) {
    if (required && row[name] === null) return { reason: 'missing_field', field: name };
  }
  for (const name of AMOUNTS) {
    if (Number(row[name] ?? 0) < 0) return { reason: 'negative', field: name };
  }
  const slack = manifest.sanity.rangeSlackMs * 1000;
  const arrival = Number(row.arrival_timestamp);
  if (arrival < manifest.from - slack || arrival >= manifest.to + slack) {
    return { reason: 'out_of_range', field: 'arrival_timestamp' };
  }
  for (const name of DURATIONS) {
    if (Number(row[name] ?? 0) > manifest.sanity.maxDurationMs) return { reason: 'out_of_range', field: name };
  }
  return undefined;
}

/** The row as it is counted. */
function clean(row: TraceRow): TraceRow {
  const cached = row.was_cached === true;
  const cleaned: Record<string, Value> = { ...row, was_cached: cached, was_aborted: row.was_aborted === true };
  if (cached) return cleaned as TraceRow;
  for (const name of ROW_COLUMNS) {
    const zero = name.endsWith('_duration_ms') || name.startsWith('num_');
    const nothingScanned = name.startsWith('mbytes_') && Number(row.num_scans ?? 0) === 0;
    if (row[name] === null && (zero || nothingScanned)) cleaned[name] = 0;
  }
  // Same keys as the row it was made from.
  return cleaned as TraceRow;
}

const CONTENT: readonly (keyof TraceRow)[] = ['arrival_timestamp', ...ROW_COLUMNS];

/** Column by column; nothing comes before something, false before true. */
function compareBy(columns: readonly (keyof TraceRow)[], a: TraceRow, b: TraceRow): number {
  for (const name of columns) {
    const [x, y] = [a[name], b[name]];
    if (x === y) continue;
    if (x === null) return -1;
    if (y === null) return 1;
    if (x < y) return -1;
    if (x > y) return 1;
  }
  return 0;
}

function differing(a: TraceRow, b: TraceRow): string | null {
  return ROW_COLUMNS.find((name) => compareBy([name], a, b) !== 0) ?? null;
}

function hourOfRow(row: TraceRow): number {
  return Math.floor(Number(row.arrival_timestamp) / MICROS_PER_HOUR) * MICROS_PER_HOUR;
}

function countUp(
  records: readonly SentRecord[],
  fates: Expected['fates'],
  manifest: Manifest,
): Pick<Expected, 'hours' | 'receipts'> {
  const byHour = new Map<number, Counts>();
  for (let hour: number = manifest.from; hour < manifest.to; hour += MICROS_PER_HOUR) byHour.set(hour, zero());
  const byReceipt = new Map<string, { hour: number | undefined; partition: number; counts: Counts }>();
  records.forEach(({ row, partition }, index) => {
    const fate = fates[index];
    if (fate === undefined) return;
    const unplaced = fate.field === 'arrival_timestamp' && fate.reason !== 'conflict';
    const hour = unplaced || row.arrival_timestamp === null ? undefined : hourOfRow(row);
    const key = `${hour} ${partition}`;
    const receipt = byReceipt.get(key) ?? { hour, partition, counts: zero() };
    byReceipt.set(key, receipt);
    receipt.counts[fate.fate]++;
    const counts = hour === undefined ? undefined : byHour.get(hour);
    if (counts !== undefined) counts[fate.fate]++;
  });
  const hours = [...byHour].sort(([a], [b]) => a - b);
  const receipts = [...byReceipt.values()].sort((a, b) => (a.hour ?? -1) - (b.hour ?? -1) || a.partition - b.partition);
  const iso = (hour: number | undefined): JsonCell => (hour === undefined ? null : isoTime(eventTime(hour)));
  return {
    hours: hours.map(([hour, c]) => [iso(hour), 'final', 1, c.counted, c.late, c.rejected, c.duplicate]),
    receipts: receipts.map(({ hour, partition, counts: c }) => {
      const state = hour !== undefined && byHour.has(hour) ? 'final' : 'open';
      return [iso(hour), partition, state, c.counted, c.late, c.rejected, c.duplicate];
    }),
  };
}

function zero(): Counts {
  return { counted: 0, late: 0, rejected: 0, duplicate: 0 };
}

/** Every metric over all events at once, as the public table of a finished run has it. */
async function rollUp(
  events: readonly TraceRow[],
  metrics: readonly Metric[],
  to: number,
): Promise<Expected['rollups']> {
  const flags = [
    'compile_duration_ms',
    'queue_duration_ms',
    'execution_duration_ms',
    'mbytes_scanned',
    'mbytes_spilled',
  ];
  const derived = flags.flatMap((name) => {
    const short = /^(?:mbytes_)?([a-z]+)/.exec(name)?.[1];
    return [`${name} = 0 AS is_zero_${short}`, `round(1000 * ln(1 + ${name}::DOUBLE))::BIGINT AS ln_${short}`];
  });
  const sql = `SELECT date_trunc('hour', arrival_timestamp) AS hour, deployment || '-' || instance_id AS instance_id,
    * EXCLUDE (instance_id), was_cached OR query_type = 'select' AS is_read, ${derived.join(', ')} FROM counted`;
  const history = historyOf(events, to);
  return await withSession(async (session) => {
    await session.run(`CREATE TABLE counted AS ${rowsSql(events)}`);
    const rollups: Record<string, JsonCell[][]> = {};
    for (const metric of metrics) {
      const rows = await session.rows(
        `SELECT *, 'final' AS state, 1 AS revision FROM (${rollupSql(metric, { events: sql, ...history })}) ORDER BY ALL`,
      );
      rollups[metric.name] = rows.map((row) => Object.values(row).map(toJsonCell));
    }
    return rollups;
  });
}
