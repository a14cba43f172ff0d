import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { connect, createServer } from 'node:net';
import type { TestContext } from 'node:test';
import { describe, test } from 'node:test';
import type { ServerOptions } from '../../../src/api/server.ts';
import { startServer } from '../../../src/api/server.ts';
import { SpillwayError } from '../../../src/errors.ts';
import { silentLogger } from '../../../src/observe/logger.ts';
import { systemClock } from '../../../src/time/clock.ts';
import { apiFixture, METRICS, STATUS, TOKEN } from './fixture.ts';

async function options(t: TestContext, port: number): Promise<ServerOptions> {
  const { store, dir } = await apiFixture(t);
  return {
    ...{ store, metrics: METRICS, status: () => STATUS, amend: async () => [] },
    ...{
      token: TOKEN,
      snapshotRoot: dir,
      archiveRoot: dir,
      logger: silentLogger,
      port,
      traceRange: store.manifest,
      clock: systemClock,
    },
  };
}

async function started(t: TestContext, wanted: ServerOptions) {
  const server = await startServer(wanted);
  t.after(() => server.close());
  return server;
}

async function occupied(t: TestContext, port: number): Promise<Server> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return server;
}

/** The first of `count` consecutive ports that are free, all of them then taken. */
async function occupiedRange(t: TestContext, count: number): Promise<number> {
  for (let tries = 0; ; tries++) {
    const first = 20_000 + Math.floor(Math.random() * 20_000);
    const servers: Server[] = [];
    try {
      for (let i = 0; i < count; i++) servers.push(await occupied(t, first + i));
      return first;
    } catch (error) {
      for (const server of servers) server.close();
      if (tries > 20) throw error;
    }
  }
}

test('a started server answers at its address, and only there', async (t) => {
  const server = await started(t, await options(t, 0));
  assert.equal(server.url, `http://127.0.0.1:${server.port}`);
  const response = await fetch(`${server.url}/healthz`);
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), { status: 'ok' });
  assert.equal(
    await fetch(`${server.url.replace('127.0.0.1', '127.0.0.2')}/healthz`).catch(() => 'refused'),
    'refused',
  );
});

test('a query over the wire needs the token and gives rows', async (t) => {
  const server = await started(t, await options(t, 0));
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` };
  const body = JSON.stringify({ sql: 'SELECT count(*) AS n FROM hours' });
  const response = await fetch(`${server.url}/api/query`, { method: 'POST', headers, body });
  assert.deepEqual(await response.json(), { columns: [{ name: 'n', type: 'BIGINT' }], rows: [[4]], truncated: false });
});

describe('a taken port', () => {
  test('leads to the next free one, which the guard knows', async (t) => {
    const other = await occupied(t, 0);
    const { port } = other.address() as AddressInfo;
    const server = await started(t, await options(t, port));
    assert.ok(server.port > port && server.port < port + 20);
    assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
  });

  test('is named when the next ones are taken too', async (t) => {
    const first = await occupiedRange(t, 20);
    await assert.rejects(startServer(await options(t, first)), (error: unknown) => {
      assert.ok(error instanceof SpillwayError);
      assert.equal(error.code, 'PORT_TAKEN');
      assert.equal(error.message, `the ports ${first} to ${first + 19} of 127.0.0.1 are all taken`);
      assert.equal(error.hint, 'choose another with --port');
      return true;
    });
  });
});

test('an address that this machine does not have is a wrong option', async (t) => {
  const wanted = { ...(await options(t, 0)), host: '203.0.113.7' };
  await assert.rejects(startServer(wanted), { code: 'USAGE', hint: 'choose one of its own with --host' });
});

test('an address that others reach is refused where there is no token to ask for', async (t) => {
  const wanted = { ...(await options(t, 0)), host: '0.0.0.0', token: '' };
  await assert.rejects(startServer(wanted), { code: 'USAGE' });
});

test('bytes that are no request get a problem, and the server goes on', async (t) => {
  const server = await started(t, await options(t, 0));
  const socket = connect(server.port, '127.0.0.1');
  let answer = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    answer += text;
  });
  socket.write('NOT HTTP AT ALL\r\n\r\n');
  await once(socket, 'close');
  const [head, body] = answer.split('\r\n\r\n');
  assert.match(head ?? '', /^HTTP\/1\.1 400 Bad Request\r\n[\s\S]*application\/problem\+json/);
  assert.deepEqual(JSON.parse(body ?? ''), {
    type: 'urn:spillway:error:REQUEST_INVALID',
    title: 'Request invalid',
    status: 400,
    detail: 'not a request: Bad Request',
    code: 'REQUEST_INVALID',
    hint: 'send HTTP/1.1',
  });
  assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
});

test('closing twice is closing once, and no open connection delays it', async (t) => {
  const server = await startServer(await options(t, 0));
  const socket = connect(server.port, '127.0.0.1');
  await once(socket, 'connect');
  const gone = once(socket, 'close');
  await Promise.all([server.close(), server.close()]);
  await gone;
  await assert.rejects(fetch(`${server.url}/healthz`));
});
