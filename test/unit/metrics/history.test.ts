import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { Session } from '../../../src/engine/session.ts';
import { Engine, numberOf } from '../../../src/engine/session.ts';
import { timestamp } from '../../../src/engine/sql.ts';
import { HISTORY_COLUMNS, historySql } from '../../../src/metrics/history.ts';
import type { EventTime } from '../../../src/model/time.ts';
import { addMicros, hourOf, MICROS_PER_HOUR, MICROS_PER_MS } from '../../../src/model/time.ts';
import { at } from '../../support/time.ts';

const START = at('2024-03-01 00:00');
const END = at('2024-03-20 00:00');
const hour = (n: number): EventTime => addMicros(START, n * MICROS_PER_HOUR);

interface Query {
  readonly arrival: EventTime;
  readonly fingerprint?: string | null;
  readonly aborted?: boolean;
  readonly cached?: boolean;
  readonly ln?: number;
  readonly queueMs?: number;
  readonly compileMs?: number;
  readonly executionMs?: number;
}

/** A session with an empty history, and how to bring it forward by hours. */
async function newHistory(t: TestContext, to: EventTime = END) {
  const engine = await Engine.open(':memory:', { memoryMb: 128, threads: 1 });
  const session = await engine.session();
  t.after(() => {
    session.close();
    engine.close();
  });
  await session.run(`CREATE TABLE prints (${HISTORY_COLUMNS.fingerprints}); CREATE TABLE busy (${HISTORY_COLUMNS.carried});
    CREATE TABLE queries (hour TIMESTAMP, instance_id VARCHAR, arrival_timestamp TIMESTAMP, feature_fingerprint VARCHAR, was_aborted BOOLEAN,
      was_cached BOOLEAN, ln_execution BIGINT, queue_duration_ms BIGINT, compile_duration_ms BIGINT, execution_duration_ms BIGINT)`);
  return {
    session,
    add: (...queries: readonly Query[]) =>
      session.run(`INSERT INTO queries VALUES ${queries.map(valuesOf).join(', ')}`),
    /** Computes the hours in one go and makes what they add part of the history. */
    close: async (...hours: readonly EventTime[]) => {
      const events = `SELECT * FROM queries WHERE hour IN (${hours.map(timestamp).join(', ')})`;
      await session.run(historySql({ events, hours, fingerprints: 'prints', carried: 'busy', to }));
      await session.run('INSERT INTO prints FROM temp.learned; INSERT INTO busy FROM temp.carried_over');
    },
  };
}

function valuesOf(query: Query): string {
  const { arrival, fingerprint = 'f', aborted = false, cached = false, ln = 0 } = query;
  const { queueMs = 0, compileMs = 0, executionMs = 0 } = query;
  const print = fingerprint === null ? 'NULL' : `'${fingerprint}'`;
  return `(${timestamp(hourOf(arrival))}, 'provisioned-1', ${timestamp(arrival)}, ${print}, ${aborted}, ${cached}, ${ln}, ${queueMs}, ${compileMs}, ${executionMs})`;
}

/** Rows of `known`: hour since the start, fingerprint, runs, sum of logarithms. */
async function known(session: Session): Promise<unknown[]> {
  const rows = await session.rows(
    'SELECT epoch_us(hour) AS hour, feature_fingerprint AS f, runs, sum_ln_execution AS ln FROM temp.known ORDER BY hour, f',
  );
  return rows.map((row) => [
    (numberOf(row.hour) - START) / MICROS_PER_HOUR,
    row.f,
    numberOf(row.runs),
    numberOf(row.ln),
  ]);
}

/** Rows of `carried`: hour since the start, milliseconds. */
async function carried(session: Session): Promise<unknown[]> {
  const rows = await session.rows('SELECT epoch_us(hour) AS hour, busy_ms FROM temp.carried ORDER BY hour');
  return rows.map((row) => [(numberOf(row.hour) - START) / MICROS_PER_HOUR, numberOf(row.busy_ms)]);
}

test('a fingerprint is known from the hour after its first execution on, with its runs and logarithms so far', async (t) => {
  const { session, add, close } = await newHistory(t);
  await add(
    { arrival: hour(0), ln: 10 },
    { arrival: hour(0), ln: 5 },
    { arrival: hour(1), ln: 7 },
    { arrival: hour(2), ln: 1 },
  );
  await close(hour(0));
  assert.deepEqual(await known(session), []);
  await close(hour(1));
  assert.deepEqual(await known(session), [[1, 'f', 2, 15]]);
  await close(hour(2));
  assert.deepEqual(await known(session), [[2, 'f', 3, 22]]);
});

