import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openBrowser, openerOf } from '../../../src/cli/browser.ts';
import { systemClock } from '../../../src/time/clock.ts';
import { tempDir } from '../../support/temp-dir.ts';

const ADDRESS = 'http://127.0.0.1:4870/#token=abc';

test('each system has its own way to open an address', () => {
  const env = { DISPLAY: ':0' };
  assert.deepEqual(openerOf('linux', env, ADDRESS), ['xdg-open', ADDRESS]);
  assert.deepEqual(openerOf('linux', { WAYLAND_DISPLAY: 'wayland-0' }, ADDRESS), ['xdg-open', ADDRESS]);
  assert.deepEqual(openerOf('darwin', {}, ADDRESS), ['open', ADDRESS]);
  assert.deepEqual(openerOf('win32', {}, ADDRESS), ['cmd', '/c', 'start', '""', ADDRESS]);
});

test('where nobody looks nothing is opened: no display, or CI', () => {
  assert.equal(openerOf('linux', {}, ADDRESS), undefined);
  assert.equal(openerOf('linux', { DISPLAY: '' }, ADDRESS), undefined);
  for (const platform of ['linux', 'darwin', 'win32'] as const) {
    assert.equal(openerOf(platform, { DISPLAY: ':0', CI: 'true' }, ADDRESS), undefined);
  }
  assert.deepEqual(openerOf('linux', { DISPLAY: ':0', CI: 'false' }, ADDRESS), ['xdg-open', ADDRESS]);
});

/** Puts a program in the place of the system's opener, or none, and opens the address; what was told. */
async function open(t: TestContext, script: string | undefined, done: (told: readonly string[]) => boolean) {
  const dir = await tempDir(t);
  if (script !== undefined) {
    writeFileSync(join(dir, 'xdg-open'), `#!/bin/sh\ncd ${dir}\n${script}\n`);
    chmodSync(join(dir, 'xdg-open'), 0o755);
  }
  const { PATH: before } = process.env;
  process.env.PATH = dir;
  t.after(() => {
    process.env.PATH = before;
  });
  const told: string[] = [];
  openBrowser(ADDRESS, { env: { DISPLAY: ':0' } }, (why) => told.push(why));
  for (const deadline = performance.now() + 10_000; !done(told) && performance.now() < deadline; ) {
    await systemClock.sleep(10);
  }
  return { dir, told };
}

const skip = process.platform === 'linux' ? false : 'the program is called otherwise here';

test('the browser is given the address, and nothing is said', { skip }, async (t) => {
  let file = '';
  const { dir, told } = await open(t, 'echo "$1" > asked.tmp; /bin/mv asked.tmp asked', () => {
    file = join(process.env.PATH ?? '', 'asked');
    return existsSync(file);
  });
  assert.equal(readFileSync(join(dir, 'asked'), 'utf8'), `${ADDRESS}\n`);
  assert.deepEqual(told, []);
});

test('a browser that does not open is told in one line, and is no error', { skip }, async (t) => {
  const failing = await open(t, 'exit 3', (told) => told.length > 0);
  assert.deepEqual(failing.told, ['no browser opened (xdg-open: exit code 3)']);
  const missing = await open(t, undefined, (told) => told.length > 0);
  assert.deepEqual(missing.told, ['no browser opened (xdg-open: not found)']);
});
