import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Deployment } from '../src/model/redset.ts';
import type { GenerateSpec } from '../src/trace/generate/generate.ts';
import { generateTrace } from '../src/trace/generate/generate.ts';

const START = new Date('2024-03-04T00:00:00Z');
const MS_PER_HOUR = 3_600_000;
const SEED = 1;

/** The trace of a benchmark: so many events at so many an hour, both tiers. */
export function traceSpec(out: string, events: number, eventsPerHour: number): GenerateSpec {
  const to = new Date(START.getTime() + Math.ceil((events / eventsPerHour) * MS_PER_HOUR));
  return { out, seed: SEED, events, from: START, to };
}

/** The folder of the benchmark's trace, generated when it is not there yet. Kept between calls: a large one takes minutes. */
export async function benchTrace(events: number, eventsPerHour: number, say: (what: string) => void): Promise<string> {
  return await kept(`${events}-${eventsPerHour}`, (out) => traceSpec(out, events, eventsPerHour), say);
}

/** A trace of so many instances of one tier. */
export interface TierTrace {
  readonly deployment: Deployment;
  readonly instances: number;
  readonly hours: number;
  readonly eventsPerHour: number;
}

/** The folder and the first instant of a trace of one tier, made and kept like the other. */
export async function tierTrace(
  { deployment, instances, hours, eventsPerHour }: TierTrace,
  say: (what: string) => void,
): Promise<{ folder: string; from: Date }> {
  const events = Math.round(hours * eventsPerHour);
  const to = new Date(START.getTime() + hours * MS_PER_HOUR);
  const spec = { seed: SEED, events, from: START, to, deployment, instances };
  const name = `${deployment}-${instances}-${hours}-${eventsPerHour}`;
  return { folder: await kept(name, (out) => ({ ...spec, out }), say), from: START };
}

async function kept(name: string, specOf: (out: string) => GenerateSpec, say: (what: string) => void): Promise<string> {
  const folder = join(tmpdir(), 'spillway-bench', `${name}-${generatorHash()}`);
  const exists = await stat(folder).then(
    () => true,
    () => false,
  );
  if (exists) return folder;
  const unfinished = `${folder}.${process.pid}`;
  const spec = specOf(unfinished);
  say(`generating ${spec.events} events (kept in ${folder})`);
  await mkdir(unfinished, { recursive: true });
  try {
    await generateTrace(spec);
    await rename(unfinished, folder);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return folder;
}

/** Another generator makes another trace. */
function generatorHash(): string {
  const folder = join(import.meta.dirname, '..', 'src', 'trace', 'generate');
  const hash = createHash('sha256');
  for (const name of readdirSync(folder).sort()) hash.update(name).update(readFileSync(join(folder, name)));
  return hash.digest('hex').slice(0, 8);
}
