import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { LiveFeed } from '../../../../src/api/live/feed.ts';
import { parseLiveQuestion } from '../../../../src/api/live/live-question.ts';
import { hoursMessage, panelsMessage } from '../../../../src/api/live/messages.ts';
import { systemClock } from '../../../../src/time/clock.ts';
import type { LiveFixture } from './fixture.ts';
import { liveFixture, SHOWN_LOAD } from './fixture.ts';

/** A client whose socket has room only as long as the test wants. */
async function slowClient(t: TestContext, fixture: LiveFixture) {
  const { options, clock } = fixture;
  const feed = new LiveFeed(options);
  t.after(() => feed.close());
  const socket = { hasRoom: true, ended: 0, texts: [] as string[] };
  const sink = {
    write: (text: string): boolean => {
      socket.texts.push(text);
      return socket.hasRoom;
    },
    end: () => {
      socket.ended++;
    },
  };
  const connection = feed.join(parseLiveQuestion({}, [SHOWN_LOAD]), sink, undefined);
  /** Lets so many seconds pass, each with all that happens in it. */
  const seconds = async (count: number): Promise<void> => {
    for (let n = 0; n < count; n++) {
      await clock.advance(1_000);
      await systemClock.sleep(60);
    }
  };
  /** Lets time pass until an event of that name has been written. */
  const until = async (event: string): Promise<void> => {
    const deadline = performance.now() + 10_000;
    while (!namesOf(socket.texts).includes(event)) {
      assert.ok(performance.now() < deadline, `waiting for ${event}; came: ${namesOf(socket.texts).join(' ')}`);
      await clock.advance(250);
      await systemClock.sleep(20);
    }
  };
  await until('hours');
  return { feed, socket, connection, seconds, until };
}

function namesOf(texts: readonly string[]): (string | undefined)[] {
  return texts.map((text) => /^event: (.*)$/m.exec(text)?.[1] ?? text.trim());
}

function dataOf(texts: readonly string[], event: string): unknown {
  const text = texts.find((one) => one.startsWith(`event: ${event}\n`)) ?? '';
  return JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? 'null');
}

test('while its socket is full nothing is made for a client, and then everything at once', async (t) => {
  const fixture = await liveFixture(t);
  await fixture.feed.batch({ row: {} });
  const { socket, connection, seconds, until } = await slowClient(t, fixture);
  assert.deepEqual([...new Set(namesOf(socket.texts))], ['retry: 1000', 'run', 'status', 'panels', 'hours']);
  socket.texts.length = 0;
  socket.hasRoom = false;
  for (let n = 2; n <= 6; n++) {
    await fixture.feed.batch({ row: { query_id: n } });
    await seconds(2);
  }
  assert.deepEqual(namesOf(socket.texts), ['status'], 'the one that filled it');
  socket.texts.length = 0;
  socket.hasRoom = true;
  connection.drained();
  await until('panels');
  const names = namesOf(socket.texts);
  assert.deepEqual(names.filter((name) => name !== 'status').sort(), ['hours', 'panels']);
  const { hours } = hoursMessage.parse(dataOf(socket.texts, 'hours'));
  assert.deepEqual(
    hours.map(({ counted }) => counted),
    [6],
  );
  const { panels, reset } = panelsMessage.parse(dataOf(socket.texts, 'panels'));
  assert.deepEqual([reset, panels.load?.rows.map((row) => row[1])], [false, [6]]);
});

test('nothing is computed for a client that cannot take it', async (t) => {
  const fixture = await liveFixture(t);
  const { socket, connection, seconds, until } = await slowClient(t, fixture);
  await fixture.feed.batch({ row: {} });
  const asked: string[] = [];
  const { query } = fixture.store;
  fixture.store.query = async (sql, options) => {
    asked.push(sql);
    return await query.call(fixture.store, sql, options);
  };
  socket.hasRoom = false;
  await seconds(8);
  assert.ok(asked.length > 0, 'the run is read');
  assert.ok(!asked.some((sql) => sql.includes('"load"')));
  socket.hasRoom = true;
  socket.texts.length = 0;
  connection.drained();
  await until('panels');
});

test('an ended connection writes nothing more', async (t) => {
  const fixture = await liveFixture(t);
  const { feed, socket, connection, seconds } = await slowClient(t, fixture);
  feed.leave(connection);
  feed.leave(connection);
  socket.texts.length = 0;
  connection.drained();
  connection.wake();
  await seconds(2);
  assert.deepEqual([socket.texts, socket.ended], [[], 1]);
});

test('a feed that is closed takes nobody in', async (t) => {
  const { options } = await liveFixture(t);
  const feed = new LiveFeed(options);
  feed.close();
  let ended = 0;
  feed.join(parseLiveQuestion({}, [SHOWN_LOAD]), { write: () => true, end: () => ended++ }, undefined);
  assert.equal(ended, 1);
});

test('a client hears a sign of life while the store does not answer', async (t) => {
  const fixture = await liveFixture(t);
  const { socket, seconds } = await slowClient(t, fixture);
  fixture.store.query = () => new Promise<never>(() => undefined);
  await seconds(2);
  socket.texts.length = 0;
  await seconds(10);
  assert.ok(socket.texts.length >= 1);
  assert.deepEqual([...new Set(socket.texts)], [':\n\n']);
});
