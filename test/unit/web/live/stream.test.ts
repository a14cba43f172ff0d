import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Connection } from '../../../../web/src/live/live-state.ts';
import { openStream, settle, sse } from './stream-fixture.ts';

const STATUS = sse('status', { run: 'demo' });

/** The states without their times. */
function states(connections: readonly Connection[]): string[] {
  return connections.map(({ state }) => state);
}

test('the question is the query, and the token travels in a header only', async (t) => {
  const { asked } = openStream(t, { question: 'hours=6&tier=provisioned', token: 'secret' });
  assert.equal(asked[0]?.path, '/api/live?hours=6&tier=provisioned');
  assert.equal(asked[0]?.headers.get('authorization'), 'Bearer secret');
  assert.equal(asked[0]?.headers.get('last-event-id'), null);
});

test('without a token there is no such header, without a question no query', (t) => {
  const { asked } = openStream(t, { question: '' });
  assert.equal(asked[0]?.path, '/api/live');
  assert.equal(asked[0]?.headers.has('authorization'), false);
});

test('messages are told by their names; unknown ones are passed over', async (t) => {
  const { last, messages, connections } = openStream(t);
  await last().answer();
  assert.deepEqual(states(connections), []);
  await last().send(`${STATUS}${sse('later', {})}${sse('problem', { code: 'X', detail: 'd', hint: null })}`);
  assert.deepEqual(
    messages.map(({ event }) => event),
    ['status', 'problem'],
  );
  assert.deepEqual(states(connections), ['live']);
});

test('a stream that ends is taken up where it was, without an alarm', async (t) => {
  const { last, asked, connections, pass } = openStream(t);
  await last().answer();
  await last().send(sse('panels', {}, '41') + sse('panels', {}, '42'));
  await last().end();
  assert.equal(asked.length, 1);
  await pass(500);
  assert.equal(asked.length, 2);
  assert.equal(last().headers.get('last-event-id'), '42');
  await last().answer();
  await last().send(STATUS);
  assert.deepEqual(states(connections), ['live']);
});

test('another question begins anew, at once, and nothing of the one before is told any more', async (t) => {
  const { stream, asked, last, messages, pass } = openStream(t);
  await last().answer();
  await last().send(sse('panels', {}, '42'));
  await pass(1_000);
  const [before] = asked;
  stream.ask('hours=72');
  assert.equal(asked.length, 2);
  assert.equal(last().path, '/api/live?hours=72');
  assert.equal(last().headers.get('last-event-id'), null);
  assert.equal(before?.signal.aborted, true);
  await before?.send(STATUS);
  assert.equal(messages.length, 1);
});

test('the same question again is not asked', (t) => {
  const { stream, asked } = openStream(t, { question: 'hours=72' });
  stream.ask('hours=72');
  assert.equal(asked.length, 1);
});

test('questions that follow each other quickly are asked together, and the last of them is', async (t) => {
  const { stream, asked, pass } = openStream(t, { question: 'hour=0' });
  await pass(1_000);
  for (let i = 1; i <= 10; i += 1) {
    stream.ask(`hour=${i}`);
    await pass(33);
  }
  await pass(150);
  assert.deepEqual(
    asked.map(({ path }) => path.split('=')[1]),
    ['0', '1', '5', '10'],
  );
});

test('who goes back to the question that is being answered asks nothing', async (t) => {
  const { stream, asked, pass } = openStream(t, { question: 'hour=0' });
  await pass(1_000);
  stream.ask('hour=1');
  stream.ask('hour=2');
  stream.ask('hour=1');
  await pass(1_000);
  assert.equal(asked.length, 2);
});

test('after five seconds of silence the figures are old, and anything that comes ends that', async (t) => {
  const { last, connections, pass } = openStream(t);
  await last().answer();
  await last().send(STATUS);
  await pass(5_000);
  assert.deepEqual(states(connections), ['live']);
  await pass(1_000);
  assert.deepEqual(connections.at(-1), { state: 'stale', since: 1_000_000 });
  await last().send(': still here\n\n');
  assert.deepEqual(states(connections), ['live', 'stale', 'live']);
});

test('something each second is never silence', async (t) => {
  const { last, connections, pass } = openStream(t);
  await last().answer();
  for (let i = 0; i < 30; i += 1) {
    await last().send(': \n\n');
    await pass(1_000);
  }
  assert.deepEqual(states(connections), ['live']);
});

test('a tab that nobody sees raises no alarm, and has five seconds once it is seen', async (t) => {
  const { stream, page, last, connections, pass } = openStream(t);
  await last().answer();
  await last().send(STATUS);
  page.visible = false;
  await pass(60_000);
  page.visible = true;
  stream.wake();
  await pass(5_000);
  assert.deepEqual(states(connections), ['live']);
  await pass(1_000);
  assert.deepEqual(connections.at(-1), { state: 'stale', since: 1_000_000 });
});

