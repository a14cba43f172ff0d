import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Session } from '../../src/engine/session.ts';
import { Engine } from '../../src/engine/session.ts';
import { SpillwayError } from '../../src/errors.ts';
import { parseTime } from '../../src/model/time.ts';
import type { Pipeline, PipelineOptions } from '../../src/pipeline.ts';
import { BROKEN_BYTES } from '../support/broken-traces/bytes.ts';
import type { BrokenTrace } from '../support/broken-traces/case.ts';
import { openWorkshop, prepareSound } from '../support/broken-traces/case.ts';
import { BROKEN_COLUMNS } from '../support/broken-traces/columns.ts';
import { BROKEN_PLACES } from '../support/broken-traces/places.ts';
import { BROKEN_TIMES } from '../support/broken-traces/times.ts';
import { openTestTrace } from '../support/flow.ts';
import { startRun } from '../support/run.ts';
import { runSpillway } from '../support/run-process.ts';
import { tempDir } from '../support/temp-dir.ts';

const CORPUS: readonly BrokenTrace[] = [...BROKEN_PLACES, ...BROKEN_BYTES, ...BROKEN_COLUMNS, ...BROKEN_TIMES];

let engine: Engine;
let session: Session;

before(async () => {
  engine = await Engine.open(':memory:', { memoryMb: 300, threads: 1 });
  session = await engine.session();
  await prepareSound(session);
});

after(() => {
  session.close();
  engine.close();
});

/** What a run of a trace came to: the refusal, or the fates of its rows. */
type Outcome = { readonly refusal: SpillwayError } | Fates;

interface Fates {
  /** Rows that the run was to send. */
  readonly rows: number;
  readonly counted: number;
  /** Rejected rows by `reason field`. */
  readonly rejected: Readonly<Record<string, number>>;
  readonly accounted: number;
}

async function play(
  options: Pick<PipelineOptions, 'trace' | 'dataDir'>,
  range: BrokenTrace['options'],
): Promise<Outcome> {
  const [from, to] = [range?.from, range?.to].map((text) => (text === undefined ? undefined : parseTime(text)));
  let pipeline: Pipeline | undefined;
  try {
    // Most cases end here, long before a run would begin.
    await (await openTestTrace(options.trace, options.dataDir)).close();
    pipeline = await startRun({
      ...options,
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    });
    assert.equal(await pipeline.finished, 'done');
    return await fatesOf(pipeline);
  } catch (error) {
    if (error instanceof SpillwayError) return { refusal: error };
    throw error;
  } finally {
    await pipeline?.stop();
  }
}

async function fatesOf({ store, replay }: Pipeline): Promise<Fates> {
  const number = async (sql: string): Promise<number> => Number((await store.query(sql)).rows[0]?.[0] ?? 0);
  const reasons = await store.query(
    "SELECT concat_ws(' ', reason, field), count(*), count(raw) FROM rejected GROUP BY ALL",
  );
  for (const [reason, count, raw] of reasons.rows)
    assert.equal(count, raw, `a rejected row keeps what came: ${String(reason)}`);
  assert.equal(await number("SELECT count(*) FROM hours WHERE state <> 'final'"), 0);
  assert.equal(await number('SELECT sum(gaps + resent) FROM progress'), 0);
  return {
    rows: replay.status().eventsSent,
    counted: await number('SELECT count(*) FROM events'),
    rejected: Object.fromEntries(reasons.rows.map(([reason, count]) => [String(reason), Number(count)])),
    accounted: await number('SELECT sum(counted + late + rejected + duplicate) FROM receipts'),
  };
}

function assertRefusal(error: SpillwayError): void {
  assert.equal(error.domain, 'user', `exit code 2 means a user's error; found ${error.code}: ${error.message}`);
  assert.match(error.message, /^[^\n]{1,2000}$/, 'one line');
  assert.doesNotMatch(error.message, /\bat .*\.ts:|INTERNAL|stack/i, 'no stack');
  assert.ok(error.hint !== undefined && !error.hint.includes('\n'), 'a hint says what to do');
}

function assertBalanced(fates: Fates): void {
  const rejected = Object.values(fates.rejected).reduce((sum, count) => sum + count, 0);
  assert.equal(fates.accounted, fates.rows, 'receipts account for every row');
  assert.equal(fates.counted + rejected, fates.rows, 'every row is kept, counted or rejected');
}

for (const { name, verdict, make, unless, options } of CORPUS) {
  test(`a trace ${name}`, async (t) => {
    const reason = unless?.();
    if (reason !== undefined) return t.skip(reason);
    const dir = await tempDir(t);
    const trace = await make(await openWorkshop(session, join(dir, 'trace')));
    const outcome = await play({ trace, dataDir: join(dir, 'data') }, options);
    if ('refused' in verdict) {
      assert.ok('refusal' in outcome, `it is refused; found ${JSON.stringify(outcome)}`);
      assertRefusal(outcome.refusal);
      assert.equal(outcome.refusal.code, verdict.refused, outcome.refusal.message);
      for (const text of verdict.mentions)
        assert.ok(outcome.refusal.message.includes(text), `${outcome.refusal.message} mentions ${text}`);
      return;
    }
    if ('refusal' in outcome) {
      assert.ok('either' in verdict, `it is played; found ${outcome.refusal.message}`);
      assertRefusal(outcome.refusal);
      return;
    }
    assertBalanced(outcome);
    if ('rejected' in verdict) assert.deepEqual(outcome.rejected, verdict.rejected);
  });
}

/** One of each kind, as a user meets it. */
const SHOWN: readonly string[] = [
  'that does not exist',
  'that is text',
  'without the column num_joins',
  'with some times of 1970',
  'with all pages overwritten by zeros',
];

for (const name of SHOWN) {
  test(`spillway run says in one line what is wrong with a trace ${name}, and exits with 2`, async (t) => {
    const broken = CORPUS.find((candidate) => candidate.name === name);
    assert.ok(broken !== undefined);
    const dir = await tempDir(t);
    const trace = await broken.make(await openWorkshop(session, join(dir, 'trace')));
    const { code, stderr } = await runSpillway({ trace, dataDir: join(dir, 'data'), run: 'broken', speed: 'max' });
    assert.equal(code, 2, stderr);
    const lines = stderr.trimEnd().split('\n');
    assert.match(lines.slice(-2).join('\n'), /^error: trace .*\[TRACE_\w+\]\nhint: .+$/);
    assert.doesNotMatch(stderr, /^\s+at /m);
  });
}
