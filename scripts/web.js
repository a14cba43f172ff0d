/**
 * Builds the dashboard: web/ into web/dist. What is there is whole and says what it was built from; an interrupted build
 * leaves the one before, which the next set-up replaces.
 */
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runChild } from '../bin/child.js';
import { inputsHash } from './build-inputs.js';
import { compressFiles } from './compress.js';

const STAMP = '.spillway-build';
const MAKERS = ['web.js', 'compress.js'].map((name) => fileURLToPath(new URL(name, import.meta.url)));

/** Whether web/dist is what the sources of today make. @param {string} web the dashboard's folder */
export function isBuilt(web) {
  const stamp = join(web, 'dist', STAMP);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === expectedStamp(web);
}

/** @param {string} web */
function expectedStamp(web) {
  return `${inputsHash(web, MAKERS)}\n`;
}

/**
 * Builds with the packages in web/node_modules.
 *
 * @param {string} web the dashboard's folder
 * @param {string} node the Node to build with
 * @param {(pid: number) => void} started called with the builder's process id
 * @returns {Promise<import('../bin/child.js').ChildEnd & { bytes: number }>} how the builder ended, and the bytes of all
 *   files as they are sent to a browser
 */
export async function buildWeb(web, node, started) {
  // Where nobody looks for sources, and on the disk of what it is going to be.
  const next = join(web, 'node_modules', '.spillway-build');
  const stamp = expectedStamp(web);
  const vite = join(web, 'node_modules', 'vite', 'bin', 'vite.js');
  const args = [vite, 'build', '--outDir', next, '--emptyOutDir', '--logLevel', 'warn'];
  // The user's shell must not decide which React is built in.
  const env = { ...process.env, NODE_ENV: 'production' };
  const end = await runChild(node, args, { cwd: web, env, capture: true, killOnSignal: true, started });
  if (end.interrupted || end.code !== 0) return { ...end, bytes: 0 };
  const bytes = await compressFiles(next);
  writeFileSync(join(next, STAMP), stamp);
  rmSync(join(web, 'dist'), { recursive: true, force: true });
  renameSync(next, join(web, 'dist'));
  return { ...end, bytes };
}
