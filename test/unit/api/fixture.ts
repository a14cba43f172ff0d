import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { LightMyRequestResponse } from 'fastify';
import { buildApp } from '../../../src/api/app.ts';
import type { Address, Api, ApiOptions } from '../../../src/api/options.ts';
import { openDuckDBStore } from '../../../src/hot-store/duckdb.ts';
import type { HotStore, PartitionProgress } from '../../../src/hot-store/hot-store.ts';
import type { Metric } from '../../../src/metrics/metric.ts';
import type { Manifest } from '../../../src/model/manifest.ts';
import { DEFAULT_WEIGHTS } from '../../../src/model/scoring.ts';
import type { RunStatus } from '../../../src/model/status.ts';
import type { EventTime } from '../../../src/model/time.ts';
import { parseTime, replayTime } from '../../../src/model/time.ts';
import { silentLogger } from '../../../src/observe/logger.ts';
import { systemClock } from '../../../src/time/clock.ts';

export const TOKEN = 'owner-token-of-the-test';
export const ADDRESS: Address = { host: '127.0.0.1', port: 4870 };
export const HOST = '127.0.0.1:4870';

/** The event time that `text` names. */
export function at(text: string): EventTime {
  const time = parseTime(text);
  if (time === undefined) throw new Error(`not a time: ${text}`);
  return time;
}

const plain = { file: 'test', description: undefined, panel: undefined, kpi: [], history: false, hash: '0'.repeat(64) };

/** Keys of every type, a sum beyond 2^53, and a derived value that is undefined for a zero denominator. */
export const TRAFFIC: Metric = {
  ...plain,
  name: 'traffic',
  title: 'Traffic',
  question: 'How much was moved?',
  keys: [
    { name: 'hour', type: 'TIMESTAMP' },
    { name: 'instance_id', type: 'VARCHAR' },
    { name: 'table_id', type: 'BIGINT' },
    { name: 'is_read', type: 'BOOLEAN' },
    { name: 'since', type: 'TIMESTAMP' },
  ],
  measures: [
    { name: 'queries', unit: 'queries', note: undefined },
    { name: 'bytes', unit: 'bytes', note: 'as counted' },
  ],
  derived: [{ name: 'mean_bytes', expr: 'bytes / queries', unit: 'bytes', note: undefined }],
  panel: {
    ...{ chart: 'line', x: 'hour', y: ['bytes'], series: undefined, top: undefined },
    ...{ where: {}, stack: false, scale: 'linear', over: 'range', caption: [], spread: undefined, fit: undefined },
  },
  sql: `SELECT hour, instance_id, num_joins AS table_id, was_cached AS is_read, TIMESTAMP '2024-01-01' AS since,
    count(*) AS queries, sum(mbytes_scanned) AS bytes FROM events GROUP BY ALL`,
};

/** A share over one key and a correlation over another: both need more rows than they answer with. */
export const CLASSES: Metric = {
  ...plain,
  name: 'classes',
  title: 'Classes',
  question: 'What held queries up?',
  keys: [
    { name: 'hour', type: 'TIMESTAMP' },
    { name: 'class', type: 'VARCHAR' },
    { name: 'joins', type: 'BIGINT' },
  ],
  measures: [
    { name: 'queries', unit: 'queries', note: undefined },
    { name: 'sum_ms', unit: 'ms', note: undefined },
  ],
  derived: [
    { name: 'share', expr: 'share(queries, class)', unit: 'ratio', note: undefined },
    { name: 'ms_per_join', expr: 'slope(joins, queries, sum_ms)', unit: 'ms', note: undefined },
  ],
  sql: 'SELECT hour, query_type AS class, num_joins AS joins, count(*) AS queries, 0 AS sum_ms FROM events GROUP BY ALL',
};

export const METRICS: readonly Metric[] = [TRAFFIC, CLASSES];

