import { existsSync, rmSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { link, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { SpillwayError } from '../errors.ts';
import type { JsonCell } from '../hot-store/hot-store.ts';
import type { Io } from './io.ts';
import { shownPath } from './layout.ts';
import type { Progress } from './progress.ts';
import { openProgress } from './progress.ts';
import type { RunReader } from './run-reader.ts';
import { bytes, count, plural } from './text.ts';

/** What an answer may carry, as it came: in base64 and JSON it is about half as much again. */
const PAGE_BYTES = 4_000_000;
/** What a record counts for besides its bytes, so that a page of tiny ones stays far below the rows of one answer. */
const RECORD_BYTES = 400;

export interface ExportSpec {
  readonly io: Io;
  readonly reader: RunReader;
  /** Condition on the rows of `rejected`. */
  readonly wanted: string;
  /** Absolute path of the file to be made. */
  readonly file: string;
}

/**
 * Writes every rejected record that is wanted to a new file, one JSON object per line, in the order of partitions and
 * offsets. Memory does not depend on how many there are: they are read page by page. The file appears under its name as a
 * whole or not at all, and never takes the place of another. Throws USAGE if it cannot be made.
 */
export async function exportRejected({ io, reader, wanted, file }: ExportSpec): Promise<void> {
  const shown = shownPath(file, io.cwd);
  if (existsSync(file)) throw taken(shown);
  const temporary = join(dirname(file), `.${basename(file)}.${process.pid}`);
  const out = await create(temporary, shown);
  const remove = (): void => rmSync(temporary, { force: true });
  const stopAtExit = io.atExit(remove);
  const progress = openProgress(io);
  try {
    const records = await writePages(out, reader, wanted, progress);
    const { size } = await out.stat();
    await out.sync();
    await out.close();
    await publish(temporary, file, shown);
    progress.done();
    io.stdout.write(`exported ${plural(records, 'rejected record')} to ${shown} (${bytes(size)})\n`);
  } finally {
    progress.done();
    await out.close().catch(() => undefined);
    stopAtExit();
    remove();
  }
}

async function create(temporary: string, shown: string): Promise<FileHandle> {
  try {
    return await open(temporary, 'wx');
  } catch (cause) {
    const folder = await stat(dirname(temporary)).catch(() => undefined);
    if (folder?.isDirectory() === true) throw cause;
    throw new SpillwayError('USAGE', `--export is ${shown}: there is no such folder`, {
      hint: 'make the folder first, or name a file in one that is there',
      cause,
    });
  }
}

/** A hard link refuses to take the place of a file that has come meanwhile, which a rename would do in silence. */
async function publish(temporary: string, file: string, shown: string): Promise<void> {
  try {
    await link(temporary, file);
    await rm(temporary);
  } catch (error) {
    if (existsSync(file)) throw taken(shown);
    // Not every file system has hard links.
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EXDEV'].includes(code)) throw error;
    await rename(temporary, file);
  }
}

function taken(shown: string): SpillwayError {
  return new SpillwayError('USAGE', `--export is ${shown}: there is something of that name already`, {
    hint: 'choose another name; nothing is written over',
  });
}

/** Places of one partition, both included. */
interface Page {
  readonly partition: number;
  readonly first: number;
  readonly last: number;
  readonly records: number;
}

async function writePages(out: FileHandle, reader: RunReader, wanted: string, progress: Progress): Promise<number> {
  const pages = await pagesOf(reader, wanted);
  const total = pages.reduce((sum, { records }) => sum + records, 0);
  let written = 0;
  for (const page of pages) {
    const { rows } = await reader.query(`
      SELECT hour, "partition", "offset", seq, reason, field, raw_bytes FROM rejected
      WHERE ${wanted} AND "partition" = ${page.partition} AND "offset" BETWEEN ${page.first} AND ${page.last}
      ORDER BY "offset"`);
    await out.write(rows.map(lineOf).join(''));
    written += rows.length;
    progress.update(`exporting: ${count(written)} of ${count(total)} records`);
  }
  return written;
}

/** Cuts all places into pages that one answer can carry each. Records that come later are not part of them. */
async function pagesOf(reader: RunReader, wanted: string): Promise<Page[]> {
  const { rows } = await reader.query(`
    SELECT "partition", min("offset"), max("offset"), count(*) FROM (
      SELECT "partition", "offset", CAST(sum(coalesce(octet_length(raw_bytes), 0) + ${RECORD_BYTES})
        OVER (PARTITION BY "partition" ORDER BY "offset") AS BIGINT) // ${PAGE_BYTES} AS page
      FROM rejected WHERE ${wanted})
    GROUP BY "partition", page ORDER BY "partition", page`);
  return rows.map((row) => {
    const [partition = 0, first = 0, last = 0, records = 0] = row.map(Number);
    return { partition, first, last, records };
  });
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** One record: its place, why it was rejected, and what came: the text if it is UTF-8, and the exact bytes. */
function lineOf([hour, partition, offset, seq, reason, field, base64]: readonly JsonCell[]): string {
  const raw = typeof base64 === 'string' ? textOf(Buffer.from(base64, 'base64')) : null;
  return `${JSON.stringify({ hour, partition, offset, seq, reason, field, raw, base64 })}\n`;
}

function textOf(content: Uint8Array): string | null {
  try {
    return UTF8.decode(content);
  } catch {
    return null;
  }
}
