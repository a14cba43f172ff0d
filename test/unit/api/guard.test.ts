import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLoopback } from '../../../src/api/guard.ts';
import { apiFixture, HOST, TOKEN } from './fixture.ts';

const ORIGIN_HINT = 'only pages of this server may ask it; from elsewhere use a client that is no browser';
const TOKEN_HINT = "send `Authorization: Bearer <token>` with the token of the run's owner.json";

test('the Host header', async (t) => {
  const { get } = await apiFixture(t);
  for (const host of [HOST, 'localhost:4870', '[::1]:4870', 'LOCALHOST:4870']) {
    await t.test(`${host} is this server`, async () => {
      assert.equal((await get('/healthz', { host })).statusCode, 200);
    });
  }

  const others = ['evil.example', 'evil.example:4870', '127.0.0.1', '127.0.0.1:4871', 'localhost', 'localhost:48700'];
  for (const host of [...others, '127.0.0.1.evil.example:4870', 'localhost:4870.evil.example', '127.0.0.1:4870@evil']) {
    await t.test(`"${host}" is another server, for which nothing is answered`, async () => {
      const response = await get('/api/hours', { host });
      assert.equal(response.statusCode, 421);
      assert.equal(response.headers['content-type'], 'application/problem+json; charset=utf-8');
      assert.deepEqual(response.json(), {
        type: 'urn:spillway:error:REQUEST_REFUSED',
        title: 'Request refused',
        status: 421,
        detail: `header Host: expected 127.0.0.1:4870, found ${JSON.stringify(host)}`,
        code: 'REQUEST_REFUSED',
        hint: 'ask for http://127.0.0.1:4870',
      });
    });
  }

  await t.test('is asked for on routes that do not exist, too', async () => {
    assert.equal((await get('/nothing-here', { host: 'evil.example' })).statusCode, 421);
  });

  await t.test('may leave the port out only where the server listens at port 80', async () => {
    const at80 = await apiFixture(t, { address: { host: '127.0.0.1', port: 80 } });
    assert.equal((await at80.get('/healthz', { host: 'localhost' })).statusCode, 200);
    assert.equal((await at80.get('/healthz', { host: 'localhost:80' })).statusCode, 200);
    assert.equal((await at80.get('/healthz', { host: 'localhost:4870' })).statusCode, 421);
  });
});

