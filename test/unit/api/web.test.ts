import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import type { Address } from '../../../src/api/options.ts';
import { apiFixture, cleanUp, HOST, TOKEN } from './fixture.ts';

const PAGE = '<!doctype html><title>Spillway</title><script type="module" src="/assets/index-1a.js"></script>';
const SCRIPT = 'export const answer = 42;\n'.repeat(50);
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'";
const BROWSER = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

/** The API with a built dashboard; `secret.txt` lies beside its folder. */
async function webFixture(t: TestContext, address?: Address) {
  const later = cleanUp(t);
  const root = await mkdtemp(join(tmpdir(), 'spillway-web-'));
  later(() => rm(root, { recursive: true, force: true }));
  const webDir = join(root, 'dist');
  await mkdir(join(webDir, 'assets'), { recursive: true });
  const write = (name: string, content: string | Buffer): Promise<void> => writeFile(join(webDir, name), content);
  await write('index.html', PAGE);
  await write('icon.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>');
  await write('.stamp', 'hidden');
  await write('assets/.hidden.js', 'hidden');
  await write('assets/index-1a.js', SCRIPT);
  await write('assets/index-1a.js.br', brotliCompressSync(SCRIPT));
  await write('assets/index-1a.js.gz', gzipSync(SCRIPT));
  await write('assets/style-2b.css', 'body { margin: 0 }');
  await writeFile(join(root, 'secret.txt'), 'secret');
  const fixture = await apiFixture(t, { webDir, ...(address === undefined ? {} : { address }) });
  return { ...fixture, webDir, root };
}

