/** Compressed copies of files, so that a server need not compress what it sends. */
import { readdirSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip, constants as zlib } from 'node:zlib';

/** What is smaller fits into one packet as it is. */
const SMALLEST_BYTES = 1_000;

/** Pictures and fonts are compressed already. */
const COMPRESSIBLE = /\.(?:css|html|js|json|map|svg|txt|webmanifest|xml)$/;

/**
 * Writes `FILE.br` and `FILE.gz` beside every larger file of text in a folder.
 *
 * @param {string} folder
 * @returns {Promise<number>} the bytes of all files as they are sent to a browser
 */
export async function compressFiles(folder) {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
  const sizes = await Promise.all(files.map(compressFile));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** @param {string} file */
async function compressFile(file) {
  const found = await stat(file);
  if (!found.isFile()) return 0;
  if (found.size <= SMALLEST_BYTES || !COMPRESSIBLE.test(file)) return found.size;
  const content = await readFile(file);
  const options = { params: { [zlib.BROTLI_PARAM_SIZE_HINT]: content.length } };
  const [brotli, zipped] = await Promise.all([
    promisify(brotliCompress)(content, options),
    promisify(gzip)(content, { level: zlib.Z_BEST_COMPRESSION }),
  ]);
  await Promise.all([writeFile(`${file}.br`, brotli), writeFile(`${file}.gz`, zipped)]);
  return brotli.length;
}
