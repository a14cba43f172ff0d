/** What the built dashboard is made from, as one hash: it is built again when that changes, and only then. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

/** Of the dashboard's folder; what else lies there decides nothing. */
const PARTS = ['index.html', 'package-lock.json', 'package.json', 'public', 'src', 'tsconfig.json', 'vite.config.ts'];

/**
 * A hash of every file that decides what is built: the dashboard's own, those outside of its folder that it imports, and
 * `makers`, the programs that build it.
 *
 * @param {string} web the dashboard's folder
 * @param {string[]} makers
 */
export function inputsHash(web, makers) {
  const own = PARTS.flatMap((part) => filesOf(join(web, part)));
  const files = [...own, ...importedFrom(own, web), ...makers].sort();
  const hash = createHash('sha256');
  for (const file of files) {
    const content = createHash('sha256').update(readFileSync(file)).digest('hex');
    hash.update(`${relative(web, file).split(sep).join('/')} ${content}\n`);
  }
  return hash.digest('hex');
}

/** All files at or below a path, without those that editors and systems hide. @param {string} path */
function filesOf(path) {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  const below = readdirSync(path, { recursive: true, encoding: 'utf8' });
  return below
    .filter((name) => !name.split(sep).some((part) => part.startsWith('.')))
    .map((name) => join(path, name))
    .filter((file) => statSync(file).isFile());
}

const IMPORTS = [
  // What is imported as a type only is not there any more when the dashboard is built.
  /^\s*(?:import|export)\s+(?!type\b)[^'";`]*?\bfrom\s*['"](\.[^'"]+)['"]/gm,
  /^\s*import\s*['"](\.[^'"]+)['"]/gm,
  /\bimport\s*\(\s*['"](\.[^'"]+)['"]/g,
];

/** The files outside of `folder` that `files` import, and that these import. @param {string[]} files @param {string} folder */
function importedFrom(files, folder) {
  /** @type {Set<string>} */
  const found = new Set();
  const queue = files.filter((file) => /\.tsx?$/.test(file));
  for (const file of queue) {
    const text = readFileSync(file, 'utf8');
    for (const pattern of IMPORTS) {
      for (const [, specifier = ''] of text.matchAll(pattern)) {
        const target = resolve(dirname(file), specifier);
        const isInside = !relative(folder, target).startsWith('..');
        if (isInside || found.has(target) || !existsSync(target)) continue;
        found.add(target);
        queue.push(target);
      }
    }
  }
  return [...found];
}
