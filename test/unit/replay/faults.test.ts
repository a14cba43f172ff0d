import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { Row, Session } from '../../../src/engine/session.ts';
import { numberOf } from '../../../src/engine/session.ts';
import { parseFaults } from '../../../src/model/faults.ts';
import { REDSET_COLUMNS } from '../../../src/model/redset.ts';
import { addMicros, hourOf, MICROS_PER_HOUR, MICROS_PER_MINUTE } from '../../../src/model/time.ts';
import { checksSql } from '../../../src/processor/checks.ts';
import type { SentSpec } from '../../../src/replay/faults.ts';
import { longestDelay, SENT_ORDER, sentCountSql, sentSql } from '../../../src/replay/faults.ts';
import { TOTAL_ORDER } from '../../../src/trace/trace.ts';
import { openSession } from '../../support/duckdb.ts';
import { LIMITS } from '../../support/manifest.ts';
import { TRACE_START, traceSql } from '../../support/sql-trace.ts';
import { at } from '../../support/time.ts';
import type { RowSpec } from '../../support/trace-row.ts';
import { rowsSql } from '../../support/trace-row.ts';

const FROM = at(TRACE_START);
const TO = addMicros(FROM, 10 * MICROS_PER_HOUR);
const EVENTS = 20_000;
const ALL = 'disorder=5m,duplicate=10%,corrupt=10%,late=10%';

/** What is sent for the rows of table `event_rows`, or of another SELECT. */
function specOf(faults: string, changes: Partial<SentSpec> = {}): SentSpec {
  const parsed = parseFaults(faults);
  assert.ok(parsed !== undefined, faults);
  return {
    rows: 'SELECT * FROM event_rows',
    faults: parsed,
    seed: 1,
    from: FROM,
    to: TO,
    latenessMs: 600_000,
    watermarkIntervalMs: 60_000,
    sanity: LIMITS,
    ...changes,
  };
}

/** A session with ten hours of sound events in `event_rows`. */
async function manyEvents(t: TestContext): Promise<Session> {
  return await eventsOf(
    t,
    `SELECT 'provisioned' AS deployment, * FROM (${traceSql({ rows: EVENTS, hours: 10, instances: 20 })})`,
  );
}

/** A session with the given rows in `event_rows`, as a trace has them. */
async function eventsOf(t: TestContext, rows: string): Promise<Session> {
  const session = await openSession(t);
  await session.run(
    `CREATE TABLE event_rows AS SELECT *, CAST(NULL AS VARCHAR) AS bad_columns, CAST(NULL AS VARCHAR) AS raw FROM (${rows})`,
  );
  return session;
}

async function sent(
  session: Session,
  spec: SentSpec,
  what = '*, epoch_us(arrival_timestamp) AS arrival',
): Promise<Row[]> {
  return await session.rows(`SELECT ${what} FROM (${sentSql(spec)}) ORDER BY ${SENT_ORDER}`);
}

async function countOf(session: Session, sql: string): Promise<number> {
  return numberOf((await session.row(`SELECT count(*) AS n FROM (${sql})`)).n);
}

test('without faults every event is sent once, when it arrives, and first of all if it has no time', async (t) => {
  const rows: RowSpec[] = [
    { query_id: 1, arrival_timestamp: FROM + 5 },
    { query_id: 2, arrival_timestamp: null },
    { query_id: 3, arrival_timestamp: FROM + 7, instance_id: null },
  ];
  const session = await eventsOf(t, rowsSql(rows));
  const found = await sent(session, specOf('none'), 'query_id, sent_at, copy, fault, route, raw');
  const plain = { copy: 0, fault: null, raw: null };
  assert.deepEqual(found, [
    { query_id: 2n, sent_at: BigInt(FROM), route: 'provisioned-1', ...plain },
    { query_id: 1n, sent_at: BigInt(FROM + 5), route: 'provisioned-1', ...plain },
    { query_id: 3n, sent_at: BigInt(FROM + 7), route: null, ...plain },
  ]);
});

test('a delay comes from nothing but the seed and what names the event', async (t) => {
  const arrival = FROM + 123_456;
  const session = await eventsOf(t, rowsSql([{ instance_id: 12, query_id: 77, arrival_timestamp: arrival }]));
  for (const seed of [1, 2, 987_654_321]) {
    const digest = createHash('md5').update(`${seed}|provisioned|12|77|${arrival}`).digest();
    const delay = Math.floor((digest.readUInt32LE(12) * 300_000_000) / 2 ** 32);
    const [record] = await sent(session, specOf('disorder=5m', { seed }), 'sent_at');
    assert.equal(record?.sent_at, BigInt(arrival + delay), `seed ${seed}`);
  }
});

