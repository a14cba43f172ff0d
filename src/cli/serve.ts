import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Command } from './command.ts';
import { Interrupted } from './failure.ts';
import { runPaths } from './layout.ts';
import { announce, newToken, openOwned, refuseIfOwned } from './ownership.ts';
import { runNotFound } from './run-reader.ts';
import { sameCommand } from './words.ts';

export const serve: Command = {
  name: 'serve',
  summary: 'Serve a finished or idle run over HTTP.',
  examples: ['spillway serve --data-dir ./data --run march --port 8080'],
  async run(call) {
    const { io, settings } = call;
    const { memoryMb, port, run } = settings;
    const paths = runPaths(settings, run);
    if (!existsSync(paths.store)) throw runNotFound(settings, run, io.cwd);
    await refuseIfOwned(paths.dir);
    const [{ createLogger }, { openDuckDBStore }, { startServer }, { idleStatus }] = await Promise.all([
      import('../observe/logger.ts'),
      import('../hot-store/duckdb.ts'),
      import('../api/server.ts'),
      import('./idle-status.ts'),
    ]);
    const options = { dir: paths.dir, writable: [], memoryMb, threads: availableParallelism(), clock: io.clock };
    const store = await openOwned(paths.dir, io.clock, () => openDuckDBStore(options));
    try {
      const now = await idleStatus(store);
      const logger = createLogger(settings.logLevel, paths.log);
      const token = newToken();
      const server = await startServer({
        ...{ store, metrics: store.metrics, status: () => now },
        ...{ token, snapshotRoot: paths.dir, port, logger },
      });
      const withdraw = announce({ dir: paths.dir, run, address: server.url, token }, io);
      io.stderr.write(`serving run ${run} at ${server.url} until Ctrl-C\n`);
      await new Promise<void>((resolve) => io.interrupts.listen(resolve));
      withdraw();
      await server.close();
      throw new Interrupted(`stopped. Serve it again with: ${sameCommand(call)}`);
    } finally {
      await store.close();
    }
  },
};
