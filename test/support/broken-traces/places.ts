import { chmod, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { BrokenTrace } from './case.ts';
import { invalid } from './case.ts';

const notFound = (...mentions: string[]): BrokenTrace['verdict'] => ({ refused: 'TRACE_NOT_FOUND', mentions });

/** Paths that lead to no trace, and folders in which not all is well. */
export const BROKEN_PLACES: readonly BrokenTrace[] = [
  {
    name: 'that does not exist',
    verdict: notFound('no such file or folder'),
    make: async ({ dir }) => join(dir, 'nowhere.parquet'),
  },
  { name: 'with an empty path', verdict: notFound('empty'), make: async () => '' },
  { name: 'with a path of spaces', verdict: notFound('empty'), make: async () => '   ' },
  {
    name: 'below a file',
    verdict: notFound('no such file or folder'),
    make: async ({ parquet }) => join(await parquet(), 'full.parquet'),
  },
  {
    name: 'with a path of 300 characters',
    verdict: notFound('no such file or folder'),
    make: async ({ dir }) => join(dir, 'x'.repeat(300)),
  },
  {
    name: 'with a null character in its path',
    verdict: notFound('no such file or folder'),
    make: async ({ dir }) => `${dir}/a\0b.parquet`,
  },
  { name: 'that is an empty folder', verdict: notFound('no Parquet file found'), make: async ({ dir }) => dir },
  {
    name: 'that is a folder of other files',
    verdict: notFound('no Parquet file found'),
    make: async ({ dir, bytes }) => {
      await bytes('x', 'provisioned/readme.txt');
      await bytes('x', 'provisioned/full.parquet.tmp');
      return dir;
    },
  },
  {
    name: 'that is a folder of folders called like files',
    verdict: notFound('no Parquet file found'),
    make: async ({ dir }) => {
      await mkdir(join(dir, 'provisioned', 'full.parquet'), { recursive: true });
      return dir;
    },
  },
  {
    name: 'whose glob matches nothing',
    verdict: notFound('no Parquet file found'),
    make: async ({ dir, parquet }) => {
      await parquet();
      return join(dir, 'serverless', '*.parquet');
    },
  },
  {
    name: 'whose glob is not closed',
    verdict: notFound('no Parquet file found'),
    make: async ({ dir, parquet }) => {
      await parquet();
      return join(dir, 'provisioned', '[a-.parquet');
    },
  },
  {
    name: 'whose glob matches a file that is no Parquet',
    verdict: invalid('notes.txt', 'expected a whole Parquet file'),
    make: async ({ dir, parquet, bytes }) => {
      await parquet();
      await bytes('these are notes, and quite a few', 'provisioned/notes.txt');
      return join(dir, 'provisioned', '*');
    },
  },
  {
    name: 'in which one of three files is empty',
    verdict: invalid('2.parquet', 'an empty file'),
    make: async ({ dir, parquet, bytes }) => {
      await parquet(undefined, 'provisioned/1.parquet');
      await bytes('', 'provisioned/2.parquet');
      await parquet(undefined, 'serverless/3.parquet');
      return dir;
    },
  },
  {
    name: 'in which one of two files lacks a column',
    verdict: invalid(join('serverless', '2.parquet'), 'column num_scans'),
    make: async ({ dir, parquet }) => {
      await parquet(undefined, 'provisioned/1.parquet');
      await parquet('SELECT * EXCLUDE (num_scans) FROM sound', 'serverless/2.parquet');
      return dir;
    },
  },
  {
    name: 'in which a link leads nowhere',
    verdict: notFound('gone.parquet'),
    make: async ({ dir, parquet }) => {
      await parquet();
      await symlink(join(dir, 'elsewhere.parquet'), join(dir, 'provisioned', 'gone.parquet'));
      return dir;
    },
  },
  {
    name: 'that is a link to itself',
    verdict: notFound('no such file or folder'),
    make: async ({ dir }) => {
      await symlink(join(dir, 'loop.parquet'), join(dir, 'loop.parquet'));
      return join(dir, 'loop.parquet');
    },
  },
  {
    name: 'that must not be read',
    verdict: notFound('cannot be opened'),
    unless: () => (process.getuid?.() === 0 ? 'root may read every file' : undefined),
    make: async ({ parquet }) => {
      const path = await parquet();
      await chmod(path, 0o000);
      return path;
    },
  },
  {
    name: 'without a row',
    verdict: invalid('expected at least one row', 'none'),
    make: ({ parquet }) => parquet('SELECT * FROM sound LIMIT 0'),
  },
  {
    name: 'of two files without a row',
    verdict: invalid('expected at least one row', '2 file'),
    make: async ({ dir, parquet }) => {
      await parquet('SELECT * FROM sound LIMIT 0');
      await parquet('SELECT * FROM sound LIMIT 0', 'serverless/full.parquet');
      return dir;
    },
  },
  {
    name: 'in which one of two files has no row',
    verdict: { rejected: {} },
    make: async ({ dir, parquet }) => {
      await parquet();
      await parquet('SELECT * FROM sound LIMIT 0', 'serverless/full.parquet');
      return dir;
    },
  },
  {
    name: 'in which the files have other types and names with wildcards',
    verdict: { rejected: {} },
    make: async ({ dir, parquet }) => {
      await parquet(undefined, "provisioned/a [1]'s *?{b}.parquet");
      await parquet(
        'SELECT * REPLACE (num_joins::DOUBLE AS num_joins, query_id::VARCHAR AS query_id) FROM sound',
        'serverless/ü ☃\n.parquet',
      );
      return dir;
    },
  },
];
