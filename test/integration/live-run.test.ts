import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isAlive } from '../../src/hot-store/owner.ts';
import { ended, live, SLOW_RUN as RUN, SPILLWAY, until } from '../support/live-run.ts';
import { tempDir } from '../support/temp-dir.ts';
import { at } from '../support/time.ts';
import { writeTrace } from '../support/trace-file.ts';
import { callIn as call } from '../support/workshop.ts';

test('status, query and verify work beside a live run; another run, serve and reset are refused', async (t) => {
  const { cwd, owner, dir, child } = await live(t);
  assert.equal(owner.pid, child.pid);
  assert.equal(statSync(join(dir, 'owner.json')).mode & 0o777, 0o600);

  const report = JSON.parse((await call(cwd, ['status', '--run', 'default', '--json'])).out);
  assert.deepEqual([report.replay.state, report.owner.pid, report.owner.leftBehind], ['playing', owner.pid, false]);
  const query = await call(cwd, ['query', '--format', 'csv', 'SELECT count(*) AS n FROM hours']);
  assert.deepEqual(query, { code: 0, out: 'n\r\n24\r\n', err: '' });
  const wrong = await call(cwd, ['query', 'SELECT nothing FROM hours']);
  assert.deepEqual([wrong.code, wrong.out], [2, '']);
  assert.match(wrong.err, /nothing.*\[QUERY_INVALID\]/);
  const verified = await call(cwd, ['verify', '--trace', 'trace']);
  assert.equal(verified.code, 0, verified.err);
  assert.match(verified.out, /the run goes on/);

  for (const argv of [RUN, ['serve', '--port', '0'], ['reset', '--run', 'default', '--yes']]) {
    const { code, err } = await call(cwd, argv);
    assert.equal(code, 2);
    assert.match(
      err,
      new RegExp(`^error: run default is held by process ${owner.pid} at ${owner.address} \\[RUN_OWNED\\]\n`),
    );
  }
  assert.ok(existsSync(join(dir, 'hot.duckdb')));
});

test('Ctrl-C and SIGTERM stop cleanly and say how to go on, and the same command does', async (t) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const { cwd, child, dir, stderr } = await live(t);
    child.kill(signal);
    assert.equal(await ended(child), 130);
    assert.match(stderr(), /stopping\nstopped; nothing is lost\. Go on with: spillway run --trace trace --port 0\n$/);
    assert.equal(existsSync(join(dir, 'owner.json')), false);
    const finished = await call(cwd, [...RUN, '--speed', 'max', '--exit-when-done']);
    assert.equal(finished.code, 0, finished.err);
    assert.equal((await call(cwd, ['verify', '--trace', 'trace'])).code, 0);
  }
});

test('an owner that was killed is no owner: its owner.json is ignored and removed', async (t) => {
  const { cwd, child, dir } = await live(t);
  child.kill('SIGKILL');
  await ended(child);
  assert.ok(existsSync(join(dir, 'owner.json')));
  const report = JSON.parse((await call(cwd, ['status', '--run', 'default', '--json'])).out);
  assert.equal(report.owner, null);
  assert.equal(existsSync(join(dir, 'owner.json')), false);
  assert.equal((await call(cwd, [...RUN, '--speed', 'max', '--exit-when-done'])).code, 0);
});

test('an owner that lives but does not answer is named with its process', async (t) => {
  const { cwd, child, owner } = await live(t);
  child.kill('SIGSTOP');
  const { code, err } = await call(cwd, ['query', 'SELECT 1']);
  assert.equal(code, 1);
  assert.match(
    err,
    new RegExp(`^error: run default is held by process ${owner.pid} at .*does not answer.*\\[OWNER_UNREACHABLE\\]\n`),
  );
  assert.match(err, new RegExp(`hint: .*kill ${owner.pid}`));
});

test('an owner whose launcher was killed is said to be left behind, with the way to stop it', async (t) => {
  const launcher = `
    const { spawn } = require('node:child_process');
    spawn(process.execPath, ${JSON.stringify([SPILLWAY, ...RUN])}, { stdio: 'inherit' });`;
  const { cwd, child, owner } = await live(t, ['-e', launcher]);
  assert.equal(owner.launchers[0], child.pid);
  child.kill('SIGKILL');
  await ended(child);
  const status = await call(cwd, ['status']);
  assert.match(status.out, new RegExp(`left behind when what started it was killed; stop it: kill ${owner.pid}`));
  const run = await call(cwd, RUN);
  assert.equal(run.code, 2);
  assert.match(run.err, new RegExp(`process ${owner.pid} at .*, left behind .*\nhint: stop it: kill ${owner.pid}\n$`));
  process.kill(owner.pid, 'SIGTERM');
  await until('its end', () => (isAlive(owner.pid) ? undefined : true));
  assert.equal((await call(cwd, ['status'])).code, 0);
});

test('a taken port is no reason to fail: the next free one is used', async (t) => {
  const first = await live(t);
  const { port } = new URL(first.owner.address);
  const second = await live(t, [SPILLWAY, 'run', '--trace', 'trace', '--port', port]);
  const next = Number(new URL(second.owner.address).port);
  assert.ok(next > Number(port) && next < Number(port) + 20, `${port} and ${next}`);
});

test('a reader that goes away stops a run quietly', async (t) => {
  const cwd = await tempDir(t);
  await writeTrace(cwd, [{ arrival_timestamp: at('2024-03-01 00:10') }, { arrival_timestamp: at('2024-03-02 00:10') }]);
  const child = spawn(process.execPath, [SPILLWAY, ...RUN, '--speed', 'max'], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdout.destroy();
  assert.equal(await ended(child), 130);
  assert.doesNotMatch(stderr, /error|EPIPE|\n +at /);
});
