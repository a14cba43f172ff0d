import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import type { HoursMessage, PanelsMessage } from '../../../../src/api/live/messages.ts';
import type { ApiOptions } from '../../../../src/api/options.ts';
import type { HotStore } from '../../../../src/hot-store/hot-store.ts';
import { systemClock } from '../../../../src/time/clock.ts';
import { makeManifest } from '../../../support/manifest.ts';
import { testStore } from '../../../support/store.ts';
import { tempDir } from '../../../support/temp-dir.ts';
import { at } from '../../../support/time.ts';
import { liveFixture, MIDNIGHT, ONE, SHOWN_LOAD } from './fixture.ts';

/** Hour, queries, state and revision of each row of the panel. */
function rowsOf({ panels }: PanelsMessage): unknown[] {
  if (panels.load === undefined) return [];
  const { columns, rows } = panels.load;
  const places = ['hour', 'queries', 'state', 'revision'].map((name) => columns.indexOf(name));
  return rows.map((row) => places.map((place) => (place === 0 ? String(row[0]).slice(11, 13) : row[place])));
}

/** Hour, state and counted of each line. */
function linesOf({ hours }: HoursMessage): unknown[] {
  return hours.map(({ hour, state, counted }) => [hour.slice(11, 13), state, counted]);
}

test('a client is told the run, where it stands, its rollups and its hours', async (t) => {
  const { feed, connect, film } = await liveFixture(t);
  film('01:30');
  await feed.batch({ row: {} }, { row: { query_id: 2, arrival_timestamp: ONE } });
  const client = await connect();
  assert.deepEqual((await client.next('run')).data, {
    ...{ run: 'default', from: '2024-03-01T00:00:00Z', to: '2024-03-01T03:00:00Z' },
    trace: { from: '2024-03-01T00:00:00Z', to: '2024-03-01T03:00:00Z' },
    ...{ latenessMs: 600_000, keep: 'all', faults: 'none', controllable: false, jumpable: false },
  });
  assert.equal((await client.next('status')).data.replay.at, '2024-03-01T01:30:00Z');
  const { data } = await client.next('panels');
  assert.equal(data.reset, true);
  assert.deepEqual(data.window, { from: '2024-02-29T02:00:00Z', to: '2024-03-01T02:00:00Z' });
  assert.equal(data.hour, '2024-03-01T01:00:00Z');
  assert.deepEqual(rowsOf(data), [
    ['00', 1, 'open', 0],
    ['01', 1, 'open', 0],
  ]);
  assert.deepEqual(data.kpis['load.0']?.rows.length, 2);
  const hours = await client.next('hours');
  assert.equal(hours.data.reset, true);
  assert.deepEqual(linesOf(hours.data), [
    ['00', 'open', 1],
    ['01', 'open', 1],
  ]);
  assert.ok(hours.id !== undefined);
  assert.deepEqual(client.names(), ['run', 'status', 'panels', 'hours']);
});

test('new events change the hour that they are in, and no other', async (t) => {
  const { feed, connect, next, film } = await liveFixture(t);
  film('01:30');
  await feed.batch({ row: {} }, { row: { query_id: 2, arrival_timestamp: ONE } });
  const client = await connect();
  await client.next('hours');
  await feed.batch({ row: { query_id: 3, arrival_timestamp: ONE } });
  const { data: hours } = await next(client, 'hours');
  assert.deepEqual([hours.reset, linesOf(hours)], [false, [['01', 'open', 2]]]);
  const { data: panels } = await next(client, 'panels');
  assert.deepEqual([panels.reset, panels.panels.load?.whole], [false, false]);
  assert.deepEqual(panels.panels.load?.hours, ['2024-03-01T01:00:00Z']);
  assert.deepEqual(rowsOf(panels), [['01', 2, 'open', 0]]);
});

test('an hour that is closed is told as final, with its final rows', async (t) => {
  const { feed, connect, next, close } = await liveFixture(t);
  await feed.batch({ row: {} });
  const client = await connect();
  await client.next('hours');
  await close(MIDNIGHT);
  assert.deepEqual(linesOf((await next(client, 'hours')).data), [['00', 'final', 1]]);
  assert.deepEqual(rowsOf((await next(client, 'panels')).data), [['00', 1, 'final', 1]]);
});

