import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import type { Owner } from '../../../src/hot-store/owner.ts';
import {
  isAlive,
  isLeftBehind,
  ownLaunchers,
  readOwner,
  removeOwner,
  writeOwner,
} from '../../../src/hot-store/owner.ts';
import { tempDir } from '../../support/temp-dir.ts';

const OWNER: Owner = {
  pid: process.pid,
  address: 'http://127.0.0.1:1',
  token: 'secret',
  run: 'default',
  startedAt: '2024-03-01T00:00:00.000Z',
  launchers: [],
};

/** The id of a process that has ended. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid ?? assert.fail('not started');
}

test('an owner is read back as it was written, and nobody else may read the token', async (t) => {
  const dir = await tempDir(t);
  writeOwner(dir, OWNER);
  assert.deepEqual(readOwner(dir), OWNER);
  assert.equal(statSync(join(dir, 'owner.json')).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(dir), ['owner.json']);
});

test('what is no owner.json is no owner', async (t) => {
  const dir = await tempDir(t);
  assert.equal(readOwner(dir), undefined);
  const { token: _token, ...tokenless } = OWNER;
  for (const content of [
    '',
    '{',
    'null',
    '[]',
    '{}',
    JSON.stringify(tokenless),
    JSON.stringify({ ...OWNER, pid: -1 }),
  ]) {
    writeFileSync(join(dir, 'owner.json'), content);
    assert.equal(readOwner(dir), undefined, content);
  }
});

test('an owner removes its own file and not that of the next one, which may have its token and its process id', async (t) => {
  const dir = await tempDir(t);
  for (const next of [
    { ...OWNER, startedAt: '2024-03-01T00:00:01.000Z' },
    { ...OWNER, pid: OWNER.pid + 1 },
  ]) {
    writeOwner(dir, next);
    removeOwner(dir, OWNER);
    assert.deepEqual(readOwner(dir), next);
    removeOwner(dir, next);
    assert.equal(readOwner(dir), undefined);
  }
});

test('a process is alive until it has ended', async () => {
  assert.equal(isAlive(process.pid), true);
  assert.equal(isAlive(await deadPid()), false);
});

test('an owner is left behind when one of its launchers has died, and it has not', async () => {
  const dead = await deadPid();
  assert.equal(isLeftBehind({ ...OWNER, launchers: [] }), false);
  assert.equal(isLeftBehind({ ...OWNER, launchers: [process.ppid] }), false);
  assert.equal(isLeftBehind({ ...OWNER, launchers: [process.ppid, dead] }), true);
  assert.equal(isLeftBehind({ ...OWNER, pid: dead, launchers: [dead] }), false);
});

test('the launchers of a process are its parents of the same job, nearest first', async () => {
  const launchers = ownLaunchers();
  assert.ok(launchers.every(isAlive));
  const print = `import(${JSON.stringify(new URL('../../../src/hot-store/owner.ts', import.meta.url))})
    .then(({ ownLaunchers }) => console.log(JSON.stringify(ownLaunchers())))`;
  const launchersOf = async (detached: boolean): Promise<unknown> => {
    const child = spawn(process.execPath, ['-e', print], { detached, stdio: ['ignore', 'pipe', 'inherit'] });
    return JSON.parse(await text(child.stdout));
  };
  assert.deepEqual(await launchersOf(false), [process.pid, ...launchers]);
  // The leader of a job of its own was started by nobody who waits for it.
  assert.deepEqual(await launchersOf(true), []);
});
