import type { Call } from './command.ts';

/** The command as the user would type it again, to go on after an interruption. */
export function sameCommand({ argv, io }: Pick<Call, 'argv' | 'io'>): string {
  if (io.env.npm_lifecycle_event === 'start') {
    const [, ...rest] = argv;
    return ['npm start', ...(rest.length === 0 ? [] : ['--', ...rest.map(quoted)])].join(' ');
  }
  const launcher = io.env.npm_command === 'exec' ? 'npx spillway' : 'spillway';
  return [launcher, ...argv.map(quoted)].join(' ');
}

/** A word as a POSIX shell reads it back. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
