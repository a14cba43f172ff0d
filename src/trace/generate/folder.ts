import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, SpillwayError } from '../../errors.ts';
import type { Deployment } from '../../model/redset.ts';
import { DEPLOYMENTS } from '../../model/redset.ts';
import { isGenerated } from './writer.ts';

/** A tier's file, named as in Redset's bucket. */
export const TRACE_FILE = 'full.parquet';

/**
 * Creates the folders of a trace. An earlier generated trace may be written over; anything else in `out` (a downloaded
 * Redset above all) is USAGE.
 */
export async function prepareFolder(out: string, deployments: readonly Deployment[]): Promise<void> {
  if (out.endsWith('.parquet')) {
    throw new SpillwayError('USAGE', `${out} names a file, but a trace is a folder with a file for each tier`, {
      hint: `give a folder, for example --out ${out.slice(0, -'.parquet'.length)}`,
    });
  }
  for (const name of await entriesOf(out)) {
    if (!DEPLOYMENTS.some((deployment) => deployment === name)) throw occupied(out, name);
    for (const file of await entriesOf(join(out, name))) await checkOurs(out, join(name, file), file);
  }
  for (const deployment of deployments) {
    const folder = join(out, deployment);
    await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
      throw new SpillwayError('IO', `creating ${folder}: ${messageOf(cause)}`, { cause });
    });
  }
}

async function checkOurs(out: string, path: string, file: string): Promise<void> {
  if (file === `${TRACE_FILE}.part`) return; // left by a run that was interrupted
  if (file === TRACE_FILE && (await isGenerated(join(out, path)))) return;
  throw occupied(out, path);
}

/** The names in a folder; none if it does not exist yet. */
async function entriesOf(folder: string): Promise<string[]> {
  const found = await stat(folder).catch(() => undefined);
  if (found === undefined) return [];
  if (found.isDirectory()) return (await readdir(folder)).sort();
  throw new SpillwayError('USAGE', `${folder} is a file, but a trace is written to a folder`, {
    hint: 'give another folder with --out',
  });
}

function occupied(out: string, name: string): SpillwayError {
  return new SpillwayError('USAGE', `${out} holds ${name}, which is not a generated trace`, {
    hint: 'give a new or empty folder with --out; a generated trace may be written over',
  });
}
