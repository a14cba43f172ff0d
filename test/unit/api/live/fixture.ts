import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { buildApp } from '../../../../src/api/app.ts';
import type { Api, ApiOptions } from '../../../../src/api/options.ts';
import { openLocalArchive } from '../../../../src/archive/local.ts';
import type { HotStore } from '../../../../src/hot-store/hot-store.ts';
import type { Metric } from '../../../../src/metrics/metric.ts';
import type { RunStatus } from '../../../../src/model/status.ts';
import type { EventTime } from '../../../../src/model/time.ts';
import { replayTime, wallTime } from '../../../../src/model/time.ts';
import { silentLogger } from '../../../../src/observe/logger.ts';
import { amendHours } from '../../../../src/processor/amend.ts';
import { closeHours } from '../../../../src/processor/close.ts';
import { systemClock } from '../../../../src/time/clock.ts';
import type { TestClock } from '../../../../src/time/test-clock.ts';
import { testClock } from '../../../../src/time/test-clock.ts';
import { BatchFeed } from '../../../support/batch-feed.ts';
import { closerParts } from '../../../support/closing.ts';
import { makeManifest } from '../../../support/manifest.ts';
import { LOAD } from '../../../support/metrics.ts';
import type { CheckedEvent, LiveEvent, SseClient } from '../../../support/sse-client.ts';
import { sseClient } from '../../../support/sse-client.ts';
import { testStore } from '../../../support/store.ts';
import { tempDir } from '../../../support/temp-dir.ts';
import { at } from '../../../support/time.ts';
import { STATUS, TOKEN } from '../fixture.ts';

/** Queries of each hour, in a panel and in the top row. */
export const SHOWN_LOAD: Metric = {
  ...LOAD,
  panel: {
    ...{ chart: 'line', x: 'hour', y: ['queries'], series: undefined, top: undefined, where: {}, stack: false },
    ...{ scale: 'linear', over: 'range', caption: [], spread: undefined, fit: undefined },
  },
  kpi: [{ label: 'queries', value: 'queries', better: undefined, where: {}, count: undefined }],
};

export const [MIDNIGHT, ONE, TWO] = [at('2024-03-01 00:00'), at('2024-03-01 01:00'), at('2024-03-01 02:00')];

/** A run that goes on only when a test lets it, and its API over HTTP. */
export interface LiveFixture {
  readonly clock: TestClock;
  readonly store: HotStore;
  readonly feed: BatchFeed;
  readonly api: Api;
  /** As the API was given them: a test may put other things in their place. */
  readonly options: { -readonly [K in keyof ApiOptions]: ApiOptions[K] };
  readonly url: string;
  /** The film is there. */
  film(place: string): void;
  /** Closes hours as the processor does. */
  close(...hours: readonly EventTime[]): Promise<void>;
  /** Folds in all late events, as the processor does. */
  amend(): Promise<void>;
  connect(query?: string, headers?: Record<string, string>): Promise<SseClient>;
  /** Lets wall time pass until that event has come. */
  next<E extends LiveEvent>(client: SseClient, event: E): Promise<CheckedEvent<E>>;
  /** Lets wall time pass until the status has come so many times, and everything that goes with it. */
  ticks(client: SseClient, count: number): Promise<void>;
}

export async function liveFixture(
  t: TestContext,
  parts: { metrics?: readonly Metric[]; options?: Partial<ApiOptions> } = {},
): Promise<LiveFixture> {
  const clock = testClock(wallTime(Date.UTC(2026, 0, 1)));
  const { metrics = [SHOWN_LOAD] } = parts;
  const dir = await tempDir(t);
  const archive = await openLocalArchive(join(dir, 'archive'), 'default');
  const store = await testStore(t, dir, { manifest: makeManifest({ metrics: {} }), metrics, clock });
  let status = statusAt(at('2024-03-01 00:30'));
  const options = {
    ...{ store, metrics, status: () => status, amend: async () => [], token: TOKEN, snapshotRoot: dir },
    ...{ archiveRoot: dir, traceRange: store.manifest, clock, logger: silentLogger },
    ...parts.options,
  };
  const address = { host: '127.0.0.1', port: 0 };
  const api = await buildApp(options, address);
  t.after(() => api.close());
  await api.listen(address);
  const { port } = api.server.address() as AddressInfo;
  address.port = port;
  const url = `http://127.0.0.1:${port}`;
  const next: LiveFixture['next'] = async (client, event) => {
    const deadline = performance.now() + 10_000;
    for (;;) {
      const found = await client.find(event, 30);
      if (found !== undefined) return found;
      assert.ok(performance.now() < deadline, `waiting for ${event}; came: ${client.names().join(' ')}`);
      await clock.advance(250);
    }
  };
  return {
    ...{ clock, store, api, options, url, next, feed: new BatchFeed(store) },
    film: (place) => {
      status = statusAt(at(`2024-03-01 ${place}`));
    },
    close: async (...hours) => {
      await closeHours(closerParts(store, { clock, archive }), hours, at('2024-03-01 03:10'));
    },
    amend: async () => {
      await amendHours(closerParts(store, { clock, archive }), await store.waitingHours());
    },
    connect: (query = '', headers = {}) => sseClient(t, `${url}/api/live${query}`, headers),
    ticks: async (client, count) => {
      for (let n = 0; n < count; n++) await next(client, 'status');
      await systemClock.sleep(50);
    },
  };
}

function statusAt(place: EventTime): RunStatus {
  return {
    ...STATUS,
    replay: { ...STATUS.replay, at: replayTime(place), from: MIDNIGHT, to: at('2024-03-01 03:00') },
    processor: { ...STATUS.processor, partitions: [], lastFinal: undefined },
  };
}
