import assert from 'node:assert/strict';
import type { Row, Session } from '../../../src/engine/session.ts';
import { identifier, quoted } from '../../../src/engine/sql.ts';
import { loadMetrics } from '../../../src/metrics/load.ts';
import type { Metric } from '../../../src/metrics/metric.ts';
import { rollupSql } from '../../../src/metrics/metric.ts';
import type { EventColumn } from '../../../src/metrics/relation.ts';
import { CARRIED_COLUMNS, EVENT_COLUMNS, KNOWN_COLUMNS } from '../../../src/metrics/relation.ts';

/** A row as a test writes it; columns that are left out are null. */
export type Values = Readonly<Record<string, string | number | boolean | null>>;

/** What a metric reads. */
export interface Given {
  readonly events?: readonly Values[];
  readonly known?: readonly Values[];
  readonly carried?: readonly Values[];
}

/** An executed query of instance `a` that arrives at 10:00 and takes no time; tests change what matters to them. */
const EVENT: Values = {
  ...{ hour: '2024-03-01 10:00:00', instance_id: 'a', arrival_timestamp: '2024-03-01 10:00:00', query_id: 1 },
  ...{ compile_duration_ms: 0, queue_duration_ms: 0, execution_duration_ms: 0, mbytes_spilled: 0 },
  ...{ was_cached: false, was_aborted: false, query_type: 'select', is_read: true, feature_fingerprint: 'f' },
};

let loaded: Promise<readonly Metric[]> | undefined;

/** A built-in metric. */
export async function builtIn(name: string): Promise<Metric> {
  loaded ??= loadMetrics();
  return (await loaded).find((metric) => metric.name === name) ?? assert.fail(`no metric ${name}`);
}

/** The rows that a built-in metric gives over hand-made ones; whole hours of events follow from their arrival. */
export async function rowsOf(session: Session, name: string, given: Given): Promise<Row[]> {
  const events = (given.events ?? []).map((event) => {
    const arrival = String(event.arrival_timestamp ?? EVENT.arrival_timestamp);
    return { ...EVENT, hour: `${arrival.slice(0, 13)}:00:00`, ...event };
  });
  const sql = rollupSql(await builtIn(name), {
    events: select(EVENT_COLUMNS, events),
    known: select(KNOWN_COLUMNS, given.known ?? []),
    carried: select(CARRIED_COLUMNS, given.carried ?? []),
  });
  return await session.rows(sql);
}

function select(columns: readonly EventColumn[], rows: readonly Values[]): string {
  const list = (row: Values): string =>
    columns
      .map(({ name, type }) => {
        const value = row[name] ?? null;
        return `CAST(${value === null ? 'NULL' : quoted(String(value))} AS ${type}) AS ${identifier(name)}`;
      })
      .join(', ');
  const none = `SELECT ${list({})} WHERE false`;
  return [none, ...rows.map((row) => `SELECT ${list(row)}`)].join(' UNION ALL ');
}
