import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BODY_LIMIT_BYTES } from '../../../src/api/app.ts';
import { apiFixture } from './fixture.ts';

describe('what is not there', () => {
  test('is a problem that names it', async (t) => {
    const { get, post } = await apiFixture(t);
    assert.deepEqual((await get('/api/nothing?x=1')).json(), {
      type: 'urn:spillway:error:NOT_FOUND',
      title: 'Not found',
      status: 404,
      detail: 'no route GET /api/nothing',
      code: 'NOT_FOUND',
      hint: 'GET /api/docs lists the routes',
    });
    assert.equal((await post('/api/status', {})).json().detail, 'no route POST /api/status');
  });

  test('is a problem also where the address itself is broken', async (t) => {
    const { get } = await apiFixture(t);
    const response = await get('/api/%');
    assert.equal(response.statusCode, 400);
    assert.equal(response.headers['content-type'], 'application/problem+json; charset=utf-8');
    assert.equal(response.headers['x-content-type-options'], 'nosniff');
  });
});

describe('a body', () => {
  const invalid = (detail: string, status = 400) => ({
    type: 'urn:spillway:error:REQUEST_INVALID',
    title: 'Request invalid',
    status,
    detail,
    code: 'REQUEST_INVALID',
    hint: 'GET /api/docs shows what each route takes',
  });

  test('over the limit is refused before it is read', async (t) => {
    const { post } = await apiFixture(t);
    const response = await post('/api/query', { sql: 'x'.repeat(BODY_LIMIT_BYTES) });
    assert.deepEqual(response.json(), invalid('Request body is too large', 413));
  });

  test('just under the limit is read', async (t) => {
    const { post } = await apiFixture(t);
    const comment = ' '.repeat(BODY_LIMIT_BYTES - 200);
    assert.equal((await post('/api/query', { sql: `SELECT count(*) AS n FROM hours${comment}` })).statusCode, 200);
  });

  for (const text of ['{', '{"sql": }', 'SELECT 1', "{'sql': 'x'}", '{"sql":"a"} x']) {
    test(`that is no JSON is refused: ${text}`, async (t) => {
      const { post } = await apiFixture(t);
      const expected = invalid("Body is not valid JSON but content-type is set to 'application/json'");
      assert.deepEqual((await post('/api/query', text)).json(), expected);
    });
  }

  test('that is empty is refused', async (t) => {
    const { post } = await apiFixture(t);
    assert.equal((await post('/api/query', '')).statusCode, 400);
  });

  test('that reaches for a prototype is refused', async (t) => {
    const { post } = await apiFixture(t);
    assert.equal((await post('/api/query', '{"sql":"SELECT 1","__proto__":{"maxRows":5}}')).statusCode, 400);
  });
});

test('every answer forbids to be framed, sniffed, cached or used by another site', async (t) => {
  const { get, post } = await apiFixture(t);
  const answers = [
    await get('/healthz'),
    await get('/nothing'),
    await get('/api/hours', { host: 'evil' }),
    await post('/api/query', '{'),
  ];
  for (const { headers } of answers) {
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['x-frame-options'], 'DENY');
    assert.equal(headers['referrer-policy'], 'no-referrer');
    assert.equal(headers['cross-origin-opener-policy'], 'same-origin');
    assert.equal(headers['cross-origin-resource-policy'], 'same-origin');
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal(headers['content-security-policy'], "default-src 'none'; frame-ancestors 'none'");
  }
});

interface Operation {
  readonly summary?: string;
  readonly description?: string;
  readonly security?: unknown;
  readonly parameters?: readonly { readonly name: string; readonly description?: string }[];
  readonly responses: Readonly<Record<string, unknown>>;
}

describe('the description of the API', () => {
  const routes = async (t: Parameters<typeof apiFixture>[0]) => {
    const { get } = await apiFixture(t);
    const document: { openapi: string; paths: Record<string, Record<string, Operation>> } = (
      await get('/api/openapi.json')
    ).json();
    return { document, get };
  };

  test('names every route', async (t) => {
    const { document } = await routes(t);
    assert.equal(document.openapi, '3.1.0');
    assert.deepEqual(
      Object.entries(document.paths).flatMap(([path, methods]) =>
        Object.keys(methods).map((method) => `${method} ${path}`),
      ),
      [
        'get /healthz',
        'get /readyz',
        'get /api/status',
        'get /api/live',
        'get /api/manifest',
        'get /api/metrics',
        'get /api/metrics/{name}/series',
        'get /api/metrics/{name}/top',
        'get /api/percentiles',
        'get /api/instances',
        'get /api/hours',
        'get /api/hours/{hour}',
        'get /api/hours/{hour}/revisions',
        'get /api/receipts',
        'post /api/query',
        'post /api/snapshot',
        'post /api/amend',
        'post /api/replay/play',
        'post /api/replay/pause',
        'post /api/replay/speed',
        'post /api/replay/step',
        'post /api/replay/jump',
      ],
    );
  });

  test('says of each what it does, takes and answers, and which ones need the token', async (t) => {
    const { document } = await routes(t);
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        assert.ok(operation.summary !== undefined && operation.description !== undefined, path);
        assert.ok('200' in operation.responses && '4XX' in operation.responses, path);
        assert.equal(operation.security !== undefined, method === 'post', path);
        for (const { name, description } of operation.parameters ?? []) assert.ok(description, `${path} ${name}`);
      }
    }
  });

  test('can be read as a page that needs nothing from elsewhere', async (t) => {
    const { get } = await routes(t);
    const page = await get('/api/docs');
    assert.equal(page.statusCode, 200);
    assert.match(String(page.headers['content-type']), /^text\/html/);
    assert.match(String(page.headers['content-security-policy']), /^default-src 'none'; script-src 'self';/);
    const links = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => String(link));
    assert.ok(links.length >= 5);
    for (const link of links) {
      const response = await get(new URL(link, 'http://127.0.0.1/api/docs').pathname);
      assert.equal(response.statusCode, 200, link);
    }
  });
});
