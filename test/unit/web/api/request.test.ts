import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ApiProblem } from '../../../../web/src/api/problem.ts';
import { request } from '../../../../web/src/api/request.ts';

/** Answers every request with `respond` and keeps what was asked. */
function serve(t: TestContext, respond: () => Response) {
  const asked: { path: string; init: RequestInit }[] = [];
  t.mock.method(globalThis, 'fetch', async (path: string, init: RequestInit) => {
    asked.push({ path, init });
    return respond();
  });
  return asked;
}

async function problemOf(promise: Promise<unknown>): Promise<ApiProblem> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ApiProblem, `found ${String(error)}`);
  return error;
}

test('an answer is its JSON', async (t) => {
  const asked = serve(t, () => Response.json({ metrics: [] }));
  assert.deepEqual(await request('/api/metrics'), { metrics: [] });
  assert.equal(asked[0]?.init.method, 'GET');
  assert.equal(new Headers(asked[0]?.init.headers).has('content-type'), false);
});

test('a request with a body is a POST of JSON with the token', async (t) => {
  const asked = serve(t, () => Response.json({}));
  await request('/api/replay/speed', { body: { speed: 60 }, token: 'secret' });
  const init = asked[0]?.init;
  const headers = new Headers(init?.headers);
  assert.equal(init?.method, 'POST');
  assert.equal(init?.body, '{"speed":60}');
  assert.equal(headers.get('content-type'), 'application/json');
  assert.equal(headers.get('authorization'), 'Bearer secret');
});

test('a refusal is the problem that the server tells', async (t) => {
  const body = { status: 409, code: 'REPLAY_NOT_RUNNING', detail: 'the film is over', hint: 'jump' };
  serve(t, () => Response.json(body, { status: 409 }));
  const problem = await problemOf(request('/api/replay/play', { body: {} }));
  assert.deepEqual(
    [problem.status, problem.code, problem.message, problem.hint, problem.unreachable],
    [409, 'REPLAY_NOT_RUNNING', 'the film is over', 'jump', false],
  );
});

test('a server that is not there is a problem of its own', async (t) => {
  serve(t, () => {
    throw new TypeError('fetch failed');
  });
  const problem = await problemOf(request('/api/metrics'));
  assert.deepEqual([problem.code, problem.unreachable], ['UNREACHABLE', true]);
});

test('a proxy that finds no server means the same', async (t) => {
  serve(t, () => new Response('<h1>502</h1>', { status: 502 }));
  assert.equal((await problemOf(request('/api/metrics'))).unreachable, true);
});

test('a server that is not ready yet says so itself', async (t) => {
  serve(t, () => Response.json({ code: 'NOT_READY', detail: 'starting' }, { status: 503 }));
  const problem = await problemOf(request('/readyz'));
  assert.deepEqual([problem.code, problem.unreachable], ['NOT_READY', false]);
});

test('an answer that is no JSON is a problem', async (t) => {
  serve(t, () => new Response('<!doctype html>'));
  assert.equal((await problemOf(request('/api/metrics'))).code, 'UNREADABLE');
});

test('a request that was called off is no problem', async (t) => {
  const controller = new AbortController();
  serve(t, () => {
    controller.abort();
    throw controller.signal.reason;
  });
  await assert.rejects(request('/api/metrics', { signal: controller.signal }), { name: 'AbortError' });
});
