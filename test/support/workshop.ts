import type { TestContext } from 'node:test';
import { main } from '../../src/cli/cli.ts';
import type { TestIoOptions } from '../unit/cli/test-io.ts';
import { testIo } from '../unit/cli/test-io.ts';
import { tempDir } from './temp-dir.ts';
import { at } from './time.ts';
import { writeTrace } from './trace-file.ts';

/** Ten events in each of three hours, of three instances. */
export const ROWS = Array.from({ length: 30 }, (_, n) => ({
  query_id: n,
  instance_id: n % 3,
  arrival_timestamp: at(`2024-03-01 0${n % 3}:${10 + n}`),
}));

/** A run that plays the trace to its end and exits. */
export const RUN = ['run', '--trace', 'trace', '--speed', 'max', '--exit-when-done', '--port', '0'];

/** What a command came to. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Calls a command, as a shell in `cwd` would. */
export async function callIn(cwd: string, argv: readonly string[], options: TestIoOptions = {}): Promise<Outcome> {
  const { io, stdout, stderr } = testIo({ cwd, ...options });
  const code = await main(argv, io);
  return { code, out: stdout(), err: stderr() };
}

export type Call = (argv: readonly string[], options?: TestIoOptions) => Promise<Outcome>;

/** A folder with a trace of `ROWS`, and a way to call commands in it. */
export async function workshop(t: TestContext): Promise<{ cwd: string; call: Call }> {
  const cwd = await tempDir(t);
  await writeTrace(cwd, ROWS);
  return { cwd, call: (argv, options) => callIn(cwd, argv, options) };
}
