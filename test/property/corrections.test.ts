import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Metric } from '../../src/metrics/metric.ts';
import { parseFaults } from '../../src/model/faults.ts';
import type { Pipeline } from '../../src/pipeline.ts';
import { faultSpecs } from '../support/arbitrary-faults.ts';
import { saneRow, TRACE_FROM, TRACE_TO, traceRows } from '../support/arbitrary-trace.ts';
import { check } from '../support/property.ts';
import type { RunSpec } from '../support/run.ts';
import { startRun } from '../support/run.ts';
import { ask } from '../support/store.ts';
import { withTempDir } from '../support/temp-dir.ts';
import { writeTrace } from '../support/trace-file.ts';
import type { TraceRow } from '../support/trace-row.ts';
import { verifyFaults } from '../support/verified.ts';

const PARTITIONS = 2;
const HOURS = 4;
const ALL = { from: TRACE_FROM, to: TRACE_TO };

/** Faults of which some delay events past their hour. */
const lateFaults = faultSpecs(PARTITIONS, HOURS).map((spec) => (spec === 'none' ? 'late=50%' : `${spec},late=50%`));

/** Runs to the end, then `work`. */
async function withRun<T>(spec: RunSpec, work: (run: Pipeline) => Promise<T>): Promise<T> {
  const run = await startRun({ ...ALL, partitions: PARTITIONS, ...spec });
  try {
    await run.finished;
    return await work(run);
  } finally {
    await run.stop();
  }
}

/** The final rows of metrics and their days, without revisions. */
async function rollupsOf({ store }: Pipeline, wanted: (metric: Metric) => boolean): Promise<unknown> {
  const rows: Record<string, unknown> = {};
  for (const { name } of store.metrics.filter(wanted)) {
    for (const table of [name, `${name}_day`]) {
      rows[table] = await ask(store, `SELECT * EXCLUDE (revision) FROM ${table} ORDER BY ALL`);
    }
  }
  return rows;
}

/** Each key once: of two events with one key the one that comes in time is counted, whichever is smaller. */
function uniqueKeys(rows: readonly TraceRow[]): TraceRow[] {
  return rows.map((row, index) => ({ ...row, query_id: index + 1 }));
}

function withoutTwice(spec: string): string {
  const parts = spec.split(',');
  return parts
    .filter((part, index) => parts.findIndex((p) => p.split('=')[0] === part.split('=')[0]) === index)
    .join(',');
}

const spec = lateFaults.map(withoutTwice);

test('whatever was injected, amending every hour gives the undisturbed answers of all metrics without history', async () => {
  const rows = fc.array(saneRow, { minLength: 10, maxLength: 60, size: 'max' }).map(uniqueKeys);
  const property = fc.asyncProperty(rows, spec, fc.nat(), async (trace, faults, faultSeed) => {
    await withTempDir(async (dataDir) => {
      const path = await writeTrace(dataDir, trace);
      const plain = ({ history }: Metric): boolean => !history;
      const undisturbed = await withRun({ trace: path, dataDir, run: 'plain' }, (run) => rollupsOf(run, plain));
      const parsed = parseFaults(faults);
      assert.ok(parsed !== undefined, faults);
      await withRun({ trace: path, dataDir, run: 'faulty', faults: parsed, faultSeed }, async (run) => {
        const place = { trace: path, dataDir, run: 'faulty' };
        assert.deepEqual(await verifyFaults(run, place), []);
        await run.amend(ALL);
        assert.deepEqual(await rollupsOf(run, plain), undisturbed);
        assert.deepEqual(await verifyFaults(run, place), []);
      });
    });
  });
  await check(property, 4);
});

test('whatever is injected into whatever trace, the answers are verified, amended or not, kept or not', async () => {
  const ways = fc.record({
    faults: spec,
    faultSeed: fc.nat(),
    keep: fc.constantFrom('all' as const, 'rollups' as const),
    amendAfterMs: fc.constantFrom('off' as const, 0, 3_600_000),
    hotHours: fc.constantFrom(1, 2, 48),
  });
  const property = fc.asyncProperty(traceRows, ways, async (rows, { faults, ...way }) => {
    await withTempDir(async (dataDir) => {
      const trace = await writeTrace(dataDir, rows);
      const parsed = parseFaults(faults);
      assert.ok(parsed !== undefined, faults);
      await withRun({ trace, dataDir, faults: parsed, ...way }, async (run) => {
        assert.deepEqual(await verifyFaults(run, { trace, dataDir, run: 'default' }), []);
        if (way.keep === 'rollups') assert.deepEqual(await ask(run.store, 'SELECT count(*) FROM events'), [[0]]);
      });
    });
  });
  await check(property, 8);
});

test('a run that keeps rollups only comes to the same as one that keeps everything', async () => {
  const property = fc.asyncProperty(traceRows, spec, fc.nat(), async (rows, faults, faultSeed) => {
    await withTempDir(async (dataDir) => {
      const trace = await writeTrace(dataDir, rows);
      const parsed = parseFaults(faults);
      assert.ok(parsed !== undefined, faults);
      const both = { trace, dataDir, faults: parsed, faultSeed };
      const everything = await withRun({ ...both, run: 'everything' }, (run) => rollupsOf(run, () => true));
      const [rollups, files] = await withRun({ ...both, run: 'rollups', keep: 'rollups' }, async (run) => [
        await rollupsOf(run, () => true),
        await ask(run.store, "SELECT count(*) FROM archive_files WHERE dataset = 'events'"),
      ]);
      assert.deepEqual(rollups, everything);
      assert.deepEqual(files, [[0]]);
    });
  });
  await check(property, 3);
});
