import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sseClient } from '../../../support/sse-client.ts';
import { apiFixture } from '../fixture.ts';
import { liveFixture } from '../live/fixture.ts';

test('the stream is one that nobody keeps or holds back', async (t) => {
  const { connect } = await liveFixture(t);
  const client = await connect();
  assert.equal(client.status, 200);
  const { headers } = client;
  assert.equal(headers['content-type'], 'text/event-stream; charset=utf-8');
  assert.equal(headers['cache-control'], 'no-store');
  assert.equal(headers['x-accel-buffering'], 'no');
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.equal(headers['content-encoding'], undefined);
  await client.next('status');
  assert.equal(client.retry, 1_000);
});

test('a question that cannot be asked is refused before anything is streamed', async (t) => {
  const { get } = await apiFixture(t);
  for (const [query, detail] of [
    ['hours=7', 'query parameter "hours": expected 6, 24, 72, 168, found "7"'],
    ['hour=2024-03-01T22:30:00Z', 'query parameter "hour": expected a full hour, found "2024-03-01T22:30:00Z"'],
    ['tier=cheap', 'query parameter "tier": expected provisioned, serverless, found "cheap"'],
    ['instance=a', 'query string: expected a parameter or a key of a metric, found "instance"'],
  ]) {
    const response = await get(`/api/live?${query}`);
    assert.equal(response.statusCode, 400);
    assert.match(String(response.headers['content-type']), /^application\/problem\+json/);
    assert.equal(response.json().detail, detail);
  }
});

test('another page may not listen', async (t) => {
  const { get } = await apiFixture(t);
  assert.equal((await get('/api/live', { origin: 'http://evil.example' })).statusCode, 403);
  assert.equal((await get('/api/live', { host: 'evil.example' })).statusCode, 421);
  assert.equal((await get('/api/live', { 'sec-fetch-site': 'cross-site' })).statusCode, 403);
});

test('at an address that others can reach it takes the token', async (t) => {
  const { get } = await apiFixture(t, { address: { host: '0.0.0.0', port: 4870 } });
  assert.equal((await get('/api/live')).statusCode, 401);
});

test('only GET opens a stream', async (t) => {
  const { api } = await apiFixture(t);
  const response = await api.inject({ method: 'HEAD', url: '/api/live', headers: { host: '127.0.0.1:4870' } });
  assert.equal(response.statusCode, 404);
});

test('the description says that it is a stream of events', async (t) => {
  const { get } = await apiFixture(t);
  const { paths } = (await get('/api/openapi.json')).json();
  const operation = paths['/api/live'].get;
  assert.deepEqual(Object.keys(operation.responses['200'].content), ['text/event-stream']);
  assert.deepEqual(
    operation.parameters.map(({ name }: { name: string }) => name),
    ['hours', 'hour', 'tier', 'since'],
  );
});

test('the header wins over the parameter where both say from where to go on', async (t) => {
  const { url, connect, feed } = await liveFixture(t);
  await feed.batch({ row: {} });
  const { id = '' } = await (await connect()).next('hours');
  const again = await sseClient(t, `${url}/api/live?since=nonsense`, { 'last-event-id': id });
  assert.equal((await again.next('panels')).data.reset, false);
  const anew = await sseClient(t, `${url}/api/live?since=${id}`, { 'last-event-id': 'nonsense' });
  assert.equal((await anew.next('panels')).data.reset, true);
});
