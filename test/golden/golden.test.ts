import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { describe, test } from 'node:test';
import type { JsonCell } from '../../src/hot-store/hot-store.ts';
import type { Metric } from '../../src/metrics/metric.ts';
import { deriveValues, rollupColumns } from '../../src/metrics/metric.ts';
import { parseSlots, parseWeights } from '../../src/model/scoring.ts';
import type { EventTime } from '../../src/model/time.ts';
import { eventTime, MICROS_PER_HOUR, parseTime } from '../../src/model/time.ts';
import { silentLogger } from '../../src/observe/logger.ts';
import type { Pipeline, PipelineOptions } from '../../src/pipeline.ts';
import { startPipeline } from '../../src/pipeline.ts';
import { systemClock } from '../../src/time/clock.ts';
import type { Expectation, GoldenCase } from './case.ts';
import { readCases } from './case.ts';
import type { Shape } from './trace.ts';
import { writeTrace } from './trace.ts';

/** Fractions worked out by hand have five digits. */
const PRECISION = 1e-4;

// A run mostly waits for its files to be durable.
describe('golden cases', { concurrency: 3 }, async () => {
  for (const golden of await readCases()) {
    test(`${golden.name}, typed`, async (t) => finishAndCheck(await prepare(t, golden, 'typed'), golden));
    test(`${golden.name}, as pandas leaves it`, async (t) =>
      finishAndCheck(await prepare(t, golden, 'pandas'), golden));
    test(`${golden.name}, stopped in the middle and resumed`, async (t) => {
      const options = await prepare(t, golden, 'typed');
      await playAndStopInTheMiddle(options, golden);
      await finishAndCheck(options, golden);
    });
  }
});

async function finishAndCheck(options: RunOptions, golden: GoldenCase): Promise<void> {
  await withPipeline(options, { speed: 'max' }, async (pipeline) => {
    assert.equal(await pipeline.finished, 'done');
    await checkAll(pipeline, golden);
  });
}

type RunOptions = Omit<PipelineOptions, 'pace'>;

async function prepare(t: TestContext, golden: GoldenCase, shape: Shape): Promise<RunOptions> {
  const dir = await mkdtemp(join(tmpdir(), 'spillway-golden-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  await writeTrace(join(dir, 'trace'), golden.events, shape);
  const { partitions = 4, latenessMs = 600_000, instances, from, to, slots, weights } = golden.options;
  return {
    trace: join(dir, 'trace'),
    dataDir: join(dir, 'data'),
    run: 'golden',
    partitions,
    latenessMs,
    sanity: { maxDurationMs: 7 * 86_400_000, cap: false, rangeSlackMs: 86_400_000 },
    memoryMb: 256,
    ...(instances === undefined ? {} : { instances }),
    ...(from === undefined ? {} : { from: time(from) }),
    ...(to === undefined ? {} : { to: time(to) }),
    ...(slots === undefined ? {} : { slots: parseSlots(slots) ?? assert.fail(`"${slots}" are no slots`) }),
    ...(weights === undefined ? {} : { weights: parseWeights(weights) ?? assert.fail(`"${weights}" are no weights`) }),
  };
}

function time(text: string): EventTime {
  return parseTime(text) ?? assert.fail(`"${text}" is no time`);
}

async function withPipeline(
  options: RunOptions,
  pace: PipelineOptions['pace'],
  work: (pipeline: Pipeline) => Promise<void>,
): Promise<void> {
  const pipeline = await startPipeline({ ...options, pace }, { clock: systemClock, logger: silentLogger });
  try {
    await work(pipeline);
  } finally {
    await pipeline.stop();
  }
}

/** Plays the first half at full speed, where the film then all but stands still, and stops there. */
async function playAndStopInTheMiddle(options: RunOptions, golden: GoldenCase): Promise<void> {
  const times = golden.events.flatMap(({ arrival_timestamp: at }) => (typeof at === 'string' ? time(at) : []));
  const middle = eventTime(Math.floor((Math.min(...times) + Math.max(...times)) / 2));
  await withPipeline(options, { speed: 1, fillUntil: middle }, async (pipeline) => {
    for (;;) {
      const { replay, processor } = pipeline.status();
      if ((processor.counted > 0 && replay.at >= middle) || processor.state === 'failed') break;
      await systemClock.sleep(5);
    }
    await pipeline.stop();
    assert.equal(await pipeline.finished, 'stopped');
  });
}

async function checkAll(pipeline: Pipeline, golden: GoldenCase): Promise<void> {
  assert.ok(golden.expected.length > 0, 'a case without expectations');
  for (const expectation of golden.expected) {
    const metric = pipeline.metrics.find(({ name }) => name === expectation.table);
    if (expectation.groupBy !== undefined) await checkDerived(pipeline, expectation, metric, expectation.groupBy);
    else await checkTable(pipeline, expectation, metric);
  }
}

async function checkTable(pipeline: Pipeline, { file, table, columns, rows }: Expectation, metric: Metric | undefined) {
  if (metric !== undefined) {
    assert.deepEqual(
      columns,
      rollupColumns(metric).map(({ name }) => name),
      `${file}: the columns of the metric`,
    );
    const states = await pipeline.store.query(`SELECT DISTINCT state FROM ${table}`);
    assert.deepEqual(states.rows, rows.length === 0 ? [] : [['final']], `${file}: every row is final`);
  }
  const result = await pipeline.store.query(`SELECT ${columns.join(', ')} FROM ${table}`);
  assert.deepEqual(result.rows.map(line).sort(), rows.map(line).sort(), file);
}

async function checkDerived(
  pipeline: Pipeline,
  { file, table, columns, rows }: Expectation,
  metric: Metric | undefined,
  groupBy: readonly string[],
): Promise<void> {
  assert.ok(metric !== undefined, `${file}: no metric ${table}`);
  const result = await pipeline.store.query(`SELECT * FROM ${table}`);
  const names = result.columns.map(({ name }) => name);
  const records = result.rows.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i] ?? null])));
  const { slots, weights, from, to } = pipeline.store.manifest;
  const context = { slots, weights, hours: (to - from) / MICROS_PER_HOUR };
  const actual = new Map(
    deriveValues<JsonCell>(metric, records, groupBy, context).map((row) => {
      const cells: Record<string, unknown> = { ...row.keys, ...row.measures, ...row.derived };
      return [line(groupBy.map((key) => row.keys[key])), columns.map((name) => cells[name])];
    }),
  );
  const keys = rows.map((row) => line(row.slice(0, groupBy.length)));
  assert.deepEqual([...actual.keys()].sort(), keys.toSorted(), `${file}: groups`);
  for (const row of rows) {
    const found = actual.get(line(row.slice(0, groupBy.length))) ?? [];
    for (const [i, name] of columns.entries()) assertNear(found[i], row[i] ?? '', `${file}: ${name} of ${line(row)}`);
  }
}

function assertNear(found: unknown, expected: string, message: string): void {
  const [x, y] = [Number(found), Number(expected)];
  const near = typeof found === 'number' && expected !== '' && Math.abs(x - y) <= PRECISION * Math.abs(y);
  if (!near) assert.equal(cell(found), expected, message);
}

function line(cells: readonly unknown[]): string {
  return cells.map(cell).join(',');
}

function cell(value: unknown): string {
  return value === null || value === undefined ? '' : String(value);
}
