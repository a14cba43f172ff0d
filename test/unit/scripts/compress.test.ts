import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { compressFiles } from '../../../scripts/compress.js';
import { tempDir } from '../../support/temp-dir.ts';

test('every larger file of text gets two smaller copies, which unpack to what it is', async (t) => {
  const folder = await tempDir(t);
  mkdirSync(join(folder, 'assets'));
  const script = 'const answer = 42;\n'.repeat(100);
  writeFileSync(join(folder, 'assets', 'main.js'), script);
  const bytes = await compressFiles(folder);
  const brotli = readFileSync(join(folder, 'assets', 'main.js.br'));
  const zipped = readFileSync(join(folder, 'assets', 'main.js.gz'));
  assert.equal(brotliDecompressSync(brotli).toString(), script);
  assert.equal(gunzipSync(zipped).toString(), script);
  assert.ok(zipped.length < script.length);
  assert.equal(bytes, brotli.length);
});

test('small files and pictures stay alone', async (t) => {
  const folder = await tempDir(t);
  writeFileSync(join(folder, 'index.html'), '<p></p>');
  writeFileSync(join(folder, 'icon.png'), Buffer.alloc(5_000));
  assert.equal(await compressFiles(folder), 5_007);
  assert.deepEqual(readdirSync(folder).sort(), ['icon.png', 'index.html']);
});
