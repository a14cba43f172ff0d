import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { LightMyRequestResponse } from 'fastify';
import { buildApp } from '../../../src/api/app.ts';
import type { ApiOptions } from '../../../src/api/options.ts';
import type { HotStore } from '../../../src/hot-store/hot-store.ts';
import { faultsOf } from '../../../src/model/faults.ts';
import { silentLogger } from '../../../src/observe/logger.ts';
import { startPipeline } from '../../../src/pipeline.ts';
import { systemClock } from '../../../src/time/clock.ts';
import { writeSqlTrace } from '../../support/sql-trace.ts';
import { ADDRESS, cleanUp, HOST, TOKEN } from './fixture.ts';

export interface PipelineFixture {
  /** The Parquet file that was played. */
  readonly trace: string;
  /** The run's folder. */
  readonly dir: string;
  readonly store: HotStore;
  /** The run's part of the archive. */
  readonly archive: string;
  /** The beginning of an answer that does not end. */
  begun(url: string): Promise<{ readonly type: string; readonly text: string }>;
  request(method: 'GET' | 'POST', url: string, body?: string): Promise<LightMyRequestResponse>;
}

/**
 * The API over a real run: a small trace of three hours, played to its end. `faults` are injected (`late=5%`), `parts`
 * take the place of the API's own.
 */
export async function pipelineFixture(
  t: TestContext,
  { faults = 'none', ...parts }: Partial<ApiOptions> & { readonly faults?: string } = {},
): Promise<PipelineFixture> {
  const later = cleanUp(t);
  const dataDir = await mkdtemp(join(tmpdir(), 'spillway-api-run-'));
  later(() => rm(dataDir, { recursive: true, force: true }));
  const trace = join(dataDir, 'provisioned', 'trace.parquet');
  await writeSqlTrace({ file: trace, rows: 3_000, hours: 3, instances: 4 });
  const pipeline = await startPipeline(
    {
      trace,
      dataDir,
      run: 'default',
      partitions: 2,
      latenessMs: 600_000,
      sanity: { maxDurationMs: 604_800_000, cap: false, rangeSlackMs: 86_400_000 },
      pace: { speed: 'max' },
      faults: faultsOf({ faults }),
      memoryMb: 400,
    },
    { clock: systemClock, logger: silentLogger },
  );
  later(() => pipeline.stop());
  const dir = join(dataDir, 'runs', 'default');
  const { store, metrics } = pipeline;
  const status = () => pipeline.status();
  const { amend } = pipeline;
  const options = {
    store,
    metrics,
    status,
    amend,
    token: TOKEN,
    snapshotRoot: dir,
    archiveRoot: join(dataDir, 'archive'),
    logger: silentLogger,
    traceRange: store.manifest,
    clock: systemClock,
    ...parts,
  };
  const api = await buildApp(options, ADDRESS);
  later(() => api.close());
  await pipeline.finished;
  const request: PipelineFixture['request'] = (method, url, body) =>
    api.inject({
      method,
      url,
      headers: { host: HOST, authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { payload: body }),
    });
  const begun: PipelineFixture['begun'] = async (url) => {
    const response = await api.inject({ method: 'GET', url, headers: { host: HOST }, payloadAsStream: true });
    const stream = response.stream().setEncoding('utf8');
    let text = '';
    for await (const piece of stream) {
      text += piece;
      if (text.includes('event: panels')) break;
    }
    return { type: String(response.headers['content-type']), text };
  };
  return { trace, dir, store, archive: join(dataDir, 'archive', 'default'), begun, request };
}
