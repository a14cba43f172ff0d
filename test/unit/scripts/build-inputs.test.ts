import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { inputsHash } from '../../../scripts/build-inputs.js';
import { tempDir } from '../../support/temp-dir.ts';

interface Tree {
  readonly root: string;
  write(path: string, text: string): void;
  hash(): string;
}

/** A project with a dashboard that imports a value and a type from outside of its folder. */
async function project(t: TestContext): Promise<Tree> {
  const root = await tempDir(t);
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  write('web/package-lock.json', '{}');
  write('web/index.html', '<p></p>');
  write('web/vite.config.ts', 'export default {};');
  write(
    'web/src/main.tsx',
    "import type { Shape } from '../../src/shape.ts';\nimport {\n  add,\n} from '../../src/add.ts';\nimport './page.css';",
  );
  write('web/src/page.css', 'p {}');
  write('src/shape.ts', 'export interface Shape {}');
  write('src/add.ts', "export { one } from './one.ts';");
  write('src/one.ts', 'export const one = 1;');
  write('src/other.ts', 'export const other = 1;');
  write('scripts/web.js', 'build();');
  return { root, write, hash: () => inputsHash(join(root, 'web'), [join(root, 'scripts/web.js')]) };
}

test('the hash changes with every file that decides what is built', async (t) => {
  const { write, hash } = await project(t);
  const seen = new Set([hash()]);
  for (const path of [
    'web/package-lock.json',
    'web/index.html',
    'web/vite.config.ts',
    'web/src/main.tsx',
    'web/src/page.css',
    'web/src/new.ts',
    'web/public/icon.svg',
    'scripts/web.js',
  ]) {
    write(path, 'changed');
    assert.ok(!seen.has(hash()), path);
    seen.add(hash());
  }
});

test('what is imported from outside decides too, directly or not', async (t) => {
  const { write, hash } = await project(t);
  const before = hash();
  write('src/one.ts', 'export const one = 2;');
  const after = hash();
  assert.notEqual(after, before);
  write('src/add.ts', 'export const one = 3;');
  assert.notEqual(hash(), after);
});

test('nothing else does: types, other sources, packages, hidden files, the time of a file', async (t) => {
  const { write, hash } = await project(t);
  const before = hash();
  write('src/shape.ts', 'export interface Shape { more: string }');
  write('src/other.ts', 'export const other = 2;');
  write('web/node_modules/react/index.js', '1');
  write('web/dist/index.html', '1');
  write('web/src/.main.tsx.swp', '1');
  write('web/index.html', '<p></p>');
  assert.equal(hash(), before);
});

test('a file that moves or goes is a change', async (t) => {
  const { root, hash } = await project(t);
  const before = hash();
  renameSync(join(root, 'web/src/page.css'), join(root, 'web/src/side.css'));
  const moved = hash();
  assert.notEqual(moved, before);
  rmSync(join(root, 'web/src/side.css'));
  assert.notEqual(hash(), moved);
});
