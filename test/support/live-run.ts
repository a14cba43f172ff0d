import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Owner } from '../../src/hot-store/owner.ts';
import { isAlive, readOwner } from '../../src/hot-store/owner.ts';
import { systemClock } from '../../src/time/clock.ts';
import { tempDir } from './temp-dir.ts';
import { at } from './time.ts';
import { writeTrace } from './trace-file.ts';

export const SPILLWAY = join(import.meta.dirname, '..', '..', 'bin', 'spillway.js');
/** Slow enough that it plays as long as a test looks at it: a day of trace is 24 minutes. */
export const SLOW_RUN = ['run', '--trace', 'trace', '--port', '0'];

/** A run that a process of its own plays. */
export interface LiveRun {
  readonly cwd: string;
  readonly child: ChildProcess;
  readonly owner: Owner;
  readonly dir: string;
  stderr(): string;
}

/** Looks until there is something to be seen. */
export async function until<T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
): Promise<Exclude<T, undefined>> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found as Exclude<T, undefined>;
    assert.ok(performance.now() < deadline, `waiting for ${what}`);
    await systemClock.sleep(25);
  }
}

/** Starts `program` in a folder with a trace of 24 hours, by default a run of it, and waits until it has an owner. */
export async function live(t: TestContext, program: readonly string[] = [SPILLWAY, ...SLOW_RUN]): Promise<LiveRun> {
  const cwd = await tempDir(t);
  const hours = Array.from({ length: 24 }, (_, n) => at(`2024-03-01 ${String(n).padStart(2, '0')}:00`));
  await writeTrace(
    cwd,
    hours.map((hour, n) => ({ query_id: n, arrival_timestamp: hour })),
  );
  return await owned(t, cwd, program);
}

/** Starts `program` in `cwd` and waits until the run `default` has an owner. */
export async function owned(t: TestContext, cwd: string, program: readonly string[]): Promise<LiveRun> {
  const child = spawn(process.execPath, [...program], { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const dir = join(cwd, 'spillway-data', 'runs', 'default');
  const owner = await until('an owner', () => {
    assert.equal(child.exitCode, null, stderr);
    return readOwner(dir);
  });
  t.after(() => {
    if (isAlive(owner.pid)) process.kill(owner.pid, 'SIGKILL');
  });
  return { cwd, child, owner, dir, stderr: () => stderr };
}

/** The exit code of a process, once it has ended. */
export async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null) await once(child, 'exit');
  return child.exitCode;
}