test('hours computed together know the same as hours computed one by one', async (t) => {
  const queries = [0, 1, 3, 4, 171, 172, 341, 400].flatMap((n) => [
    { arrival: hour(n), ln: n, fingerprint: 'a' },
    { arrival: hour(n), ln: 1, fingerprint: n % 2 === 0 ? 'b' : 'c', aborted: n === 4 },
  ]);
  const hours = queries.map(({ arrival }) => arrival);
  const [together, alone] = [await newHistory(t), await newHistory(t)];
  for (const history of [together, alone]) await history.add(...queries);
  const distinct = [...new Set(hours)];
  await together.close(...distinct);
  const found: unknown[] = [];
  for (const each of distinct) {
    await alone.close(each);
    found.push(...(await known(alone.session)));
  }
  assert.deepEqual(await known(together.session), found);
  assert.equal(found.length, 10);
});

test('a fingerprint is known after 168 hours of silence, and forgotten after 169', async (t) => {
  for (const [silence, expected] of [
    [168, [[168, 'f', 1, 3]]],
    [169, []],
  ] as const) {
    const { session, add, close } = await newHistory(t);
    await add({ arrival: hour(0), ln: 3 }, { arrival: hour(silence), ln: 4 }, { arrival: hour(silence + 1), ln: 5 });
    await close(hour(0));
    await close(hour(silence));
    assert.deepEqual(await known(session), expected);
    await close(hour(silence + 1));
    const [runs, ln] = silence === 168 ? [2, 7] : [1, 4];
    assert.deepEqual(
      await known(session),
      [[silence + 1, 'f', runs, ln]],
      'a history that starts anew has nothing of the old one',
    );
  }
});

test('aborted runs keep a fingerprint alive and are not summed; cached rows and rows without a fingerprint count nowhere', async (t) => {
  const { session, add, close } = await newHistory(t);
  await add(
    { arrival: hour(0), ln: 3 },
    { arrival: hour(100), ln: 50, aborted: true },
    { arrival: hour(200), ln: 4 },
    { arrival: hour(200), fingerprint: 'only aborted', aborted: true },
    { arrival: hour(201), fingerprint: 'only aborted' },
    { arrival: hour(200), fingerprint: 'cached', cached: true },
    { arrival: hour(201), fingerprint: 'cached' },
    { arrival: hour(200), fingerprint: null },
    { arrival: hour(201), fingerprint: null },
  );
  for (const n of [0, 100]) await close(hour(n));
  await close(hour(200));
  assert.deepEqual(await known(session), [[200, 'f', 1, 3]]);
  await close(hour(201));
  assert.deepEqual(await known(session), [[201, 'only aborted', 0, 0]]);
});

test('what a query executes beyond its own hour is carried into each hour that it touches', async (t) => {
  const { session, add, close } = await newHistory(t);
  const late = addMicros(hour(0), 59 * 60_000_000 + 999);
  // Starts 00:59:30 (the arrival's fraction of a millisecond does not count), ends 02:10.
  await add({ arrival: late, queueMs: 20_000, compileMs: 10_000, executionMs: 70 * 60_000 + 30_000 });
  // Begins to execute only in the hour after the next.
  await add({ arrival: late, fingerprint: 'g', queueMs: 2 * 3_600_000, executionMs: 5 });
  // Ends on the last millisecond of its own hour.
  await add({ arrival: late, fingerprint: 'h', executionMs: 60_000 });
  await close(hour(0));
  assert.deepEqual(await carried(session), []);
  await close(hour(1));
  assert.deepEqual(await carried(session), [[1, 3_600_000]]);
  await close(hour(2));
  assert.deepEqual(await carried(session), [[2, 600_000 + 5]]);
  await close(hour(3));
  assert.deepEqual(await carried(session), []);
});

test('hours computed together carry into one another', async (t) => {
  const { session, add, close } = await newHistory(t);
  await add({ arrival: hour(0), executionMs: 3 * 3_600_000 + 1 }, { arrival: hour(1), executionMs: 3_600_001 });
  await close(hour(0), hour(1), hour(2));
  assert.deepEqual(await carried(session), [
    [1, 3_600_000],
    [2, 3_600_001],
  ]);
  await close(hour(3));
  assert.deepEqual(await carried(session), [[3, 1]]);
});

test('nothing is carried beyond the end of the run, and cached rows carry nothing', async (t) => {
  const { session, add, close } = await newHistory(t, hour(2));
  await add(
    { arrival: hour(0), executionMs: 100 * 3_600_000 },
    { arrival: hour(0), cached: true, executionMs: 9 * 3_600_000 },
  );
  await close(hour(0));
  const rows = await session.rows(
    `SELECT (epoch_us(hour) - ${START}) // ${MICROS_PER_HOUR} AS hour, busy_ms // ${MICROS_PER_MS} AS s FROM busy ORDER BY 1`,
  );
  assert.deepEqual(
    rows.map((row) => [numberOf(row.hour), numberOf(row.s)]),
    [[1, 3600]],
  );
});
