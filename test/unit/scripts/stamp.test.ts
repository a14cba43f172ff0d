import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runChild } from '../../../bin/child.js';
import { hasStamp, removeStamp, writeStamp } from '../../../scripts/stamp.js';
import { tempDir } from '../../support/temp-dir.ts';

/** A folder whose lock file wants the given packages, and whose node_modules/ has, as npm says, the others given. */
async function installation(t: TestContext, locked: object, installed: object): Promise<string> {
  const folder = await tempDir(t);
  mkdirSync(join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ packages: { '': {}, ...locked } }));
  writeFileSync(join(folder, 'node_modules', '.package-lock.json'), JSON.stringify({ packages: installed }));
  return folder;
}

/** What npm does at the end of an installation. */
async function prepare(folder: string): Promise<void> {
  const script = fileURLToPath(new URL('../../../scripts/stamp.js', import.meta.url));
  const { code, output } = await runChild(process.execPath, [script], { cwd: folder, capture: true });
  assert.deepEqual({ code, output }, { code: 0, output: '' });
}

const ZOD = { 'node_modules/zod': { version: '4.0.0' } };

test('a stamp holds until the lock file changes or it is removed', async (t) => {
  const folder = await installation(t, ZOD, ZOD);
  assert.equal(hasStamp(folder), false);
  writeStamp(folder);
  assert.equal(hasStamp(folder), true);
  writeFileSync(join(folder, 'package-lock.json'), '{ "packages": {} }');
  assert.equal(hasStamp(folder), false);
  writeStamp(folder);
  removeStamp(folder);
  assert.equal(hasStamp(folder), false);
});

test('a complete installation by npm ci is stamped', async (t) => {
  const optional = { 'node_modules/native-win32': { version: '1.0.0', optional: true } };
  const dev = { 'node_modules/node': { version: '24.0.0', dev: true } };
  const folder = await installation(t, { ...ZOD, ...optional, ...dev }, ZOD);
  await prepare(folder);
  assert.equal(hasStamp(folder), true);
});

test('an installation that lacks a package, or has another version of it, is not stamped', async (t) => {
  for (const installed of [{}, { 'node_modules/zod': { version: '3.9.9' } }]) {
    const folder = await installation(t, ZOD, installed);
    await prepare(folder);
    assert.equal(hasStamp(folder), false);
  }
});

test('a folder with nothing installed is not stamped', async (t) => {
  const folder = await installation(t, ZOD, ZOD);
  rmSync(join(folder, 'node_modules'), { recursive: true });
  await prepare(folder);
  assert.equal(hasStamp(folder), false);
});