/** Four hours: two final ones, one open with events, one that the film has not reached. */
export const MANIFEST: Manifest = {
  version: 1,
  run: 'default',
  trace: { rows: 10, files: [{ name: 'a.parquet', bytes: 1, rows: 10, footerSha256: 'f'.repeat(64) }] },
  from: at('2024-03-01T22:00:00Z'),
  to: at('2024-03-02T02:00:00Z'),
  instances: null,
  faults: 'none',
  faultSeed: 0,
  partitions: 2,
  latenessMs: 600_000,
  watermarkIntervalMs: 1_000,
  sanity: { maxDurationMs: 604_800_000, cap: false, rangeSlackMs: 86_400_000 },
  foreign: { maxDisorderMs: 300_000, maxAheadMs: 3_600_000 },
  keep: 'all',
  slots: { default: 5, instances: { 'serverless-1': 10 } },
  weights: DEFAULT_WEIGHTS,
  metrics: {},
  orderVersion: 1,
};

export const STATUS: RunStatus = {
  run: 'default',
  replay: {
    state: 'playing',
    at: replayTime(at('2024-03-02T01:05:00.25Z')),
    from: MANIFEST.from,
    to: MANIFEST.to,
    speed: 60,
    speedReached: 59.5,
    driftMs: 12,
    remainingMs: undefined,
    eventsSent: 10,
    eventsPerSecond: 2.5,
  },
  processor: {
    state: 'running',
    counted: 9,
    rejected: 1,
    late: 0,
    duplicate: 0,
    resent: 0,
    gaps: 0,
    eventsPerSecond: 2.5,
    watermark: at('2024-03-02T00:40:00Z'),
    partitions: [
      { partition: 0, nextOffset: 8, watermark: at('2024-03-02T01:05:00Z'), ended: false },
      { partition: 1, nextOffset: 6, watermark: undefined, ended: false },
    ],
    openHours: 2,
    finalHours: 2,
    lastFinal: at('2024-03-01T23:00:00Z'),
    lag: 3,
    failedMetrics: {},
  },
};

const PROGRESS: readonly PartitionProgress[] = [
  progress(0, 8, '2024-03-02T01:05:00Z'),
  progress(1, 6, '2024-03-02T00:40:00Z'),
];

function progress(partition: number, nextOffset: number, watermark: string): PartitionProgress {
  const counts = { resent: 0, controls: 2, gaps: 0, ended: false, replayed: true, watermarkAt: undefined };
  return { partition, firstOffset: 0, nextOffset, watermark: at(watermark), lastSeq: 9, ...counts };
}

/** Rows as a processor would have left them, written straight into the store. */
const CONTENT = `
  DELETE FROM store.hours WHERE hour < TIMESTAMP '2024-03-02 00:00:00';
  INSERT INTO store.hours VALUES
    (TIMESTAMP '2024-03-01 22:00:00', 'final', 1, TIMESTAMP '2024-03-01 23:10:00', TIMESTAMP '2026-01-01 00:00:01.5'),
    (TIMESTAMP '2024-03-01 23:00:00', 'final', 2, TIMESTAMP '2024-03-02 00:10:00', TIMESTAMP '2026-01-01 00:00:02');
  INSERT INTO store.receipts VALUES
    (TIMESTAMP '2024-03-01 22:00:00', 0, 3, 0, 1, 0, 1, 4, TIMESTAMP '2024-03-01 23:10:00', true),
    (TIMESTAMP '2024-03-01 22:00:00', 1, 2, 1, 0, 1, 1, 4, TIMESTAMP '2024-03-01 23:10:00', true),
    (TIMESTAMP '2024-03-01 22:00:00', 1, 0, 1, 0, 0, 5, 5, NULL, false),
    (TIMESTAMP '2024-03-02 00:00:00', 0, 2, 0, 0, 0, 5, 6, NULL, false),
    (NULL, 0, 0, 0, 1, 0, 7, 7, NULL, false);
  INSERT INTO rollups.traffic VALUES
    (TIMESTAMP '2024-03-01 22:00:00', 'provisioned-1', 7, true, TIMESTAMP '2024-01-01 00:00:00', 2, 9007199254740991, 1),
    (TIMESTAMP '2024-03-01 22:00:00', 'provisioned-1', 8, false, TIMESTAMP '2024-01-02 00:00:00', 1, 2, 1),
    (TIMESTAMP '2024-03-01 22:00:00', 'it''s, "odd"', -3, NULL, NULL, 0, 5, 1),
    (TIMESTAMP '2024-03-01 23:00:00', 'serverless-1', 7, true, TIMESTAMP '2024-01-01 00:00:00', 4, 10, 2);
  INSERT INTO store.events BY NAME
    SELECT TIMESTAMP '2024-03-02 00:00:00' AS hour, 'provisioned-1' AS instance_id, 'select' AS query_type, 7 AS num_joins,
      true AS was_cached, unnest([3, 4]) AS mbytes_scanned;
  INSERT INTO rollups.classes VALUES
    (TIMESTAMP '2024-03-01 22:00:00', 'network', 0, 3, 30, 1), (TIMESTAMP '2024-03-01 22:00:00', 'network', 1, 3, 60, 1),
    (TIMESTAMP '2024-03-01 22:00:00', 'cpu', 0, 1, 100, 1), (TIMESTAMP '2024-03-01 22:00:00', 'cpu', 2, 1, 300, 1),
    (TIMESTAMP '2024-03-01 23:00:00', 'normal', 0, 5, 5, 1)`;