test('an hour that is amended is told once more, in its new revision', async (t) => {
  const { feed, connect, next, close, amend } = await liveFixture(t);
  await feed.batch({ row: {} }, { watermark: at('2024-03-01 01:10') });
  await close(MIDNIGHT);
  const client = await connect();
  await client.next('hours');
  await feed.batch({ row: { query_id: 2 } });
  assert.deepEqual((await next(client, 'hours')).data.hours[0]?.late, 1);
  await amend();
  assert.equal((await next(client, 'hours')).data.hours[0]?.revision, 2);
  assert.deepEqual(rowsOf((await next(client, 'panels')).data), [['00', 2, 'final', 2]]);
});

test('when the film goes on to another hour, the window goes with it, and then the new hour is told', async (t) => {
  const { feed, connect, next, film } = await liveFixture(t);
  await feed.batch({ row: {} });
  const client = await connect('?hours=6');
  await client.next('hours');
  film('01:00:01');
  const { data } = await next(client, 'panels');
  assert.deepEqual(data.window, { from: '2024-02-29T20:00:00Z', to: '2024-03-01T02:00:00Z' });
  assert.deepEqual(linesOf((await next(client, 'hours')).data), [['01', 'open', 0]]);
  assert.deepEqual(client.names().slice(-2), ['panels', 'hours']);
});

test('a stalled partition holds back the film, not the window', async (t) => {
  const { options, feed, connect } = await liveFixture(t);
  const { status } = options;
  const partition = { partition: 0, nextOffset: 0, watermark: at('2024-03-01 01:20'), ended: false };
  options.status = () => ({ ...status(), processor: { ...status().processor, partitions: [partition] } });
  await feed.batch({ row: {} }, { row: { query_id: 2, arrival_timestamp: ONE } });
  const { data } = await (await connect()).next('panels');
  assert.equal(data.window.to, '2024-03-01T02:00:00Z');
});

test('a paused film sends its status and nothing else', async (t) => {
  const { feed, connect, ticks } = await liveFixture(t);
  await feed.batch({ row: {} });
  const client = await connect();
  await client.next('hours');
  await ticks(client, 5);
  assert.deepEqual(client.names(), ['run', 'status', 'panels', 'hours', ...Array(5).fill('status')]);
});

test('the last events before a pause are told, though provisional rows lag behind', async (t) => {
  const { store, feed, connect, next } = await liveFixture(t);
  await feed.batch({ row: {} });
  const client = await connect();
  await client.next('hours');
  // Somebody else has just refreshed: the next refresh is not due yet.
  await store.refreshLive();
  await feed.batch({ row: { query_id: 2 } });
  assert.deepEqual(linesOf((await next(client, 'hours')).data), [['00', 'open', 2]]);
  assert.deepEqual(rowsOf((await next(client, 'panels')).data), [['00', 2, 'open', 0]]);
});

test('while nobody listens nothing is read', async (t) => {
  const { store, options, clock, feed, connect } = await liveFixture(t);
  let reads = 0;
  options.store = watched(store, () => reads++);
  await clock.advance(5_000);
  assert.equal(reads, 0);
  await feed.batch({ row: {} });
  const client = await connect();
  await client.next('hours');
  assert.ok(reads > 0);
  client.leave();
  await systemClock.sleep(100);
  reads = 0;
  await clock.advance(5_000);
  await systemClock.sleep(50);
  assert.equal(reads, 0);
});

test('equal questions are answered once, and the status is read once for all', async (t) => {
  const { store, options, feed, connect, next, ticks } = await liveFixture(t);
  const asked: string[] = [];
  options.store = watched(store, (sql) => asked.push(sql));
  await feed.batch({ row: {} });
  const statementsOf = async (queries: readonly string[]): Promise<{ all: number; rollups: number }> => {
    const clients = await Promise.all(queries.map((query) => connect(query)));
    for (const client of clients) await next(client, 'hours');
    await Promise.all(clients.map((client) => ticks(client, 2)));
    asked.length = 0;
    await feed.batch({ row: { query_id: asked.length + clients.length } });
    const told = await Promise.all(clients.map(async (client) => (await next(client, 'panels')).data));
    for (const other of told) assert.deepEqual(other, told[0]);
    const counts = { all: asked.length, rollups: asked.filter((sql) => sql.includes('"load"')).length };
    for (const client of clients) client.leave();
    await systemClock.sleep(50);
    return counts;
  };
  const alone = await statementsOf(['']);
  assert.ok(alone.rollups > 0);
  const together = await statementsOf(['', '?hours=24', ...Array.from({ length: 8 }, () => '')]);
  assert.equal(together.rollups, alone.rollups);
  // A tick more or less.
  assert.ok(together.all <= 2 * alone.all, `${together.all} statements for ten, ${alone.all} for one`);
});

