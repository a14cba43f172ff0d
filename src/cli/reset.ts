import { SpillwayError } from '../errors.ts';
import type { Command } from './command.ts';
import { deleteRuns, YES_OPTION } from './deletion.ts';

export const reset: Command = {
  name: 'reset',
  summary: 'Delete a run: its store and its part of the archive. The trace stays.',
  options: YES_OPTION,
  examples: ['spillway reset --run march', 'spillway reset --run march --yes'],
  async run(call) {
    const { settings, given } = call;
    const { run } = settings;
    if (!given.has('run')) {
      throw new SpillwayError('USAGE', '--run is missing: what is deleted must be named', {
        hint: `for example spillway reset --run ${run}`,
      });
    }
    return await deleteRuns(call, [run]);
  },
};