export interface ApiFixture {
  readonly api: Api;
  readonly store: HotStore;
  /** The run's folder. */
  readonly dir: string;
  get(url: string, headers?: Record<string, string>): Promise<LightMyRequestResponse>;
  /** With the owner's token and JSON, unless `headers` say otherwise. */
  post(url: string, body: unknown, headers?: Record<string, string>): Promise<LightMyRequestResponse>;
}

/** Registers work to be done after the test, last registered first. */
export function cleanUp(t: TestContext): (work: () => Promise<unknown>) => void {
  const stack: (() => Promise<unknown>)[] = [];
  t.after(async () => {
    for (const work of stack.reverse()) await work();
  });
  return (work) => stack.push(work);
}

/** The API over a real store with the rows above. */
export async function apiFixture(
  t: TestContext,
  parts: Partial<ApiOptions> & { address?: Address } = {},
): Promise<ApiFixture> {
  const later = cleanUp(t);
  const dir = await mkdtemp(join(tmpdir(), 'spillway-api-'));
  later(() => rm(dir, { recursive: true, force: true }));
  const limits = { memoryMb: 200, threads: 1, clock: systemClock };
  const store = await openDuckDBStore({
    dir,
    writable: [],
    create: { manifest: MANIFEST, metrics: parts.metrics ?? METRICS },
    ...limits,
  });
  later(() => store.close());
  await store.ingest(async (session) => {
    await session.run(CONTENT);
    return { progress: PROGRESS, result: undefined };
  });
  const options: ApiOptions = {
    store,
    metrics: METRICS,
    status: () => STATUS,
    amend: async () => [],
    token: TOKEN,
    snapshotRoot: dir,
    archiveRoot: join(dir, 'archive'),
    traceRange: store.manifest,
    clock: systemClock,
    logger: silentLogger,
  };
  // Not copied: a part may be a getter, whose value changes from request to request.
  const all = Object.defineProperties(options, Object.getOwnPropertyDescriptors(parts));
  const api = await buildApp(all, parts.address ?? ADDRESS);
  later(() => api.close());
  const get: ApiFixture['get'] = (url, headers = {}) =>
    api.inject({ method: 'GET', url, headers: { host: HOST, ...headers } });
  const post: ApiFixture['post'] = (url, body, headers = {}) =>
    api.inject({
      method: 'POST',
      url,
      headers: { host: HOST, authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', ...headers },
      payload: typeof body === 'string' ? body : JSON.stringify(body),
    });
  return { api, store, dir, get, post };
}