test('a filter shows its rows alone, and what cannot be filtered is said', async (t) => {
  const { feed, connect } = await liveFixture(t);
  await feed.batch({ row: {} }, { row: { query_id: 2, user_id: 8 } });
  const rows = async (query: string): Promise<unknown[]> => rowsOf((await (await connect(query)).next('panels')).data);
  assert.deepEqual(await rows(''), [['00', 2, 'open', 0]]);
  assert.deepEqual(await rows('?user_id=8'), [['00', 1, 'open', 0]]);
  assert.deepEqual(await rows('?user_id=9'), []);
  assert.deepEqual(await rows('?tier=serverless'), []);
});

test('whoever resumes gets what has changed since, and nothing else', async (t) => {
  const { feed, connect, next, film, close } = await liveFixture(t);
  film('01:30');
  await feed.batch({ row: {} }, { row: { query_id: 2, arrival_timestamp: ONE } });
  await close(MIDNIGHT);
  const client = await connect();
  const { id = '' } = await client.next('hours');
  client.leave();
  await feed.batch({ row: { query_id: 3, arrival_timestamp: ONE } });
  const again = await connect('', { 'last-event-id': id });
  const first = await again.next('panels');
  assert.deepEqual([first.data.reset, first.data.panels.load?.hours.length ?? 0], [false, 0]);
  const lines = await again.next('hours');
  assert.deepEqual([lines.data.reset, linesOf(lines.data)], [false, [['01', 'open', 2]]]);
  const { data } = await next(again, 'panels');
  assert.deepEqual([data.reset, rowsOf(data)], [false, [['01', 2, 'open', 0]]]);
});

test('whoever resumes without a change hears that, and no rows', async (t) => {
  const { feed, connect, ticks } = await liveFixture(t);
  await feed.batch({ row: {} });
  const client = await connect('?hours=72');
  const { id = '' } = await client.next('hours');
  const again = await connect(`?hours=72&since=${id}`);
  const { data } = await again.next('panels');
  assert.deepEqual([data.reset, data.panels, data.kpis], [false, {}, {}]);
  await ticks(again, 3);
  assert.ok(!again.names().includes('hours'));
});

test('an id that the server does not know begins anew', async (t) => {
  const { feed, connect } = await liveFixture(t);
  await feed.batch({ row: {} });
  const client = await connect();
  const { id = '' } = await client.next('hours');
  for (const since of ['nonsense', id.replace(/^./, 'x'), id.replace(/\d+$/, '999999')]) {
    const again = await connect('', { 'last-event-id': since });
    assert.equal((await again.next('panels')).data.reset, true, since);
  }
  const other = await connect('?hours=6', { 'last-event-id': id });
  assert.equal((await other.next('panels')).data.reset, true, 'another question');
});

test('another run is told on the same connection, and everything begins anew', async (t) => {
  const { options, feed, clock, connect, next } = await liveFixture(t);
  await feed.batch({ row: {} });
  const client = await connect();
  const { id = '' } = await client.next('hours');
  const manifest = makeManifest({ run: 'default-20240301t02', from: at('2024-03-01 02:00') });
  const other = await testStore(t, await tempDir(t), { manifest, metrics: [SHOWN_LOAD], clock });
  options.store = other;
  const run = await next(client, 'run');
  assert.deepEqual([run.data.run, run.data.from], ['default-20240301t02', '2024-03-01T02:00:00Z']);
  const { data } = await next(client, 'panels');
  assert.deepEqual([data.reset, rowsOf(data)], [true, []]);
  assert.equal((await next(client, 'hours')).data.reset, true);
  const again = await connect('', { 'last-event-id': id });
  assert.equal((await again.next('panels')).data.reset, true, 'an id of the run before');
});

test('a store that fails is told as a problem without our inside, and the stream goes on by itself', async (t) => {
  const logged: unknown[] = [];
  const logger = { debug() {}, info() {}, warn() {}, error: (fields: unknown) => logged.push(fields) };
  const { store, options, feed, connect, next, ticks } = await liveFixture(t, { options: { logger } });
  await feed.batch({ row: {} });
  let failing = false;
  options.store = watched(store, () => {
    if (failing) throw new Error('secret: /home/somebody');
  });
  const client = await connect();
  await client.next('hours');
  failing = true;
  const { data } = await next(client, 'problem');
  assert.equal(data.code, 'INTERNAL');
  assert.ok(!JSON.stringify(data).includes('secret'));
  assert.match(JSON.stringify(logged), /secret/);
  failing = false;
  const mended = await next(client, 'panels');
  assert.deepEqual([mended.data.reset, mended.data.panels], [false, {}]);
  await ticks(client, 2);
  assert.deepEqual(client.names().filter((name) => name === 'problem').length, 1);
});

