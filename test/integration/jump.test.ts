import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { Owner } from '../../src/hot-store/owner.ts';
import { readOwner } from '../../src/hot-store/owner.ts';
import type { LiveRun } from '../support/live-run.ts';
import { ended, live, SLOW_RUN, SPILLWAY, until } from '../support/live-run.ts';
import { callIn as call } from '../support/workshop.ts';

/** Two hours a second: the first ones are final soon, the last ones not before a test has looked. */
const BRISK_RUN = [SPILLWAY, ...SLOW_RUN, '--speed', '7200'];
const TO_END = ['--speed', 'max', '--exit-when-done'];

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

async function ask(owner: Owner, method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer> {
  const headers = { authorization: `Bearer ${owner.token}`, 'content-type': 'application/json' };
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await fetch(`${owner.address}${path}`, { method, headers, ...sent });
  return { status: response.status, body: Object(await response.json()) };
}

const jump = (owner: Owner, to: string, leadHours = 24): Promise<Answer> =>
  ask(owner, 'POST', '/api/replay/jump', { to, leadHours });

/** Rows of a query on a run of the folder. */
async function rowsOf(cwd: string, run: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const { code, out, err } = await call(cwd, ['query', '--run', run, '--format', 'json', sql]);
  assert.equal(code, 0, err);
  return JSON.parse(out);
}

async function verified(cwd: string, run: string): Promise<void> {
  const { code, out, err } = await call(cwd, ['verify', '--run', run, '--trace', 'trace']);
  assert.equal(code, 0, `${out}${err}`);
}

async function untilFinal(owner: Owner, hours: number): Promise<void> {
  await until('final hours', async () => {
    const { processor } = (await ask(owner, 'GET', '/api/status')).body;
    return Number(Reflect.get(Object(processor), 'finalHours')) >= hours ? true : undefined;
  });
}

/** A run of which some hours are final. */
async function begun(t: TestContext): Promise<LiveRun> {
  const run = await live(t, BRISK_RUN);
  await untilFinal(run.owner, 3);
  return run;
}

/** Follows the live stream; resolves with the names of the runs that it has told of once it has told of `last`. */
async function runsTold(owner: Owner, last: string): Promise<readonly string[]> {
  const told: string[] = [];
  const { body } = await fetch(`${owner.address}/api/live`);
  let stream = '';
  for await (const part of body ?? []) {
    stream += Buffer.from(part).toString('utf8');
    const runs = [...stream.matchAll(/^event: run\ndata: \{"run":"([^"]*)"/gm)].map(([, run = '']) => run);
    told.splice(0, told.length, ...runs);
    if (told.includes(last)) break;
  }
  return told;
}

const FINAL = "SELECT hour, counted, revision FROM hours WHERE state = 'final' ORDER BY hour";

test('after a jump another run plays at the same address, and the one before stays whole', async (t) => {
  const { cwd, owner, dir, child, stderr } = await begun(t);
  const told = runsTold(owner, 'default-20240301t12');
  const { status, body } = await jump(owner, '2024-03-01T12:30:00Z', 6);
  assert.equal(status, 200, JSON.stringify(body));
  assert.deepEqual(
    [body.run, body.from, body.to],
    ['default-20240301t12', '2024-03-01T06:00:00Z', '2024-03-02T00:00:00Z'],
  );

  assert.deepEqual(await told, ['default', 'default-20240301t12']);
  const next = readOwner(dir.replace(/default$/, 'default-20240301t12'));
  assert.equal(readOwner(dir), undefined);
  assert.deepEqual([next?.pid, next?.address, next?.token], [child.pid, owner.address, owner.token]);
  assert.equal((await ask(owner, 'GET', '/api/manifest')).body.run, 'default-20240301t12');
  assert.match(
    stderr(),
    /going to 2024-03-01T12:30:00Z\n[\s\S]*playing run default-20240301t12:\nhttp:\S+\/#token=\S+\n/,
  );
  const filled = await until('the hours before', async () => {
    const hours = await rowsOf(cwd, 'default-20240301t12', FINAL);
    return hours.length >= 6 ? hours : undefined;
  });
  assert.equal(filled[0]?.hour, '2024-03-01T06:00:00Z');

  const runs = JSON.parse((await call(cwd, ['runs', '--json'])).out);
  assert.deepEqual(
    runs.map((run: Record<string, unknown>) => [run.run, run.owner === null]),
    [
      ['default', true],
      ['default-20240301t12', false],
    ],
  );
  const kept = await rowsOf(cwd, 'default', FINAL);
  assert.ok(kept.length >= 3);
  await verified(cwd, 'default');

  child.kill('SIGINT');
  assert.equal(await ended(child), 130);
  const again = await call(cwd, [...SLOW_RUN, ...TO_END]);
  assert.equal(again.code, 0, again.err);
  assert.deepEqual((await rowsOf(cwd, 'default', FINAL)).slice(0, kept.length), kept);
  await verified(cwd, 'default');
});

test('Ctrl-C after a jump stops cleanly, and the new run goes on by the command that is said', async (t) => {
  const { cwd, owner, dir, child, stderr } = await live(t, BRISK_RUN);
  assert.equal((await jump(owner, '2024-03-01T20:00:00Z', 2)).status, 200);
  child.kill('SIGTERM');
  assert.equal(await ended(child), 130);
  const [, first, second = ''] =
    /stopping\nstopped; nothing is lost\. Go on with run default: spillway (.*)\nor with run default-20240301t20: spillway (.*)\n$/.exec(
      stderr(),
    ) ?? [];
  assert.equal(first, 'run --trace trace --port 0 --speed 7200');
  assert.equal(second, 'run --trace trace --port 0 --speed 7200 --run default-20240301t20 --from 2024-03-01T18:00:00Z');
  for (const run of readdirSync(join(dir, '..'))) assert.equal(existsSync(join(dir, '..', run, 'owner.json')), false);
  const { code, err } = await call(cwd, [...second.split(' '), ...TO_END]);
  assert.equal(code, 0, err);
  await verified(cwd, 'default-20240301t20');
  assert.equal((await rowsOf(cwd, 'default-20240301t20', FINAL)).length, 6);
});

test('a command that exits when it is done exits when the run after the jump is, and says whose hours it tells', async (t) => {
  // The trace is written for a run of its own, which is of no interest here.
  const { cwd, child: first } = await live(t);
  first.kill('SIGKILL');
  await ended(first);
  rmSync(join(cwd, 'spillway-data'), { recursive: true });
  const program = [...BRISK_RUN, '--json', '--exit-when-done'];
  const child = spawn(process.execPath, program, { cwd, stdio: ['ignore', 'pipe', 'ignore'] });
  t.after(() => child.kill('SIGKILL'));
  const out = text(child.stdout);
  const owner = await until('an owner', () => readOwner(join(cwd, 'spillway-data', 'runs', 'default')));
  await untilFinal(owner, 1);
  assert.equal((await jump(owner, '2024-03-01T23:00:00Z', 1)).status, 200);
  assert.equal(await ended(child), 0);
  const lines = (await out)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual([lines[0].run, lines[0].hour], ['default', '2024-03-01T00:00:00Z']);
  assert.deepEqual(
    lines.filter(({ run }) => run !== 'default').map(({ run, hour }) => [run, hour]),
    ['22', '23'].map((hour) => ['default-20240301t23', `2024-03-01T${hour}:00:00Z`]),
  );
});

test('a film that has ended can be left for another place of it', async (t) => {
  const { cwd, owner, child, stderr } = await live(t, [SPILLWAY, ...SLOW_RUN, '--speed', 'max']);
  await untilFinal(owner, 24);
  assert.equal((await jump(owner, '2024-03-01T20:00:00Z', 2)).status, 200);
  await untilFinal(owner, 6);
  await until('being told', () =>
    /^every hour is final[\s\S]*^every hour is final/m.test(stderr()) ? true : undefined,
  );
  await verified(cwd, 'default-20240301t20');
  child.kill('SIGINT');
  assert.equal(await ended(child), 130);
});

test('a jump to where the trace is not is refused, and the film goes on', async (t) => {
  const { owner } = await live(t);
  for (const to of ['2024-02-29T23:59:59Z', '2024-03-02T00:00:00Z']) {
    const { status, body } = await jump(owner, to);
    assert.deepEqual([status, body.code], [400, 'REQUEST_INVALID']);
  }
  const { body } = await ask(owner, 'GET', '/api/status');
  assert.deepEqual([body.run, Reflect.get(Object(body.replay), 'state')], ['default', 'playing']);
});

test('of two jumps at once one is made, and readers are told to come again, or get an answer of one of the runs', async (t) => {
  const { owner, child } = await begun(t);
  const reading = Array.from({ length: 20 }, async (_, n) => {
    await new Promise((resolve) => setTimeout(resolve, 25 * n));
    return await ask(owner, 'POST', '/api/query', { sql: 'SELECT min(hour) AS h FROM hours' });
  });
  const jumps = await Promise.all([jump(owner, '2024-03-01T10:00:00Z', 1), jump(owner, '2024-03-01T15:00:00Z', 1)]);
  const answers = await Promise.all(reading);
  const [made, refused] = jumps.toSorted((a, b) => a.status - b.status);
  assert.deepEqual([made?.status, refused?.status, refused?.body.code], [200, 503, 'NOT_READY']);
  const begin = made?.body.run === 'default-20240301t10' ? '2024-03-01T09:00:00Z' : '2024-03-01T14:00:00Z';
  for (const { status, body } of answers) {
    if (status === 503) assert.equal(body.code, 'NOT_READY');
    else assert.ok([`[["2024-03-01T00:00:00Z"]]`, `[["${begin}"]]`].includes(JSON.stringify(body.rows)), String(body));
  }
  assert.equal(child.exitCode, null);
});

test('a second jump to the same hour makes another run', async (t) => {
  const { owner } = await live(t);
  assert.equal((await jump(owner, '2024-03-01T10:00:00Z', 1)).body.run, 'default-20240301t10');
  assert.equal((await jump(owner, '2024-03-01T10:30:00Z', 0)).body.run, 'default-20240301t10-2');
});

test('a jump that cannot start a run goes back to the one before', async (t) => {
  const { cwd, owner, dir, stderr } = await begun(t);
  const log = join(cwd, 'spillway-data', 'logs', 'default-20240301t12.log');
  mkdirSync(log);
  const failed = await jump(owner, '2024-03-01T12:00:00Z');
  assert.equal(failed.status, 500);
  const back = (await ask(owner, 'GET', '/api/status')).body;
  assert.deepEqual([back.run, Reflect.get(Object(back.replay), 'speed')], ['default', 7_200]);
  assert.equal(readOwner(dir)?.run, 'default');
  assert.match(stderr(), /still in run default: going to 2024-03-01T12:00:00Z failed: .*EISDIR/);
  assert.deepEqual(readdirSync(join(dir, '..')), ['default']);
  rmSync(log, { recursive: true });
  assert.equal((await jump(owner, '2024-03-01T12:00:00Z')).status, 200);
});

test('a command that means the run before is not answered by the one that took its place', async (t) => {
  const { owner } = await live(t);
  await jump(owner, '2024-03-01T10:00:00Z', 1);
  const headers = { authorization: `Bearer ${owner.token}`, 'spillway-run': 'default' };
  const response = await fetch(`${owner.address}/api/status`, { headers });
  assert.equal(response.status, 409);
  assert.equal(Reflect.get(Object(await response.json()), 'code'), 'RUN_NOT_FOUND');
});
