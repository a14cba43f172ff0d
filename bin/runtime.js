/** Where the Node that runs TypeScript as it is comes from: the host's, or the one that npm installed. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of package.json. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** The oldest Node that npm, the launcher and the set-up run on. */
const OLDEST_HOST_MAJOR = 20;

/** The Node that Spillway itself runs on. */
export const RUNTIME_MAJOR = 24;

/** The major number of a version such as `24.21.0` or `v24.21.0`. @param {string} version */
export function majorOf(version) {
  return Number.parseInt(version.replace(/^v/, ''), 10);
}

/** The Node binary that npm installs from package.json's devDependencies, whether or not it is there. */
export function pinnedNode() {
  return join(ROOT, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

/** The path of a Node that can run Spillway: this process's own, the pinned one, or null when there is neither. */
export function findRuntime() {
  if (majorOf(process.versions.node) >= RUNTIME_MAJOR) return process.execPath;
  return existsSync(pinnedNode()) ? pinnedNode() : null;
}

/** Whether this process is older than anything Spillway can be started with. */
export function isTooOld() {
  return majorOf(process.versions.node) < OLDEST_HOST_MAJOR;
}

/** The one line for a host that is too old. */
export function tooOldLine() {
  return `Node ${OLDEST_HOST_MAJOR} or newer is needed, this is ${process.versions.node}: install it from https://nodejs.org and try again`;
}
