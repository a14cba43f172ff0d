import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunPaths } from './layout.ts';

/** Bytes on disk. */
export interface DiskUse {
  readonly storeBytes: number;
  readonly archiveBytes: number;
}

export async function diskUse(paths: RunPaths): Promise<DiskUse> {
  const [storeBytes, archiveBytes] = await Promise.all([sizeOf(paths.dir), sizeOf(paths.archive)]);
  return { storeBytes, archiveBytes };
}

/** The sizes of all files below a folder; files that go while it is read count as nothing. */
async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  let total = 0;
  for (const entry of entries) {
    if (entry.isFile())
      total += await stat(join(entry.parentPath, entry.name)).then(
        ({ size }) => size,
        () => 0,
      );
  }
  return total;
}
