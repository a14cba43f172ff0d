import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { manifestBody } from '../../../../src/api/routes/manifest.ts';
import { wallTime } from '../../../../src/model/time.ts';
import { apiFixture, MANIFEST, METRICS, STATUS } from '../fixture.ts';

const READY = [
  { name: 'store', ready: true, detail: 'answers' },
  { name: 'replay', ready: true, detail: 'playing' },
  { name: 'processor', ready: true, detail: 'running' },
];

describe('readiness', () => {
  test('is given when store, replay and processor can work', async (t) => {
    const { get } = await apiFixture(t);
    const response = await get('/readyz');
    assert.equal(response.statusCode, 200);
    assert.deepEqual(response.json(), { ready: true, checks: READY });
  });

  test('names everything that is not ready', async (t) => {
    const { replay, processor } = STATUS;
    const status = {
      ...STATUS,
      replay: { ...replay, state: 'starting' as const },
      processor: { ...processor, state: 'failed' as const },
    };
    const { get, store } = await apiFixture(t, { status: () => status });
    await store.close();
    const response = await get('/readyz');
    assert.equal(response.headers['content-type'], 'application/problem+json; charset=utf-8');
    const { detail, checks, ...problem } = response.json();
    assert.deepEqual(problem, {
      type: 'urn:spillway:error:NOT_READY',
      title: 'Not ready',
      status: 503,
      code: 'NOT_READY',
      hint: 'try again in a moment; the log says more',
    });
    assert.match(detail, /^store: .+; replay: starting; processor: failed$/);
    assert.deepEqual(
      checks.map((check: { ready: boolean }) => check.ready),
      [false, false, false],
    );
    assert.equal((await get('/healthz')).statusCode, 200);
  });
});

test('the status gives times as text and what is unknown as null', async (t) => {
  const { get } = await apiFixture(t);
  assert.deepEqual((await get('/api/status')).json(), {
    run: 'default',
    faults: 'none',
    faultSeed: 0,
    replay: {
      state: 'playing',
      at: '2024-03-02T01:05:00.250Z',
      from: '2024-03-01T22:00:00Z',
      to: '2024-03-02T02:00:00Z',
      speed: 60,
      fullSpeedUntil: null,
      speedReached: 59.5,
      driftMs: 12,
      remainingMs: null,
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
      watermark: '2024-03-02T00:40:00Z',
      partitions: [
        { partition: 0, nextOffset: 8, watermark: '2024-03-02T01:05:00Z', ended: false },
        { partition: 1, nextOffset: 6, watermark: null, ended: false },
      ],
      openHours: 2,
      finalHours: 2,
      lastFinal: '2024-03-01T23:00:00Z',
      lag: 3,
      failedMetrics: {},
    },
    openHours: [
      {
        hour: '2024-03-02T00:00:00Z',
        finalFrom: '2024-03-02T01:10:00Z',
        heldBy: [
          { partition: 1, watermark: '2024-03-02T00:40:00Z', since: null, ended: false },
          { partition: 0, watermark: '2024-03-02T01:05:00Z', since: null, ended: false },
        ],
      },
      {
        hour: '2024-03-02T01:00:00Z',
        finalFrom: '2024-03-02T02:10:00Z',
        heldBy: [
          { partition: 1, watermark: '2024-03-02T00:40:00Z', since: null, ended: false },
          { partition: 0, watermark: '2024-03-02T01:05:00Z', since: null, ended: false },
        ],
      },
    ],
    late: { waiting: 0, waitingHours: 0, amendedHours: 0, amendable: true },
    rejectedByReason: {},
    history: { rows: 0, bytes: 0 },
  });
});

test('the status counts rejected records by reason', async (t) => {
  const { get, store } = await apiFixture(t);
  await store.ingest(async (session) => {
    for (const reason of ['bad_type', 'conflict', 'bad_type'])
      await session.run(`INSERT INTO store.rejected BY NAME SELECT '${reason}' AS reason`);
    return { progress: await store.progress(), result: undefined };
  });
  assert.deepEqual((await get('/api/status')).json().rejectedByReason, { bad_type: 2, conflict: 1 });
});

test('the status says when a watermark moved, and what became of late events', async (t) => {
  const { get, store } = await apiFixture(t);
  await store.ingest(async (session) => {
    const late = (hour: string, fate: string): string =>
      `SELECT TIMESTAMP '2024-03-01 ${hour}:00:00' AS hour, '${fate}' AS fate`;
    const rows = [late('22', 'late'), late('22', 'late'), late('23', 'amended'), late('23', 'late_duplicate')];
    await session.run(`INSERT INTO store.late_events BY NAME ${rows.join(' UNION ALL ')}`);
    const progress = (await store.progress()).map((one) => ({ ...one, watermarkAt: wallTime(1_500) }));
    return { progress, result: undefined };
  });
  const { openHours, late } = (await get('/api/status')).json();
  assert.deepEqual(late, { waiting: 2, waitingHours: 1, amendedHours: 1, amendable: true });
  assert.equal(openHours[0].heldBy[0].since, '1970-01-01T00:00:01.500Z');
});

test('the manifest is passed on whole', async (t) => {
  const { get } = await apiFixture(t);
  const response = await get('/api/manifest');
  assert.equal(response.headers['content-type'], 'application/json; charset=utf-8');
  assert.deepEqual(response.json(), MANIFEST);
  manifestBody.parse(response.json());
});

test('metrics are described with their failure, if there was one', async (t) => {
  const processor = { ...STATUS.processor, failedMetrics: { classes: 'out of time' } };
  const { get } = await apiFixture(t, { status: () => ({ ...STATUS, processor }) });
  const { metrics } = (await get('/api/metrics')).json();
  assert.deepEqual(metrics[0], {
    name: 'traffic',
    title: 'Traffic',
    question: 'How much was moved?',
    description: null,
    keys: METRICS[0]?.keys,
    measures: [
      { name: 'queries', unit: 'queries', note: null },
      { name: 'bytes', unit: 'bytes', note: 'as counted' },
    ],
    derived: [{ name: 'mean_bytes', expr: 'bytes / queries', unit: 'bytes', note: null }],
    panel: {
      ...{ chart: 'line', x: 'hour', y: ['bytes'], series: null, top: null, where: {}, stack: false },
      ...{ scale: 'linear', over: 'range', caption: [], spread: null, fit: null },
    },
    kpi: [],
    history: false,
    sql: METRICS[0]?.sql,
    hash: '0'.repeat(64),
    failure: null,
  });
  assert.equal(metrics[1].panel, null);
  assert.equal(metrics[1].failure, 'out of time');
});
