import { quoted, timestamp } from '../../src/engine/sql.ts';
import { eventTime, MICROS_PER_HOUR, MICROS_PER_MS } from '../../src/model/time.ts';
import type { TraceRow } from './trace-row.ts';

const HOUR_MS = MICROS_PER_HOUR / MICROS_PER_MS;
const MEMORY_MS = 168 * HOUR_MS;

/** What metrics read of earlier hours, worked out one event after the other: SELECTs of `known` and `carried`. */
export function historyOf(events: readonly TraceRow[], to: number): { known: string; carried: string } {
  const executed = events.filter(({ was_cached }) => was_cached !== true);
  return { known: knownSql(executed), carried: carriedSql(executed, to / MICROS_PER_MS) };
}

const instanceOf = (row: TraceRow): string => `${String(row.deployment)}-${String(row.instance_id)}`;
const arrivalMs = (row: TraceRow): number => Math.floor(Number(row.arrival_timestamp) / MICROS_PER_MS);
const hourMs = (ms: number): number => Math.floor(ms / HOUR_MS) * HOUR_MS;

function knownSql(executed: readonly TraceRow[]): string {
  const lives = new Map<string, Map<number, TraceRow[]>>();
  for (const row of executed) {
    if (row.feature_fingerprint === null) continue;
    const key = JSON.stringify([instanceOf(row), row.feature_fingerprint]);
    const life = lives.get(key) ?? new Map<number, TraceRow[]>();
    lives.set(key, life);
    const hour = hourMs(arrivalMs(row));
    life.set(hour, [...(life.get(hour) ?? []), row]);
  }
  const rows: string[] = [];
  for (const [key, life] of lives) {
    const [instance, print]: [string, string] = JSON.parse(key);
    let before: { hour: number; runs: number; sumLn: number } | undefined;
    for (const hour of [...life.keys()].sort((a, b) => a - b)) {
      if (before !== undefined && hour - before.hour > MEMORY_MS) before = undefined;
      if (before !== undefined)
        rows.push(`${place(hour, instance)}, ${quoted(print)}, ${before.runs}, ${before.sumLn}`);
      const runs = (life.get(hour) ?? []).filter(({ was_aborted }) => was_aborted !== true);
      const sumLn = runs.reduce(
        (sum, row) => sum + Math.round(1000 * Math.log(1 + Number(row.execution_duration_ms))),
        0,
      );
      before = { hour, runs: (before?.runs ?? 0) + runs.length, sumLn: (before?.sumLn ?? 0) + sumLn };
    }
  }
  return valuesSql(
    rows,
    'hour, instance_id, feature_fingerprint, runs, sum_ln_execution',
    'NULL::TIMESTAMP, NULL::VARCHAR, NULL::VARCHAR, 0, 0',
  );
}

function carriedSql(executed: readonly TraceRow[], toMs: number): string {
  const busy = new Map<string, number>();
  for (const row of executed) {
    const starts = arrivalMs(row) + Number(row.queue_duration_ms) + Number(row.compile_duration_ms);
    const ends = starts + Number(row.execution_duration_ms);
    for (let hour = hourMs(arrivalMs(row)) + HOUR_MS; hour < Math.min(ends, toMs); hour += HOUR_MS) {
      const part = Math.min(ends, hour + HOUR_MS) - Math.max(starts, hour);
      const key = place(hour, instanceOf(row));
      if (part > 0) busy.set(key, (busy.get(key) ?? 0) + part);
    }
  }
  const rows = [...busy].map(([key, ms]) => `${key}, ${ms}`);
  return valuesSql(rows, 'hour, instance_id, busy_ms', 'NULL::TIMESTAMP, NULL::VARCHAR, 0');
}

function place(hour: number, instance: string): string {
  return `${timestamp(eventTime(hour * MICROS_PER_MS))}, ${quoted(instance)}`;
}

function valuesSql(rows: readonly string[], columns: string, none: string): string {
  if (rows.length === 0) return `SELECT * FROM (VALUES (${none})) AS history(${columns}) WHERE false`;
  return `SELECT * FROM (VALUES ${rows.map((row) => `(${row})`).join(', ')}) AS history(${columns})`;
}
