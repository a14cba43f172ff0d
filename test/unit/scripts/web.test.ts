import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { buildWeb, isBuilt } from '../../../scripts/web.js';
import { tempDir } from '../../support/temp-dir.ts';

/** Stands in for Vite: writes the page with what the source says, or fails where that says so. */
const BUILDER = `
  const { mkdirSync, readFileSync, writeFileSync } = require('node:fs');
  const out = process.argv[process.argv.indexOf('--outDir') + 1];
  const source = readFileSync('src/main.tsx', 'utf8');
  mkdirSync(out, { recursive: true });
  writeFileSync(out + '/index.html', process.env.NODE_ENV + ' ' + source);
  if (source === 'broken') { console.error('main.tsx is broken'); process.exit(1); }
`;

interface Dashboard {
  readonly web: string;
  write(path: string, text: string): void;
  build(): ReturnType<typeof buildWeb>;
  page(): string;
}

async function dashboard(t: TestContext): Promise<Dashboard> {
  const web = await tempDir(t);
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(web, path)), { recursive: true });
    writeFileSync(join(web, path), text);
  };
  write('package-lock.json', '{}');
  write('src/main.tsx', 'one');
  write('node_modules/vite/bin/vite.js', BUILDER);
  return {
    web,
    write,
    build: () => buildWeb(web, process.execPath, () => {}),
    page: () => readFileSync(join(web, 'dist', 'index.html'), 'utf8'),
  };
}

test('a dashboard is built until its sources change, and then it is not any more', async (t) => {
  const { web, write, build, page } = await dashboard(t);
  assert.equal(isBuilt(web), false);
  const { code, bytes } = await build();
  assert.deepEqual([code, bytes, page()], [0, 14, 'production one']);
  assert.equal(isBuilt(web), true);
  write('src/main.tsx', 'two');
  assert.equal(isBuilt(web), false);
  await build();
  assert.deepEqual([isBuilt(web), page()], [true, 'production two']);
});

test('a build that fails says why and leaves the dashboard before it, which counts as not built', async (t) => {
  const { web, write, build, page } = await dashboard(t);
  await build();
  write('src/main.tsx', 'broken');
  const { code, output } = await build();
  assert.deepEqual([code, output, page()], [1, 'main.tsx is broken\n', 'production one']);
  assert.equal(isBuilt(web), false);
});

test('the dashboard is built without what was built before it: old files are gone', async (t) => {
  const { web, write, build } = await dashboard(t);
  await build();
  write('dist/assets/old.js', '1');
  write('src/main.tsx', 'two');
  await build();
  assert.equal(existsSync(join(web, 'dist', 'assets', 'old.js')), false);
});

test('a dashboard that was deleted, or never finished, is not built', async (t) => {
  const { web, write, build } = await dashboard(t);
  write('dist/index.html', 'half');
  assert.equal(isBuilt(web), false);
  await build();
  rmSync(join(web, 'dist'), { recursive: true });
  assert.equal(isBuilt(web), false);
});
