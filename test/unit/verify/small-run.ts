import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { after, before } from 'node:test';
import type { Metric } from '../../../src/metrics/metric.ts';
import type { Manifest } from '../../../src/model/manifest.ts';
import type { Trace } from '../../../src/trace/trace.ts';
import type { VerifyCheck, VerifyOptions, VerifyReport } from '../../../src/verify/verify.ts';
import { LOAD } from '../../support/metrics.ts';
import { tempDir } from '../../support/temp-dir.ts';
import type { TraceRow } from './fixture.ts';
import { makeTrace, manifestOf } from './fixture.ts';
import type { SnapshotSpec, TableName } from './snapshot-fixture.ts';
import { fileRow, rejectedRow, verifySnapshot } from './snapshot-fixture.ts';

/** Instance 1 lies in partition 1 of 2, instance 2 in partition 0. */
export const ROWS: readonly TraceRow[] = [
  { instance_id: '1', query_id: '1', arrival_timestamp: "'2024-03-01 00:10:00'" },
  { instance_id: '1', query_id: '2', arrival_timestamp: "'2024-03-01 00:20:00'", execution_duration_ms: 'NULL' },
  { instance_id: '1', query_id: '2', arrival_timestamp: "'2024-03-01 00:20:00'", execution_duration_ms: 'NULL' },
  {
    instance_id: '2',
    query_id: '1',
    arrival_timestamp: "'2024-03-01 00:30:00'",
    user_id: '8',
    execution_duration_ms: '40',
  },
  { instance_id: '1', query_id: '3', arrival_timestamp: "'2024-03-01 00:40:00'", execution_duration_ms: '-1' },
  {
    instance_id: '2',
    query_id: '5',
    arrival_timestamp: "'2024-03-01 02:05:00'",
    user_id: 'NULL',
    execution_duration_ms: '9',
  },
  {
    instance_id: '2',
    query_id: '5',
    arrival_timestamp: "'2024-03-01 02:05:00'",
    user_id: 'NULL',
    execution_duration_ms: '7',
  },
  { instance_id: '2', query_id: '6', arrival_timestamp: 'NULL' },
];

/** Places of the rejected ones of `ROWS`. */
const [NEGATIVE, CONFLICT, UNTIMED] = [
  { hour: '2024-03-01 00:00', partition: 1, offset: 6, seq: 5, reason: 'negative', field: 'execution_duration_ms' },
  { hour: '2024-03-01 02:00', partition: 0, offset: 7, seq: 7, reason: 'conflict', field: 'execution_duration_ms' },
  { hour: undefined, partition: 0, offset: 1, seq: 0, reason: 'missing_field', field: 'arrival_timestamp' },
] as const;

/** What a run over `ROWS` must leave behind, worked out by hand. */
export const RIGHT = {
  hours: [
    "'2024-03-01 00:00', 'final', 1, '2024-03-01 01:10', '2024-05-01', 3, 0, 1, 1, 0, 0",
    "'2024-03-01 01:00', 'final', 1, '2024-03-01 02:10', '2024-05-01', 0, 0, 0, 0, 0, 0",
    "'2024-03-01 02:00', 'final', 1, '2024-03-01 03:10', '2024-05-01', 1, 0, 1, 0, 0, 0",
  ],
  receipts: [
    "NULL, 0, 'open', 0, 0, 1, 0, 0, 0, 0, 0, 1, 1, NULL",
    "'2024-03-01 00:00', 0, 'final', 1, 0, 0, 0, 0, 0, 0, 0, 3, 3, '2024-03-01 01:10'",
    "'2024-03-01 00:00', 1, 'final', 2, 0, 1, 1, 0, 0, 0, 0, 1, 6, '2024-03-01 01:10'",
    "'2024-03-01 02:00', 0, 'final', 1, 0, 1, 0, 0, 0, 0, 0, 6, 7, '2024-03-01 03:10'",
  ],
  progress: ["0, 0, 9, '2024-03-01 03:10', 7, 0, 5, 0, true", "1, 0, 9, '2024-03-01 03:10', 5, 0, 5, 0, true"],
  load: [
    "'2024-03-01 00:00', 'provisioned-1', 7, 2, 100, 'final', 1",
    "'2024-03-01 00:00', 'provisioned-2', 8, 1, 40, 'final', 1",
    "'2024-03-01 02:00', 'provisioned-2', NULL, 1, 7, 'final', 1",
  ],
  load_day: [
    "'2024-03-01', 'provisioned-1', 7, 2, 100, 'final', 1",
    "'2024-03-01', 'provisioned-2', 8, 1, 40, 'final', 1",
    "'2024-03-01', 'provisioned-2', NULL, 1, 7, 'final', 1",
  ],
  archive_files: [
    fileRow('2024-03-01 00:00', 'events', 3),
    fileRow('2024-03-01 00:00', 'load', 2),
    fileRow('2024-03-01 02:00', 'events', 1),
    fileRow('2024-03-01 02:00', 'load', 1),
  ],
  rejected: [
    rejectedRow(NEGATIVE, ROWS[4] ?? {}),
    rejectedRow(CONFLICT, ROWS[5] ?? {}),
    rejectedRow(UNTIMED, ROWS[7] ?? {}),
  ],
} satisfies SnapshotSpec;

/** The trace of `ROWS`, open while the tests of a file run. */
export let trace: Trace;
let traceDir: string;

before(async () => {
  traceDir = await mkdtemp(join(tmpdir(), 'spillway-verify-trace-'));
  trace = await makeTrace(traceDir, ROWS);
});

after(async () => {
  await trace.close();
  await rm(traceDir, { recursive: true, force: true });
});

/** Verifies a snapshot of a run over `ROWS`. */
export async function verifySmallRun(
  t: TestContext,
  snapshot: SnapshotSpec,
  options: {
    readonly manifest?: Partial<Manifest>;
    readonly metric?: Metric;
    readonly spanRows?: number;
    readonly more?: Partial<VerifyOptions>;
  } = {},
): Promise<VerifyReport> {
  const dir = await tempDir(t);
  const metric = options.metric ?? LOAD;
  const manifest = manifestOf(trace.identity, { metrics: { load: metric.hash }, ...options.manifest });
  return await verifySnapshot({ dir, trace, snapshot, metrics: [metric], ...options, manifest });
}

/** Names of the checks that failed, each once. */
export function failed(report: VerifyReport): string[] {
  return [...new Set(report.checks.filter(({ equal }) => !equal).map(({ check }) => check))];
}

/** The check of that name. */
export function checkNamed(report: VerifyReport, name: string): VerifyCheck | undefined {
  return report.checks.find(({ check }) => check === name);
}

/** `RIGHT` with one row of one table replaced, taken out (`undefined`) or, past its end, added. */
export function change(table: TableName, index: number, row?: string): SnapshotSpec {
  const rows: string[] = [...(Reflect.get(RIGHT, table) ?? [])];
  rows.splice(index, 1, ...(row === undefined ? [] : [row]));
  return { ...RIGHT, [table]: rows };
}

/** `RIGHT` with a part of one row replaced by another. */
export function edit(table: TableName, index: number, from: string, to: string): SnapshotSpec {
  const row = String(Reflect.get(RIGHT, table)?.[index]);
  assert.ok(row.includes(from), `${table}[${index}] has no ${from}`);
  return change(table, index, row.replace(from, to));
}