test('the Origin header', async (t) => {
  const { api, get } = await apiFixture(t);
  await t.test('of this server passes', async () => {
    assert.equal((await get('/healthz', { origin: `http://${HOST}` })).statusCode, 200);
  });

  for (const origin of [
    'http://evil.example',
    'null',
    'http://localhost:4870',
    `https://${HOST}`,
    'http://127.0.0.1:5173',
    '',
  ]) {
    await t.test(`"${origin}" is another page, which is refused without any CORS header`, async () => {
      const response = await get('/api/status', { origin });
      assert.deepEqual(response.json(), {
        type: 'urn:spillway:error:REQUEST_REFUSED',
        title: 'Request refused',
        status: 403,
        detail: `header Origin: expected http://${HOST}, found ${JSON.stringify(origin)}`,
        code: 'REQUEST_REFUSED',
        hint: ORIGIN_HINT,
      });
      assert.deepEqual(
        Object.keys(response.headers).filter((name) => name.startsWith('access-control-')),
        [],
      );
    });
  }

  await t.test('is missing when another site loads an image, and the browser says so otherwise', async () => {
    const image = await get('/api/status', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' });
    assert.equal(image.statusCode, 403);
    assert.equal(image.json().detail, 'header Sec-Fetch-Site: expected same-origin, found "cross-site"');
    const link = await get('/api/status', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' });
    assert.equal(link.statusCode, 200);
    const own = await get('/api/status', { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' });
    assert.equal(own.statusCode, 200);
  });

  await t.test('a preflight from another page is refused', async () => {
    const headers = { host: HOST, origin: 'http://evil.example', 'access-control-request-method': 'POST' };
    const response = await api.inject({ method: 'OPTIONS', url: '/api/query', headers });
    assert.equal(response.statusCode, 403);
    assert.equal(response.headers['access-control-allow-origin'], undefined);
  });
});

test("the owner's token", async (t) => {
  const { api, post } = await apiFixture(t);
  const body = { sql: 'SELECT 1 AS one FROM hours LIMIT 1' };

  await t.test('lets a changing request pass, whatever the case of the scheme', async () => {
    assert.equal((await post('/api/query', body)).statusCode, 200);
    assert.equal((await post('/api/query', body, { authorization: `bearer ${TOKEN}` })).statusCode, 200);
  });

  await t.test('is asked for where there is none', async () => {
    const headers = { host: HOST, 'content-type': 'application/json' };
    const response = await api.inject({ method: 'POST', url: '/api/query', headers, payload: JSON.stringify(body) });
    assert.equal(response.headers['www-authenticate'], 'Bearer realm="spillway"');
    assert.deepEqual(response.json(), {
      type: 'urn:spillway:error:TOKEN_REQUIRED',
      title: 'Token required',
      status: 401,
      detail: "header Authorization: expected the owner's token, found nothing",
      code: 'TOKEN_REQUIRED',
      hint: TOKEN_HINT,
    });
  });

  const wrong = [
    'Bearer wrong',
    `Bearer ${TOKEN}x`,
    `Bearer ${TOKEN.slice(1)}`,
    `Basic ${TOKEN}`,
    TOKEN,
    'Bearer',
    `Bearer ${TOKEN} x`,
  ];
  for (const authorization of wrong) {
    await t.test(`"${authorization}" is not it, and the answer does not repeat it`, async () => {
      const response = await post('/api/query', body, { authorization });
      assert.equal(response.statusCode, 401);
      assert.equal(response.json().code, 'TOKEN_REQUIRED');
      assert.ok(!response.body.includes(TOKEN));
    });
  }

  await t.test('is asked for by every method but GET and HEAD, route or not', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const) {
      for (const url of ['/api/query', '/api/status', '/nothing-here']) {
        const response = await api.inject({ method, url, headers: { host: HOST, 'content-type': 'application/json' } });
        assert.equal(response.statusCode, 401, `${method} ${url}`);
      }
    }
    assert.equal((await api.inject({ method: 'HEAD', url: '/api/status', headers: { host: HOST } })).statusCode, 200);
  });

  await t.test('is asked for by every request for data where others can reach the address', async () => {
    const { get } = await apiFixture(t, { address: { host: '0.0.0.0', port: 4870 } });
    const host = 'box.example:4870';
    for (const url of ['/healthz', '/readyz', '/api/status', '/api/docs', '/api/nothing-here']) {
      assert.equal((await get(url, { host })).statusCode, 401, url);
    }
    assert.equal((await get('/nothing-here', { host })).statusCode, 404, 'a place where the page could be');
    const authorization = `Bearer ${TOKEN}`;
    assert.equal((await get('/healthz', { host, authorization })).statusCode, 200);
    assert.equal((await get('/healthz', { host, authorization, origin: `https://${host}` })).statusCode, 200);
    assert.equal((await get('/healthz', { host, authorization, origin: 'https://evil.example' })).statusCode, 403);
    assert.equal((await get('/', { host, origin: 'https://evil.example' })).statusCode, 403);
  });
});

test('the content type of a changing request', async (t) => {
  const { post } = await apiFixture(t);
  const body = { sql: 'SELECT 1 AS one FROM hours LIMIT 1' };

  for (const type of ['application/json', 'application/json; charset=utf-8', 'Application/JSON']) {
    await t.test(`may be ${type}`, async () => {
      assert.equal((await post('/api/query', body, { 'content-type': type })).statusCode, 200);
    });
  }

  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonx',
    '',
  ]) {
    await t.test(`may not be "${type}", which a plain form could send`, async () => {
      const response = await post('/api/query', body, { 'content-type': type });
      assert.deepEqual(response.json(), {
        type: 'urn:spillway:error:REQUEST_INVALID',
        title: 'Request invalid',
        status: 415,
        detail: `header Content-Type: expected application/json, found ${JSON.stringify(type)}`,
        code: 'REQUEST_INVALID',
        hint: 'send `Content-Type: application/json` and a JSON body',
      });
    });
  }
});

test('only names of this machine that no other reaches are loopback', () => {
  for (const host of ['127.0.0.1', '127.1.2.3', '::1', 'localhost']) assert.equal(isLoopback(host), true, host);
  for (const host of ['0.0.0.0', '::', '192.168.1.1', '127.0.0.1.evil.example', '1127.0.0.1', 'example.org', '']) {
    assert.equal(isLoopback(host), false, host);
  }
});
