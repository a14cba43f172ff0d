import assert from 'node:assert/strict';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runChild } from '../../../bin/child.js';
import { tempDir } from '../../support/temp-dir.ts';

/** A clone that has the launcher and the given main file and nothing installed; returns how to start it. */
async function cloneWith(t: TestContext, main: string) {
  const folder = await tempDir(t);
  cpSync(fileURLToPath(new URL('../../../bin', import.meta.url)), join(folder, 'bin'), { recursive: true });
  mkdirSync(join(folder, 'src', 'cli'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'src', 'cli', 'main.ts'), main);
  return (args: string[]) =>
    runChild(process.execPath, [join(folder, 'bin', 'spillway.js'), ...args], { capture: true });
}

test('the launcher starts the command line with the same arguments and ends with its exit code', async (t) => {
  const start = await cloneWith(t, 'console.log(JSON.stringify(process.argv.slice(2)));\nprocess.exitCode = 3;');
  const { code, output } = await start(['query', 'a "b" c', '--json']);
  assert.deepEqual({ code, output }, { code: 3, output: '["query","a \\"b\\" c","--json"]\n' });
});

test('a clone without its packages says in one line to run npm ci', async (t) => {
  const start = await cloneWith(t, `import 'no-such-package';`);
  const { code, output } = await start([]);
  assert.deepEqual(
    { code, output },
    { code: 1, output: "spillway: Cannot find package 'no-such-package': run npm ci\n" },
  );
});

test('a mistake of our own is not blamed on the packages', async (t) => {
  const start = await cloneWith(t, `import './no-such-file.ts';`);
  const { code, output } = await start([]);
  assert.equal(code, 1);
  assert.doesNotMatch(output, /npm ci/);
});

test('Node announces no experimental feature, but what else it warns of is shown', async (t) => {
  const start = await cloneWith(
    t,
    `process.emitWarning('young', 'ExperimentalWarning');
     process.emitWarning('younger', { type: 'ExperimentalWarning' });
     process.emitWarning('old', 'DeprecationWarning');`,
  );
  const { output } = await start([]);
  assert.doesNotMatch(output, /young/);
  assert.match(output, /DeprecationWarning: old/);
});