test('an event gives the same records whatever it is read together with', async (t) => {
  const session = await manyEvents(t);
  await session.run(`CREATE TABLE whole AS ${sentSql(specOf(ALL))}`);
  const parts = [0, 1, 2].map((part) =>
    sentSql(specOf(ALL, { rows: `SELECT * FROM event_rows WHERE query_id % 3 = ${part} ORDER BY user_id` })),
  );
  await session.run(`CREATE TABLE parts AS ${parts.map((part) => `SELECT * FROM (${part})`).join(' UNION ALL ')}`);
  assert.ok((await countOf(session, 'FROM whole')) > EVENTS * 1.15);
  assert.equal(await countOf(session, 'FROM whole EXCEPT ALL FROM parts'), 0);
  assert.equal(await countOf(session, 'FROM parts EXCEPT ALL FROM whole'), 0);
});

test('another seed disturbs other events in other ways', async (t) => {
  const session = await manyEvents(t);
  const ids = async (seed: number): Promise<unknown[]> =>
    (await sent(session, specOf(ALL, { seed }), 'query_id, fault')).map(
      ({ query_id, fault }) => `${query_id} ${fault}`,
    );
  assert.notDeepEqual(await ids(1), await ids(2));
  assert.deepEqual(await ids(3), await ids(3));
});

test('as many events are disturbed as was asked for', async (t) => {
  const session = await manyEvents(t);
  const rate = async (faults: string, where: string): Promise<number> =>
    (await countOf(session, `SELECT * FROM (${sentSql(specOf(faults))}) WHERE ${where}`)) / EVENTS;
  for (const share of [0, 0.01, 0.3, 1]) {
    const tolerance = 5 * Math.sqrt((share * (1 - share)) / EVENTS);
    const near = (found: number): boolean => Math.abs(found - share) <= tolerance;
    assert.ok(near(await rate(`duplicate=${share}`, 'copy = 1')), `duplicate ${share}`);
    assert.ok(near(await rate(`corrupt=${share}`, 'copy = 2')), `corrupt ${share}`);
    const canBeLate = `arrival_timestamp < make_timestamp(${addMicros(TO, -MICROS_PER_HOUR)})`;
    assert.ok(near((await rate(`late=${share}`, `fault = 'late' AND ${canBeLate}`)) * (10 / 9)), `late ${share}`);
    assert.equal(await rate(`late=${share}`, `fault = 'late' AND NOT ${canBeLate}`), 0);
  }
  assert.equal(await rate('duplicate=100%,corrupt=100%,late=100%', 'copy = 0'), 1);
});

test('at one place events go first, then duplicates, then damaged copies, each in the total order', async (t) => {
  const rows = [3, 1, 2].map((id): RowSpec => ({ query_id: id, arrival_timestamp: FROM + 1 }));
  const session = await eventsOf(t, rowsSql(rows));
  const found = await sent(session, specOf('duplicate=100%,corrupt=100%'), 'copy, query_id');
  assert.deepEqual(
    found.map(({ copy }) => copy),
    [0, 0, 0, 1, 1, 1, 2, 2, 2],
  );
  assert.deepEqual(
    found.slice(0, 6).map((record) => record.query_id),
    [1n, 2n, 3n, 1n, 2n, 3n],
  );
});

test('an event on time is delayed by less than the disorder, and evenly so', async (t) => {
  const session = await manyEvents(t);
  const [found] = await session.rows(`SELECT min(delay) AS least, max(delay) AS most, avg(delay) AS mean, copy
    FROM (SELECT sent_at - epoch_us(arrival_timestamp) AS delay, copy FROM (${sentSql(specOf('disorder=10m'))})) GROUP BY copy`);
  const minutes = (cell: unknown): number => Number(cell) / MICROS_PER_MINUTE;
  assert.ok(minutes(found?.least) >= 0 && minutes(found?.least) < 0.1);
  assert.ok(minutes(found?.most) < 10 && minutes(found?.most) > 9.9);
  assert.ok(Math.abs(minutes(found?.mean) - 5) < 0.1);
});

test('a copy has a delay of its own', async (t) => {
  const session = await manyEvents(t);
  const delays = `SELECT query_id, list(DISTINCT sent_at) AS places FROM (${sentSql(specOf('disorder=5m,duplicate=100%'))}) GROUP BY query_id`;
  assert.ok((await countOf(session, `SELECT * FROM (${delays}) WHERE len(places) = 2`)) > EVENTS * 0.99);
});

