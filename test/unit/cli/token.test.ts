import assert from 'node:assert/strict';
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { keptToken, newToken } from '../../../src/cli/token.ts';
import { tempDir } from '../../support/temp-dir.ts';

const modeOf = (file: string): number => statSync(file).mode & 0o777;

test('a token is 22 characters that an address can hold, and never the same', () => {
  const tokens = new Set(Array.from({ length: 100 }, newToken));
  assert.equal(tokens.size, 100);
  for (const token of tokens) assert.match(token, /^[A-Za-z0-9_-]{22}$/);
});

test('a data folder keeps its token, which nobody else may read, and nothing else is left beside it', async (t) => {
  const dir = await tempDir(t);
  const token = keptToken(dir);
  assert.equal(keptToken(dir), token);
  assert.equal(readFileSync(join(dir, 'token'), 'utf8'), `${token}\n`);
  assert.equal(modeOf(join(dir, 'token')), 0o600);
  assert.deepEqual(readdirSync(dir), ['token']);
});

test('another folder has another token', async (t) => {
  assert.notEqual(keptToken(await tempDir(t)), keptToken(await tempDir(t)));
});

test('a token that others could read is theirs no longer: the mode is put right', async (t) => {
  const dir = await tempDir(t);
  const token = keptToken(dir);
  for (const mode of [0o644, 0o640, 0o606]) {
    chmodSync(join(dir, 'token'), mode);
    assert.equal(keptToken(dir), token);
    assert.equal(modeOf(join(dir, 'token')), 0o600);
  }
});

test("a token of the user's own is taken", async (t) => {
  const dir = await tempDir(t);
  const own = 'a-token-that-somebody-has-made-up';
  writeFileSync(join(dir, 'token'), own, { mode: 0o600 });
  assert.equal(keptToken(dir), own);
});

test('what is no token, or can be guessed, is replaced', async (t) => {
  const dir = await tempDir(t);
  for (const content of ['', 'short', 'white space in it is none', '#'.repeat(22)]) {
    writeFileSync(join(dir, 'token'), content, { mode: 0o600 });
    const token = keptToken(dir);
    assert.match(token, /^[A-Za-z0-9_-]{22}$/);
    assert.equal(keptToken(dir), token);
  }
});
