import type { Call } from './command.ts';
import type { Io } from './io.ts';

/** The command as the user would type it again, to go on after an interruption. */
export function sameCommand({ argv, io }: Pick<Call, 'argv' | 'io'>): string {
  if (io.env.npm_lifecycle_event === 'start') {
    const [, ...rest] = argv;
    return ['npm start', ...(rest.length === 0 ? [] : ['--', ...rest.map(quoted)])].join(' ');
  }
  return [launcher(io), ...argv.map(quoted)].join(' ');
}

/** The word, or words, with which the user starts a command. */
export function launcher({ env }: Pick<Io, 'env'>): string {
  return env.npm_command === 'exec' || env.npm_lifecycle_event === 'start' ? 'npx spillway' : 'spillway';
}

/** Words of a command with other values of some flags, given before or not. */
export function withFlags(argv: readonly string[], flags: Readonly<Record<string, string>>): string[] {
  const isFlag = (word: string | undefined): boolean => word !== undefined && Object.hasOwn(flags, word);
  const rest = argv.filter((word, i) => !isFlag(word.split('=')[0]) && !isFlag(argv[i - 1]));
  return [...rest, ...Object.entries(flags).flat()];
}

/** A word as a POSIX shell reads it back. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