test('a store that fails from the start is a problem until it works', async (t) => {
  const { store, options, feed, connect, next } = await liveFixture(t);
  await feed.batch({ row: {} });
  let failing = true;
  options.store = watched(store, () => {
    if (failing) throw new Error('not now');
  });
  const client = await connect();
  await client.next('problem');
  assert.deepEqual(client.names(), ['run', 'problem']);
  failing = false;
  assert.equal((await next(client, 'panels')).data.reset, true);
});

test('provisional rows that cannot be computed are a problem, and the status goes on', async (t) => {
  const { store, options, feed, connect, next, ticks } = await liveFixture(t);
  await feed.batch({ row: {} });
  let failing = true;
  const refreshLive = async () => {
    if (failing) throw new Error('out of memory');
    return await store.refreshLive();
  };
  options.store = refreshedBy(store, refreshLive);
  const client = await connect();
  // What is final is told; that takes the problem back, which therefore is told again.
  assert.deepEqual(rowsOf((await next(client, 'panels')).data), []);
  await next(client, 'problem');
  await ticks(client, 2);
  failing = false;
  assert.deepEqual(rowsOf((await next(client, 'panels')).data), [['00', 1, 'open', 0]]);
});

test('a refresh that takes long does not hold up the status', async (t) => {
  const { store, options, feed, connect, ticks } = await liveFixture(t);
  await feed.batch({ row: {} });
  const refreshLive = () => new Promise<never>(() => undefined);
  options.store = refreshedBy(store, refreshLive);
  const client = await connect();
  await ticks(client, 4);
  assert.ok(client.names().includes('panels'), 'what is final is told without waiting for ever');
});

test('a client that is gone leaves no timer and no listener behind', async (t) => {
  const { api, feed, connect, clock } = await liveFixture(t);
  await feed.batch({ row: {} });
  const sleepers = countSleeps(clock);
  for (let round = 0; round < 3; round++) {
    const clients = await Promise.all([connect(), connect('?hours=6')]);
    for (const client of clients) await client.next('hours');
    for (const client of clients) client.leave();
    const open = () => new Promise<number>((resolve) => api.server.getConnections((_error, count) => resolve(count)));
    while ((await open()) > 0) await systemClock.sleep(10);
    await systemClock.sleep(20);
    assert.equal(sleepers(), 0);
  }
});

/** How many sleeps have begun and neither ended nor been cut short. */
function countSleeps(clock: { sleep: ApiOptions['clock']['sleep'] }): () => number {
  const { sleep } = clock;
  let sleeping = 0;
  clock.sleep = async (ms, signal) => {
    sleeping++;
    await sleep(ms, signal);
    sleeping--;
  };
  return () => sleeping;
}

test('closing the server ends every stream at once', async (t) => {
  const { api, feed, connect } = await liveFixture(t);
  await feed.batch({ row: {} });
  const clients = await Promise.all([connect(), connect(), connect('?hours=6')]);
  for (const client of clients) await client.next('hours');
  const started = performance.now();
  const closed = once(api.server, 'close');
  await api.close();
  await closed;
  assert.ok(performance.now() - started < 500, `${performance.now() - started} ms`);
  await systemClock.sleep(50);
  assert.deepEqual(
    clients.map(({ ended }) => ended),
    ['end', 'end', 'end'],
  );
});

/** The store, with a look at each statement that is asked of it. */
function watched(store: HotStore, look: (sql: string) => unknown): HotStore {
  return new Proxy(store, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return async (...given: unknown[]): Promise<unknown> => {
        if (name === 'query' || name === 'queryColumns') look(String(given[0]));
        return await Reflect.apply(member, target, given);
      };
    },
  });
}

/** The store with another way to refresh. */
function refreshedBy(store: HotStore, refreshLive: HotStore['refreshLive']): HotStore {
  const get = (target: HotStore, name: string | symbol): unknown =>
    name === 'refreshLive' ? refreshLive : Reflect.get(target, name);
  return new Proxy(
    watched(store, () => undefined),
    { get },
  );
}
