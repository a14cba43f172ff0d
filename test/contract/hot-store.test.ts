import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { openDuckDBStore } from '../../src/hot-store/duckdb.ts';
import { tempDir } from '../support/temp-dir.ts';
import { hotStoreContract } from './hot-store.ts';

const HOLDER = join(import.meta.dirname, '..', 'support', 'hold-duckdb-store.ts');

hotStoreContract('duckdb', async (t) => {
  const dir = join(await tempDir(t), 'runs', 'default');
  const limits = { dir, writable: [], memoryMb: 256, threads: 1 };
  return {
    create: ({ clock, ...create }) => openDuckDBStore({ ...limits, clock, create }),
    open: (clock) => openDuckDBStore({ ...limits, clock }),
    snapshotDir: join(dir, 'snapshot'),
    holdElsewhere: async () => {
      const child = spawn(process.execPath, [HOLDER, dir], { stdio: ['pipe', 'pipe', 'inherit'] });
      const ended = once(child, 'close');
      await Promise.race([once(child.stdout, 'data'), ended]);
      return async () => {
        child.stdin.end();
        await ended;
      };
    },
  };
});