test('a machine that was asleep is given five seconds too', async (t) => {
  const { last, connections, pass, sleep } = openStream(t);
  await last().answer();
  await last().send(STATUS);
  await sleep(3_600_000);
  await pass(4_000);
  assert.deepEqual(states(connections), ['live']);
  await pass(3_000);
  assert.deepEqual(states(connections), ['live', 'stale']);
});

test('a connection that stays silent is given up and taken up where it was', async (t) => {
  const { last, asked, pass } = openStream(t);
  await last().answer();
  await last().send(sse('panels', {}, '7'));
  await pass(14_000);
  assert.equal(asked.length, 1);
  await pass(3_000);
  assert.equal(asked[0]?.signal.aborted, true);
  assert.equal(asked.length, 2);
  assert.equal(last().headers.get('last-event-id'), '7');
});

test('where no server answers, waits grow to eight seconds and each attempt is counted', async (t) => {
  const { last, asked, connections, pass } = openStream(t);
  const waits: number[] = [];
  for (let i = 0; i < 7; i += 1) {
    await last().fail();
    const broken = connections.at(-1);
    assert.equal(broken?.state, 'broken');
    if (broken?.state !== 'broken') return;
    assert.equal(broken.attempts, i + 1);
    waits.push(broken.nextAttempt - Date.now());
    await pass(waits.at(-1) ?? 0);
    assert.equal(asked.length, i + 2);
  }
  assert.deepEqual(waits, [500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
});

test('a server that was there and is gone: the figures are as old as its last word', async (t) => {
  const { last, connections, pass } = openStream(t);
  await last().answer();
  await last().send(STATUS);
  await pass(3_000);
  await last().fail();
  await pass(500);
  await last().fail();
  const broken = connections.at(-1);
  assert.equal(broken?.state, 'broken');
  assert.equal(broken?.state === 'broken' ? broken.since : 0, 1_000_000);
  await pass(1_000);
  await last().answer();
  await last().send(STATUS);
  assert.deepEqual(states(connections), ['live', 'broken', 'live']);
});

test('a proxy that says the server is gone means that it is gone', async (t) => {
  const { last, connections, messages } = openStream(t);
  await last().answer(new Response('Bad gateway', { status: 502 }));
  assert.deepEqual(states(connections), ['broken']);
  assert.deepEqual(messages, []);
});

test('a page that is seen again, or whose network is back, does not wait', async (t) => {
  const { stream, last, asked, pass } = openStream(t);
  for (let i = 0; i < 4; i += 1) {
    await last().fail();
    await pass(8_000);
  }
  await last().fail();
  const before = asked.length;
  stream.wake();
  assert.equal(asked.length, before + 1);
  stream.wake();
  assert.equal(asked.length, before + 1, 'an attempt under way is not repeated');
});

test('a question that the server refuses is a problem in its words, not a server that is gone', async (t) => {
  const { stream, last, asked, messages, connections, pass } = openStream(t);
  await last().answer();
  await last().send(STATUS);
  await pass(1_000);
  stream.ask('colour=red');
  const body = { status: 400, code: 'REQUEST_INVALID', detail: 'no key "colour"', hint: 'there is query_type' };
  await last().answer(Response.json(body, { status: 400 }));
  assert.deepEqual(messages.at(-1), {
    event: 'problem',
    data: { code: 'REQUEST_INVALID', detail: 'no key "colour"', hint: 'there is query_type' },
  });
  assert.deepEqual(states(connections), ['live', 'stale']);
  await pass(8_000);
  assert.ok(asked.length > 2, 'it is asked again: the server may be another one by then');
});

test('an answer that is no event stream is a problem', async (t) => {
  const { last, messages } = openStream(t);
  await last().answer(new Response('<html>', { headers: { 'content-type': 'text/html' } }));
  const [message] = messages;
  assert.match(message?.event === 'problem' ? message.data.detail : '', /expected an event stream, found text\/html/);
});

test('what could not be applied comes again', async (t) => {
  const { last, pass } = openStream(t);
  await last().answer();
  await last().send(`${sse('panels', {}, '7')}event: panels\nid: 8\ndata: {"cut\n\n`);
  await pass(1_000);
  assert.equal(last().headers.get('last-event-id'), '7');
});

test('a server that ends every stream at once is asked less and less often', async (t) => {
  const { last, asked, pass } = openStream(t);
  for (let i = 0; i < 20; i += 1) {
    await last().answer();
    await last().send(STATUS);
    await last().end();
    const before = asked.length;
    for (let waited = 0; asked.length === before && waited < 20; waited += 1) await pass(500);
  }
  const before = asked.length;
  await last().answer();
  await last().end();
  await pass(7_000);
  assert.equal(asked.length, before);
  await pass(1_000);
  assert.equal(asked.length, before + 1);
});

test('a closed stream asks and tells nothing more', async (t) => {
  const { stream, last, asked, messages, pass } = openStream(t);
  await last().answer();
  stream.close();
  await last().send(STATUS);
  await pass(30_000);
  await settle();
  assert.equal(asked.length, 1);
  assert.deepEqual(messages, []);
});
