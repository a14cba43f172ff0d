import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { isAbsolute, join, relative } from 'node:path';
import type { FieldInfo } from '../config/field.ts';
import { runFolders } from '../config/folders.ts';
import type { Settings } from '../config/schema.ts';
import { RUN_NAME } from '../config/schema.ts';
import { messageOf, SpillwayError } from '../errors.ts';

/** Where a run lies inside the data folder. */
export interface RunPaths {
  /** The run's own folder. */
  readonly dir: string;
  readonly store: string;
  /** Folder of all runs' archives. */
  readonly archiveRoot: string;
  /** The run's part of the archive. */
  readonly archive: string;
  readonly log: string;
}

export function runPaths(settings: Pick<Settings, 'dataDir' | 'archive'>, run: string): RunPaths {
  const { dir, archiveRoot, archive, log } = runFolders(settings, run);
  return { dir, store: join(dir, 'hot.duckdb'), archiveRoot, archive, log };
}

/** Names of the runs in a data folder, sorted; none if there is no such folder. */
export function runNames(dataDir: string): string[] {
  const root = join(dataDir, 'runs');
  if (!existsSync(root)) return [];
  const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders
    .map((entry) => entry.name)
    .filter((name) => RUN_NAME.test(name))
    .sort();
}

/** Makes a folder that an option names, if it is not there. Throws USAGE where there cannot be one. */
export function requireFolder(option: FieldInfo, path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    const found = code === 'EEXIST' || code === 'ENOTDIR' ? 'a file is in the way' : messageOf(cause);
    throw new SpillwayError(
      'USAGE',
      `--${option.name} is ${path}: expected a folder that can be written to, ${found}`,
      {
        hint: `for example --${option.name} ${option.example}`,
        cause,
      },
    );
  }
}

/** A path as a user would type it: relative where it lies below `cwd`. */
export function shownPath(path: string, cwd: string): string {
  const below = relative(cwd, path);
  return below === '' ? '.' : below.startsWith('..') || isAbsolute(below) ? path : `./${below}`;
}
