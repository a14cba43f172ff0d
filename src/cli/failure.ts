import { CommanderError } from 'commander';
import { SpillwayError } from '../errors.ts';
import type { Io } from './io.ts';
import { EXIT } from './io.ts';
import { styleOf } from './style.ts';
import { printable } from './text.ts';

/** Thrown by a command that was asked to stop; the message says how to go on. */
export class Interrupted extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Interrupted';
  }
}

/**
 * The one place where an error becomes output: what a user or the world around did is one clear line and a hint, what
 * we did wrong shows its stack. Returns the exit code.
 */
export function reportFailure(error: unknown, io: Io): number {
  const style = styleOf(io.stderr, io.env);
  if (error instanceof Interrupted) {
    io.stderr.write(`${error.message}\n`);
    return EXIT.interrupted;
  }
  if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done;
  if (isOutside(error)) return reportFailure(new SpillwayError('IO', error.message, { cause: error }), io);
  if (!(error instanceof SpillwayError) || error.domain === 'internal') {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    io.stderr.write(`${style.red('error:')} this is a mistake in Spillway, not in what you did\n${stack}\n`);
    for (let cause = causeOf(error); cause !== undefined; cause = causeOf(cause)) {
      io.stderr.write(`caused by: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}\n`);
    }
    return EXIT.failed;
  }
  io.stderr.write(`${style.red('error:')} ${oneLine(error.message)} ${style.dim(`[${error.code}]`)}\n`);
  if (error.hint !== undefined) io.stderr.write(`${style.cyan('hint:')} ${oneLine(error.hint)}\n`);
  return error.domain === 'user' ? EXIT.usage : EXIT.failed;
}

/** What the system refuses is no mistake of ours: no permission, no space, too many files. */
const OUTSIDE = new Set([
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOSPC',
  'EDQUOT',
  'EMFILE',
  'ENFILE',
  'EIO',
  'ENAMETOOLONG',
  'ELOOP',
]);

function isOutside(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && OUTSIDE.has(String(error.code));
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}

/** Messages of libraries can span lines; ours is one. */
function oneLine(text: string): string {
  return text
    .split('\n')
    .map((line) => printable(line.trim()))
    .filter((line) => line !== '')
    .join('; ');
}
