import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { SpillwayError } from '../errors.ts';
import type { Call } from './command.ts';
import { isSet } from './command.ts';
import { EXIT } from './io.ts';
import { runPaths, shownPath } from './layout.ts';
import { refuseIfHeld } from './ownership.ts';
import { runNotFound } from './run-reader.ts';

/** The switch of every command that deletes. */
export const YES_OPTION = { yes: { name: 'yes', about: 'Delete without asking.' } } as const;

/**
 * Deletes runs, each with its store and its part of the archive, after a yes. Nothing is deleted if one of them is not
 * there or is held by a live process. Returns the exit code.
 */
export async function deleteRuns(call: Call, runs: readonly string[]): Promise<number> {
  const { io } = call;
  const folders: string[] = [];
  for (const run of new Set(runs)) folders.push(...(await foldersOf(call, run)));
  const shown = listed(folders.map((folder) => shownPath(folder, io.cwd)));
  if (!(await confirmed(call, shown))) {
    io.stderr.write('nothing was deleted\n');
    return EXIT.failed;
  }
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
  io.stdout.write(`deleted ${shown}\n`);
  return EXIT.done;
}

/** What there is of a run that nobody holds. Throws RUN_NOT_FOUND, RUN_OWNED or OWNER_UNREACHABLE. */
async function foldersOf({ io, settings }: Call, run: string): Promise<string[]> {
  const { dir, archive } = runPaths(settings, run);
  const folders = [dir, archive].filter((folder) => existsSync(folder));
  if (folders.length === 0) throw runNotFound(settings, run, io.cwd);
  await refuseIfHeld(settings, run, io.clock);
  return folders;
}

async function confirmed(call: Call, shown: string): Promise<boolean> {
  const { io } = call;
  if (isSet(call, 'yes')) return true;
  if (!io.interactive) {
    throw new SpillwayError('USAGE', `nobody is there to confirm that ${shown} may be deleted`, { hint: 'add --yes' });
  }
  const answer = await io.ask(`Delete ${shown}? [y/N] `);
  return /^y(es)?$/i.test(answer.trim());
}

/** `a`, `a and b`, `a, b and c`. */
function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}
