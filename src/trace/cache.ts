import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Session } from '../engine/session.ts';
import { quoted } from '../engine/sql.ts';
import type { TraceIdentity } from '../model/manifest.ts';
import { canonical } from '../model/manifest.ts';
import { ORDER_VERSION, TOTAL_ORDER } from './trace.ts';

/** Where the process with this id spills while it reads or orders a trace. */
export function spillFolder(cacheDir: string, pid: number): string {
  return path.join(cacheDir, `spill-${pid}`);
}

/** Removes what processes that were killed while they ordered a trace left in the cache. */
export async function removeAbandoned(cacheDir: string): Promise<void> {
  for (const name of await readdir(cacheDir).catch(() => [])) {
    const [, spilling, writing] = /^(?:spill-(\d+)|ordered-.*\.(\d+)\.tmp)$/.exec(name) ?? [];
    const pid = Number(spilling ?? writing ?? 0);
    if (pid > 0 && !isRunning(pid)) await rm(path.join(cacheDir, name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user cannot be signalled, but it is there.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * The path of a copy of the trace in total order, made at the first use and kept: files in no order of time cannot be
 * read in slices. DuckDB sorts outside memory within its limit.
 */
export async function orderedCopy(options: {
  session: Session;
  source: string;
  identity: TraceIdentity;
  cacheDir: string;
  onProgress: ((what: string) => void) | undefined;
}): Promise<string> {
  const { session, source, identity, cacheDir, onProgress } = options;
  const key = createHash('sha256')
    .update(canonical({ identity, source, order: ORDER_VERSION }))
    .digest('hex')
    .slice(0, 16);
  const file = path.join(cacheDir, `ordered-${key}.parquet`);
  const exists = await stat(file).then(
    () => true,
    () => false,
  );
  if (exists) return file;
  await mkdir(cacheDir, { recursive: true });
  onProgress?.(`ordering ${identity.rows} rows by time, once (kept in ${cacheDir})`);
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    await session.run(
      `COPY (SELECT * FROM (${source}) ORDER BY ${TOTAL_ORDER}) TO ${quoted(temporary)} (FORMAT parquet, COMPRESSION zstd)`,
    );
    await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
  return file;
}
