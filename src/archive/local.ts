import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Session } from '../engine/session.ts';
import { numberOf } from '../engine/session.ts';
import { quoted } from '../engine/sql.ts';
import type { EventTime } from '../model/time.ts';
import { isoTime } from '../model/time.ts';
import type { Archive, WrittenFile } from './archive.ts';
import { currentPath, fileName, hourFolder } from './layout.ts';

const TEMPORARY = 'tmp';

/** An archive in a folder; `root` is that of all runs, the run's files lie below `<root>/<run>`. */
export async function openLocalArchive(root: string, run: string): Promise<Archive> {
  const base = path.join(root, run);
  await mkdir(path.join(base, TEMPORARY), { recursive: true });
  let count = 0;
  return {
    write: async (session, file) => {
      const temporary = path.join(base, TEMPORARY, `${process.pid}-${count++}.parquet`);
      const written = await writeParquet(session, file.sql, temporary);
      const relative = `${hourFolder(file.dataset, file.hour)}/${fileName(file.revision, written.sha256)}`;
      const target = path.join(base, relative);
      await moveDurably(temporary, target);
      return { hour: file.hour, dataset: file.dataset, revision: file.revision, path: relative, ...written };
    },
    relation: async (file) => `read_parquet(${quoted(path.join(base, file.path))}, hive_partitioning = false)`,
    publish: (day, hours, files) => publish(base, day, hours, files),
    removeOrphans: (known) => removeOrphans(base, known),
  };
}

async function writeParquet(
  session: Session,
  sql: string,
  file: string,
): Promise<{ rows: number; bytes: number; sha256: string }> {
  const stats = await session.row(`COPY (${sql}) TO ${quoted(file)} (FORMAT parquet, COMPRESSION zstd, RETURN_STATS)`);
  await syncPath(file);
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return { rows: numberOf(stats.count), bytes: numberOf(stats.file_size_bytes), sha256: hash.digest('hex') };
}

async function publish(
  base: string,
  day: EventTime,
  hours: readonly EventTime[],
  files: readonly WrittenFile[],
): Promise<void> {
  const target = path.join(base, currentPath(day));
  const temporary = path.join(base, TEMPORARY, `${process.pid}-current.json`);
  const content = {
    version: 1,
    date: isoTime(day).slice(0, 10),
    hours: hours.map(isoTime),
    files: files.map(({ hour, dataset, revision, path: file, rows, bytes, sha256 }) => ({
      hour: isoTime(hour),
      dataset,
      revision,
      path: file,
      rows,
      bytes,
      sha256,
    })),
  };
  const handle = await open(temporary, 'w');
  await handle.writeFile(`${JSON.stringify(content, undefined, 1)}\n`);
  await handle.sync();
  await handle.close();
  await moveDurably(temporary, target);
}

async function removeOrphans(base: string, known: ReadonlySet<string>): Promise<string[]> {
  const removed: string[] = [];
  const remove = async (relative: string): Promise<void> => {
    await rm(path.join(base, relative), { force: true });
    removed.push(relative);
  };
  const entries = await readdir(base, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const relative = path.relative(base, path.join(entry.parentPath, entry.name)).split(path.sep).join('/');
    const isData = relative.startsWith('events/') || relative.startsWith('rollups/');
    if (relative.startsWith(`${TEMPORARY}/`) || (isData && !known.has(relative))) await remove(relative);
  }
  // An empty folder says nothing, but a reader that lists folders should not find an hour that is not there.
  for (const folder of new Set(
    removed.filter((file) => !file.startsWith(TEMPORARY)).map((file) => path.posix.dirname(file)),
  )) {
    await rmdir(path.join(base, folder)).catch(() => undefined);
  }
  return removed;
}

/** Gives a durable file its name so that the name survives a power cut too, with every folder made for it. */
async function moveDurably(temporary: string, target: string): Promise<void> {
  const folder = path.dirname(target);
  const firstMade = await mkdir(folder, { recursive: true });
  await rename(temporary, target);
  const last = firstMade === undefined ? folder : path.dirname(firstMade);
  for (let synced = folder; ; synced = path.dirname(synced)) {
    await syncPath(synced);
    if (synced === last || synced === path.dirname(synced)) return;
  }
}

/** Makes a file, or the names in a folder, durable. */
async function syncPath(target: string): Promise<void> {
  const handle = await open(target, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
