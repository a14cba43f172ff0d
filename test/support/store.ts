import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { openDuckDBStore } from '../../src/hot-store/duckdb.ts';
import type { HotStore, QueryResult } from '../../src/hot-store/hot-store.ts';
import type { Metric } from '../../src/metrics/metric.ts';
import type { Manifest } from '../../src/model/manifest.ts';
import type { Clock } from '../../src/time/clock.ts';
import { systemClock } from '../../src/time/clock.ts';
import { makeManifest } from './manifest.ts';
import { LOAD } from './metrics.ts';

export interface TestStoreOptions {
  readonly manifest?: Manifest;
  readonly metrics?: readonly Metric[];
  readonly clock?: Clock;
}

/** Opens the store of the run `default` below a data folder, and creates it if need be. */
export async function openTestStore(dataDir: string, options: TestStoreOptions = {}): Promise<HotStore> {
  const { manifest = makeManifest(), metrics = [LOAD], clock = systemClock } = options;
  return await openDuckDBStore({
    dir: join(dataDir, 'runs', 'default'),
    writable: [join(dataDir, 'archive', 'default')],
    create: { manifest, metrics },
    memoryMb: 256,
    threads: 1,
    clock,
  });
}

/** A store that is closed when the test ends. */
export async function testStore(t: TestContext, dataDir: string, options: TestStoreOptions = {}): Promise<HotStore> {
  const store = await openTestStore(dataDir, options);
  t.after(() => store.close());
  return store;
}

/** The rows of a query, as arrays. */
export async function ask(store: HotStore, sql: string): Promise<QueryResult['rows']> {
  return (await store.query(sql)).rows;
}
