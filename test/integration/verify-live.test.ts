import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { runFolders } from '../../src/config/folders.ts';
import { parseFaults } from '../../src/model/faults.ts';
import { silentLogger } from '../../src/observe/logger.ts';
import type { Pipeline } from '../../src/pipeline.ts';
import { startPipeline } from '../../src/pipeline.ts';
import { systemClock } from '../../src/time/clock.ts';
import { openTrace } from '../../src/trace/open.ts';
import type { VerifyReport } from '../../src/verify/verify.ts';
import { snapshotNames, verifyRun } from '../../src/verify/verify.ts';
import { LIMITS } from '../support/manifest.ts';
import { writeSqlTrace } from '../support/sql-trace.ts';
import { tempDir } from '../support/temp-dir.ts';

const HOURS = 12;
/** An hour of the trace in a third of a second. */
const SPEED = 10_000;

/** Late events come and are folded in while others are on their way, and a partition is silent for a while. */
const FAULTS = 'disorder=5m,duplicate=3%,corrupt=3%,late=3%,stall=partition:1@T+2h+90m';

test('a disturbed run is verified at every moment while it goes on, and when it is done', async (t) => {
  const dir = await tempDir(t);
  const file = join(dir, 'trace', 'provisioned', 'part.parquet');
  const extra = [
    'SELECT * FROM trace WHERE query_id % 50 = 0',
    'SELECT * REPLACE (execution_duration_ms + 1 AS execution_duration_ms) FROM trace WHERE query_id % 50 = 5',
    'SELECT * REPLACE (CAST(NULL AS VARCHAR) AS query_type) FROM trace WHERE query_id % 50 = 10',
  ];
  await writeSqlTrace({ file, rows: 6_000, hours: HOURS, instances: 12, extra });
  const dataDir = join(dir, 'data');
  const pipeline = await startPipeline(
    {
      trace: join(dir, 'trace'),
      dataDir,
      run: 'live',
      partitions: 3,
      latenessMs: 600_000,
      sanity: LIMITS,
      pace: { speed: SPEED },
      faults: parseFaults(FAULTS) ?? assert.fail(FAULTS),
      amendAfterMs: 3_600_000,
      memoryMb: 500,
    },
    { clock: systemClock, logger: silentLogger },
  );
  t.after(() => pipeline.stop());
  const reports: VerifyReport[] = [];
  let done = false;
  const finished = pipeline.finished.finally(() => {
    done = true;
  });
  while (!done) reports.push(await verifyNow(pipeline, dir, reports.length));
  await finished;
  reports.push(await verifyNow(pipeline, dir, reports.length));
  for (const { checks } of reports)
    assert.deepEqual(
      checks.filter(({ equal }) => !equal),
      [],
    );
  const midway = reports.filter(({ totals }) => totals.finalHours > 0 && totals.finalHours < HOURS && !totals.ended);
  assert.ok(midway.length > 0, 'no snapshot was taken between the first final hour and the end');
  assert.deepEqual([reports.at(-1)?.totals.finalHours, reports.at(-1)?.totals.ended], [HOURS, true]);
});

async function verifyNow(pipeline: Pipeline, dir: string, turn: number): Promise<VerifyReport> {
  const { store, metrics } = pipeline;
  const snapshotDir = join(runFolders({ dataDir: join(dir, 'data') }, 'live').dir, `snapshot-${turn}`);
  await store.refreshLive();
  await store.snapshot(snapshotNames(metrics), snapshotDir);
  const trace = await openTrace({ path: join(dir, 'trace'), cacheDir: join(dir, 'cache'), memoryMb: 300, threads: 1 });
  try {
    const options = { trace, manifest: store.manifest, metrics, snapshotDir, memoryMb: 300, threads: 1 };
    return await verifyRun({ ...options, tempDir: join(dir, 'temp'), spanRows: 2_000 });
  } finally {
    await trace.close();
  }
}
