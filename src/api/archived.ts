import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Session } from '../engine/session.ts';
import { Engine } from '../engine/session.ts';
import { quoted } from '../engine/sql.ts';
import { messageOf } from '../errors.ts';

/** A file of the archive as the ledger names it. */
export interface LedgerFile {
  readonly dataset: string;
  readonly revision: number;
  /** Below the run's part of the archive. */
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
}

/** Such a file as it lies on this machine. */
export interface FoundFile extends LedgerFile {
  /** Absolute. */
  readonly target: string;
  /** Wall milliseconds when it was written; undefined if it is not there. */
  readonly writtenMs: number | undefined;
  /** Why it cannot be read, undefined if it can. */
  readonly problem: string | undefined;
}

/** Looks for files below `dir`, the run's part of the archive. */
export async function findFiles(dir: string, files: readonly LedgerFile[]): Promise<readonly FoundFile[]> {
  return await Promise.all(files.map((file) => findFile(dir, file)));
}

async function findFile(dir: string, file: LedgerFile): Promise<FoundFile> {
  const target = join(dir, file.path);
  try {
    const { size, mtimeMs } = await stat(target);
    const problem = size === file.bytes ? undefined : `the file has ${size} bytes, the ledger says ${file.bytes}`;
    return { ...file, target, writtenMs: mtimeMs, problem };
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const problem = missing ? 'the file is not in the archive' : `the file cannot be read: ${messageOf(error)}`;
    return { ...file, target, writtenMs: undefined, problem };
  }
}

/** Memory for a few hours' rollups at a time. */
const MEMORY_MB = 128;

/**
 * Runs `work` in a database of its own, in memory, that can read exactly these files: the run's store reaches nothing
 * outside its folders, and should not have to for those who only look.
 */
export async function readingFiles<T>(targets: readonly string[], work: (session: Session) => Promise<T>): Promise<T> {
  const engine = await Engine.open(':memory:', { memoryMb: MEMORY_MB, threads: 1 });
  const session = await engine.session();
  try {
    if (targets.length > 0) await session.run(`SET allowed_paths = [${targets.map(quoted).join(', ')}]`);
    await session.run('SET enable_external_access = false; SET lock_configuration = true');
    return await work(session);
  } finally {
    session.close();
    engine.close();
  }
}
