import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { findChromium } from '../../support/browser/chromium.ts';
import { needsChromium } from '../../support/runner/chromium.ts';
import { tempDir } from '../../support/temp-dir.ts';

test('CHROMIUM says which browser the tests use', async (t) => {
  const program = join(await tempDir(t), 'browser');
  await writeFile(program, '');
  assert.equal(findChromium({ ...process.env, CHROMIUM: program }), program);
});

test('a CHROMIUM that names nothing is no reason to take another browser', () => {
  assert.throws(() => findChromium({ CHROMIUM: '/nowhere/chromium' }), /CHROMIUM: .*\/nowhere\/chromium/);
});

test('a browser is installed under CI only, for tests that need one, and where there is none', () => {
  const inBrowser = ['test/unit/a.test.ts', 'test/browser/panels.test.ts'];
  const none = () => undefined;
  assert.equal(needsChromium(inBrowser, { CI: 'true' }, none), true);
  assert.equal(needsChromium(inBrowser, {}, none), false);
  assert.equal(needsChromium(['test/unit/a.test.ts'], { CI: 'true' }, none), false);
  assert.equal(
    needsChromium(inBrowser, { CI: 'true' }, () => '/usr/bin/chromium'),
    false,
  );
});
