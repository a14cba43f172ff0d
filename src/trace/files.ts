import { createHash } from 'node:crypto';
import { glob as fsGlob, open, stat } from 'node:fs/promises';
import path from 'node:path';
import { SpillwayError } from '../errors.ts';

/** A Parquet file whose frame (magic numbers, footer length) has been checked. */
export interface ParquetFile {
  /** Absolute path. */
  readonly path: string;
  /** Relative to the trace's root, with `/`. */
  readonly name: string;
  readonly bytes: number;
  readonly footerSha256: string;
}

const MAGIC = 'PAR1';
/** Magic, smallest footer, footer length, magic. */
const SMALLEST_FILE_BYTES = 12;

/** Finds the Parquet files that `spec` (file, glob or folder) means, sorted by name, and checks each one's frame. */
export async function findParquetFiles(spec: string): Promise<ParquetFile[]> {
  const { root, paths } = await expand(spec);
  const names = paths.map((file) => [path.relative(root, file).split(path.sep).join('/'), file] as const);
  names.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return await Promise.all(names.map(([name, file]) => checkFrame(file, name)));
}

async function expand(spec: string): Promise<{ root: string; paths: string[] }> {
  if (spec.trim() === '') {
    throw new SpillwayError('TRACE_NOT_FOUND', 'trace: the path is empty', {
      hint: 'name a Parquet file, a folder or a glob',
    });
  }
  const absolute = path.resolve(spec);
  const info = await stat(absolute).catch(() => undefined);
  if (info?.isFile() === true) return { root: path.dirname(absolute), paths: [absolute] };
  const isFolder = info?.isDirectory() === true;
  if (!isFolder && !/[*?[{]/.test(spec)) {
    throw new SpillwayError('TRACE_NOT_FOUND', `trace ${spec}: no such file or folder`, {
      hint: 'name a Parquet file, a folder of them or a glob; `spillway generate --out DIR` makes one',
    });
  }
  const pattern = isFolder ? '**/*.parquet' : path.relative(globRoot(absolute), absolute);
  const root = isFolder ? absolute : globRoot(absolute);
  const paths: string[] = [];
  for await (const entry of fsGlob(pattern, { cwd: root })) {
    const file = path.join(root, entry);
    const found = await stat(file).catch(() => undefined);
    // A link that leads nowhere is no folder: it is said when the file cannot be opened.
    if (found === undefined || found.isFile()) paths.push(file);
  }
  if (paths.length === 0) {
    throw new SpillwayError('TRACE_NOT_FOUND', `trace ${spec}: no Parquet file found`, {
      hint: isFolder ? 'the folder must hold *.parquet files, at any depth' : 'the glob matches nothing',
    });
  }
  return { root, paths };
}

/** The longest folder of a glob that has no wildcard in it. */
function globRoot(pattern: string): string {
  const parts = pattern.split(path.sep);
  const wild = parts.findIndex((part) => /[*?[{]/.test(part));
  return parts.slice(0, wild).join(path.sep) || path.sep;
}

async function checkFrame(file: string, name: string): Promise<ParquetFile> {
  const invalid = (found: string): SpillwayError =>
    new SpillwayError('TRACE_INVALID', `trace file ${file}: expected a whole Parquet file, found ${found}`, {
      hint: 'fetch or copy the file again',
    });
  const handle = await open(file, 'r').catch((cause: unknown) => {
    throw new SpillwayError('TRACE_NOT_FOUND', `trace file ${file}: cannot be opened`, {
      cause,
      hint: 'check its permissions',
    });
  });
  try {
    const { size } = await handle.stat();
    if (size === 0) throw invalid('an empty file');
    if (size < SMALLEST_FILE_BYTES) throw invalid(`only ${size} bytes`);
    const read = async (position: number, length: number): Promise<Buffer> =>
      (await handle.read(Buffer.alloc(length), 0, length, position)).buffer;
    const head = (await read(0, 4)).toString('latin1');
    const tail = await read(size - 8, 8);
    if (head !== MAGIC) throw invalid(`a file that does not start with ${MAGIC}`);
    if (tail.toString('latin1', 4) !== MAGIC) throw invalid(`no ${MAGIC} at its end (truncated?)`);
    const footerBytes = tail.readUInt32LE(0);
    if (footerBytes === 0 || footerBytes > size - SMALLEST_FILE_BYTES)
      throw invalid(`a footer length of ${footerBytes} bytes`);
    const footer = await read(size - 8 - footerBytes, footerBytes);
    return { path: file, name, bytes: size, footerSha256: createHash('sha256').update(footer).digest('hex') };
  } finally {
    await handle.close();
  }
}
