import { mkdir, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { z } from 'zod';
import { nearest } from '../../config/nearest.ts';
import { messageOf, SpillwayError } from '../../errors.ts';
import { dayTable } from '../../hot-store/hot-store.ts';
import { PUBLIC_TABLES } from '../../model/public-tables.ts';
import { OWNER_ONLY, PROBLEM_RESPONSES, TAGS } from '../openapi.ts';
import type { Api, ApiOptions } from '../options.ts';

const snapshotRequest = z.strictObject({
  names: z
    .array(z.string().max(63))
    .min(1)
    .max(1_000)
    .describe('Public tables, those of metrics and of their days included.'),
  dir: z
    .string()
    .min(1)
    .max(4_096)
    .regex(/^[^\0]*$/, 'expected a path without a NUL character')
    .describe("Absolute path of a folder inside the run's data folder; made if missing."),
});
const snapshotBody = z.object({
  dir: z.string(),
  files: z.array(z.object({ name: z.string(), path: z.string().describe('Absolute path of the Parquet file.') })),
});

export type SnapshotRequest = z.input<typeof snapshotRequest>;
export type SnapshotBody = z.output<typeof snapshotBody>;

/** `POST /api/snapshot`. */
export function snapshotRoutes(api: Api, options: ApiOptions): void {
  const schema = {
    tags: [TAGS.sql],
    summary: 'Copy tables to Parquet files',
    description: 'Writes `<name>.parquet` of each named table into a folder on the server, all as of one moment.',
    security: OWNER_ONLY,
    body: snapshotRequest,
    response: { 200: snapshotBody, ...PROBLEM_RESPONSES },
  };
  api.post('/api/snapshot', { schema }, async (request) => {
    const names = checkedNames(request.body.names, options);
    const dir = await checkedDir(request.body.dir, options.snapshotRoot);
    await options.store.refreshLive();
    await options.store.snapshot(names, dir);
    return { dir, files: names.map((name) => ({ name, path: join(dir, `${name}.parquet`) })) };
  });
}

function checkedNames(names: readonly string[], options: ApiOptions): readonly string[] {
  const ofMetrics = options.metrics.flatMap((metric) => [metric.name, dayTable(metric)]);
  const known: readonly string[] = [...PUBLIC_TABLES, ...ofMetrics];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return [...new Set(names)];
  const match = nearest(unknown, known);
  throw new SpillwayError('REQUEST_INVALID', `body field "names": expected public tables, found "${unknown}"`, {
    hint: match === undefined ? `there are ${known.join(', ')}` : `did you mean "${match}"?`,
  });
}

/** The folder, made if missing. Refuses one that is not really inside `root`, links followed. */
async function checkedDir(dir: string, root: string): Promise<string> {
  const refused = new SpillwayError(
    'REQUEST_INVALID',
    `body field "dir": expected a folder inside ${root}, found ${dir}`,
    {
      hint: 'give an absolute path below that folder',
    },
  );
  if (!isAbsolute(dir)) throw refused;
  const target = resolve(dir);
  const realRoot = await realpath(root);
  if (!inside(target, resolve(root)) && !inside(target, realRoot)) throw refused;
  // What exists of the path must not lead out through a link; what does not exist yet cannot.
  const existing = await realpathOfExisting(target);
  if (existing === undefined || (existing !== realRoot && !inside(existing, realRoot))) throw refused;
  try {
    await mkdir(target, { recursive: true });
  } catch (error) {
    if (['EEXIST', 'ENOTDIR', 'ENAMETOOLONG'].includes(codeOf(error))) throw refused;
    throw new SpillwayError('IO', `making the folder ${target}: ${messageOf(error)}`, { cause: error });
  }
  return target;
}

/** The nearest folder above `path` that exists, links followed; undefined where the way there is no way of folders. */
async function realpathOfExisting(path: string): Promise<string | undefined> {
  for (let current = path; ; current = dirname(current)) {
    try {
      return await realpath(current);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT' || dirname(current) === current) return undefined;
    }
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function inside(path: string, root: string): boolean {
  const below = relative(root, path);
  return below !== '' && below !== '..' && !below.startsWith(`..${sep}`) && !isAbsolute(below);
}
