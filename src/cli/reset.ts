import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { SpillwayError } from '../errors.ts';
import type { Command } from './command.ts';
import { isSet } from './command.ts';
import { EXIT } from './io.ts';
import { runPaths, shownPath } from './layout.ts';
import { refuseIfHeld } from './ownership.ts';
import { runNotFound } from './run-reader.ts';

export const reset: Command = {
  name: 'reset',
  summary: 'Delete a run: its store and its part of the archive. The trace stays.',
  options: { yes: { name: 'yes', about: 'Delete without asking.' } },
  examples: ['spillway reset --run march', 'spillway reset --run march --yes'],
  async run(call) {
    const { io, settings, given } = call;
    const { run } = settings;
    if (!given.has('run')) {
      throw new SpillwayError('USAGE', '--run is missing: what is deleted must be named', {
        hint: `for example spillway reset --run ${run}`,
      });
    }
    const { dir, archive } = runPaths(settings, run);
    const folders = [dir, archive].filter((folder) => existsSync(folder));
    if (folders.length === 0) throw runNotFound(settings, run, io.cwd);
    await refuseIfHeld(settings, run, io.clock);
    const shown = folders.map((folder) => shownPath(folder, io.cwd)).join(' and ');
    if (!isSet(call, 'yes')) {
      if (!io.interactive) {
        throw new SpillwayError('USAGE', `nobody is there to confirm that ${shown} may be deleted`, {
          hint: 'add --yes',
        });
      }
      const answer = await io.ask(`Delete ${shown}? [y/N] `);
      if (!/^y(es)?$/i.test(answer.trim())) {
        io.stderr.write('nothing was deleted\n');
        return EXIT.failed;
      }
    }
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
    io.stdout.write(`deleted ${shown}\n`);
    return EXIT.done;
  },
};
