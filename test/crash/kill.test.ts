import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { archiveFaults, filesBelow } from '../support/archive-content.ts';
import type { KillPoint } from '../support/kill-points.ts';
import { KILL_POINTS, WHILE_ORDERING } from '../support/kill-points.ts';
import type { RunPlace } from '../support/run-content.ts';
import { compareRuns, fates, imbalances } from '../support/run-content.ts';
import type { Ending, RunCommand } from '../support/run-process.ts';
import { runSpillway } from '../support/run-process.ts';
import { TRACE_START, writeSqlTrace } from '../support/sql-trace.ts';
import { tempDir } from '../support/temp-dir.ts';

/** A pass over every place; `npm run soak` makes many more. */
const KILLS = Number(process.env.CRASH_KILLS ?? 15);
/** A kill may fall beside its place, because the process is watched from outside; then it is tried again. */
const MOST_TRIES = KILLS * 4;
const TRACE_HOURS = 48;
/** An hour of the trace every half second: closings come one by one, so that each kill has its own. */
const PACED = 7_200;
/** Everything that can go wrong on the way, hours that are amended as soon as may be, and events that are dropped. */
const FLAGS = [
  ...['--faults', 'disorder=5m,duplicate=1%,corrupt=0.5%,late=0.3%,stall=partition:1@T+6h+40m', '--fault-seed', '7'],
  ...['--amend-after', '1h', '--hot-hours', '24'],
];

/** A trace with repeats, conflicts and bad rows of its own, and times as text, so that it must be ordered first. */
async function writeTrace(folder: string): Promise<void> {
  await writeSqlTrace({
    file: join(folder, 'provisioned', 'full.parquet'),
    rows: 60_000,
    hours: TRACE_HOURS,
    instances: 12,
  });
  await writeSqlTrace({
    file: join(folder, 'serverless', 'full.parquet'),
    rows: 16_000,
    hours: TRACE_HOURS,
    instances: 5,
    columns: {
      arrival_timestamp: `CAST(TIMESTAMP '${TRACE_START}' + to_microseconds(CAST(i * 3600000000.0 * hours / rows AS BIGINT)) AS VARCHAR)`,
    },
    order: 'hash(query_id)',
    extra: [
      'SELECT * FROM trace WHERE query_id % 70 = 3',
      'SELECT * REPLACE (execution_duration_ms + 1 AS execution_duration_ms) FROM trace WHERE query_id % 90 = 5',
      'SELECT * REPLACE (-5 AS mbytes_scanned) FROM trace WHERE query_id % 100 = 9',
      'SELECT * REPLACE (NULL AS arrival_timestamp) FROM trace WHERE query_id % 500 = 9',
    ],
  });
}

/** Runs the command and kills it at the point. */
async function killAt(point: KillPoint, command: RunCommand): Promise<Ending> {
  let timer: NodeJS.Timeout | undefined;
  const ending = await runSpillway(command, (line, kill) => {
    if (timer !== undefined || !point.after(line)) return;
    const delayMs = Math.random() * point.withinMs;
    if (delayMs < 1) kill();
    timer = setTimeout(kill, delayMs);
  });
  clearTimeout(timer);
  return ending;
}

async function runToTheEnd(command: RunCommand): Promise<void> {
  const { code, stderr } = await runSpillway(command);
  assert.equal(code, 0, `the run ends by itself; it wrote: ${stderr}`);
}

/** A finished run is what the undisturbed one is, adds up, and has left nothing lying about. */
async function assertSame(undisturbed: RunPlace, place: RunPlace): Promise<void> {
  assert.deepEqual(await compareRuns(undisturbed, place), []);
  assert.deepEqual(await imbalances(place), []);
  assert.deepEqual(await archiveFaults(place), []);
  const own = (await filesBelow(place.dataDir)).filter((file) => !file.startsWith('archive/'));
  // The token is kept for the next start; everything else is the run.
  const expected = [/^token$/, /^cache\/ordered-\w+\.parquet$/, /^logs\/[\w-]+\.log$/, /^runs\/[\w-]+\/hot\.duckdb$/];
  assert.deepEqual(
    own.filter((file) => !expected.some((pattern) => pattern.test(file))),
    [],
    'nothing is left behind',
  );
}

test('kill -9 at any moment, then the same command: the same answers, nothing lost, nothing twice', {
  timeout: 60_000 + KILLS * 20_000,
}, async (t) => {
  const folder = await tempDir(t);
  const trace = join(folder, 'trace');
  await writeTrace(trace);
  const undisturbed = { dataDir: join(folder, 'undisturbed'), run: 'whole' };
  await runToTheEnd({ ...undisturbed, trace, speed: 'max', flags: FLAGS });
  assert.deepEqual(await imbalances(undisturbed), []);
  const { counted, rejected, duplicate, late } = await fates(undisturbed);
  assert.ok(counted > 70_000 && rejected > 400 && duplicate > 800 && late > 150, 'there are records of each fate');

  const landed: KillPoint[] = [];
  const killed = { dataDir: join(folder, 'killed'), run: 'run-0' };
  for (let tries = 0; landed.length < KILLS; tries++) {
    assert.ok(
      tries < MOST_TRIES,
      `only ${landed.length} of ${tries} kills fell where they should: ${landed.map(({ name }) => name).join('; ')}`,
    );
    const point = tries === 0 ? WHILE_ORDERING : (KILL_POINTS[landed.length % KILL_POINTS.length] ?? WHILE_ORDERING);
    // At full speed closings hold several hours and batches are large.
    const speed = tries % 8 === 7 ? 'max' : PACED;
    const { code, signal, log, stderr } = await killAt(point, { ...killed, trace, speed, flags: FLAGS });
    if (signal !== 'SIGKILL') {
      assert.equal(code, 0, `${point.name}: only a kill or its end stops a run; it wrote: ${stderr}`);
      await assertSame(undisturbed, killed);
      killed.run = `run-${tries}`;
    } else if (point.hit(log)) {
      landed.push(point);
    }
  }
  await runToTheEnd({ ...killed, trace, speed: 'max', flags: FLAGS });
  await assertSame(undisturbed, killed);
  const critical = landed.filter((point) => point.critical).length;
  t.diagnostic(`${landed.length} kills, ${critical} of them inside a closing or a commit`);
  assert.ok(landed.length >= KILLS && critical >= KILLS / 2);
});
