import { resolveSettings } from '../config/settings.ts';
import { COMMAND_LIST } from './commands.ts';
import { reportFailure } from './failure.ts';
import type { Io } from './io.ts';
import { parseCall } from './program.ts';

/** Runs one command line (the words after `spillway`) and returns its exit code. Never throws. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  try {
    const { command, args, options, settings: flags, configFile } = parseCall(versionFirst(argv), COMMAND_LIST, io);
    const spec = { flags, env: io.env, cwd: io.cwd, ...(configFile === undefined ? {} : { configFile }) };
    const { settings, given } = await resolveSettings(spec);
    return await command.run({ io, settings, given, args, options, argv });
  } catch (error) {
    return reportFailure(error, io);
  }
}

/** `spillway --version` is what many people try first. */
function versionFirst(argv: readonly string[]): readonly string[] {
  return argv[0] === '--version' || argv[0] === '-V' ? ['version', ...argv.slice(1)] : argv;
}