test('the page', async (t) => {
  const { api, get, webDir } = await webFixture(t);

  await t.test('is answered with what it may do, and asked for anew each time', async () => {
    const response = await get('/');
    const { date: _, etag, 'last-modified': changed, ...headers } = response.headers;
    assert.equal(response.statusCode, 200);
    assert.equal(response.body, PAGE);
    assert.deepEqual(headers, {
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-cache',
      'content-security-policy': PAGE_POLICY,
      'accept-ranges': 'bytes',
      'content-type': 'text/html; charset=utf-8',
      'content-length': String(PAGE.length),
      connection: 'keep-alive',
      vary: 'accept-encoding',
    });
    assert.equal(changed, (await stat(join(webDir, 'index.html'))).mtime.toUTCString());
    const again = await get('/', { 'if-none-match': String(etag) });
    assert.equal(again.statusCode, 304);
    assert.equal(again.body, '');
    assert.equal(again.headers['content-security-policy'], PAGE_POLICY);
  });

  await t.test('is answered without a body to HEAD', async () => {
    const response = await api.inject({ method: 'HEAD', url: '/', headers: { host: HOST } });
    assert.equal(response.statusCode, 200);
    assert.equal(response.body, '');
    assert.equal(response.headers['content-length'], String(PAGE.length));
    assert.equal(response.headers['content-security-policy'], PAGE_POLICY);
  });

  await t.test('is answered at every address of a view that a browser opens', async () => {
    for (const url of ['/history', '/history/2024-03-12T14:37?x=1', '/index.html', '/a.b/c', '/healthz/', '/apix']) {
      const response = await get(url, BROWSER);
      assert.equal(response.statusCode, 200, url);
      assert.equal(response.body, PAGE, url);
      assert.equal(response.headers['content-security-policy'], PAGE_POLICY, url);
      assert.equal(response.headers['cache-control'], 'no-cache', url);
    }
  });

  await t.test('is not answered to those who want no page, nor in the place of a route', async () => {
    for (const [url, accept] of [
      ['/history', '*/*'],
      ['/history', 'application/json'],
      ['/history', ''],
      ['/api', BROWSER.accept],
      ['/api/', BROWSER.accept],
      ['/api/nothing', BROWSER.accept],
      ['/%61pi/nothing', BROWSER.accept],
    ] as const) {
      const response = await get(url, { accept });
      assert.equal(response.statusCode, 404, `${url} ${accept}`);
      assert.equal(response.json().code, 'NOT_FOUND');
      assert.equal(response.headers['content-security-policy'], DATA_POLICY);
      assert.equal(response.headers['cache-control'], 'no-store');
    }
  });

  await t.test('may be opened from another site, which may not load or frame it', async () => {
    const link = await get('/', { ...BROWSER, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' });
    assert.equal(link.statusCode, 200);
    const loaded = await get('/', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' });
    assert.equal(loaded.statusCode, 403);
    assert.equal((await get('/', { ...BROWSER, host: 'evil.example' })).statusCode, 421);
    assert.equal((await get('/assets/index-1a.js', { origin: 'http://evil.example' })).statusCode, 403);
  });
});

test('files of the page', async (t) => {
  const { api, get } = await webFixture(t);

  await t.test('that are named by their content are kept for a year', async () => {
    const response = await get('/assets/style-2b.css');
    assert.equal(response.statusCode, 200);
    assert.equal(response.headers['content-type'], 'text/css; charset=utf-8');
    assert.equal(response.headers['cache-control'], 'public, max-age=31536000, immutable');
    assert.equal(response.headers['content-security-policy'], DATA_POLICY);
    assert.equal(response.headers['x-content-type-options'], 'nosniff');
  });

  await t.test('with another name are asked for anew', async () => {
    const response = await get('/icon.svg', BROWSER);
    assert.equal(response.headers['content-type'], 'image/svg+xml');
    assert.equal(response.headers['cache-control'], 'no-cache');
    assert.equal(response.headers['content-security-policy'], DATA_POLICY);
  });

  await t.test('come compressed where such a copy lies beside them and the client takes it', async () => {
    const ask = (encoding: string) => get('/assets/index-1a.js', { 'accept-encoding': encoding });
    const brotli = await ask('gzip, deflate, br, zstd');
    assert.equal(brotli.headers['content-encoding'], 'br');
    assert.equal(brotli.headers['content-type'], 'application/javascript; charset=utf-8');
    assert.equal(brotli.headers.vary, 'accept-encoding');
    assert.equal(brotli.headers['cache-control'], 'public, max-age=31536000, immutable');
    assert.equal(String(brotliDecompressSync(brotli.rawPayload)), SCRIPT);
    const zipped = await ask('gzip');
    assert.equal(zipped.headers['content-encoding'], 'gzip');
    assert.equal(String(gunzipSync(zipped.rawPayload)), SCRIPT);
    for (const encoding of ['identity', 'zstd', 'br;q=0']) {
      const plain = await ask(encoding);
      assert.equal(plain.headers['content-encoding'], undefined, encoding);
      assert.equal(plain.body, SCRIPT, encoding);
    }
    const uncompressed = await get('/assets/style-2b.css', { 'accept-encoding': 'br' });
    assert.equal(uncompressed.headers['content-encoding'], undefined);
    assert.equal(uncompressed.statusCode, 200);
  });

  await t.test('are answered without a body to HEAD', async () => {
    const response = await api.inject({ method: 'HEAD', url: '/assets/index-1a.js', headers: { host: HOST } });
    assert.equal(response.statusCode, 200);
    assert.equal(response.headers['content-length'], String(SCRIPT.length));
    assert.equal(response.body, '');
  });

  await t.test('that are missing are a problem, which nobody keeps, and never the page', async () => {
    const response = await get('/assets/index-9z.js', BROWSER);
    assert.equal(response.statusCode, 404);
    assert.equal(response.headers['content-type'], 'application/problem+json; charset=utf-8');
    assert.equal(response.headers['cache-control'], 'no-store');
    assert.equal(response.json().detail, 'no route GET /assets/index-9z.js');
    for (const url of ['/assets', '/assets/', '/icon.png']) assert.equal((await get(url)).statusCode, 404, url);
  });

  await t.test('cannot be written', async () => {
    const headers = { host: HOST, authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
    for (const method of ['POST', 'PUT', 'DELETE'] as const) {
      const response = await api.inject({ method, url: '/icon.svg', headers, payload: '{}' });
      assert.equal(response.statusCode, 404, method);
    }
  });
});

test('no address leads out of the folder, or to what is hidden in it', async (t) => {
  const { api, root } = await webFixture(t);
  // Over the wire: what is injected has been made a tidy address before.
  await api.listen({ host: '127.0.0.1', port: 0 });
  const { port } = api.server.address() as AddressInfo;
  const ways = [
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/..%2Fsecret.txt',
    '/%2e%2e/secret.txt',
    '/%2e%2e%2fsecret.txt',
    '/..%5csecret.txt',
    '/%252e%252e%252fsecret.txt',
    '/assets/../../secret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/assets/%2e%2e/%2e%2e/secret.txt',
    '/assets/..;/..;/secret.txt',
    `/${join(root, 'secret.txt')}`,
    `/%2f${join(root, 'secret.txt').slice(1)}`,
    '//secret.txt',
    '/./.stamp',
    '/.stamp',
    '/%2estamp',
    '/assets/.hidden.js',
    '/assets/%2ehidden.js',
    '/assets/./.hidden.js',
    '/assets/index-1a.js%00.css',
  ];
  for (const url of ways) {
    for (const accept of ['*/*', BROWSER.accept]) {
      const { status, body } = await ask(port, url, accept);
      assert.doesNotMatch(body, /^(?:secret|hidden)$/, url);
      const nothing = status === 404 || status === 400;
      assert.ok(nothing || (accept !== '*/*' && body === PAGE), `${url}: ${status} ${body}`);
    }
  }
});

/** Asks for `path` exactly as it is written. */
async function ask(port: number, path: string, accept: string): Promise<{ status: number; body: string }> {
  const sent = request({ port, path, host: '127.0.0.1', headers: { host: HOST, accept } }).end();
  const [response]: IncomingMessage[] = await once(sent, 'response');
  assert.ok(response !== undefined);
  return { status: response.statusCode ?? 0, body: await text(response) };
}

test('a page that is not built says so, and the API answers all the same', async (t) => {
  const empty = await mkdtemp(join(tmpdir(), 'spillway-web-'));
  t.after(() => rm(empty, { recursive: true, force: true }));
  for (const parts of [{}, { webDir: empty }, { webDir: join(empty, 'missing') }]) {
    const { get } = await apiFixture(t, parts);
    for (const [url, headers] of [
      ['/', {}],
      ['/', BROWSER],
      ['/history', BROWSER],
    ] as const) {
      const response = await get(url, headers);
      assert.equal(response.headers['content-type'], 'application/problem+json; charset=utf-8');
      assert.equal(response.headers['content-security-policy'], DATA_POLICY);
      assert.deepEqual(response.json(), {
        type: 'urn:spillway:error:NOT_FOUND',
        title: 'Not found',
        status: 404,
        detail: 'the dashboard is not built',
        code: 'NOT_FOUND',
        hint: '`npm run build` builds it; GET /api/docs describes the API, which needs no dashboard',
      });
    }
    assert.equal((await get('/history')).json().detail, 'no route GET /history');
    assert.equal((await get('/api/hours')).statusCode, 200);
    assert.equal((await get('/api/docs')).statusCode, 200);
  }
});

test('a page that is built while the server runs is served', async (t) => {
  const webDir = join(await mkdtemp(join(tmpdir(), 'spillway-web-')), 'dist');
  t.after(() => rm(join(webDir, '..'), { recursive: true, force: true }));
  const { get } = await apiFixture(t, { webDir });
  assert.equal((await get('/')).statusCode, 404);
  await mkdir(webDir);
  await writeFile(join(webDir, 'index.html'), PAGE);
  assert.equal((await get('/')).body, PAGE);
});

test('where others can reach the address the page needs no token, and everything that holds data does', async (t) => {
  const { get, api } = await webFixture(t, { host: '0.0.0.0', port: 4870 });
  const host = 'box.example:4870';
  for (const url of ['/', '/history', '/icon.svg', '/assets/index-1a.js']) {
    assert.equal((await get(url, { host, ...BROWSER })).statusCode, 200, url);
  }
  assert.equal((await get('/assets/missing.js', { host })).statusCode, 404);
  const guarded = [
    ...['/api', '/api/', '/api/status', '/api/hours', '/api/docs', '/api/openapi.json', '/api/nothing', '/api?x'],
    ...['/%61pi/status', '/ap%69/hours', '/%61pi/nothing', '/healthz', '/readyz', '/%68ealthz'],
  ];
  for (const url of guarded) {
    for (const accept of ['*/*', BROWSER.accept]) {
      const response = await get(url, { host, accept });
      assert.equal(response.statusCode, 401, url);
      assert.equal(response.json().code, 'TOKEN_REQUIRED', url);
    }
  }
  assert.equal((await api.inject({ method: 'HEAD', url: '/', headers: { host } })).statusCode, 200);
  assert.equal((await api.inject({ method: 'HEAD', url: '/api/status', headers: { host } })).statusCode, 401);
  assert.equal((await api.inject({ method: 'POST', url: '/', headers: { host } })).statusCode, 401);
  const authorization = `Bearer ${TOKEN}`;
  assert.equal((await get('/api/status', { host, authorization })).statusCode, 200);
  assert.equal((await get(`/api/status?token=${TOKEN}`, { host })).statusCode, 401);
});
