/**
 * The mark under node_modules/ that says which package-lock.json it was completely installed from, and for which kind
 * of machine. It is the last thing written, so an interrupted installation has none.
 *
 * Run as a script (npm does so at the end of `npm ci`, as package.json's `prepare`) it marks the current folder.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** @param {string} folder a folder with package-lock.json */
const stampFile = (folder) => join(folder, 'node_modules', '.spillway-setup');

/** What the mark must hold to be valid now. @param {string} folder */
function expectedStamp(folder) {
  const lock = createHash('sha256')
    .update(readFileSync(join(folder, 'package-lock.json')))
    .digest('hex');
  return `${lock} ${process.platform}-${process.arch}\n`;
}

/** Whether the packages of this folder are installed as its lock file says. @param {string} folder */
export function hasStamp(folder) {
  return existsSync(stampFile(folder)) && readFileSync(stampFile(folder), 'utf8') === expectedStamp(folder);
}

/** Marks this folder's packages as completely installed. @param {string} folder */
export function writeStamp(folder) {
  writeFileSync(stampFile(folder), expectedStamp(folder));
}

/** Marks this folder's packages as not installed. @param {string} folder */
export function removeStamp(folder) {
  rmSync(stampFile(folder), { force: true });
}

/**
 * Whether npm's own list of what it installed agrees with the lock file. `npx spillway` and `--package-lock-only` run
 * `prepare` too, without having installed anything. What only some machines need may be missing.
 *
 * @param {string} folder
 */
function isInstalled(folder) {
  const list = join(folder, 'node_modules', '.package-lock.json');
  if (!existsSync(list)) return false;
  const installed = JSON.parse(readFileSync(list, 'utf8')).packages;
  const locked = Object.entries(JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')).packages);
  return locked.every(([path, entry]) => {
    return path === '' || entry.optional || entry.dev || installed[path]?.version === entry.version;
  });
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  if (isInstalled(process.cwd())) writeStamp(process.cwd());
}
