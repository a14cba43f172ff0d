import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchCase, BenchOptions, Figure } from './case.ts';
import type { Call } from './child.ts';
import type { Spread } from './spread.ts';
import { spreadOf } from './spread.ts';

/** Measures a case `runs` times after `warmUps` times that do not count, each in a process and a folder of its own. */
export async function measureCase(
  { name }: BenchCase,
  options: BenchOptions,
  times: { readonly runs: number; readonly warmUps: number; readonly trace: string | undefined },
  say: (what: string) => void,
): Promise<Spread[]> {
  const { runs, warmUps, trace } = times;
  const measurements: (readonly Figure[])[] = [];
  for (let run = 1 - warmUps; run <= runs; run++) {
    say(run < 1 ? `${name}: warming up` : `${name}: ${run} of ${runs}`);
    const dir = await mkdtemp(join(tmpdir(), 'spillway-bench-'));
    try {
      const figures = await measureOnce({ name, options, place: { trace, dir } });
      if (run >= 1) measurements.push(figures);
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  }
  return spreadOf(measurements);
}

function measureOnce(call: Call): Promise<readonly Figure[]> {
  return new Promise((resolve, reject) => {
    const child = fork(join(import.meta.dirname, 'child.ts'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    let figures: readonly Figure[] | undefined;
    child.on('message', (message) => {
      // The only message that child.ts sends.
      figures = message as readonly Figure[];
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (figures !== undefined && code === 0) resolve(figures);
      else reject(new Error(`the measurement of ${call.name} ended with ${signal ?? `exit code ${code}`}`));
    });
    child.send(call);
  });
}