test('a late event comes behind the watermark that cuts its hour off, and soon after', async (t) => {
  const session = await manyEvents(t);
  const disorder = 5 * MICROS_PER_MINUTE;
  const spec = specOf('disorder=5m,late=20%', { watermarkIntervalMs: 420_000 });
  const late = (await sent(session, spec)).filter(({ fault }) => fault === 'late');
  assert.ok(late.length > 3_000);
  for (const record of late) {
    const cutOff = hourOf(addMicros(FROM, numberOf(record.arrival) - FROM)) + MICROS_PER_HOUR + 10 * MICROS_PER_MINUTE;
    let watermark: number = FROM;
    while (watermark < cutOff) watermark += 7 * MICROS_PER_MINUTE;
    const delay = numberOf(record.sent_at) - (watermark + disorder);
    assert.ok(delay >= 0 && delay < 3 * MICROS_PER_HOUR, `${delay}`);
    assert.ok(numberOf(record.sent_at) < TO + disorder);
    assert.ok(numberOf(record.sent_at) - numberOf(record.arrival) < longestDelay(spec));
  }
});

test('a duplicate has the content of its event, also where that one is late', async (t) => {
  const session = await manyEvents(t);
  const columns = ['deployment', ...REDSET_COLUMNS.map(({ name }) => name)].join(', ');
  const copies = `SELECT ${columns} FROM (${sentSql(specOf('duplicate=30%,late=30%'))}) WHERE copy = 1`;
  assert.equal(await countOf(session, `${copies} EXCEPT ALL SELECT ${columns} FROM event_rows`), 0);
  const both = `SELECT query_id FROM (${sentSql(specOf('duplicate=30%,late=30%'))}) GROUP BY query_id HAVING max(copy) = 1 AND count(fault) = 2`;
  assert.ok((await countOf(session, both)) > 100);
});

test('every damaged copy fails the checks with the reason and the field that the ledger names', async (t) => {
  const session = await manyEvents(t);
  const { verdict } = checksSql(LIMITS, { from: FROM, to: TO });
  const copies = `SELECT fault, ${verdict} AS verdict FROM (${sentSql(specOf('corrupt=100%,late=10%,disorder=1m'))}) WHERE copy = 2`;
  assert.deepEqual(
    await session.rows(
      `SELECT DISTINCT fault, verdict FROM (${copies}) WHERE fault <> 'conflict:user_id' AND fault IS DISTINCT FROM verdict`,
    ),
    [],
  );
  assert.deepEqual(await session.rows(`SELECT DISTINCT verdict FROM (${copies}) WHERE fault = 'conflict:user_id'`), [
    { verdict: null },
  ]);
});

test('there is damage of every kind, and within it of every field', async (t) => {
  const session = await manyEvents(t);
  const rows = await session.rows(
    `SELECT fault FROM (${sentSql(specOf('corrupt=100%'))}) WHERE copy = 2 GROUP BY fault ORDER BY fault`,
  );
  const names = REDSET_COLUMNS.map(({ name }) => name);
  const durations = ['compile_duration_ms', 'queue_duration_ms', 'execution_duration_ms'];
  const amounts = names.filter((name) => name === 'cluster_size' || /^num_|^mbytes_/.test(name));
  const expected = [
    'conflict:user_id',
    'unparseable',
    ...['instance_id', 'query_id', 'arrival_timestamp', 'query_type'].map((name) => `missing_field:${name}`),
    ...names.map((name) => `bad_type:${name}`),
    ...[...durations, ...amounts].map((name) => `negative:${name}`),
    ...[...durations, 'arrival_timestamp'].map((name) => `out_of_range:${name}`),
  ];
  assert.deepEqual(
    rows.map(({ fault }) => fault),
    expected.sort(),
  );
});

test('a time out of range lies on either side of the run', async (t) => {
  const session = await manyEvents(t);
  const times = `SELECT epoch_us(arrival_timestamp) AS time FROM (${sentSql(specOf('corrupt=100%'))}) WHERE fault = 'out_of_range:arrival_timestamp'`;
  assert.ok((await countOf(session, `SELECT * FROM (${times}) WHERE time < ${FROM}`)) > 50);
  assert.ok((await countOf(session, `SELECT * FROM (${times}) WHERE time > ${TO}`)) > 50);
});

test('where durations are capped none is damaged by its length', async (t) => {
  const session = await manyEvents(t);
  const spec = specOf('corrupt=100%', { sanity: { ...LIMITS, cap: true } });
  const rows = await session.rows(`SELECT DISTINCT fault FROM (${sentSql(spec)}) WHERE fault LIKE 'out_of_range%'`);
  assert.deepEqual(rows, [{ fault: 'out_of_range:arrival_timestamp' }]);
});

