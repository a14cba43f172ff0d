import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runChild } from '../../../bin/child.js';
import { tempDir } from '../../support/temp-dir.ts';

const IMPORTS = `import { describe, test } from 'node:test';\n`;

/** Runs one made-up test file as `npm test -- FILE` does. */
async function runFile(t: TestContext, source: string): Promise<{ code: number; output: string; lastLine: string }> {
  const folder = await tempDir(t);
  mkdirSync(join(folder, 'test'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'test', 'a.test.ts'), source);
  const main = fileURLToPath(new URL('../../support/runner/main.ts', import.meta.url));
  // node:test refuses to run test files from within a test file.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { code, output } = await runChild(process.execPath, [main, 'a.test'], { cwd: folder, env, capture: true });
  return { code, output, lastLine: output.trimEnd().split('\n').at(-1) ?? '' };
}

test('tests that pass, subtests included, are counted', async (t) => {
  const { code, lastLine } = await runFile(
    t,
    `${IMPORTS}
     test('one', () => {});
     describe('suite', () => { test('two', () => {}); });
     test('three', async (t) => { await t.test('four', () => {}); });`,
  );
  assert.deepEqual({ code, lastLine }, { code: 0, lastLine: '4 passed, 0 failed, 0 skipped' });
});

test('a failure within a suite is counted once and shown with its path and reason', async (t) => {
  const { code, output, lastLine } = await runFile(
    t,
    `${IMPORTS}
     describe('suite', () => { test('works', () => {}); test('breaks', () => { throw new Error('the reason'); }); });`,
  );
  assert.deepEqual({ code, lastLine }, { code: 1, lastLine: '1 passed, 1 failed, 0 skipped' });
  assert.match(output, /FAILED {2}test\/a\.test\.ts: suite > breaks\n {4}Error: the reason/);
});

test('a skipped test is counted and its reason is shown', async (t) => {
  const { code, output, lastLine } = await runFile(
    t,
    `${IMPORTS} test('one', () => {}); test('two', (t) => t.skip('no broker'));`,
  );
  assert.deepEqual({ code, lastLine }, { code: 0, lastLine: '1 passed, 0 failed, 1 skipped' });
  assert.match(output, /skipped {2}test\/a\.test\.ts: two: no broker/);
});

const FAILING_FILES = {
  'a file that declares no test': [`export const a = 1;`, /it declares no test/],
  'a file that cannot be loaded': [`import 'no-such-package';`, /Cannot find package 'no-such-package'/],
  'a file that ends before its tests': [
    `${IMPORTS} test('long', () => new Promise(() => setTimeout(() => process.exit(0), 50)));`,
    /it ended before: long/,
  ],
  'a file that throws after its tests': [
    `${IMPORTS} test('one', () => {}); setTimeout(() => { throw new Error('late'); }, 50);`,
    /late/,
  ],
  'a file whose hook throws': [
    `import { before, test } from 'node:test'; before(() => { throw new Error('hook'); }); test('one', () => {});`,
    /hook/,
  ],
} as const;

for (const [name, [source, reason]] of Object.entries(FAILING_FILES)) {
  test(`${name} fails and says why`, async (t) => {
    const { code, output, lastLine } = await runFile(t, source);
    assert.equal(code, 1);
    assert.match(lastLine, /^\d passed, 1 failed, 0 skipped$/);
    assert.match(output, reason);
  });
}