test('a conflict is larger than its event, so that the event stays, and never that of a late one', async (t) => {
  const session = await manyEvents(t);
  await session.run(
    'UPDATE event_rows SET user_id = CASE query_id % 3 WHEN 0 THEN NULL WHEN 1 THEN 9223372036854775807 ELSE user_id END',
  );
  await session.run(`CREATE TABLE sent AS ${sentSql(specOf('corrupt=100%,late=30%'))}`);
  const pairs = `SELECT *, row_number() OVER (PARTITION BY instance_id, query_id ORDER BY ${TOTAL_ORDER}) AS place FROM sent
    WHERE query_id IN (SELECT query_id FROM sent WHERE fault = 'conflict:user_id') AND (copy = 0 OR fault = 'conflict:user_id')`;
  assert.ok((await countOf(session, "FROM sent WHERE fault = 'conflict:user_id'")) > 500);
  assert.equal(await countOf(session, `SELECT * FROM (${pairs}) WHERE (copy = 0) <> (place = 1)`), 0);
  assert.equal(await countOf(session, `SELECT * FROM (${pairs}) WHERE fault = 'late'`), 0);
});

test('a damaged copy goes to the partition of its event, and is on time', async (t) => {
  const session = await manyEvents(t);
  await session.run(`CREATE TABLE sent AS ${sentSql(specOf('corrupt=100%,late=30%,disorder=5m'))}`);
  assert.equal(await countOf(session, 'FROM sent WHERE route IS NULL'), 0);
  const routes = (copy: number): string => `SELECT route, count(*) FROM sent WHERE copy = ${copy} GROUP BY route`;
  assert.equal(await countOf(session, `${routes(2)} EXCEPT ${routes(0)}`), 0);
  assert.equal(
    await countOf(
      session,
      `SELECT * FROM sent WHERE copy = 2 AND fault NOT LIKE 'out_of_range%' AND sent_at - epoch_us(arrival_timestamp) >= 300000000`,
    ),
    0,
  );
});

test('what a record of a wrong type held stands in its bytes, and bytes that nobody can read are kept', async (t) => {
  const session = await manyEvents(t);
  const rows = await sent(
    session,
    specOf('corrupt=20%'),
    "fault, bad_columns, deployment, query_id, user_id, decode(CASE WHEN bad_columns <> '*' THEN raw END) AS text, hex(raw) AS bytes, instance_id",
  );
  for (const { fault, bad_columns: bad, text, bytes, ...row } of rows) {
    if (String(fault).startsWith('bad_type:')) {
      const original: Record<string, unknown> = JSON.parse(String(text));
      assert.equal(bad, String(fault).split(':')[1]);
      assert.match(JSON.stringify(original[String(bad)]), /^(\["damaged"\]|"damaged")$/);
      if (bad !== 'query_id') assert.equal(original.query_id, Number(row.query_id));
    } else if (fault === 'unparseable') {
      assert.deepEqual([bad, row], ['*', { deployment: null, query_id: null, user_id: null, instance_id: null }]);
      assert.match(String(bytes), /^FF[0-9A-F]{32}$/);
    } else assert.deepEqual([bad, bytes], [null, null]);
  }
});

test('an event that a check refuses by itself is neither held back, nor sent twice, nor damaged', async (t) => {
  const rows: RowSpec[] = [
    { arrival_timestamp: null },
    { instance_id: null },
    { query_type: null },
    { execution_duration_ms: -1 },
    { num_scans: -1 },
    { queue_duration_ms: LIMITS.maxDurationMs + 1 },
  ].map((row, i) => ({ arrival_timestamp: FROM + i, query_id: i, ...row }));
  const session = await eventsOf(t, rowsSql(rows));
  await session.run(
    "INSERT INTO event_rows BY NAME SELECT * REPLACE ('user_id' AS bad_columns, '{}' AS raw, 1 AS num_scans) FROM event_rows WHERE num_scans < 0",
  );
  const found = await sent(
    session,
    specOf('disorder=5m,duplicate=100%,corrupt=100%,late=100%'),
    'copy, fault, bad_columns, decode(raw) AS raw',
  );
  assert.equal(found.length, rows.length + 1);
  assert.ok(found.every(({ copy, fault }) => copy === 0 && fault === null));
  assert.deepEqual(
    found.flatMap(({ raw }) => (raw === null ? [] : [raw])),
    ['{}'],
  );
});

test('the number of records is known without them', async (t) => {
  const session = await manyEvents(t);
  for (const faults of ['none', 'disorder=5m,late=10%', ALL]) {
    const { records } = await session.row(sentCountSql(specOf(faults)));
    assert.equal(numberOf(records), await countOf(session, sentSql(specOf(faults))), faults);
    const none = await session.row(sentCountSql(specOf(faults, { rows: 'SELECT * FROM event_rows WHERE false' })));
    assert.equal(none.records, 0n);
  }
});
